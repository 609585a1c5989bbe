"""Cells of a data table: the number that a cell states, or the reason why it states none."""

import re
from dataclasses import dataclass
from decimal import Decimal

from redress.model.witness import WitnessAbsence

_FOOTNOTE = re.compile(
    r"(?:[*†‡§¶#¹²³⁰⁴-⁹ᵃ-ᶻ]|\[\s*(?:note\s*)?[\da-z]{1,2}\s*\]|\((?:note\s*\d{1,2}|[pr])\))\Z",
    re.IGNORECASE,
)
"""The mark of a footnote after a number, a heading or a name: 12*, 12 [1], 12¹, 12 (r)."""
_FOOTNOTE_CHARACTERS = 12
"""How many characters at the end of a text are searched for a mark. The longest mark, "[ note 12 ]", has fewer."""
_NOTHING = re.compile(r"(?:[-–—.]+|n\s*/\s*a|n\.a\.|not applicable|none available|nil return)?", re.IGNORECASE)
_WITHHELD = re.compile(r"\*+|\[c\]|<\s*\d+", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?|\.\d+", re.ASCII)
_SEPARATORS = re.compile(r"[, ]")


@dataclass(frozen=True)
class Cell:
    """One cell of a file: its text with single spaces, and its number if the spreadsheet stores one.

    `is_per_cent` means that the spreadsheet shows the number as a percentage, such as 0.53 as 53%. `unread` says
    why the cell's content is not used, for instance because it is struck through or is a formula without a value.
    """

    text: str
    number: Decimal | None = None
    is_per_cent: bool = False
    unread: str | None = None


@dataclass(frozen=True)
class CellValue:
    """The value of a cell, or the reason why the cell has no value; exactly one of the two is set.

    `is_bare` is True for a number if nothing in the cell says that the number is a percentage.
    """

    value: Decimal | None
    absence: WitnessAbsence | None = None
    is_bare: bool = True


def cell_of_number(number: float, *, is_per_cent: bool) -> Cell:
    """Return the cell of a number that a spreadsheet stores, with its text as the spreadsheet shows it."""
    stored = Decimal(repr(number))
    shown = stored * 100 if is_per_cent else stored
    return Cell(f"{float(shown):.12g}{'%' if is_per_cent else ''}", stored, is_per_cent)


def read_cell(cell: Cell) -> CellValue:
    """Return the number in a cell, or the reason why there is none. The text "53%" gives 53 (per cent), and so does
    a stored 0.53 that the spreadsheet shows as 53%.
    """
    if cell.unread is not None:
        return CellValue(None, WitnessAbsence.NOT_A_NUMBER if cell.text else WitnessAbsence.NOT_STATED)
    if cell.number is not None:
        number = cell.number * 100 if cell.is_per_cent else cell.number
        if not number.is_finite() or number < 0:
            return CellValue(None, WitnessAbsence.NOT_A_NUMBER)
        return CellValue(number, is_bare=not cell.is_per_cent)
    if _NOTHING.fullmatch(cell.text):
        return CellValue(None, WitnessAbsence.NOT_STATED)
    if _WITHHELD.fullmatch(cell.text):
        return CellValue(None, WitnessAbsence.WITHHELD)
    said = without_footnote(cell.text)
    is_per_cent = said.endswith("%")
    digits = said.removesuffix("%").strip()
    if not _NUMBER.fullmatch(digits):
        return CellValue(None, WitnessAbsence.NOT_A_NUMBER)
    return CellValue(Decimal(_SEPARATORS.sub("", digits)), is_bare=not is_per_cent)


def without_footnote(text: str) -> str:
    """Return a text without the marks of footnotes at its end.

    The marks are removed one by one from the end, so that the time is linear in the length of the text.
    """
    end = len(text.rstrip())
    while mark := _FOOTNOTE.search(text, max(0, end - _FOOTNOTE_CHARACTERS), end):
        end = mark.start()
        while end and text[end - 1].isspace():
            end -= 1
    return text[:end].strip()


def normalised_heading(text: str) -> str:
    """Return a heading in the form in which headings are compared: in small letters, with single spaces and no line
    breaks, and without footnotes at its end.
    """
    return " ".join(without_footnote(" ".join(text.split())).casefold().split())
