"""Two texts in one place: drop the characters that another text, or something else, covers.

A person who corrects a page whites out a figure and types over it; a program switches a layer off. The page's text
then has old and new characters in one place, and a word made of both is wrong.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from redress.read.files.drawn import DrawnCharacter, DrawnPage, share_place
from redress.read.files.pdf_words import Char

OVERLAP_SHARE = 0.3
"""If two characters share more than this part of the narrower character's width, they stand in one place."""
SAME_PLACE_EMS = 0.3
"""The largest distance between the middle of a character as pdfminer gives it and the middle of that character as
pdfium gives it, in units of the character's size."""
SAME_POINTS = 0.1
"""Distances that differ by less than this, in points, count as equal. If a character is printed twice in one place,
both stay, because a person sees one character."""
MOST_TEXT_OBJECTS = 200
"""If a page has more overlapping text objects, it is left unchanged, because each of them would need another
drawing."""


def without_unseen(chars: Sequence[Char], page: DrawnPage) -> list[Char]:
    """Drop the characters that overlap other characters and are not visible on the page.

    `chars` are in the order in which they are drawn. If a character is dropped, a space after it is dropped too.
    """
    if not _any_overlap(chars):
        return list(chars)
    overlapping = _overlapping(page.characters)
    if len(overlapping) > MOST_TEXT_OBJECTS:
        return list(chars)
    in_doubt = [one for one in page.characters if one.text_object in overlapping]
    seen = set(map(id, page.seen(in_doubt)))
    shown = [one for one in page.characters if one.text_object not in overlapping or id(one) in seen]
    hidden = [one for one in in_doubt if id(one) not in seen and not _is_printed_by_a_twin(one, shown, page)]
    if not hidden:
        return list(chars)
    kept: list[Char] = []
    is_dropped = False
    for one in chars:
        if not one["text"].isspace():
            is_dropped = _away(one, hidden) < _away(one, shown) - SAME_POINTS
        if not is_dropped:
            kept.append(one)
    return sorted(_without_filled_spaces(kept), key=lambda one: (round(one["bottom"]), one["x0"]))


def _without_filled_spaces(chars: Sequence[Char]) -> list[Char]:
    """Drop each space in whose place another character stands, for instance a digit of a form field's value."""
    printed = [one for one in chars if not one["text"].isspace()]
    return [one for one in chars if not one["text"].isspace() or not any(_fills(other, one) for other in printed)]


def _fills(one: Char, space: Char) -> bool:
    x, y = (space["x0"] + space["x1"]) / 2, (space["top"] + space["bottom"]) / 2
    return one["x0"] <= x <= one["x1"] and one["top"] <= y <= one["bottom"]


def _is_printed_by_a_twin(one: DrawnCharacter, shown: Iterable[DrawnCharacter], page: DrawnPage) -> bool:
    """Return whether a character that seems not to be drawn shows after all, because an equal character is drawn in
    its place. pdfium's text has only one of the two.
    """
    return page.is_printed(one.box) and not any(share_place(one.box, other.box, OVERLAP_SHARE) for other in shown)


def _any_overlap(chars: Sequence[Char]) -> bool:
    """Return whether two of a page's characters stand in one place."""
    printed = sorted((one for one in chars if not one["text"].isspace()), key=lambda one: round(one["bottom"]))
    for _, line in groupby(printed, key=lambda one: round(one["bottom"])):
        ordered = sorted(line, key=lambda one: one["x0"])
        for left, right in pairwise(ordered):
            width = min(left["x1"] - left["x0"], right["x1"] - right["x0"])
            if left["x1"] - right["x0"] > OVERLAP_SHARE * width:
                return True
    return False


def _overlapping(characters: Sequence[DrawnCharacter]) -> set[int]:
    """Return the text objects with a character that overlaps a character of another text object."""
    found: set[int] = set()
    ordered = sorted(characters, key=lambda one: one.box[0])
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if other.box[0] >= one.box[2]:
                break
            if one.text_object != other.text_object and share_place(one.box, other.box, OVERLAP_SHARE):
                found |= {one.text_object, other.text_object}
    return found


def _away(char: Char, others: Iterable[DrawnCharacter]) -> float:
    """Return the distance, in points, from a character of pdfminer to the nearest character of pdfium with an equal
    text.

    If no character of pdfium is near enough, the distance is infinite.
    """
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    most = SAME_PLACE_EMS * char["size"]
    distances = (
        math.hypot(one.middle[0] - x, (one.middle[1] - y) / 2) for one in others if one.text == char["text"]
    )
    return min((distance for distance in distances if distance <= most), default=math.inf)
