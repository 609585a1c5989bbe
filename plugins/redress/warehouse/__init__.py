"""Warehouse: landing, build, releases, and serving from PostgreSQL."""
