"""What landing holds about a letter beside its figures: where the letter came from, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum

from redress.model.letter import Letter, Verdict
from redress.model.season import Season


@dataclass(frozen=True)
class LandedLetter:
    """A letter with the season that it was fetched for and the address that it came from."""

    season: Season
    source_address: str
    letter: Letter


class Fate(StrEnum):
    """What became of a letter file in its season."""

    ACCEPTED = "accepted"
    """The letter's figures are loaded."""
    QUARANTINED = "quarantined"
    """A critical rule or a person holds the letter back."""
    SUPERSEDED = "superseded"
    """Another letter to the same authority replaces the letter."""
    NO_STATISTICS = Verdict.NO_STATISTICS.value
    UNKNOWN_LAYOUT = Verdict.UNKNOWN_LAYOUT.value
    NOT_A_LETTER = Verdict.NOT_A_LETTER.value
    UNREADABLE = Verdict.UNREADABLE.value


@dataclass(frozen=True)
class Disposition:
    """The fate of one letter, with the reason.

    `decided_by` is the person who accepted or rejected the letter, None if the rules alone decided.
    """

    letter_sha256: str
    disposition: Fate
    reason: str
    authority_id: str | None = None
    superseded_by_sha256: str | None = None
    decided_by: str | None = None


@dataclass(frozen=True)
class Acquisition:
    """What became of one authority's letter at the source.

    `state` is acquired, not_published, failed, or not_listed (the source does not list the authority). `cause` says
    why a fetch failed.
    """

    authority_id: str
    state: str
    cause: str | None = None
