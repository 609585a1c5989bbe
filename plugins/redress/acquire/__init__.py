"""Acquire: from a source into the archive. Nothing here reads what a letter says."""
