"""Redress: the Ombudsman's annual review letters as a warehouse, every number with its evidence."""

__version__ = "0.2.0"
