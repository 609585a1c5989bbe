"""The records of second witnesses: a figure with its place, and what has to be said about a file."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class WitnessKind(StrEnum):
    """What kind of document speaks beside a letter."""

    DATA_TABLE = "data_table"
    """The Ombudsman's table of all authorities, a CSV or XLSX file."""
    STATISTICS_PAGE = "statistics_page"
    """The page of the web with one council's statistics."""


class WitnessAbsence(StrEnum):
    """Why a cell of a data table gives no value. Absent is not zero."""

    NOT_STATED = "not_stated"
    """The cell is empty, or says so with a dash or "n/a"."""
    WITHHELD = "withheld"
    """The cell has an asterisk alone, by which publishers hold back small numbers."""
    NOT_A_NUMBER = "not_a_number"
    """The cell holds something else, or a number that its measure cannot have."""
    REPEATED_AUTHORITY = "repeated_authority"
    """The authority has several rows, and nobody can say which is meant."""


@dataclass(frozen=True)
class WitnessFigure:
    """One figure of a second witness, and where it stands.

    In a data table `row_number` is the row as a spreadsheet counts it (the first is 1) and `column_name` the
    heading as printed; of a page `row_number` is the line of the file, and there is no column. Exactly one of
    `value` and `absence` is set. `authority_id` is None where the printed name fits no authority.
    """

    witness_sha256: str
    source_address: str
    authority_id: str | None
    printed_authority_name: str
    measure: str
    category: str | None
    value: Decimal | None
    printed_text: str
    row_number: int | None
    column_name: str | None = None
    absence: WitnessAbsence | None = None
    definition_note: str | None = None


@dataclass(frozen=True)
class WitnessReport:
    """Something about a data table that a person should know: a file, a row or a column that was not used."""

    witness_sha256: str
    source_address: str
    detail: str
    row_number: int | None = None
    column_name: str | None = None


class WitnessError(ValueError):
    """A data table and its mapping do not fit; the message says which file, what was found and what to write."""
