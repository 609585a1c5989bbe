"""The loop over references fetches as many at a time as a source takes, and the journal loses no outcome."""

import json
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from redress.acquire.archive import Archive, ArchiveError
from redress.acquire.fetching import acquire_references
from redress.acquire.journal import Journal
from redress.acquire.outcomes import AcquisitionState, Outcome, Summary
from redress.acquire.source import (
    DataTableReference,
    FailureCause,
    Fetched,
    FetchError,
    Known,
    Reference,
    Source,
)
from redress.model.season import Season
from tests.acquire.letters_server import SEASON


@dataclass
class Slow:
    """A source that counts how many fetches run at the same time, and fails at chosen references."""

    at_a_time: int
    fails: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        self.lock, self.running, self.most = threading.Lock(), 0, 0
        self.meet = threading.Barrier(self.at_a_time)

    name = "slow"

    @property
    def fetches_at_a_time(self) -> int:
        return self.at_a_time

    def references(self, season: Season) -> tuple[Reference, ...]:
        return tuple(Reference(season, str(number)) for number in range(40))

    def data_tables(self, season: Season) -> tuple[DataTableReference, ...]:
        return ()

    def fetch(self, reference: Reference, known: Known | None = None) -> Fetched:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.meet.wait(timeout=10)
        with self.lock:
            self.running -= 1
        if int(reference.address) in self.fails:
            raise FetchError(FailureCause.TIMED_OUT, "no answer")
        return Fetched(reference.address.encode(), reference.address)


def acquired(source: Source, folder: Path) -> tuple[Outcome, ...]:
    noted: list[Outcome] = []
    outcomes = acquire_references(source, Archive(folder), source.references(SEASON), noted.append)
    assert set(noted) == set(outcomes)
    return outcomes


def test_a_source_is_asked_for_as_many_at_a_time_as_it_takes(tmp_path: Path) -> None:
    source = Slow(4)
    outcomes = acquired(source, tmp_path)
    assert source.most == 4
    assert [one.reference.address for one in outcomes] == [str(number) for number in range(40)]


def test_failures_between_successes_do_not_make_a_source_down(tmp_path: Path) -> None:
    outcomes = acquired(Slow(1, frozenset(range(0, 40, 2))), tmp_path)
    assert Counter(one.state for one in outcomes) == {"fetched": 20, "failed": 20}


def test_an_archive_that_cannot_be_written_stops_the_season(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file where the folder should be")
    with pytest.raises(ArchiveError, match="cannot be"):
        acquired(Slow(1), tmp_path / "archive")


# --- The journal ------------------------------------------------------------------------------------------


def test_half_a_line_of_the_journal_is_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", SEASON)
    first, second = (Reference(SEASON, name) for name in ("a", "b"))
    journal.begin("folder:x", [first, second])
    journal.note(Outcome(first, AcquisitionState.FAILED, cause=FailureCause.FILE, detail="höhe"))
    journal.note(Outcome(first, AcquisitionState.FETCHED, "ab", "a", is_settled=True))
    with (tmp_path / "journal" / "outcomes.jsonl").open("a") as file:
        file.write('{"address": "b", "sta')
    assert journal.references() == (first, second)
    assert journal.outcomes() == {first: Outcome(first, AcquisitionState.FETCHED, "ab", "a", is_settled=True)}


def test_an_outcome_noted_after_half_a_line_is_never_lost(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", SEASON)
    first, second = (Reference(SEASON, name) for name in ("a", "b"))
    journal.begin("folder:x", [first, second])
    for damage in ('{"address": "b", "sta', '{"address": "b"}\n', "7\n", "\n"):
        with (tmp_path / "journal" / "outcomes.jsonl").open("a") as file:
            file.write(damage)
        journal.note(Outcome(first, AcquisitionState.NOT_PUBLISHED, detail=damage))
        assert journal.outcomes()[first].detail == damage
    assert second not in journal.outcomes()


SEPARATORS = "\u2028 \u2029 \x85 \x0b \x0c \x1c \x1d \x1e \r \ud800 ä"
"""The characters, except the line feed, at which Python's `splitlines` cuts a line; then half a character, and a
letter that is not ASCII."""


def test_no_character_of_an_address_cuts_the_line_of_its_outcome(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", SEASON)
    reference = Reference(SEASON, f"https://a.example/{SEPARATORS}.pdf")
    outcome = Outcome(reference, AcquisitionState.FAILED, cause=FailureCause.REFUSED, detail=SEPARATORS)
    journal.begin(f"manifest:{SEPARATORS}", [reference], [outcome])
    assert (journal.source(), journal.references()) == (f"manifest:{SEPARATORS}", (reference,))
    assert journal.outcomes() == {reference: outcome}
    written = Summary(SEASON, "run", "manifest", "2021", "2021", (outcome,))
    written.write(tmp_path / "run.acquired.json")
    assert Summary.read(tmp_path / "run.acquired.json") == written


def test_a_journal_of_yesterday_with_a_letter_that_is_not_ascii_is_still_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path, SEASON)
    journal.note(Outcome(Reference(SEASON, "höhe.pdf"), AcquisitionState.FAILED, detail="höhe\u2028.pdf"))
    lines = tmp_path / "outcomes.jsonl"
    stated = json.loads(lines.read_bytes())
    lines.write_text(json.dumps(stated, ensure_ascii=False) + "\n", encoding="utf-8")
    (outcome,) = journal.outcomes().values()
    assert outcome.detail == "höhe\u2028.pdf"
