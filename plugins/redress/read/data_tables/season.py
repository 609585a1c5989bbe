"""Read a season's data tables, each with its mapping. Skip copies, and report problems."""

import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace

from redress.model.authorities import Authorities
from redress.model.season import Season
from redress.model.witness import UnreadableTableError, WitnessError, WitnessFigure, WitnessReport
from redress.read.data_tables.data_table import DataTable, read_data_table, report_of_unmapped_file
from redress.read.data_tables.mapping import read_mapping
from redress.read.workers import Readers, WorkerError, fault_of_ours
from redress.settings import Limits

_log = logging.getLogger(__name__)
_REPORTS_TOLD = 5


@dataclass(frozen=True)
class FetchedTable:
    """The bytes of a data table, and the bytes of its mapping, which are None if the table has no mapping."""

    address: str
    content: bytes
    mapping_address: str
    mapping_content: bytes | None


def read_tables(
    tables: Sequence[FetchedTable], season: Season, authorities: Authorities, limits: Limits
) -> DataTable:
    """Return what all tables of a season state. Each table is read in a worker with the limits of a letter.

    If several files have the same bytes, only one of them is read: a file with a mapping, if there is one. If a
    table cannot be read, a report says so, and the other tables are read. Raise WitnessError if a mapping is not
    valid, or does not fit its table.
    """
    if not tables:
        return DataTable((), ())
    unique: dict[str, FetchedTable] = {}
    for table in sorted(tables, key=lambda table: (table.mapping_content is None, table.address)):
        unique.setdefault(hashlib.sha256(table.content).hexdigest(), table)
    figures: list[WitnessFigure] = []
    reports: list[WitnessReport] = []
    with Readers(replace(limits, workers=1)) as readers:
        for sha256, table in unique.items():
            try:
                read = readers.result_of(_read_table, table, season, authorities)
            except (UnreadableTableError, WorkerError) as error:
                reports.append(WitnessReport(sha256, table.address, f"no figure of it is taken: {error}"))
                continue
            except (WitnessError, BrokenProcessPool):
                raise
            except Exception as error:  # a fault of ours, which must cost no other table
                _log.exception("reading %s failed", table.address)
                detail = f"no figure of it is taken: {fault_of_ours(error)}"
                reports.append(WitnessReport(sha256, table.address, detail))
                continue
            figures += read.figures
            reports += read.reports
    return DataTable(tuple(figures), tuple(reports))


def _read_table(table: FetchedTable, season: Season, authorities: Authorities) -> DataTable:
    """Return what one table states by its mapping. Without a mapping, return only a report about the table."""
    if table.mapping_content is None:
        return DataTable((), (report_of_unmapped_file(table.content, table.address, table.mapping_address),))
    mapping = read_mapping(table.mapping_content, table.mapping_address)
    return read_data_table(table.content, table.address, mapping, season, authorities)


def told(read: DataTable) -> str:
    """Return in words what reading a season's data tables gave: how many figures of how many authorities, and the
    first few reports.
    """
    if not read.figures and not read.reports:
        return "none came with the letters"
    authorities = [
        one.authority_id for one in read.figures if one.authority_id is not None and one.value is not None
    ]
    text = f"{len(authorities)} figures of {len(set(authorities))} authorities"
    sentences = [_sentence(report) for report in read.reports[:_REPORTS_TOLD]]
    if len(read.reports) > _REPORTS_TOLD:
        sentences.append(f"and {len(read.reports) - _REPORTS_TOLD} more, in audit.witness_reports")
    return "; ".join([text, *sentences])


def _sentence(report: WitnessReport) -> str:
    row = "" if report.row_number is None else f", row {report.row_number}"
    return f"{report.source_address}{row}: {report.detail}"
