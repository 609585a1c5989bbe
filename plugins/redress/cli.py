"""The command line: a thin skin over the functions of the package."""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from redress.letters.answer import answer
from redress.letters.records import Letter
from redress.rules import Check, check_letter

if TYPE_CHECKING:
    from redress.report import LetterLine

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)


@app.callback()
def main() -> None:
    """The Ombudsman's annual review letters as a warehouse, every number with its evidence."""


@app.command()
def read(
    files: Annotated[
        list[Path], typer.Argument(help="Letters (PDF, .txt, .md) or statistics pages (.html).", show_default=False)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    evidence: Annotated[
        Path | None, typer.Option("--evidence", help="Draw the figures of one PDF where they stand, to this PNG.")
    ] = None,
) -> None:
    """Read letters: what each states, where it stands, and whether its numbers agree."""
    from redress.letters.workers import File, Readers
    from redress.settings import Settings

    if evidence is not None and len(files) != 1:
        print("redress read: --evidence draws one file; name just that", file=sys.stderr)
        raise typer.Exit(2)
    opened: list[tuple[Path, bytes]] = []
    for file in files:
        try:
            opened.append((file, file.read_bytes()))
        except OSError as error:
            print(f"redress read: {file} cannot be opened: {error.strerror}", file=sys.stderr)
    with Readers(Settings().reading_limits) as readers:
        letters = readers.read(File(file.name, content) for file, content in opened)
        for (file, _), letter in zip(opened, letters, strict=True):
            checks = check_letter(letter)
            if as_json:
                print(json.dumps(answer(str(file), letter, checks), ensure_ascii=False), flush=True)
            else:
                _show(file, letter, checks)
            if evidence is not None:
                _draw(file, letter, evidence)
    if len(opened) < len(files):
        raise typer.Exit(2)


@app.command()
def run(
    seasons: Annotated[list[int], typer.Argument(help="Years of the letters, such as 2021.", show_default=False)],
    source: Annotated[
        str, typer.Option("--from", help="Where the letters come from, a folder; else REDRESS_SOURCE says it.")
    ] = "",
) -> None:
    """Take seasons the whole way, from the source to a published warehouse, in this process."""
    with _plain_errors():
        from redress.dag_runs import new_run_id
        from redress.report import letter_lines
        from redress.seasons import Season
        from redress.settings import Settings
        from redress.steps import SeasonRun, run_season, source_of

        settings = Settings()
        letters_source = source_of(source or settings.source)
        wanted = [Season(year) for year in seasons]
        for season in wanted:
            season_run = SeasonRun(season, new_run_id(), settings)
            console.print(f"season {season} ({season.label}) from {escape(letters_source.name)}")
            folder = run_season(season_run, letters_source)
            for event in season_run.record.events():
                if event["state"] == "done":
                    console.print(f"  {event['step']:<10} {event['seconds']:6.1f} s  {escape(event['told'])}")
        _print_letters(letter_lines(settings, wanted))
        console.print(f"\nThe warehouse: {escape(folder)}/warehouse.duckdb", soft_wrap=True)


@app.command()
def ingest(
    folder: Annotated[Path, typer.Argument(help="A folder of letters, with a subfolder for each season.")],
    season: Annotated[
        list[int] | None, typer.Option("--season", help="Only this season; may be given several times.")
    ] = None,
) -> None:
    """Run the Airflow dag once for each season of a folder, and show what became of each letter."""
    with _plain_errors():
        from redress.acquire.folder import FolderSource
        from redress.acquire.source import SourceError
        from redress.dag_runs import DagRuns
        from redress.report import letter_lines
        from redress.seasons import Season
        from redress.settings import Settings
        from redress.warehouse.releases import Releases

        started = time.monotonic()
        settings = Settings()
        source = FolderSource(folder.absolute())
        wanted = tuple(Season(year) for year in season or ()) or source.seasons()
        if not wanted:
            raise SourceError(
                f"{folder} has no subfolder named for a season; put the letters in folders such as {folder}/2021, "
                "or say which season they are of: SEASON=2021 (make) or --season 2021"
            )
        for address in source.outside_seasons():
            console.print(f"left out, because it lies in no season's folder: {escape(address)}", style="yellow")
        runs = DagRuns(settings)
        with console.status("preparing Airflow's metadata"):
            runs.prepare()
        for one in wanted:
            console.print(f"season {one} ({one.label}): {len(source.references(one))} files")
            with console.status(f"season {one}: Airflow starts"):
                runs.run(one, source, lambda line: console.print(f"  {escape(line)}", soft_wrap=True))
        console.print()
        _print_letters(letter_lines(settings, wanted))
        current = Releases(settings.warehouse_folder).current_link / "warehouse.duckdb"
        shown = os.path.relpath(current) if current.is_relative_to(Path.cwd()) else str(current)
        told = "1 season" if len(wanted) == 1 else f"{len(wanted)} seasons"
        console.print(f"\n{told} in {time.monotonic() - started:.0f} s. The warehouse: {escape(shown)}")
        print(f"One query to try:\n\n{_first_query(shown)}")


def _first_query(warehouse: str) -> str:
    """A command that joins a fact to its evidence, to be pasted into a shell."""
    query = (
        "select authority_name, season, printed_text, page, sentence_text"
        " from marts.fct_figure join marts.dim_authority using (authority_key)"
        " where measure = 'uphold_rate_pct' order by authority_name, season"
    )
    return (
        f"  .venv/bin/python -c \"import duckdb; duckdb.connect('{warehouse}', read_only=True)"
        f'.sql(\\"{query}\\").show(max_width=150)"'
    )


def _show(file: Path, letter: Letter, checks: tuple[Check, ...]) -> None:
    header = letter.header
    console.print(f"[bold]{escape(str(file))}[/bold]: {letter.verdict}, {escape(letter.reason)}", soft_wrap=True)
    if header.authority_name or header.season:
        date = "no date" if header.letter_date is None else f"{header.letter_date:%-d %B %Y}"
        console.print(
            f"  {escape(header.authority_name or '(no authority named)')}, season {header.season}, {date}",
            soft_wrap=True,
        )
    if letter.figures:
        table = Table(box=None, pad_edge=False, padding=(0, 2))
        for column in ("  measure", "printed", "where", "sentence"):
            table.add_column(column, overflow="fold")
        for figure in letter.figures:
            name = figure.measure if figure.category is None else f"{figure.measure} {figure.category}"
            where = f"line {figure.line}" if figure.page is None else f"page {figure.page}"
            table.add_row(f"  {name}", figure.text, where, escape(figure.sentence))
        console.print(table)
    reasons: dict[str, list[str]] = {}
    for measure, absence in letter.absences:
        reasons.setdefault(str(absence), []).append(measure)
    for code, measures in reasons.items():
        if code not in ("not_in_layout", "no_statistics"):
            console.print(f"  {code}: {', '.join(measures)}", soft_wrap=True)
    for check in checks:
        if not check.is_passed:
            console.print(f"  {check.severity}: {check.rule}: {escape(check.detail)}", style="red", soft_wrap=True)


def _draw(file: Path, letter: Letter, out: Path) -> None:
    from redress.letters.evidence import EvidenceError, draw_evidence

    try:
        count = draw_evidence(file.read_bytes(), letter, out)
    except (EvidenceError, OSError) as error:
        print(f"redress read: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    print(f"{count} figures drawn to {out}", file=sys.stderr)


def _print_letters(lines: "tuple[LetterLine, ...]") -> None:
    from redress.report import letters_table

    console.print(letters_table(lines))
    others = [line for line in lines if line.disposition != "accepted"]
    if others:
        console.print("\nNot accepted:")
    for line in others:
        console.print(
            f"  {escape(line.cells[0])} ({escape(line.address)}): {line.disposition}: {escape(line.why)}",
            soft_wrap=True,
        )


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Errors that a person can act on end with their sentence, without a traceback."""
    from redress.acquire.archive import ArchiveError
    from redress.acquire.source import SourceError
    from redress.authorities import SeedError
    from redress.dag_runs import DagRunError
    from redress.steps import SeasonError
    from redress.warehouse.build import BuildError
    from redress.warehouse.releases import ReleaseError

    try:
        yield
    except (
        ArchiveError,
        BuildError,
        DagRunError,
        OSError,
        ReleaseError,
        SeasonError,
        SeedError,
        SourceError,
        ValueError,
    ) as error:
        print(f"redress: {error}", file=sys.stderr)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    app()
