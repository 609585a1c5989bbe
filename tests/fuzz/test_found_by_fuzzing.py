"""Faults that fuzzing has found stay mended, and every test run fuzzes each format a little."""

import sys
from pathlib import Path

import pytest

from tests.fuzz.json_lines import check_journal, check_record
from tests.fuzz.running import Clock, Counts, FindingError
from tests.fuzz.soak import FORMATS, main

SEED = 20210721
LOOKS = {"pdf": 8, "xlsx": 40}
"""How often fuzzing looks at the clock, for the formats with one look before each input. For the other formats it
looks once, and then draws fifty inputs."""
DAMAGED = {
    "brackets nested too deep": b"[" * 5_000,
    "objects nested too deep": b'{"a":' * 5_000,
    "an address that is a list": (
        b'{"address": [], "authority_id": null, "kind": "letter", "state": "fetched", "sha256": null, '
        b'"found_address": null, "cause": null, "detail": "", "is_settled": false}'
    ),
}
"""Damaged lines that fuzzing found: before the fault was mended, each of them stopped the reading of a whole
journal or record."""


@pytest.mark.parametrize("line", DAMAGED.values(), ids=DAMAGED.keys())
def test_no_damaged_line_stops_the_reading_of_a_journal_or_a_record(tmp_path: Path, line: bytes) -> None:
    check_journal(tmp_path / "outcomes.jsonl", [None, line, None])
    check_record(tmp_path / "record.jsonl", [None, line, None])


@pytest.mark.needs("time")
@pytest.mark.parametrize("name", FORMATS)
def test_no_format_shows_a_fault_in_its_first_inputs(name: str) -> None:
    """The inputs are the same in each test run. `make soak` fuzzes with other inputs, for an hour."""
    fuzz, _ = FORMATS[name]
    counts: Counts = fuzz(Clock(60, LOOKS.get(name, 1)), SEED)
    assert counts["inputs"] >= LOOKS.get(name, 1)


def test_no_guided_run_is_left_out_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "atheris", None)  # as Python has it where a package is not installed
    monkeypatch.setattr(sys, "argv", ["soak", "--only", "html, guided"])
    with pytest.raises(SystemExit, match="atheris is not installed, so NO run was guided"):
        main()


def test_the_input_of_a_fault_is_kept(tmp_path: Path) -> None:
    path = FindingError("a fault", b"%PDF-1.7", ".pdf").kept(tmp_path)
    assert path.read_bytes() == b"%PDF-1.7"
