"""The Ombudsman's data tables: from a spreadsheet and its mapping to what it states of each authority."""
