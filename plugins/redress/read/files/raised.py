"""Whether an element of a page is raised or lowered like the mark of a footnote, and so is no part of a number."""

import re

from lxml.html import HtmlElement

from redress.read.files.harmless_styles import pixels
from redress.read.files.look_doubts import short_text
from redress.read.files.style_sheets import Declarations

LETTERS_OF_A_MARK = 5
"""The mark of a footnote, such as "[12]", has no more characters than this."""
LEAST_SHIFT_EM = 0.2
"""A person sees that text is raised or lowered if it is shifted by at least this part of its size."""
MOST_SIZE = 0.9
"""The letters of a mark have at most this part of the size of the letters around it."""
RAISED = "it may be raised like the mark of a note, or stand in the line"

_RAISED_TAGS = re.compile(r"rt|sub|sup")
_NOTE_CLASS = re.compile(r"(?:.*[-_])?(?:footnote|fnref|noteref|endnote)(?:[-_].*)?", re.IGNORECASE)
_BRACKETED = re.compile(r"\s*(?:\[\s*\w+\s*\]|\(\s*\w+\s*\)|[*†‡§]+)\s*")
_PART_OF_A_NUMBER = re.compile(r"%|per ?cent|[.,]\d+ ?%?")
"""Raised text that still belongs to a number: a "%", and decimal places."""
_SHAPING = frozenset(
    {"all", "display", "float", "font", "font-size", "font-variant-position", "position", "vertical-align"}
)
"""The properties that may put a raised element back into its line."""
_ALIGNMENTS = {"sub": "sub", "sup": "super"}
_SHIFTS_EM = {"sub": -0.2, "super": 0.33}
"""By how much browsers raise such text, as a part of the size of its letters."""
_IN_LINE = frozenset({"inline", "inline-block"})


def is_raised(
    element: HtmlElement, tag: str, classes: list[str], declared: Declarations, *, is_block: bool
) -> bool:
    """Return whether an element is surely raised or lowered like the mark of a footnote. A "%" never counts as
    raised.
    """
    is_tag = _RAISED_TAGS.fullmatch(tag) is not None
    is_shaped = bool(_SHAPING & declared.keys())
    is_note = _is_note(element, classes)
    if not is_tag and not is_note and "vertical-align" not in declared:
        return False
    text = short_text(element)
    if text is not None and _PART_OF_A_NUMBER.fullmatch(text.strip().lower()):
        return False
    if is_note and text is not None and _BRACKETED.fullmatch(text) and len(text.strip()) <= LETTERS_OF_A_MARK:
        return True
    if is_tag and not is_shaped:
        return _is_over_its_word(element) if tag == "rt" else not is_block
    if is_block or tag == "rt" or "all" in declared or declared.get("display", "inline") not in _IN_LINE:
        return False
    shift = _shift(declared, _ALIGNMENTS.get(tag, "baseline"))
    if not is_tag and declared.get("vertical-align") not in ("sub", "super"):
        is_mark = text is not None and len(text.strip()) <= LETTERS_OF_A_MARK
        return is_mark and shift >= LEAST_SHIFT_EM
    return shift >= LEAST_SHIFT_EM and _is_small(declared, is_tag=is_tag)


def may_be_raised(element: HtmlElement, tag: str, classes: list[str], declared: Declarations) -> bool:
    """Return whether a person may see an element as the mark of a footnote, although it is not surely raised."""
    if _RAISED_TAGS.fullmatch(tag) or _is_note(element, classes):
        text = short_text(element)
        return text is None or _PART_OF_A_NUMBER.fullmatch(text.strip().lower()) is None
    return declared.get("vertical-align") in ("sub", "super")


def _is_note(element: HtmlElement, classes: list[str]) -> bool:
    return any(_NOTE_CLASS.fullmatch(name) for name in classes) or "noteref" in element.get("role", "")


def _is_over_its_word(element: HtmlElement) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag in ("rtc", "ruby")


def _shift(declared: Declarations, alignment: str) -> float:
    """Return by how much a style raises or lowers an element, as a part of the size of the letters; 0 if this is
    not known. `alignment` is the vertical alignment of the element if the style declares none.
    """
    value = declared.get("vertical-align", alignment)
    shift = _SHIFTS_EM.get(value, _in_em(value))
    if declared.get("position") == "relative":
        for side in ("bottom", "top"):
            shift += _in_em(declared.get(side, "0")) * (1 if side == "bottom" else -1)
    return abs(shift)


def _in_em(value: str) -> float:
    length = pixels(value)
    if length is None:
        return 0.0
    return float(value[:-1]) / 100 if value.endswith("%") else length / 16


def _is_small(declared: Declarations, *, is_tag: bool) -> bool:
    """Return whether the letters of an element are smaller than those around it, or have the size that a browser
    gives to an element of this kind.
    """
    if "font" in declared:
        return False
    size = declared.get("font-size")
    if size is None:
        return True
    if size in ("smaller", "x-small", "xx-small"):
        return True
    found = re.fullmatch(r"(\d*\.?\d+)(em|%)", size)
    if found is not None:
        return float(found[1]) / (100 if found[2] == "%" else 1) <= MOST_SIZE
    length = pixels(size)
    return length is not None and length <= 16 * MOST_SIZE
