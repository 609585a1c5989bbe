"""A text longer than any letter is refused at once, and a long text that is read takes no quadratic time."""

import time

import pytest

from redress.model.letter import Letter, Verdict
from redress.read.files.text import Line, document_from_lines
from redress.read.page.blocks import _beside_numbers
from redress.read.reader import MOST_BYTES, MOST_LINES, read_letter

HEAD = "Local Government and Social Care Ombudsman\n21 July 2021\nDear Ms Trewhitt\nAnnual Review letter 2021\n"
TAIL = """
Yours sincerely
Michael King
Local Government and Social Care Ombudsman
Complaints upheld
83%
of complaints we investigated were upheld.
"""


def letter_with(repeated: str, count: int) -> Letter:
    return read_letter(f"{HEAD}{repeated * count}{TAIL}".encode(), "a.txt")


def test_a_long_column_of_numbers_takes_no_quadratic_time() -> None:
    lines = document_from_lines(Line("33", number, number) for number in range(1, 5001)).segments
    assert {line.text for line in lines} == {"33"}
    began = time.process_time()
    assert list(_beside_numbers(lines)) == []
    assert time.process_time() - began < 1


def test_a_text_longer_than_any_letter_is_refused_unread() -> None:
    began = time.process_time()
    text = (HEAD + "33\n" * (MOST_BYTES[".txt"] // 3) + TAIL).encode()
    letter = read_letter(text, "a.txt")
    assert (letter.verdict, letter.figures) == (Verdict.NOT_A_LETTER, ())
    assert (
        letter.reason == f"it has {len(text):,} bytes of text, and no letter of the Ombudsman has more than 262,144"
    )
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("repeated", "count"),
    [("33\n", MOST_LINES + 1), ("\ufdfa" * 1000, 30), ("83% of complaints we investigated were upheld. ", 5200)],
)
def test_a_text_that_shows_more_lines_or_characters_than_any_letter_is_refused(repeated: str, count: int) -> None:
    letter = letter_with(repeated, count)
    assert letter.verdict is Verdict.NOT_A_LETTER
    assert "no letter of the Ombudsman has more than 2,000 and 200,000" in letter.reason


def test_a_page_that_shows_more_lines_than_any_letter_is_refused() -> None:
    page = f"<html><body>{'<p>33</p>' * (MOST_LINES + 1)}</body></html>".encode()
    assert "pieces of lines" in read_letter(page, "a.html").reason
