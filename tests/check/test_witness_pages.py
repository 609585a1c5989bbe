"""A statistics page is a witness if the council has a letter too, and is treated as a letter if it has none."""

from dataclasses import replace
from pathlib import Path

import pytest

from redress.check.witness_pages import set_pages_apart
from redress.model.landed import LandedLetter
from redress.model.letter import Letter, Verdict
from redress.read.reader import read_letter
from tests.made import SEASON, WEXMARSH, landed, letter, without_statistics
from tests.read.data_tables.made_tables import authorities


def page(name: str = "page", **changes: object) -> Letter:
    """Return a statistics page as the reader gives it: with lines for its figures, without date and addressee."""
    read = letter(name, is_text=True, **changes)  # type: ignore[arg-type]
    return replace(read, header=replace(read.header, letter_date=None, addressee_name=None, addressee_title=None))


def apart(*files: LandedLetter) -> tuple[list[str], list[str]]:
    """Return the addresses of the files that stay letters, and of the files that become witnesses."""
    letters, figures = set_pages_apart(files, SEASON, authorities())
    return [one.source_address for one in letters], sorted({one.source_address for one in figures})


PDF = landed(letter("pdf"), address="2021/pellonshire.pdf")
PAGE = landed(page(), address="2021/pellonshire.html")


def test_a_page_beside_its_letter_is_a_witness_with_the_lines_of_its_figures() -> None:
    letters, figures = set_pages_apart([PAGE, PDF], SEASON, authorities())
    assert letters == (PDF,)
    assert [(one.measure, one.value, one.row_number) for one in figures] == [
        (one.measure, one.value, 14) for one in PAGE.letter.figures
    ]
    assert {(one.authority_id, one.witness_sha256) for one in figures} == {("SAMPLE-01", PAGE.letter.sha256)}


@pytest.mark.parametrize("verdict", [Verdict.NO_STATISTICS, Verdict.UNKNOWN_LAYOUT])
def test_a_page_is_a_witness_beside_a_letter_without_figures_too(verdict: Verdict) -> None:
    bare = landed(replace(without_statistics("bare"), verdict=verdict), address="2021/bare.pdf")
    assert apart(bare, PAGE) == (["2021/bare.pdf"], ["2021/pellonshire.html"])


def test_a_page_without_a_letter_stays() -> None:
    other = landed(letter("other", authority=WEXMARSH), address="2021/wexmarsh.pdf")
    assert apart(PAGE, other) == (["2021/pellonshire.html", "2021/wexmarsh.pdf"], [])


def test_two_pages_of_one_council_do_not_make_each_other_witnesses() -> None:
    other = landed(page("another", changes={"upheld_count": "34"}), address="2021/again.htm")
    assert apart(PAGE, other) == (["2021/pellonshire.html", "2021/again.htm"], [])
    assert apart(PAGE, other, PDF) == (["2021/pellonshire.pdf"], ["2021/again.htm", "2021/pellonshire.html"])


def test_a_page_of_another_season_is_left_for_the_gate() -> None:
    later = landed(page("later", season=2022), address="2021/later.html")
    assert apart(PDF, later) == (["2021/pellonshire.pdf", "2021/later.html"], [])


def test_a_letter_as_text_or_with_a_date_is_no_page() -> None:
    text = landed(page("text"), address="2021/letter.txt")
    dated = landed(letter("dated", is_text=True), address="2021/letter.html")
    assert apart(PDF, text, dated) == (["2021/pellonshire.pdf", "2021/letter.txt", "2021/letter.html"], [])


def test_a_page_of_nobody_known_stays() -> None:
    stranger = landed(page("stranger", authority="Nowhere District Council"), address="2021/nowhere.html")
    assert apart(PDF, stranger) == (["2021/pellonshire.pdf", "2021/nowhere.html"], [])


def test_the_page_that_the_press_prints_is_seen_as_one() -> None:
    golden = Path(__file__).parents[1] / "read" / "golden" / "three_statistics" / "2023-web-page.html"
    read = read_letter(golden.read_bytes(), golden.name)
    header = read.header
    assert (read.verdict, header.letter_date, header.addressee_title) == (Verdict.EXTRACTED, None, None)
    named = replace(read, header=replace(header, authority_name="Pellonshire County Council", season=2021))
    _, witnesses = apart(PDF, landed(named, address="2021/page.html"))
    assert witnesses == ["2021/page.html"]
