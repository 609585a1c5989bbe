"""Layouts: one module for each family of letters, which describes what such a letter says.

A new layout is one module here and a row with its name in `redress.model.layouts`.
"""
