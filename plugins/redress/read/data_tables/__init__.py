"""The Ombudsman's data tables: read what a spreadsheet states about each authority, by the mapping of its
columns.
"""
