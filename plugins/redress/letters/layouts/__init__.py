"""Layouts: one module per family of letters, each a description of what such a letter says.

A new season's layout is one module here and one line in LAYOUTS.
"""

from redress.letters.layouts.layout import Layout
from redress.letters.layouts.three_statistics import ThreeStatistics

LAYOUTS: tuple[Layout, ...] = (ThreeStatistics(),)
"""Every layout that is known, in the order in which a document is tried on them."""
