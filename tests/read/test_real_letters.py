"""From each real letter the reader takes what a careful person took from the letter, and nothing else."""

import io
import json
from pathlib import Path
from typing import Any

import pdfplumber
import pytest

from redress.check.letter_rules import check_letter
from redress.model.letter import Letter, Verdict
from redress.model.measures import HEADLINE_NAMES, Absence
from redress.read.reader import read_letter
from tests.made import PROJECT
from tests.read.test_golden import HEADER_FIELDS

FOLDER = PROJECT.parent / "shared" / "letters" / "real"
if not FOLDER.is_dir():
    pytest.skip(
        f"the real letters are not on this machine ({FOLDER} does not exist); the samples are read in their place",
        allow_module_level=True,
    )

FILES = sorted(path for path in FOLDER.glob("*/*") if path.suffix in {".pdf", ".txt", ".md"})
MADE = sorted((FOLDER.parent / "made").glob("*/*.pdf"))
PDFS = [path for path in FILES if path.suffix == ".pdf"]


def read(path: Path) -> Letter:
    return read_letter(path.read_bytes(), path.name)


def expected(path: Path) -> dict[str, Any]:
    return {**dict.fromkeys(HEADLINE_NAMES), **json.loads(path.with_suffix(".json").read_text())}


def file_name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def test_there_are_real_letters_as_pdf_and_as_text() -> None:
    assert {path.suffix for path in FILES} == {".pdf", ".txt", ".md"}
    assert len(PDFS) >= 3


@pytest.mark.parametrize("path", FILES, ids=file_name)
def test_every_header_field_is_what_the_letter_says(path: Path) -> None:
    header = read(path).header
    told = {name: getattr(header, name) for name in HEADER_FIELDS}
    dates = {name: day and day.isoformat() for name, day in told.items() if name.startswith(("letter_", "period_"))}
    assert told | dates == {name: expected(path)[name] for name in HEADER_FIELDS}


@pytest.mark.parametrize("path", FILES, ids=file_name)
def test_every_figure_is_the_printed_one_and_nothing_else_is_read(path: Path) -> None:
    letter = read(path)
    person = {name: expected(path)[name] for name in HEADLINE_NAMES if expected(path)[name] is not None}
    assert {figure.measure: figure.value for figure in letter.figures} == person
    assert len(letter.figures) == len(person)
    assert letter.verdict == expected(path)["verdict"]
    assert letter.conflicts == ()


@pytest.mark.parametrize("path", FILES, ids=file_name)
def test_what_is_not_stated_is_absent_with_a_reason(path: Path) -> None:
    letter = read(path)
    for measure in HEADLINE_NAMES:
        assert (letter.figure(measure) is None) == (letter.absence(measure) is not None), measure
    for table in ("received_count", "decided_count", "remedied_count"):
        assert letter.absence(table) is not None


@pytest.mark.parametrize("path", FILES, ids=file_name)
def test_every_rule_holds_on_a_real_letter(path: Path) -> None:
    assert [check for check in check_letter(read(path)) if not check.is_passed] == []


@pytest.mark.parametrize("suffix", [".pdf", ".txt"])
def test_blaby_2021_says_why_it_has_no_compliance_and_no_remedy_rate(suffix: str) -> None:
    letter = read(FOLDER / "2021" / f"blaby-district-council{suffix}")
    for measure in ("compliance_rate_pct", "compliance_rate_type_average_pct", "compliance_outcomes_count"):
        assert letter.absence(measure) is Absence.NONE_DUE
    for measure in (
        "satisfactory_remedy_rate_pct",
        "satisfactory_remedy_rate_type_average_pct",
        "satisfactory_remedies_count",
        "satisfactory_remedy_printed_base_count",
    ):
        assert letter.absence(measure) is Absence.NONE_UPHELD
    for measure in ("upheld_per_100k", "upheld_per_100k_type_average", "dealt_with_count", "received_count"):
        assert letter.absence(measure) is Absence.NOT_IN_LAYOUT


@pytest.mark.parametrize("suffix", [".pdf", ".md"])
def test_blackpool_2020_is_a_letter_without_statistics_and_not_a_letter_of_noughts(suffix: str) -> None:
    letter = read(FOLDER / "2020" / f"blackpool-borough-council{suffix}")
    assert letter.verdict is Verdict.NO_STATISTICS
    assert letter.figures == ()
    assert {code for _, code in letter.absences} == {Absence.NO_STATISTICS}
    assert {measure for measure, _ in letter.absences} >= set(HEADLINE_NAMES)


@pytest.mark.parametrize("path", PDFS, ids=file_name)
def test_the_box_of_a_figure_holds_the_printed_number(path: Path) -> None:
    letter = read(path)
    with pdfplumber.open(io.BytesIO(path.read_bytes())) as document:
        assert letter.header.page_count == len(document.pages)
        for figure in letter.figures:
            assert figure.page is not None
            assert figure.box is not None
            page = document.pages[figure.page - 1]
            x0, top, x1, bottom = figure.box
            assert 0 <= x0 < x1 <= page.width
            assert 0 <= top < bottom <= page.height
            printed = page.crop((x0 - 1, top - 1, x1 + 1, bottom + 1)).extract_text()
            assert figure.text.replace(" ", "") in printed.replace(" ", ""), figure


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix != ".pdf"], ids=file_name)
def test_the_line_of_a_figure_in_a_text_holds_the_number(path: Path) -> None:
    lines = path.read_text().splitlines()
    for figure in read(path).figures:
        assert figure.line is not None
        assert figure.page is None
        assert figure.box is None
        assert figure.text in lines[figure.line - 1].replace("*", "")


@pytest.mark.parametrize("path", MADE, ids=file_name)
def test_a_letter_made_after_real_ones_is_read_and_passes_every_rule(path: Path) -> None:
    letter = read(path)
    stated = {name: value for name in HEADLINE_NAMES if (value := expected(path)[name]) is not None}
    told = {figure.measure: float(figure.value) for figure in letter.figures if figure.category is None}
    assert told == pytest.approx(stated)
    assert [check for check in check_letter(letter) if not check.is_passed] == []


def test_a_letter_is_known_by_the_hash_of_its_bytes() -> None:
    first, second = (read(path).sha256 for path in PDFS[:2])
    assert first != second
    assert first == read(PDFS[0]).sha256
