"""Warehouse: landing, build and releases."""
