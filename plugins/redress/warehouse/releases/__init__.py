"""Releases: a warehouse put before its readers whole, kept, listed, compared, delivered."""
