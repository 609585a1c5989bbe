"""The Ombudsman's data tables: read what a spreadsheet states about each authority. A mapping says what the columns
of the spreadsheet mean.
"""
