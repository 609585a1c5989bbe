"""The files of a season that was stopped because most of them are refused: whose each is, and why it is refused."""

from collections import Counter
from dataclasses import dataclass

from redress.report.letter_lines import LetterLine, letter_line
from redress.source_doubt import REFUSED
from redress.steps import SeasonRun


@dataclass(frozen=True)
class RefusedSeason:
    """How many files of a season would have got which disposition, and those that speak against the source."""

    disposition_counts: Counter[str]
    lines: tuple[LetterLine, ...]


def refused_season(run: SeasonRun) -> RefusedSeason | None:
    """The refused files as `check` left them; None where it did not stop the season for them."""
    if run.season not in run.refused.seasons():
        return None
    dispositions = run.refused.dispositions(run.season)
    lines = (
        letter_line(landed, dispositions[landed.letter.sha256])
        for landed in run.refused.letters(run.season)
        if dispositions[landed.letter.sha256].disposition in REFUSED
        and dispositions[landed.letter.sha256].decided_by is None
    )
    return RefusedSeason(Counter(one.disposition for one in dispositions.values()), tuple(lines))
