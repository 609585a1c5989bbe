"""The known layouts. `model/layouts` has a row with the name of each layout. The module of this package that has
the same name holds the layout itself, as LAYOUT.
"""

import re
from importlib import import_module

from redress.model.layouts import LAYOUT_ROWS
from redress.read.layouts.layout import Layout

LAYOUTS: tuple[Layout, ...] = tuple(import_module(f"redress.read.layouts.{row.name}").LAYOUT for row in LAYOUT_ROWS)
"""The layouts in the order in which the reader tries them on a document."""

_LANDMARKS = re.compile("|".join(layout.landmarks for layout in LAYOUTS), re.MULTILINE)

SENTENCES = tuple(dict.fromkeys(sentence for layout in LAYOUTS for sentence in layout.sentences))
"""Each sentence that states figures in any of the layouts, once."""


def landmark_count(text: str) -> int:
    """Return how many landmarks of all layouts a text has. Landmarks are words that stand on pages with figures."""
    return sum(1 for _ in _LANDMARKS.finditer(text.casefold()))
