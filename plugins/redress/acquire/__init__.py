"""Acquire: fetch letters from a source into the archive. No module here reads what a letter says."""
