"""A figure of a text file is read as a person reads the figure in the text, or not at all."""

import re
from pathlib import Path
from typing import Final

import pytest

from redress.model.letter import Letter, Verdict
from redress.read.reader import read_letter
from tests.read.shown import MEASURE, seen

pytestmark = pytest.mark.needs("time")

PERIOD: Final = "for the period between 1 April 2020 to 31 March 2021"
TEXT = f"""Local Government and Social Care Ombudsman

21 July 2021

Ms Ada Quill
Chief Executive
Pellonshire County Council

Dear Ms Quill

Annual Review letter 2021

I enclose the figures that my office holds about your council.

Yours sincerely,

Perrin Vale
Local Government and Social Care Ombudsman

Complaints upheld
83% of complaints we investigated were upheld.
This compares to an average of 71% in similar authorities.
33 upheld decisions
Statistics are based on a total of 40 detailed investigations {PERIOD}

Compliance with Ombudsman recommendations
In 100% of cases we were satisfied the authority had successfully implemented our recommendations.
This compares to an average of 99% in similar authorities.
Statistics are based on a total of OUTCOMES compliance outcomes {PERIOD}
"""


def read(outcomes: str = "27", name: str = "letter.md", encoding: str = "utf-8", behind: str = "") -> Letter:
    return read_letter((TEXT.replace("OUTCOMES", outcomes) + behind).encode(encoding), name)


READ = {
    "struck": "~~25~~ 27",
    "struck and bold": "~~25~~ **27**",
    "a digit struck": "~~2~~27",
    "struck with one tilde": "~25~ 27",
    "struck over two lines": "~~about\n25 or so~~ 27",
    "struck by HTML": "<del>25</del> <ins>27</ins>",
    "struck by combining strokes": "2̶9̶ 27",
    "a footnote of Markdown": "27[^1]",
    "a footnote of HTML": "27<sup>1</sup>",
    "letters that are underlined": "_\b27\b_",
    "a comment": "<!-- 12 -->27",
    "the first raised number": "27¹",
    "no width between": "2\u200b7",
    "a soft hyphen": "2\u00ad7",
    "a mark from left to right": "27\u200e",
    "full width": "２７",
}


IN_HTML = {
    "a style": ('<div style="display:none">', "</div>"),
    "a hidden element": ("<section hidden>", "</section>"),
    "a class": ('<div class="sr-only">', "</div>"),
    "elements in an element": ('<div class="x"><div>', "</div></div>"),
    "a template": ("<template>", "</template>"),
    "a script": ("<script>", "</script>"),
    "a style sheet": ("<style>", "</style>"),
    "a title": ("<title>", "</title>"),
    "closed details": ("<details><summary>Last year</summary>", "</details>"),
    "an element that is never closed": ("<dialog>", ""),
    "a font": ('<font color="white">', "</font>"),
}


@pytest.mark.parametrize(("opening", "closing"), IN_HTML.values(), ids=IN_HTML)
def test_no_number_is_read_that_html_in_a_text_may_hide(opening: str, closing: str) -> None:
    sentence = "Statistics are based on a total of OUTCOMES compliance"
    text = TEXT.replace(sentence, f"{opening}\n\n{sentence}").replace("OUTCOMES", "27") + f"\n{closing}\n"
    letter = read_letter(text.encode(), "letter.md")
    assert "around it may hide it" in (seen(letter) or "")
    assert seen(letter, "investigations_count") == "40"


@pytest.mark.parametrize("outcomes", ["![](2.png)7", '2<img src="7.png">', '<i class="icon-2"></i>7'])
def test_no_number_is_read_beside_a_picture_in_a_text(outcomes: str) -> None:
    assert "a picture" in (seen(read(outcomes)) or "a picture, and no number")


@pytest.mark.parametrize("outcomes", READ.values(), ids=READ)
def test_the_number_that_a_person_reads_is_read(outcomes: str) -> None:
    letter = read(outcomes)
    assert seen(letter) == "27"
    figure = letter.figure(MEASURE)
    assert figure is not None
    assert figure.line == 29 + outcomes.count("\n")


WITHHELD = {
    "turned": ("\u202e72\u202c", "direction of print"),
    "turned from before it": ("\u202e 72", "direction of print"),
    "a mark from right to left": ("2\u200f7", "direction of print"),
    "isolated": ("\u206772\u2069", "direction of print"),
    "a raised digit that is no footnote": ("2⁷", "the mark of no footnote"),
    "lowered digits": ("27₁", "lowered"),
    "a ringed digit behind it": ("27①", "ring"),
    "a fraction": ("27½", None),
    "a digit printed twice": ("2\b27\b7", "control character"),
    "a digit printed over another": ("28\b7", "control character"),
    "a number printed over another": ("25\b\b27", "control character"),
    "a command to a terminal": ("2\x1b[8m4\x1b[0m7", None),
    "a control character": ("2\x037", "control character"),
    "a control character beside it": ("\x1a27", "control character"),
    "a control character of the second set": ("2\x8e7", "control character"),
    "deleted": ("28\x7f7", "control character"),
    "a separator of fields": ("2\x1f7", "control character"),
    "a separator of records": ("2\x1e7", None),
    "a separator beside it": ("27\x1d8", None),
    "a line's end that is none everywhere": ("2\u20287", None),
    "a line's end of other machines": ("2\x857", None),
    "a page's end": ("2\f7", None),
    "a slash through it": ("2\u03387", None),
    "a key's frame": ("2\u20e37", None),
    "a sign that is not known": ("2\u206a7", None),
    "a letter for a digit": ("2O", None),
    "another letter for a digit": ("l7", None),
    "a point between thousands": ("1.027", None),
    "a plain space between thousands": ("1 027", None),
    "struck and not corrected": ("~~27~~", None),
    "about": ("~27", None),
    "a picture": ("![2](two.png)7", None),
    "unsure": ("27?", None),
}


@pytest.mark.parametrize(("outcomes", "reason"), WITHHELD.values(), ids=WITHHELD)
def test_a_number_that_a_person_may_read_otherwise_is_withheld(outcomes: str, reason: str | None) -> None:
    letter = read(outcomes)
    assert seen(letter) is None if reason is None else reason in (seen(letter) or "")
    assert seen(letter, "investigations_count") == "40"


RATES = {
    "71½%": None,
    "7l%": None,
    "71²%": "the mark of no footnote",
    "⑦1%": "ring",
    "7 1%": None,
    "0.71%": "0.71%",
}


@pytest.mark.parametrize(("printed", "found"), RATES.items())
def test_a_rate_is_read_whole_or_not_at_all(printed: str, found: str | None) -> None:
    for old, measure in (
        ("of 71%", "uphold_rate_type_average_pct"),
        ("\n83%", "uphold_rate_pct"),
    ):
        text = TEXT.replace(old, old[: -len(old.split("of ")[-1].strip())] + printed)
        said = seen(read_letter(text.encode(), "letter.txt"), measure)
        assert said is None if found is None else found in (said or "")


def test_raised_numbers_are_footnotes_if_the_text_counts_or_explains_them() -> None:
    assert seen(read("27⁷", behind="\n⁷ Some of them were decided in the year before.")) == "27"
    counted = TEXT.replace("71%", "71%¹").replace("33 upheld", "33² upheld").replace("OUTCOMES", "27³")
    letter = read_letter(counted.encode(), "letter.txt")
    assert [seen(letter, name) for name in ("uphold_rate_type_average_pct", "upheld_count", MEASURE)] == [
        "71%",
        "33",
        "27",
    ]


REPORT = (Path(__file__).parent / "golden" / "local_authority_report" / "2016-text.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("Total    22", "Total    \u202e22\u202c", "direction of print"),
        ("Housing    5", "Housing    5₁", "lowered"),
        ("rate    60%", "rate    60⁷%", "the mark of no footnote"),
    ],
)
def test_a_number_in_a_table_is_withheld_like_one_in_a_sentence(old: str, new: str, reason: str) -> None:
    whole = read_letter(REPORT.encode(), "letter.txt")
    letter = read_letter(REPORT.replace(old, new).encode(), "letter.txt")
    assert len(letter.figures) == len(whole.figures) - 1
    assert reason in letter.conflicts[0].detail


@pytest.mark.parametrize("gap", ["    ", "....."])
@pytest.mark.parametrize(
    ("label", "number"),
    [
        ("Housing", "5\u2075"),
        ("Housing", "\u202e5"),
        ("Housing", "5\u2082"),
        ("Housing", '<b style="animation: x 2s">5</b>'),
        ('<b style="animation: x 2s">Housing</b>', "5"),
    ],
)
def test_a_number_is_withheld_if_a_person_may_see_another_number_or_another_label(
    label: str, number: str, gap: str
) -> None:
    before, heading, after = REPORT.partition("Decisions made by the Ombudsman")
    before = re.sub(r"(?<=\w) {4}(?=\d+$)", gap, before, flags=re.MULTILINE)
    plain = f"<pre>{before}{heading}{after}</pre>"
    assert plain.count(f"Housing{gap}5") == 1
    assert read_letter(plain.encode(), "letter.html").value("received_count", "housing") == 5
    letter = read_letter(plain.replace(f"Housing{gap}5", f"{label}{gap}{number}").encode(), "letter.html")
    assert letter.value("received_count", "housing") is None
    assert letter.value("received_count", "total") == 22
    assert [conflict.measure for conflict in letter.conflicts] == ["received_count"]


@pytest.mark.parametrize("sign", ["\b", "\v", "\f", "\x1c", "\x1e", "\x1f", "\x85", "\u2028", "\u2029"])
def test_what_may_be_a_lines_end_within_a_number_leaves_no_shorter_number(sign: str) -> None:
    text = TEXT.replace("33 upheld decisions", f"3{sign}3 upheld decisions")
    assert text != TEXT
    letter = read_letter(text.encode(), "letter.txt")
    assert letter.figure("upheld_count") is None
    assert "upheld_count" in letter.not_read


def test_letters_printed_twice_to_be_bold_are_read_once() -> None:
    bold = "".join(f"{letter}\b{letter}" for letter in "decisions")
    text = TEXT.replace("33 upheld decisions", f"33 upheld {bold}")
    assert seen(read_letter(text.encode(), "letter.txt"), "upheld_count") == "33"


@pytest.mark.parametrize("space", ["\u202f", "\u2009", "\u00a0", "\u2007"])
def test_the_spaces_between_thousands_are_part_of_the_number(space: str) -> None:
    figure = read(f"1{space}234{space}027").figure(MEASURE)
    assert figure is not None
    assert figure.value == 1234027


def test_a_space_that_separates_no_thousands_separates_two_numbers() -> None:
    assert seen(read("20\u00a027")) is None
    text = TEXT.replace("\n83% of", "\nTable 2\u00a0100% of")
    assert seen(read_letter(text.encode(), "letter.txt"), "uphold_rate_pct") is None


ENCODINGS = ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_text_is_read_in_its_encoding(encoding: str) -> None:
    assert seen(read("27", "letter.txt", encoding)) == "27"


def test_zeros_that_fill_up_the_end_are_no_part_of_the_text() -> None:
    assert seen(read(behind="\0" * 900)) == "27"
    assert read_letter(TEXT.encode("utf-16") + b"\0\0" * 900, "letter.txt").verdict is Verdict.EXTRACTED


def test_zeros_inside_a_text_are_not_those_of_a_text() -> None:
    assert read("2\0007").verdict is Verdict.UNREADABLE


def test_a_struck_figure_loses_no_other_line() -> None:
    letter = read("~~27", behind="\n\nThis is about~~ nothing.\n")
    assert seen(letter, "upheld_count") == "33"
