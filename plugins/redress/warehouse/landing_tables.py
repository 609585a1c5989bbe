"""The tables of landing: their columns, and functions that turn letters, figures and checks into rows and back."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from redress.check.rule import Check
from redress.files.places import Place
from redress.files.replacing import replaced
from redress.model.landed import LandedLetter
from redress.model.letter import Conflict, Figure, Header, Letter, StatedYear, Verdict
from redress.model.measures import Absence
from redress.model.printable import printable
from redress.model.season import Season
from redress.model.witness import WitnessAbsence, WitnessFigure, WitnessKind
from redress.warehouse.landed_paragraphs import (
    BOX_COLUMNS,
    PARAGRAPHS,
    landed_box,
    landed_paragraphs,
    paragraph_rows,
)

_STATED_YEAR = pa.struct([("where", pa.string()), ("season", pa.int16()), ("text", pa.string())])


_CONFLICT = pa.struct([("measure", pa.string()), ("detail", pa.string())])


LETTERS = pa.schema(
    [
        ("season", pa.int16()),  # the season that the file was fetched for
        ("letter_sha256", pa.string()),
        ("source_address", pa.string()),
        ("verdict", pa.string()),
        ("reason", pa.string()),
        ("layout", pa.string()),
        ("stated_season", pa.int16()),  # the season that the letter itself states
        ("authority_name", pa.string()),  # as printed
        ("addressee_name", pa.string()),
        ("addressee_title", pa.string()),
        ("letter_date", pa.date32()),
        ("period_start", pa.date32()),
        ("period_end", pa.date32()),
        ("page_count", pa.int32()),
        ("letter_first_page", pa.int32()),
        ("letter_last_page", pa.int32()),
        ("stated_years", pa.list_(_STATED_YEAR)),  # every year that the letter names, with its words
        ("conflicts", pa.list_(_CONFLICT)),  # figures that were withheld, and why
    ]
)


FIGURES = pa.schema(
    [
        ("season", pa.int16()),
        ("letter_sha256", pa.string()),
        ("measure", pa.string()),
        ("category", pa.string()),
        ("value", pa.decimal128(12, 3)),  # null where absent, and then absence_code says why
        ("printed_text", pa.string()),
        ("sentence_text", pa.string()),
        ("page", pa.int32()),
        ("box_x0_points", pa.float64()),
        ("box_top_points", pa.float64()),
        ("box_x1_points", pa.float64()),
        ("box_bottom_points", pa.float64()),
        ("line", pa.int32()),
        ("is_ocr", pa.bool_()),
        ("absence_code", pa.string()),
    ]
)


READINGS = LETTERS.append(pa.field("figures", pa.list_(pa.struct(list(FIGURES))))).append(
    pa.field("paragraphs", pa.list_(pa.struct(list(PARAGRAPHS))))
)
_READER = b"reader"


CHECKS = pa.schema(
    [
        ("season", pa.int16()),
        ("letter_sha256", pa.string()),  # null where the season as a whole is checked
        ("rule", pa.string()),
        ("severity", pa.string()),  # critical or warning
        ("is_passed", pa.bool_()),
        ("detail", pa.string()),
    ]
)


DISPOSITIONS = pa.schema(
    [
        ("season", pa.int16()),
        ("letter_sha256", pa.string()),
        ("authority_id", pa.string()),
        (
            "disposition",
            pa.string(),
        ),  # accepted, quarantined, superseded, or the verdict of a letter without figures
        ("reason", pa.string()),
        ("superseded_by_sha256", pa.string()),
        ("decided_by", pa.string()),  # the person whose decision it is; null where the rules decided
    ]
)


WITNESS_FIGURES = pa.schema(
    [
        ("season", pa.int16()),  # the season of the run that read the witness
        ("witness_kind", pa.string()),  # data_table or statistics_page
        ("witness_sha256", pa.string()),
        ("source_address", pa.string()),
        ("authority_id", pa.string()),  # null where the printed name fits no authority
        ("printed_authority_name", pa.string()),
        ("measure", pa.string()),
        ("category", pa.string()),
        ("value", pa.decimal128(12, 3)),  # null where absent, and then absence_code says why
        ("printed_text", pa.string()),
        ("row_number", pa.int32()),  # the row of a table, or the line of a page's file
        ("column_name", pa.string()),
        ("absence_code", pa.string()),
        ("definition_note", pa.string()),  # why the witness's column does not count what letters count
    ]
)


WITNESS_REPORTS = pa.schema(
    [
        ("season", pa.int16()),
        ("witness_kind", pa.string()),
        ("witness_sha256", pa.string()),
        ("source_address", pa.string()),
        ("row_number", pa.int32()),
        ("column_name", pa.string()),
        ("detail", pa.string()),
    ]
)


ACQUISITIONS = pa.schema(
    [
        ("season", pa.int16()),
        ("authority_id", pa.string()),
        ("state", pa.string()),  # acquired, not_published, failed, or not_listed by the source
        ("cause", pa.string()),  # why it failed
    ]
)


WITNESS_TABLES: dict[str, pa.Schema] = {
    "witness_figures": WITNESS_FIGURES,
    "witness_reports": WITNESS_REPORTS,
}


TABLES: dict[str, pa.Schema] = {
    "letters": LETTERS,
    "figures": FIGURES,
    "paragraphs": PARAGRAPHS,
    "checks": CHECKS,
    "dispositions": DISPOSITIONS,
}


def write_checks(season: Season, checks: Iterable[tuple[str | None, Check]], place: Place) -> None:
    """Write a season's checks to a Parquet file with the columns of landing's table `checks`."""
    with replaced(place) as incoming:
        pq.write_table(as_table([check_row(season, sha256, check) for sha256, check in checks], CHECKS), incoming)


def write_readings(letters: Sequence[LandedLetter], reader: str, path: Path) -> None:
    """Write letters to one Parquet file, each letter with its figures and paragraphs. `reader` is the identity of
    the reader, which names the version of the code that read the letters; the file states this identity too.
    """
    rows = [
        {**letter_row(landed), "figures": _rows_of_one(landed), "paragraphs": paragraph_rows([landed], {})}
        for landed in letters
    ]
    pq.write_table(as_table(rows, READINGS).replace_schema_metadata({_READER: reader}), path)


def read_readings(
    place: Place, only: Collection[str] | None = None, by: str | None = None
) -> tuple[str, tuple[LandedLetter, ...]]:
    """Return the identity of the reader (the version of the code that read the letters) that a file of readings
    states, and the letters in the file. The identity is "" if the file does not state it.

    `only` is a collection of sha256s: if it is given, only the letters with these sha256s are returned. If `by` is
    given and is not the identity that the file states, no letters are returned. A file of an object store is
    fetched once, for the identity and the letters together.
    """
    opened = _opened(place)
    reader = str((pq.read_schema(opened).metadata or {}).get(_READER, b"").decode())
    if by not in (None, reader):
        return reader, ()
    rows = _read(opened, READINGS, only).to_pylist()
    return reader, tuple(_landed(row, row.pop("figures"), row.pop("paragraphs") or []) for row in rows)


def read_letters(
    letters_place: Place, figures_place: Place, paragraphs_place: Place, only: Collection[str] | None = None
) -> tuple[LandedLetter, ...]:
    """Return the letters that Parquet files of landing hold, as the reader gave them, but with unprintable
    characters escaped.

    `only` is a collection of sha256s: if it is given, only the letters with these sha256s are returned. A season
    that an earlier version of Redress landed has no file of paragraphs, and its letters have no paragraphs.
    """
    figures = _by_letter(read_table(figures_place, FIGURES, only))
    paragraphs = _by_letter(read_table(paragraphs_place, PARAGRAPHS, only)) if paragraphs_place.exists() else {}
    return tuple(
        _landed(row, figures.get(row["letter_sha256"], []), paragraphs.get(row["letter_sha256"], []))
        for row in read_table(letters_place, LETTERS, only).to_pylist()
    )


def _by_letter(table: pa.Table) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        rows.setdefault(row["letter_sha256"], []).append(row)
    return rows


def read_table(
    place: Place,
    schema: pa.Schema | None = None,
    only: Collection[str] | None = None,
    columns: list[str] | None = None,
) -> pa.Table:
    """Return the table in a Parquet file. If `schema` is given, the table gets the columns of this schema.

    `only` is a collection of sha256s: if it is given, return only the rows of the letters with these sha256s. If
    `columns` is given, return only the columns with these names.
    """
    return _read(_opened(place), schema, only, columns)


def _read(
    opened: "Path | pa.BufferReader",
    schema: pa.Schema | None,
    only: Collection[str] | None,
    columns: list[str] | None = None,
) -> pa.Table:
    filters = None if only is None else [("letter_sha256", "in", set(only))]
    return pq.read_table(opened, schema=schema, columns=columns, filters=filters)


def _opened(place: Place) -> Path | pa.BufferReader:
    return place if isinstance(place, Path) else pa.BufferReader(place.read_bytes())


def as_table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Return rows as a table with the columns of `schema`. Unprintable characters in texts are escaped, since
    PostgreSQL takes no NUL.
    """
    return pa.Table.from_pylist([_shown(row) for row in rows], schema=schema)


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: _shown(one) for name, one in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list) else value


def letter_row(landed: LandedLetter) -> dict[str, Any]:
    letter, header = landed.letter, landed.letter.header
    first_page, last_page = header.letter_pages or (None, None)
    return {
        "season": landed.season.year,
        "letter_sha256": letter.sha256,
        "source_address": landed.source_address,
        "verdict": str(letter.verdict),
        "reason": letter.reason,
        "layout": header.layout,
        "stated_season": header.season,
        "authority_name": header.authority_name,
        "addressee_name": header.addressee_name,
        "addressee_title": header.addressee_title,
        "letter_date": header.letter_date,
        "period_start": header.period_start,
        "period_end": header.period_end,
        "page_count": header.page_count,
        "letter_first_page": first_page,
        "letter_last_page": last_page,
        "stated_years": [vars(year) for year in header.stated_years],
        "conflicts": [vars(conflict) for conflict in letter.conflicts],
    }


def figure_rows(letters: Sequence[LandedLetter]) -> list[dict[str, Any]]:
    """Return a row for each figure of the letters, and for each reason why a letter gives no value for a measure.
    If one file came from two addresses, its rows are returned once.
    """
    by_file = {landed.letter.sha256: landed for landed in letters}
    return [row for landed in by_file.values() for row in _rows_of_one(landed)]


def _rows_of_one(landed: LandedLetter) -> list[dict[str, Any]]:
    key = {"season": landed.season.year, "letter_sha256": landed.letter.sha256}
    stated = [
        key
        | {
            "measure": figure.measure,
            "category": figure.category,
            "value": figure.value,
            "printed_text": figure.text,
            "sentence_text": figure.sentence,
            "page": figure.page,
            "line": figure.line,
            "is_ocr": figure.is_ocr,
        }
        | dict(zip(BOX_COLUMNS, figure.box or (None,) * 4, strict=True))
        for figure in landed.letter.figures
    ]
    absent = [key | {"measure": measure, "absence_code": str(code)} for measure, code in landed.letter.absences]
    return stated + absent


def witness_figure_row(season: Season, kind: WitnessKind, figure: WitnessFigure) -> dict[str, Any]:
    row = {name: value for name, value in vars(figure).items() if name != "absence"}
    absence_code = None if figure.absence is None else str(figure.absence)
    return {"season": season.year, "witness_kind": str(kind), **row, "absence_code": absence_code}


def witness_figure(row: dict[str, Any]) -> WitnessFigure:
    code = row["absence_code"]
    own = {name: value for name, value in row.items() if name not in ("season", "witness_kind", "absence_code")}
    return WitnessFigure(**own, absence=None if code is None else WitnessAbsence(code))


def check_row(season: Season, letter_sha256: str | None, check: Check) -> dict[str, Any]:
    return {
        "season": season.year,
        "letter_sha256": letter_sha256,
        "rule": check.rule,
        "severity": str(check.severity),
        "is_passed": check.is_passed,
        "detail": check.detail,
    }


def _landed(row: dict[str, Any], figures: list[dict[str, Any]], paragraphs: list[dict[str, Any]]) -> LandedLetter:
    pages = row["letter_first_page"], row["letter_last_page"]
    header = Header(
        season=row["stated_season"],
        authority_name=row["authority_name"],
        addressee_name=row["addressee_name"],
        addressee_title=row["addressee_title"],
        letter_date=row["letter_date"],
        period_start=row["period_start"],
        period_end=row["period_end"],
        layout=row["layout"],
        page_count=row["page_count"],
        letter_pages=None if None in pages else pages,
        stated_years=tuple(StatedYear(**year) for year in row["stated_years"]),
    )
    letter = Letter(
        sha256=row["letter_sha256"],
        verdict=Verdict(row["verdict"]),
        reason=row["reason"],
        header=header,
        figures=tuple(_figure(figure) for figure in figures if figure["absence_code"] is None),
        absences=tuple(
            (figure["measure"], Absence(figure["absence_code"]))
            for figure in figures
            if figure["absence_code"] is not None
        ),
        conflicts=tuple(Conflict(**conflict) for conflict in row["conflicts"]),
        paragraphs=landed_paragraphs(paragraphs),
    )
    return LandedLetter(Season(row["season"]), row["source_address"], letter)


def _figure(row: dict[str, Any]) -> Figure:
    return Figure(
        measure=row["measure"],
        category=row["category"],
        value=_as_printed(row["value"]),
        text=row["printed_text"],
        sentence=row["sentence_text"],
        page=row["page"],
        box=landed_box(row),
        line=row["line"],
        is_ocr=bool(row["is_ocr"]),
    )


def _as_printed(value: Decimal) -> Decimal:
    """Return a figure's value without the zeros at its end that landing's column `value` adds, because the column
    has three decimal places.
    """
    return Decimal(int(value)) if value == int(value) else value.normalize()
