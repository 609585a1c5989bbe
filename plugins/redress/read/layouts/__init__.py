"""Layouts: one module per family of letters, each a description of what such a letter says.

A new season's layout is one module here and one line in `known.py`.
"""
