"""A source of letters: which letters it has for a season, and the bytes of one."""

from dataclasses import dataclass
from typing import Protocol

from redress.seasons import Season


@dataclass(frozen=True)
class Reference:
    """One letter that a source has: the season it belongs to there, and its address within the source."""

    season: Season
    address: str


@dataclass(frozen=True)
class DataTableReference:
    """One data table that a source has beside a season's letters, and the mapping that lies beside it.

    `mapping_address` is where the mapping lies or, where `has_mapping` is not set, where it is to be written.
    """

    season: Season
    address: str
    mapping_address: str
    has_mapping: bool


class Source(Protocol):
    """Where letters come from."""

    @property
    def name(self) -> str:
        """What kind of source this is, and where: "folder /letters"."""

    def references(self, season: Season) -> tuple[Reference, ...]:
        """The letters that the source has for a season, in a fixed order."""

    def data_tables(self, season: Season) -> tuple[DataTableReference, ...]:
        """The data tables that the source has for a season, in a fixed order."""

    def fetch(self, reference: Reference) -> bytes:
        """The bytes of one letter, data table or mapping. Raises OSError where they cannot be had."""


class SourceError(Exception):
    """A source cannot be used as it is; the message says what was found and what to do."""
