"""What landing holds of a letter beside what the letter states: where the file came from, and what became of it."""

from dataclasses import dataclass

from redress.model.letter import Letter
from redress.model.season import Season


@dataclass(frozen=True)
class LandedLetter:
    """A letter with the season it was fetched for and the address it came from."""

    season: Season
    source_address: str
    letter: Letter


@dataclass(frozen=True)
class Disposition:
    """What the gate decided on one letter.

    `disposition` is accepted, quarantined or superseded, or the verdict of a letter that has no figures.
    `decided_by` is the person who accepted or rejected it, None where the rules alone decided.
    """

    letter_sha256: str
    disposition: str
    reason: str
    authority_id: str | None = None
    superseded_by_sha256: str | None = None
    decided_by: str | None = None


@dataclass(frozen=True)
class Acquisition:
    """What became of one authority's letter at the source: acquired, not_published, failed, or not_listed there."""

    authority_id: str
    state: str
    cause: str | None = None
