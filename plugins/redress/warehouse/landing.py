"""Landing: what each letter states and what the checks found, as Parquet, with one partition for each season.

Five tables have a partition for each landed season. The rows of `letters`, `figures` and `paragraphs` come from
reading; the rows of `checks` and `dispositions` come from checking the letters that were read. A paragraph's row
says in how many councils' letters of the season the paragraph stands; a season that an earlier version of Redress
landed has no paragraphs. A season is replaced whole, never appended to, so running a season twice leaves the same
bytes.

Other tables have a partition only if there is something to keep in it. `witness_figures` and `witness_reports` hold
what second witnesses say, by season and kind of witness. `acquisitions` says what became of each authority's letter
at the source, if the source names the authorities of its letters. `validations` holds Great Expectations' JSON
about a season's checks; Data Docs are rendered from this JSON, and no release depends on it.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from redress.check.rule import Check, Severity
from redress.check.sharing import shared_paragraphs
from redress.files.places import Place, matching
from redress.files.replacing import replaced
from redress.model.landed import Acquisition, Disposition, Fate, LandedLetter
from redress.model.season import Season, season_from_name
from redress.model.witness import WitnessFigure, WitnessKind, WitnessReport
from redress.warehouse.landed_paragraphs import PARAGRAPHS, paragraph_rows
from redress.warehouse.landing_tables import (
    ACQUISITIONS,
    CHECKS,
    DISPOSITIONS,
    FIGURES,
    LETTERS,
    TABLES,
    WITNESS_FIGURES,
    WITNESS_TABLES,
    as_table,
    check_row,
    figure_rows,
    letter_row,
    read_letters,
    read_table,
    witness_figure,
    witness_figure_row,
)


@dataclass(frozen=True)
class Landing:
    """The landing of all seasons, as `<folder>/<table>/season=<year>/part.parquet`."""

    folder: Place

    def seasons(self) -> tuple[Season, ...]:
        """Return the seasons that have been landed whole, the oldest first."""
        found = (_season_of(path.parent) for path in self.parts("dispositions"))
        return tuple(sorted(season for season in found if season is not None))

    def files_to_build(self) -> tuple[Place, ...]:
        """Return the files of all seasons of the tables from which a warehouse is built."""
        return tuple(path for name in (*TABLES, *WITNESS_TABLES, "acquisitions") for path in self.parts(name))

    def parts(self, table: str) -> list[Place]:
        """Return the files of a table for all seasons. Files and folders of the table whose names landing does not
        give, such as a copy of a season's folder, are ignored.
        """
        names = sorted(f"{kind}.parquet" for kind in WitnessKind) if table in WITNESS_TABLES else ["part.parquet"]
        folders = matching(self.folder / table, "season=*")
        places = (folder / name for folder in folders if _season_of(folder) is not None for name in names)
        return [place for place in places if place.exists()]

    def replace_season(
        self,
        season: Season,
        letters: Sequence[LandedLetter],
        checks: Iterable[tuple[str | None, Check]],
        dispositions: Iterable[Disposition],
        validation: str | None = None,
    ) -> None:
        """Replace all five tables of a season, and what Great Expectations found in the season.

        `checks` gives each check with its letter's sha256, or with None for a check of the season as a whole.
        `validation` is JSON; None if Great Expectations has not validated these checks.
        """
        dispositions = tuple(dispositions)
        validation_place = self._part("validations", season).with_suffix(".json")
        validation_place.unlink(missing_ok=True)
        tables = {
            "letters": as_table([letter_row(landed) for landed in letters], LETTERS),
            "figures": as_table(figure_rows(letters), FIGURES),
            "paragraphs": as_table(paragraph_rows(letters, shared_paragraphs(letters, dispositions)), PARAGRAPHS),
            "checks": as_table([check_row(season, sha256, check) for sha256, check in checks], CHECKS),
            "dispositions": as_table(
                [{"season": season.year, **vars(disposition)} for disposition in dispositions], DISPOSITIONS
            ),
        }
        with ExitStack() as written:  # renames the files in reverse order, once all are written
            if validation is not None:
                incoming = written.enter_context(replaced(validation_place))
                incoming.write_text(validation, encoding="utf-8")
            for name, table in reversed(tables.items()):
                pq.write_table(table, written.enter_context(replaced(self._part(name, season))))

    def validation(self, season: Season) -> str | None:
        """Return Great Expectations' JSON about the landed season; None if the season was not validated."""
        place = self._part("validations", season).with_suffix(".json")
        return place.read_text(encoding="utf-8") if place.exists() else None

    def replace_witnesses(
        self,
        season: Season,
        kind: WitnessKind,
        figures: Iterable[WitnessFigure],
        reports: Iterable[WitnessReport] = (),
    ) -> None:
        """Replace the figures and reports of a season's witnesses of one kind. If `figures` is empty, only remove
        the earlier figures; if `reports` is empty, only remove the earlier reports.
        """
        rows = {
            "witness_figures": [witness_figure_row(season, kind, figure) for figure in figures],
            "witness_reports": [
                {"season": season.year, "witness_kind": kind, **vars(report)} for report in reports
            ],
        }
        for name, schema in WITNESS_TABLES.items():
            place = self.folder / name / f"season={season}" / f"{kind}.parquet"
            if not rows[name]:
                place.unlink(missing_ok=True)
                continue
            with replaced(place) as incoming:
                pq.write_table(as_table(rows[name], schema), incoming)

    def witness_figures(self, season: Season, kind: WitnessKind | None = None) -> tuple[WitnessFigure, ...]:
        """Return the figures of a season's second witnesses of one kind; if `kind` is None, of all kinds."""
        folder = self.folder / "witness_figures" / f"season={season}"
        places = matching(folder, "*.parquet") if kind is None else [folder / f"{kind}.parquet"]
        return tuple(
            witness_figure(row)
            for place in places
            if place.exists()
            for row in read_table(place, WITNESS_FIGURES).to_pylist()
        )

    def take_witnesses(self, season: Season, kind: WitnessKind, other: "Landing") -> None:
        """Replace the figures and the reports of a season's witnesses of one kind by those of the landing `other`.
        If `other` has no such figures, only remove the figures here; if `other` has no such reports, only remove
        the reports here.
        """
        for name in WITNESS_TABLES:
            place, source = (
                landing.folder / name / f"season={season}" / f"{kind}.parquet" for landing in (self, other)
            )
            if not source.exists():
                place.unlink(missing_ok=True)
                continue
            with replaced(place) as incoming:
                incoming.write_bytes(source.read_bytes())

    def replace_acquisitions(self, season: Season, acquisitions: Sequence[Acquisition]) -> None:
        """Replace the rows that say what became of each authority's letter at the source in a season. If
        `acquisitions` is empty, only remove the earlier rows.
        """
        place = self._part("acquisitions", season)
        if not acquisitions:
            place.unlink(missing_ok=True)
            return
        rows = [{"season": season.year, **vars(acquisition)} for acquisition in acquisitions]
        with replaced(place) as incoming:
            pq.write_table(as_table(rows, ACQUISITIONS), incoming)

    def letters(self, season: Season, only: Collection[str] | None = None) -> tuple[LandedLetter, ...]:
        """Return the letters of a season as they were read. `only` is a collection of sha256s: if it is given,
        return only the letters with these sha256s. Raises FileNotFoundError if the season has not been landed.
        """
        letters, figures, paragraphs = (self._part(name, season) for name in ("letters", "figures", "paragraphs"))
        return read_letters(letters, figures, paragraphs, only)

    def files(self, season: Season) -> dict[str, str]:
        """Return the address of each landed file of a season, by the file's sha256. The files are letters, and
        statistics pages that are witnesses.
        """
        pages = self.folder / "witness_figures" / f"season={season}" / f"{WitnessKind.STATISTICS_PAGE}.parquet"
        found: dict[str, str] = {}
        for place, sha256 in ((pages, "witness_sha256"), (self._part("letters", season), "letter_sha256")):
            if place.exists():
                table = read_table(place, columns=[sha256, "source_address"])
                found |= zip(*(column.to_pylist() for column in table.columns), strict=True)
        return found

    def dispositions(self, season: Season) -> dict[str, Disposition]:
        """Return the disposition of each letter of a season, by the letter's sha256. Raises FileNotFoundError if
        the season has not been landed.
        """
        rows = read_table(self._part("dispositions", season), DISPOSITIONS).to_pylist()
        return {
            row["letter_sha256"]: Disposition(
                **{name: row[name] for name in row if name != "season"} | {"disposition": Fate(row["disposition"])}
            )
            for row in rows
        }

    def checks(self, season: Season) -> dict[str | None, tuple[Check, ...]]:
        """Return the checks of a season's letters, by the letter's sha256, in the order in which they were made.

        The checks of the season as a whole have the key None. Raises FileNotFoundError if the season has not been
        landed.
        """
        found: dict[str | None, tuple[Check, ...]] = {}
        for row in read_table(self._part("checks", season), CHECKS).to_pylist():
            check = Check(row["rule"], Severity(row["severity"]), row["is_passed"], row["detail"])
            found[row["letter_sha256"]] = (*found.get(row["letter_sha256"], ()), check)
        return found

    def content_hash(self) -> str:
        """Return a sha256 over the tables from which a warehouse is built. The day of landing, the addresses of the
        files, and the names of the people who made decisions make no difference.
        """
        digest = hashlib.sha256()
        for name in TABLES:
            for path in self.parts(name):
                table = read_table(path, TABLES[name])
                if name == "letters":
                    table = table.drop_columns(["source_address"])
                if name == "dispositions":
                    table = _without_names(table)
                digest.update(f"{name} {path.parent.name}\n".encode())
                if name == "paragraphs":  # so many rows that to make each a dictionary would take seconds
                    ordered = table.sort_by([("letter_sha256", "ascending"), ("paragraph_number", "ascending")])
                    for column in ordered.columns:
                        digest.update(repr(column.to_numpy().tolist()).encode())
                    continue
                for row in sorted(repr(row) for row in table.to_pylist()):
                    digest.update(row.encode())
        for name, schema in WITNESS_TABLES.items():
            for path in self.parts(name):
                table = read_table(path, schema).drop_columns(["source_address"])
                digest.update(f"{name} {path.parent.name} {path.stem}\n".encode())
                for row in sorted(repr(row) for row in table.to_pylist()):
                    digest.update(row.encode())
        for path in self.parts("acquisitions"):
            digest.update(f"acquisitions {path.parent.name}\n".encode())
            for row in read_table(path, ACQUISITIONS).to_pylist():
                digest.update(repr(row).encode())
        return digest.hexdigest()

    def _part(self, table: str, season: Season) -> Place:
        return self.folder / table / f"season={season}" / "part.parquet"


def _season_of(folder: Place) -> Season | None:
    return season_from_name(folder.name.removeprefix("season="))


def _without_names(dispositions: pa.Table) -> pa.Table:
    """Return a table of dispositions without the names of the people who made decisions, because no release holds
    these names. In place of the names, a column `is_decided_by_person` says whether a person decided.
    """
    place = dispositions.schema.get_field_index("decided_by")
    return dispositions.set_column(place, "is_decided_by_person", dispositions.column(place).is_valid())
