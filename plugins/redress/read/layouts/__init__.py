"""Layouts: one module for each family of letters. The module describes what the letters of its family state.

A new layout is one module here and a row with its name in `redress.model.layouts`.
"""
