"""The sources of letters: a folder, a table of addresses, the Ombudsman's site."""
