"""A release in PostgreSQL, for many readers at once."""
