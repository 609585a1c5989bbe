"""redress run, reread, ingest and probe: take seasons from a source or the archive to the warehouse, and compare
the Ombudsman's site with the settings.
"""

import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from redress.cli.terminal import Failures, console, from_here, plain_errors, season_of
from redress.model.source_forms import SOURCE_FORMS

if TYPE_CHECKING:
    from redress.acquire.sources.folder import FolderSource
    from redress.model.season import Season
    from redress.orchestration.season_runs import StepEnd
    from redress.report import LetterLine
    from redress.settings import Settings
    from redress.steps import Run

_Way = tuple[str, Callable[[], str]]
"""Where a season's letters come from, in words; and a function that takes the letters to a release and returns the
release's folder."""


def run(
    seasons: Annotated[list[int], typer.Argument(help="Years of the letters, such as 2021.", show_default=False)],
    source: Annotated[
        str, typer.Option("--from", help=f"{SOURCE_FORMS}; without it REDRESS_SOURCE says the source.")
    ] = "",
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask only for what failed in the last run of each season.")
    ] = False,
) -> None:
    """Take seasons the whole way, from the source to a published warehouse, in this process.

    If a season fails, the command says why, and the other seasons go on.
    """
    with plain_errors():
        from redress.acquire.sources.by_name import source_of
        from redress.settings import Settings
        from redress.steps import last_source, run_season

        settings = Settings()
        named = source or settings.source

        def from_source(one: "Run") -> _Way:
            before = last_source(settings, one.season) if retry_failed else ""
            letters_source = source_of(named or before, settings)

            def go() -> str:
                with _acquiring(one.season) as watch:
                    return run_season(one, letters_source, retry_failed=retry_failed, watch=watch)

            return letters_source.name, go

        _season_by_season(settings, seasons, from_source)


def reread(
    seasons: Annotated[list[int], typer.Argument(help="Years of the letters, such as 2021.", show_default=False)],
    anew: Annotated[
        bool, typer.Option("--anew", help="Read also the files that this very reader has read before.")
    ] = False,
) -> None:
    """Read seasons again from the archive with the present reader and rules, and publish the result.

    No source is asked. An unchanged reader gives an unchanged release. If a season fails, the command says why, and
    the other seasons go on.
    """
    with plain_errors():
        from redress.settings import Settings
        from redress.steps import reread_season

        settings = Settings()
        archive = f"the archive {settings.archive_address}"
        _season_by_season(settings, seasons, lambda one: (archive, lambda: reread_season(one, anew=anew)))


def ingest(
    folder: Annotated[Path, typer.Argument(help="A folder of letters, with a subfolder for each season.")],
    season: Annotated[
        list[int] | None, typer.Option("--season", help="Only this season; may be given several times.")
    ] = None,
) -> None:
    """Run the Airflow dag for each season of a folder, build once, and show what became of each letter."""
    with plain_errors():
        from redress.acquire.source import SourceError
        from redress.acquire.sources.folder import FolderSource
        from redress.model.season import Season
        from redress.orchestration.dag_runs import DagRuns
        from redress.report import letter_lines
        from redress.report.site.place import INDEX_NAME, SITE_NAME
        from redress.settings import Settings
        from redress.warehouse.releases.shared import releases_of

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
        with console.status("Airflow starts"):
            runs = DagRuns(settings).run(wanted, source, step_by_season(source, wanted))
        failures = Failures()
        for run in runs:
            with failures.printed():
                run.require_success()
        current = releases_of(settings).current_link / "warehouse.duckdb"
        if not current.exists():
            raise typer.Exit(1)
        console.print()
        _print_letters(letter_lines(settings, wanted))
        shown = from_here(current)
        count = "1 season" if len(wanted) == 1 else f"{len(wanted)} seasons"
        console.print(f"\n{count} in {time.monotonic() - started:.0f} s. The warehouse: {escape(shown)}")
        index = settings.state_place / SITE_NAME / INDEX_NAME
        if index.exists():
            console.print(f"Pages to look at, in any browser: {escape(from_here(str(index)))}", soft_wrap=True)
        print(f"One query to try:\n\n{_first_query(shown)}")
        failures.end()


def probe(
    authority: Annotated[str, typer.Argument(help="A council's name, short name or id.", show_default=False)],
    season: Annotated[
        int | None, typer.Option("--season", help="Look for this season's letter; else for the latest.")
    ] = None,
) -> None:
    """Compare the Ombudsman's site of today with the settings about the site, and say which settings to change."""
    with plain_errors():
        from redress.settings import Settings
        from redress.steps.probe import new_probe

        one = new_probe(Settings(), authority, season_of(season), date.today())
        console.print(f"{escape(one.authority.name)} at {escape(one.source.shape.url)}", soft_wrap=True)
        console.print(f"each request says: {escape(one.source.client.rules.user_agent)}", soft_wrap=True)
        failures_count = 0
        for step in one.steps():
            failures_count += step.stops_a_season
            state = "holds" if step.holds else "fails" if step.stops_a_season else "differs"
            console.print(
                f"  {state:<7}  {escape(step.assumption)}", style=None if step.holds else "red", soft_wrap=True
            )
            console.print(f"           {escape(step.found)}", soft_wrap=True)
            if step.advice:
                console.print(f"           -> {escape(step.advice)}", soft_wrap=True)
        requests_count = one.source.client.requests_count
        does_not = (
            "assumption that fetching needs does not hold"
            if failures_count == 1
            else ("assumptions that fetching needs do not hold")
        )
        summary = f"{failures_count} {does_not}" if failures_count else "the settings hold"
        console.print(f"{summary}; {requests_count} requests were made")
        if failures_count:
            raise typer.Exit(1)


def step_by_season(source: "FolderSource", seasons: "Sequence[Season]") -> "Callable[[StepEnd], None]":
    """Return a function that prints each step under the heading of its season. If there are several seasons, the
    build and later steps stand under one common heading.
    """
    by_year = {season.year: season for season in seasons}
    above = ""

    def show(step: "StepEnd") -> None:
        nonlocal above
        season, line = by_year[step.season], step.line
        heading = f"season {season} ({season.label}): {len(source.references(season))} files"
        if step.is_joint and len(seasons) > 1:
            heading, line = "the warehouse of all seasons", f"{season} {line}"
        if heading != above:
            console.print(heading)
        above = heading
        console.print(f"  {escape(line)}", soft_wrap=True)

    return show


def _season_by_season(settings: "Settings", seasons: list[int], way_of: "Callable[[Run], _Way]") -> None:
    """Take each season to a release, and print its steps and where its report is. At the end, print what became of
    each letter.
    """
    from redress.model.season import Season
    from redress.steps import Run
    from redress.steps.record import new_run_id

    wanted = [Season(year) for year in seasons]
    last: Run | None = None
    failures, folder = Failures(), ""
    for season in wanted:
        season_run = Run.of_season(season, new_run_id(), settings)
        origin, go = way_of(season_run)
        console.print(f"season {season} ({season.label}) from {escape(origin)}")
        with failures.printed():
            folder = go()
            last = season_run
            _print_steps(season_run)
        _print_report(season_run, failures)
    if last is None:
        raise typer.Exit(1)
    _print_published(last, wanted, folder)
    failures.end()


@contextmanager
def _acquiring(season: "Season") -> "Iterator[Callable[[int, int], None]]":
    """Yield a function that moves a progress bar of a season's letters. The function takes two numbers: how many
    letters are done, and how many there are. The bar is shown during the block, if standard output is a terminal.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"letters of {season}", total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)


def _print_steps(run: "Run") -> None:
    """Print how each step of a run ended."""
    from redress.steps.record import step_line

    for event in run.record.events():
        if event["state"] != "began":
            console.print(f"  {escape(step_line(event))}", soft_wrap=True)


def _print_report(run: "Run", failures: Failures) -> None:
    """Write the report of a run, also of a failed run, and print where the report is."""
    from redress.report import write_report

    with failures.printed():
        if run.record.path.exists():
            console.print(f"  its report: {escape(from_here(str(write_report(run))))}", soft_wrap=True)


def _print_published(run: "Run", seasons: "list[Season]", folder: str) -> None:
    """Print what became of each letter, and where the warehouse is. If REDRESS_SERVE_URL is set, put the release
    into PostgreSQL. Then build the site.
    """
    from redress.report import letter_lines
    from redress.report.site.building import write_site
    from redress.steps import serve

    _print_letters(letter_lines(run.settings, seasons))
    console.print(f"\nThe warehouse: {escape(folder)}/warehouse.duckdb", soft_wrap=True)
    served = serve(run)
    if served is not None:
        console.print(escape(served), soft_wrap=True)
    console.print(f"The site: {escape(write_site(run))}", soft_wrap=True)


def _print_letters(lines: "tuple[LetterLine, ...]") -> None:
    from redress.model.landed import Fate
    from redress.report import letters_table

    console.print(letters_table(lines))
    others = [line for line in lines if line.disposition is not Fate.ACCEPTED]
    if others:
        console.print("\nNot accepted:")
    for line in others:
        console.print(
            f"  {escape(line.authority or line.address)} ({escape(line.address)}): "
            f"{line.disposition}: {escape(line.why)}",
            soft_wrap=True,
        )


def _first_query(warehouse: str) -> str:
    """Return a command to paste into a shell. It shows figures with their evidence."""
    query = (
        "select authority_name, season, printed_text, page, sentence_text"
        " from marts.fct_figure join marts.dim_authority using (authority_key)"
        " where measure = 'uphold_rate_pct' order by authority_name, season"
    )
    program = f'import duckdb; duckdb.connect({warehouse!r}, read_only=True).sql("{query}").show(max_width=150)'
    return f"  .venv/bin/python -c {shlex.quote(program)}"
