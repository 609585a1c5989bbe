"""Layouts: one module for each family of letters, written as a description of what such a letter says.

A new layout is one module here and its row in `redress.model.layouts`.
"""
