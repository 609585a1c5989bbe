"""One page of a PDF in pdfium, with its characters and its text, each read once."""

import ctypes
import math
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from itertools import pairwise, repeat
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from redress.read.files.page_text import UNNAMED, PageText

PICTURE_SHARE = 0.25
"""If pictures cover at least this share of a page, they may hold the page's content."""
OUTLINED_CURVES = 300
"""If a page has more curves than this, its text may be drawn as outlines, which have one or two curves for each
letter."""
CHARACTERS_OF_A_SAMPLE = 60
PIXELS_AT_A_GLANCE = 300 * 420
SHADES_OF_PAPER = 64
"""The paper of a page, however unevenly it was lit, has at most this many of 256 shades."""
LEAST_INK_SHARE, MOST_INK_SHARE = 0.001, 0.35
SPACES = frozenset(code for code in range(0x3001) if chr(code).isspace())


def quick_call(function: Any, result: Any, *further: Any) -> Callable[..., int]:
    """Return a function of pdfium that takes plain numbers: the memory address of a page's text, an index, and
    further arguments of the types in `further`. `result` is the type of what the function returns.

    A call takes a third of the time that it takes with pdfium's own types, and a letter needs ten thousand calls.
    """
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    call: Callable[..., int] = ctypes.PYFUNCTYPE(result, ctypes.c_void_p, ctypes.c_int, *further)(address)
    return call


_unicode_of = quick_call(pdfium_c.FPDFText_GetUnicode, ctypes.c_uint)


class PdfSheet:
    """One page of a file in pdfium; `number` counts from one."""

    def __init__(self, page: pdfium.PdfPage, number: int) -> None:
        self.page = page
        self.number = number

    @cached_property
    def characters(self) -> pdfium.PdfTextPage:
        """The characters of the page. Ask for them before any text is made inactive to leave it out of a drawing:
        pdfium leaves inactive text out of the characters too.
        """
        return self.page.get_textpage()

    @cached_property
    def address(self) -> int:
        """The memory address of `characters`, for the functions that `quick_call` makes."""
        return ctypes.cast(self.characters.raw, ctypes.c_void_p).value or 0

    @cached_property
    def codes(self) -> tuple[int, ...]:
        """The Unicode code of each character, in the order in which the characters are drawn."""
        return tuple(map(_unicode_of, repeat(self.address), range(self.characters.count_chars())))

    @cached_property
    def text(self) -> PageText:
        """The text of the page as pdfium gives it. If pdfium gives the lowest line first, the order of the lines is
        reversed. `has_picture` is found out only if the page has few words; otherwise it is False.
        """
        drawn = self.characters.get_text_range() or UNNAMED * self.characters.count_chars()
        if self._is_told_from_below():
            drawn = "\n".join(reversed(drawn.splitlines()))
        text = PageText(self.number, drawn)
        return replace(text, has_picture=self._may_be_a_picture()) if text.has_few_words else text

    def _is_told_from_below(self) -> bool:
        """Return whether pdfium gives the page's lowest line first, which it does on some turned pages."""
        count = self.characters.count_chars()
        matrix, x, y = pdfium_c.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
        if not count or not pdfium_c.FPDFText_GetMatrix(self.characters, 0, matrix):
            return False
        if self.page.get_rotation() == 0 and matrix.a > 0 and not matrix.b:
            return False
        sample = range(0, count, max(1, count // CHARACTERS_OF_A_SAMPLE))
        depths = [
            matrix.b * x.value - matrix.a * y.value
            for index in sample
            if pdfium_c.FPDFText_GetCharOrigin(self.characters, index, x, y)
        ]
        steps = [lower - upper for upper, lower in pairwise(depths)]
        return [step < 0 for step in steps].count(True) > [step > 0 for step in steps].count(True)

    def _may_be_a_picture(self) -> bool:
        """Return whether much of the page is a picture that looks like paper, or drawings that may be letters."""
        width, height = self.page.get_size()
        area, curves = 0.0, 0
        for drawn in self.page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_PATH]):
            if drawn.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
                left, bottom, right, top = drawn.get_bounds()
                area += (right - left) * (top - bottom)
            else:
                curves += pdfium_c.FPDFPath_CountSegments(drawn.raw)
        if curves > OUTLINED_CURVES:
            return True
        return area >= PICTURE_SHARE * width * height and self._is_like_paper()

    def _is_like_paper(self) -> bool:
        """Return whether the page looks like dark print on light paper; a photograph does not."""
        width, height = self.page.get_size()
        scale = math.sqrt(PIXELS_AT_A_GLANCE / max(width * height, 0.01))
        shades = self.page.render(scale=scale, grayscale=True).to_numpy()
        paper = np.percentile(shades, 95) - SHADES_OF_PAPER
        ink_share = float((shades < paper).mean())
        return LEAST_INK_SHARE <= ink_share <= MOST_INK_SHARE
