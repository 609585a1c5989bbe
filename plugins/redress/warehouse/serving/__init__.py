"""Serve a release from PostgreSQL, to many readers at once."""
