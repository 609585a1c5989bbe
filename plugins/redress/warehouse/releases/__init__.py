"""Releases: publish a warehouse whole; keep, list, compare and deliver releases."""
