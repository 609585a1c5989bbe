"""Landing: what each letter states and what the checks made of it, as Parquet, one partition per season.

Four tables: `letters` and `figures` come from reading, `checks` and `dispositions` from the gate. A season is
replaced whole, never appended to, so running a season twice leaves the same bytes.

Two more hold what second witnesses say, `witness_figures` and `witness_reports`: one partition per season and kind
of witness, and none where there is nothing to say. `acquisitions` says what became of each authority's letter at
the source: one partition per season, and none where the source does not say whose its letters are.
"""

import hashlib
import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from redress.letters.records import Box, Conflict, Figure, Header, Letter, StatedYear, Verdict
from redress.measures import Absence
from redress.printable import printable
from redress.rules import Check, Severity
from redress.seasons import Season, season_from_name
from redress.witnesses.records import WitnessFigure, WitnessKind, WitnessReport

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
        ("stated_years", pa.list_(_STATED_YEAR)),  # every year that the letter names, with its words
        ("conflicts", pa.list_(_CONFLICT)),  # figures that can be read in two ways, and were withheld
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
        ),  # accepted, quarantined, superseded, or the verdict of what has no figures
        ("reason", pa.string()),
        ("superseded_by_sha256", pa.string()),
        ("decided_by", pa.string()),  # the person whose decision it is; null where the rules decided
    ]
)
WITNESS_FIGURES = pa.schema(
    [
        ("season", pa.int16()),  # the season whose folder the witness lay in
        ("witness_kind", pa.string()),  # data_table or statistics_page
        ("witness_sha256", pa.string()),
        ("source_address", pa.string()),
        ("authority_id", pa.string()),  # null where the printed name fits no authority
        ("printed_authority_name", pa.string()),
        ("measure", pa.string()),
        ("category", pa.string()),
        ("value", pa.decimal128(12, 3)),  # null where absent, and then absence_code says why
        ("printed_text", pa.string()),
        ("row_number", pa.int32()),  # of a page, the line of the file
        ("column_name", pa.string()),
        ("absence_code", pa.string()),
        ("definition_note", pa.string()),  # why the column does not count what letters count
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
    "checks": CHECKS,
    "dispositions": DISPOSITIONS,
}


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


@dataclass(frozen=True)
class Landing:
    """The folder `<landing>/<table>/season=<year>/part.parquet`."""

    folder: Path

    def seasons(self) -> tuple[Season, ...]:
        """The seasons that have been landed whole, the oldest first."""
        found = (season_from_name(path.parent.name.removeprefix("season=")) for path in self._parts("dispositions"))
        return tuple(sorted(season for season in found if season is not None))

    def replace_season(
        self,
        season: Season,
        letters: Sequence[LandedLetter],
        checks: Iterable[tuple[str | None, Check]],
        dispositions: Iterable[Disposition],
    ) -> None:
        """Replace all four tables of a season.

        `checks` gives each check with its letter's sha256, and with None one of the season as a whole.
        """
        tables = {
            "letters": _table([_letter_row(landed) for landed in letters], LETTERS),
            "figures": _table(_figure_rows(letters), FIGURES),
            "checks": _table([_check_row(season, sha256, check) for sha256, check in checks], CHECKS),
            "dispositions": _table(
                [{"season": season.year, **vars(disposition)} for disposition in dispositions], DISPOSITIONS
            ),
        }
        waiting = []
        for name, table in tables.items():
            place = self._part(name, season)
            place.parent.mkdir(parents=True, exist_ok=True)
            incoming = place.with_suffix(".incoming")
            pq.write_table(table, incoming)
            waiting.append((incoming, place))
        for incoming, place in waiting:
            incoming.replace(place)

    def replace_witnesses(
        self,
        season: Season,
        kind: WitnessKind,
        figures: Iterable[WitnessFigure],
        reports: Iterable[WitnessReport] = (),
    ) -> None:
        """Replace what a season's witnesses of one kind say; where they say nothing, what was there is removed."""
        rows = {
            "witness_figures": [_witness_figure_row(season, kind, figure) for figure in figures],
            "witness_reports": [{"season": season.year, "witness_kind": kind, **vars(one)} for one in reports],
        }
        for name, schema in WITNESS_TABLES.items():
            place = self.folder / name / f"season={season}" / f"{kind}.parquet"
            if not rows[name]:
                place.unlink(missing_ok=True)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            incoming = place.with_suffix(".incoming")
            pq.write_table(_table(rows[name], schema), incoming)
            incoming.replace(place)

    def take_witnesses(self, season: Season, kind: WitnessKind, other: "Landing") -> None:
        """Replace what a season's witnesses of one kind say by what they say in another folder of this layout."""
        for name in WITNESS_TABLES:
            part = Path(name) / f"season={season}" / f"{kind}.parquet"
            place, source = self.folder / part, other.folder / part
            if not source.exists():
                place.unlink(missing_ok=True)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            incoming = place.with_suffix(".incoming")
            shutil.copyfile(source, incoming)
            incoming.replace(place)

    def replace_acquisitions(self, season: Season, acquisitions: Sequence[Acquisition]) -> None:
        """Replace what became of a season's letters at the source; where nothing is known, nothing is kept."""
        place = self._part("acquisitions", season)
        if not acquisitions:
            place.unlink(missing_ok=True)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        incoming = place.with_suffix(".incoming")
        pq.write_table(
            _table([{"season": season.year, **vars(one)} for one in acquisitions], ACQUISITIONS), incoming
        )
        incoming.replace(place)

    def letters(self, season: Season, only: Collection[str] | None = None) -> tuple[LandedLetter, ...]:
        """The letters of a season, as they were read; those alone whose sha256 is among `only`, where given."""
        return read_letters(self._part("letters", season), self._part("figures", season), only)

    def files(self, season: Season) -> dict[str, str]:
        """The address of each file of a season, by its sha256: letters, and statistics pages beside one of them."""
        pages = self.folder / "witness_figures" / f"season={season}" / f"{WitnessKind.STATISTICS_PAGE}.parquet"
        found: dict[str, str] = {}
        for place, sha256 in ((pages, "witness_sha256"), (self._part("letters", season), "letter_sha256")):
            if place.exists():
                table = pq.read_table(place, columns=[sha256, "source_address"])
                found |= zip(*(column.to_pylist() for column in table.columns), strict=True)
        return found

    def dispositions(self, season: Season) -> dict[str, Disposition]:
        """What the gate decided on each letter of a season, by the letter's sha256."""
        rows = pq.read_table(self._part("dispositions", season), schema=DISPOSITIONS).to_pylist()
        return {
            row["letter_sha256"]: Disposition(**{name: row[name] for name in row if name != "season"})
            for row in rows
        }

    def checks(self, season: Season) -> dict[str | None, tuple[Check, ...]]:
        """The checks of a season's letters, by the letter's sha256, in the order in which they were made.

        Those of the season as a whole stand under None.
        """
        found: dict[str | None, tuple[Check, ...]] = {}
        for row in pq.read_table(self._part("checks", season), schema=CHECKS).to_pylist():
            check = Check(row["rule"], Severity(row["severity"]), row["is_passed"], row["detail"])
            found[row["letter_sha256"]] = (*found.get(row["letter_sha256"], ()), check)
        return found

    def content_hash(self) -> str:
        """The sha256 of what is landed, whatever the day, the place it came from, and the name of who decided."""
        digest = hashlib.sha256()
        for name in TABLES:
            for path in self._parts(name):
                table = pq.read_table(path, schema=TABLES[name])
                if name == "letters":
                    table = table.drop_columns(["source_address"])
                if name == "dispositions":
                    table = _without_names(table)
                digest.update(f"{name} {path.parent.name}\n".encode())
                for row in sorted(repr(row) for row in table.to_pylist()):
                    digest.update(row.encode())
        for name, schema in WITNESS_TABLES.items():
            for path in sorted(self.folder.glob(f"{name}/season=*/*.parquet")):
                table = pq.read_table(path, schema=schema).drop_columns(["source_address"])
                digest.update(f"{name} {path.parent.name} {path.stem}\n".encode())
                for row in sorted(repr(row) for row in table.to_pylist()):
                    digest.update(row.encode())
        for path in self._parts("acquisitions"):
            digest.update(f"acquisitions {path.parent.name}\n".encode())
            for row in pq.read_table(path, schema=ACQUISITIONS).to_pylist():
                digest.update(repr(row).encode())
        return digest.hexdigest()

    def _part(self, table: str, season: Season) -> Path:
        return self.folder / table / f"season={season}" / "part.parquet"

    def _parts(self, table: str) -> list[Path]:
        return sorted(self.folder.glob(f"{table}/season=*/part.parquet"))


def write_checks(season: Season, checks: Iterable[tuple[str | None, Check]], path: Path) -> None:
    """A season's checks to a Parquet file of landing's schema."""
    pq.write_table(_table([_check_row(season, sha256, check) for sha256, check in checks], CHECKS), path)


def write_letters(letters: Sequence[LandedLetter], letters_path: Path, figures_path: Path) -> None:
    """Letters and figures to two Parquet files of landing's schemas."""
    pq.write_table(_table([_letter_row(landed) for landed in letters], LETTERS), letters_path)
    pq.write_table(_table(_figure_rows(letters), FIGURES), figures_path)


def read_letters(
    letters_path: Path, figures_path: Path, only: Collection[str] | None = None
) -> tuple[LandedLetter, ...]:
    """The way back: the letters of two Parquet files, each as the reader gave it, but for `printable`."""
    figure_rows: dict[str, list[dict[str, Any]]] = {}
    filters = None if only is None else [("letter_sha256", "in", set(only))]
    for row in pq.read_table(figures_path, schema=FIGURES, filters=filters).to_pylist():
        figure_rows.setdefault(row["letter_sha256"], []).append(row)
    return tuple(
        _landed(row, figure_rows.get(row["letter_sha256"], []))
        for row in pq.read_table(letters_path, schema=LETTERS, filters=filters).to_pylist()
    )


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table of landing. Texts are kept as they can be shown: PostgreSQL takes no NUL."""
    return pa.Table.from_pylist([_shown(row) for row in rows], schema=schema)


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: _shown(one) for name, one in value.items()}
    return [_shown(one) for one in value] if isinstance(value, list) else value


def _without_names(dispositions: pa.Table) -> pa.Table:
    """Dispositions with whether a person decided, and not with who: no release holds the name."""
    place = dispositions.schema.get_field_index("decided_by")
    return dispositions.set_column(place, "is_decided_by_person", dispositions.column(place).is_valid())


def _letter_row(landed: LandedLetter) -> dict[str, Any]:
    letter, header = landed.letter, landed.letter.header
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
        "stated_years": [vars(year) for year in header.stated_years],
        "conflicts": [vars(conflict) for conflict in letter.conflicts],
    }


def _figure_rows(letters: Sequence[LandedLetter]) -> list[dict[str, Any]]:
    """The figures and absences of letters; those of a file that came from two addresses stand once."""
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
        | dict(zip(_BOX_COLUMNS, figure.box or (None,) * 4, strict=True))
        for figure in landed.letter.figures
    ]
    absent = [key | {"measure": measure, "absence_code": str(code)} for measure, code in landed.letter.absences]
    return stated + absent


_BOX_COLUMNS = ("box_x0_points", "box_top_points", "box_x1_points", "box_bottom_points")


def _witness_figure_row(season: Season, kind: WitnessKind, figure: WitnessFigure) -> dict[str, Any]:
    row = {name: value for name, value in vars(figure).items() if name != "absence"}
    absence_code = None if figure.absence is None else str(figure.absence)
    return {"season": season.year, "witness_kind": str(kind), **row, "absence_code": absence_code}


def _check_row(season: Season, letter_sha256: str | None, check: Check) -> dict[str, Any]:
    return {
        "season": season.year,
        "letter_sha256": letter_sha256,
        "rule": check.rule,
        "severity": str(check.severity),
        "is_passed": check.is_passed,
        "detail": check.detail,
    }


def _landed(row: dict[str, Any], figures: list[dict[str, Any]]) -> LandedLetter:
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
    )
    return LandedLetter(Season(row["season"]), row["source_address"], letter)


def _figure(row: dict[str, Any]) -> Figure:
    edges = [row[column] for column in _BOX_COLUMNS]
    box: Box | None = None if edges[0] is None else (edges[0], edges[1], edges[2], edges[3])
    return Figure(
        measure=row["measure"],
        category=row["category"],
        value=_as_printed(row["value"]),
        text=row["printed_text"],
        sentence=row["sentence_text"],
        page=row["page"],
        box=box,
        line=row["line"],
        is_ocr=bool(row["is_ocr"]),
    )


def _as_printed(value: Decimal) -> Decimal:
    """A number without the noughts that the column's three decimal places add."""
    return Decimal(int(value)) if value == int(value) else value.normalize()
