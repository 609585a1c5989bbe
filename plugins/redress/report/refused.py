"""The files of a season that was stopped because most of them are refused: whose each is, and why it is refused.

Nothing of such a season is landed. So what the run has read goes once more through the rules of the gate.
"""

from collections import Counter
from dataclasses import dataclass

from redress.acquire.outcomes import Summary
from redress.authorities import Authorities
from redress.decisions import read_decisions
from redress.quarantine import dispose
from redress.report.letter_lines import LetterLine, letter_line
from redress.rules import check_letter
from redress.season_rules import stand
from redress.source_doubt import REFUSED, doubt
from redress.steps import SeasonRun
from redress.steps.reading import part_files
from redress.warehouse.landing import LandedLetter
from redress.witnesses.pages import set_pages_apart


@dataclass(frozen=True)
class RefusedSeason:
    """How many files of a season would have got which disposition, and those that speak against the source."""

    disposition_counts: Counter[str]
    lines: tuple[LetterLine, ...]


def refused_season(run: SeasonRun, authorities: Authorities) -> RefusedSeason | None:
    """The refused files; None where it was not stopped for them, or what it read is there no longer."""
    letters, _ = set_pages_apart(_files(run), run.season, authorities)
    decisions = read_decisions(run.settings.landing_folder)
    standings = stand([landed.letter for landed in letters], run.season, authorities, decisions)
    checks = {one.letter.sha256: check_letter(one.letter) + one.checks for one in standings}
    dispositions = dispose(run.season, standings, checks, decisions)
    found = [(sha256, check) for sha256, of_letter in checks.items() for check in of_letter]
    if doubt(run.season, found, dispositions, run.settings) is None:
        return None
    lines = (
        letter_line(landed, disposition)
        for landed, disposition in zip(letters, dispositions, strict=True)
        if disposition.disposition in REFUSED and disposition.decided_by is None
    )
    return RefusedSeason(Counter(one.disposition for one in dispositions), tuple(lines))


def _files(run: SeasonRun) -> tuple[LandedLetter, ...]:
    """What the run has read, one for each file, in the order of their addresses.

    An earlier try of the run may have left parts with files that the source no longer gives.
    """
    had = None
    if run.summary_path.exists():
        had = {one.sha256 for one in Summary.read(run.summary_path).outcomes}
    unique: dict[str, LandedLetter] = {}
    parts = sorted(str(folder) for folder in run.work_folder.glob("read-????"))
    for landed in sorted(part_files(parts), key=lambda landed: landed.source_address):
        if had is None or landed.letter.sha256 in had:
            unique.setdefault(landed.letter.sha256, landed)
    return tuple(unique.values())
