"""What reading a second witness gives: figures and where they stand, and reports about parts that were not used."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class WitnessKind(StrEnum):
    """The kind of document that states the same figures as a letter."""

    DATA_TABLE = "data_table"
    """The Ombudsman's table of all authorities, a CSV or XLSX file."""
    STATISTICS_PAGE = "statistics_page"
    """The web page with one council's statistics."""


class WitnessAbsence(StrEnum):
    """Why a cell of a data table gives no value. Absent is not zero."""

    NOT_STATED = "not_stated"
    """The cell is empty, or has a dash or "n/a"."""
    WITHHELD = "withheld"
    """The cell has only an asterisk, with which publishers hide small numbers."""
    NOT_A_NUMBER = "not_a_number"
    """The cell holds no number, or a number that its measure cannot have."""
    REPEATED_AUTHORITY = "repeated_authority"
    """The authority has several rows, and nothing says which one is right."""


@dataclass(frozen=True)
class WitnessFigure:
    """One figure of a second witness, and where it stands.

    In a data table `row_number` is the row as a spreadsheet counts it (the first is 1) and `column_name` is the
    printed heading. On a statistics page `row_number` is the line of the file, and `column_name` is None. Exactly
    one of `value` and `absence` is set. `authority_id` is None if the printed name fits no authority.
    `definition_note` says why a table's column does not count what letters count; None if the column counts the
    same as letters.
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
    """Something that a person should know about a data table: a file, row or column that was not used, and why."""

    witness_sha256: str
    source_address: str
    detail: str
    row_number: int | None = None
    column_name: str | None = None


class WitnessError(ValueError):
    """A data table does not fit its mapping (the file that says what the columns mean). The message names the file,
    and says what was found and what to write.
    """


class UnreadableTableError(WitnessError):
    """A data table or its mapping cannot be read. The season goes on without the table, and a WitnessReport names
    the table.
    """
