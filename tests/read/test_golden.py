"""Each golden letter below golden/ is read as the JSON beside the letter says.

The JSON says what the letter states, and comes from the figures that the letter was printed from. For a letter
without a JSON, the test writes what was read into a file `.json.unreviewed`, and fails until a person has compared
this file with the letter, corrected it, and renamed it to `.json`.
"""

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from redress.check.letter_rules import check_letter
from redress.model.measures import HEADLINE_NAMES
from redress.read.answer import answer
from redress.read.layouts.known import LAYOUTS
from redress.read.reader import read_letter
from samples.press.golden import GOLDEN_LETTERS, print_golden

GOLDEN = Path(__file__).parent / "golden"
ENDINGS = {".pdf", ".txt", ".html"}
LETTERS = sorted(path for path in GOLDEN.rglob("*") if path.suffix in ENDINGS)
HEADER_FIELDS = (
    "season",
    "authority_name",
    "letter_date",
    "addressee_name",
    "addressee_title",
    "period_start",
    "period_end",
    "layout",
)
TABLES = ("received", "decisions", "remedied")


PICTURES = ("picture-of-statistics", "scanned")
"""The golden folders of the letters that tesseract reads, which takes seconds for each letter."""


def name_of(path: Path) -> str:
    return path.relative_to(GOLDEN).as_posix()


each_letter = pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=name_of(path), marks=[pytest.mark.needs("time")] * (path.parent.name in PICTURES))
        for path in LETTERS
    ],
)


@cache
def answered(path: Path) -> dict[str, Any]:
    letter = read_letter(path.read_bytes(), path.name)
    return answer(path.name, letter, check_letter(letter))


def stated(given: dict[str, Any]) -> dict[str, Any]:
    """Return an answer in the form of an expected JSON, with all header fields, headline measures and tables."""
    failed = [check for check in given["checks"] if not check["passed"]]
    return {
        **{key: given["header"][key] for key in HEADER_FIELDS},
        **{name: given["figures"].get(name, {}).get("value") for name in HEADLINE_NAMES},
        **{
            table: {category: figure["value"] for category, figure in given[table].items()} or None
            for table in TABLES
        },
        "verdict": given["verdict"],
        "quarantined": any(check["severity"] == "critical" for check in failed),
        "failed_rules": sorted(check["rule"] for check in failed),
    }


def expected(path: Path) -> dict[str, Any]:
    """Return the reviewed JSON of a letter. If there is none, write what was read beside the letter, and fail."""
    reviewed = path.with_suffix(".json")
    if not reviewed.exists():
        proposal = path.with_suffix(".json.unreviewed")
        given = answered(path)
        text = json.dumps({**stated(given), "absent": given["absent"]}, ensure_ascii=False, indent=1)
        proposal.write_text(f"{text}\n", encoding="utf-8")
        pytest.fail(
            f"{name_of(path)} has no {reviewed.name}. What was read is in {proposal.name}: compare it with the "
            f"letter, correct it, and rename it to {reviewed.name}"
        )
    return truth_in(reviewed)


def truth_in(reviewed: Path) -> dict[str, Any]:
    """Return a reviewed JSON, with None for each headline measure that the JSON does not name."""
    nothing = dict.fromkeys(HEADLINE_NAMES)
    truth = {**nothing, **json.loads(reviewed.read_text(encoding="utf-8"))}
    return {**truth, "on_paper": {**nothing, **truth["on_paper"]}} if "on_paper" in truth else truth


def without_notes(truth: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in truth.items() if key not in {"why", "absent", "reason_has", "on_paper"}}


@each_letter
def test_a_golden_letter_is_read_as_it_states(path: Path) -> None:
    truth = expected(path)
    given = answered(path)
    if "on_paper" in truth and given["verdict"] == "extracted":  # read off the picture, with tesseract
        assert_read_off_a_picture(given, truth["on_paper"])
        return
    assert stated(given) == without_notes(truth)
    assert {measure: given["absent"].get(measure) for measure in truth["absent"]} == truth["absent"]
    assert truth.get("reason_has", "") in given["reason"]


def assert_read_off_a_picture(given: dict[str, Any], paper: dict[str, Any]) -> None:
    """Assert that each figure is marked as read from a picture, that no figure is wrong, and that the uphold rate
    and its two counts are there. Other figures may be missing.
    """
    assert all(figure["ocr"] for figure in given["figures"].values())
    wrong = {name: figure["value"] for name, figure in given["figures"].items() if figure["value"] != paper[name]}
    assert not wrong
    assert {"upheld_count", "investigations_count", "uphold_rate_pct"} <= given["figures"].keys()


@each_letter
def test_every_figure_of_a_golden_letter_has_its_place(path: Path) -> None:
    given = answered(path)
    figures = [*given["figures"].values(), *(figure for table in TABLES for figure in given[table].values())]
    for figure in figures:
        assert figure["text"] in figure["sentence"]
        if path.suffix == ".pdf":
            x0, top, x1, bottom = figure["box"]
            assert x0 < x1
            assert top < bottom
            assert 1 <= figure["page"] <= given["header"]["page_count"]
        else:
            assert figure["line"] >= 1


def test_every_layout_that_is_known_has_a_golden_letter() -> None:
    without = [layout.name for layout in LAYOUTS if not layouts_with_letters() >= {layout.name}]
    assert not without, f"no golden letter of {', '.join(without)}: print one, see docs/runbooks/new-season.md"


def layouts_with_letters() -> set[str]:
    truths = [json.loads(path.read_text(encoding="utf-8")) for path in GOLDEN.rglob("*.json")]
    return {truth["layout"] for truth in truths if truth["verdict"] == "extracted"}


def test_the_golden_letters_that_the_press_prints_are_those_in_the_folder(tmp_path: Path) -> None:
    printed = {path.relative_to(tmp_path) for path in (print_golden(golden, tmp_path) for golden in GOLDEN_LETTERS)}
    missing = sorted(str(path) for path in printed if not (GOLDEN / path).exists())
    assert not missing, f"print them: python -m samples.press --golden ({', '.join(missing)})"
    stale = sorted(
        str(path)
        for path in printed
        if truth_in((tmp_path / path).with_suffix(".json")) != truth_in((GOLDEN / path).with_suffix(".json"))
    )
    assert not stale, (
        f"the figures of the press have changed: python -m samples.press --golden ({', '.join(stale)})"
    )


def test_a_letter_without_its_json_is_written_down_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = tmp_path / "2021.pdf"
    shutil.copy(GOLDEN / "dates" / "2021-ordinal.pdf", letter)
    monkeypatch.setattr(f"{__name__}.GOLDEN", tmp_path)
    with pytest.raises(pytest.fail.Exception, match=r"has no 2021\.json"):
        expected(letter)
    assert json.loads((tmp_path / "2021.json.unreviewed").read_text())["upheld_count"] == 33
    (tmp_path / "2021.json.unreviewed").rename(tmp_path / "2021.json")
    assert expected(letter)["upheld_count"] == 33


def test_no_golden_letter_waits_for_its_review() -> None:
    assert not list(GOLDEN.rglob("*.unreviewed"))
