"""The text of a PDF's page as pdfium gives it, before anything is measured."""

import re
from dataclasses import dataclass
from functools import cached_property

from redress.read.layouts.known import landmark_count
from redress.read.page.document import WORDS_BESIDE_A_PICTURE, plain

_UNNAMED = re.compile("[\0-\x01\x03-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
UNNAMED = "\ufffd"
"""The character that stands for a glyph if its font does not say which character the glyph is."""
MOST_UNNAMED_SHARE = 0.05
"""If a larger share of a text's glyphs is unnamed, the text cannot be judged. Bullets are unnamed in many fonts."""


@dataclass(frozen=True)
class PageText:
    """The text of one page as pdfium gives it, and whether much of the page may be a picture of text."""

    number: int
    text: str
    has_picture: bool = False

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text that have words, in the order of the text."""
        return tuple(stripped for line in plain(self.text).splitlines() if (stripped := line.strip()))

    @cached_property
    def has_few_words(self) -> bool:
        """Whether the page has no more text than a header or a stamp."""
        return len(self.text.split()) < WORDS_BESIDE_A_PICTURE

    @property
    def is_picture(self) -> bool:
        """Whether the page may be a picture of text, with next to no text on it."""
        return self.has_picture and self.has_few_words

    @cached_property
    def is_legible(self) -> bool:
        """Whether the fonts name almost every glyph on the page, and the page is not a picture."""
        return not self.is_picture and len(_UNNAMED.findall(self.text)) <= MOST_UNNAMED_SHARE * len(self.text)

    @cached_property
    def landmark_count(self) -> int:
        """How many landmarks of statistics (words that stand on pages with figures) the page has."""
        return landmark_count(plain(self.text))
