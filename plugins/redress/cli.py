"""The command line: a thin skin over the functions of the package."""

import getpass
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date
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
    from redress.quarantine import Case, Effect, Quarantine
    from redress.report import LetterLine
    from redress.seasons import Season
    from redress.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
quarantine = typer.Typer(no_args_is_help=True, help="The letters that rules hold back, and decisions about them.")
app.add_typer(quarantine, name="quarantine")
archive = typer.Typer(no_args_is_help=True, help="The files as they came: bytes under their hash, with cards.")
app.add_typer(archive, name="archive")
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
        str, typer.Option("--from", help="site, manifest:<address> or a folder; else REDRESS_SOURCE says it.")
    ] = "",
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask only for what failed in the last run of each season.")
    ] = False,
) -> None:
    """Take seasons the whole way, from the source to a published warehouse, in this process."""
    with _plain_errors():
        from redress.acquire.sources import source_of
        from redress.dag_runs import new_run_id
        from redress.report import letter_lines
        from redress.seasons import Season
        from redress.settings import Settings
        from redress.steps import SeasonRun, last_source, run_season

        settings = Settings()
        wanted = [Season(year) for year in seasons]
        named = source or settings.source
        for season in wanted:
            before = last_source(settings, season) if retry_failed else ""
            letters_source = source_of(named or before, settings)
            season_run = SeasonRun(season, new_run_id(), settings)
            console.print(f"season {season} ({season.label}) from {escape(letters_source.name)}")
            with _acquiring(season) as watch:
                folder = run_season(season_run, letters_source, retry_failed=retry_failed, watch=watch)
            for event in season_run.record.events():
                if event["state"] != "began":
                    how = "failed: " if event["state"] == "failed" else ""
                    console.print(f"  {event['step']:<10} {event['seconds']:6.1f} s  {how}{escape(event['told'])}")
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
        shown = _from_here(current)
        told = "1 season" if len(wanted) == 1 else f"{len(wanted)} seasons"
        console.print(f"\n{told} in {time.monotonic() - started:.0f} s. The warehouse: {escape(shown)}")
        print(f"One query to try:\n\n{_first_query(shown)}")


@app.command("show")
def show_authority(
    authority: Annotated[str, typer.Argument(help="A council's name, short name or id.", show_default=False)],
    season: Annotated[
        int | None,
        typer.Option("--season", help="One season, with the evidence of its figures.", show_default=False),
    ] = None,
) -> None:
    """A council's years: figures beside its type's average, rank, flags, and what is missing and why."""
    with _plain_errors():
        from redress.settings import Settings
        from redress.show import page, shown
        from redress.warehouse.releases import ReleaseError, Releases

        only = _season(season)
        releases = Releases(Settings().warehouse_folder)
        current = releases.current()
        if current is None:
            raise ReleaseError(
                f"there is no release in {releases.folder} yet: make run makes one of the sample letters, "
                "redress run one of yours; or say where yours is with REDRESS_HOME"
            )
        for part in page(shown(current / "warehouse.duckdb", authority, only, date.today())):
            console.print(part)


@app.command()
def serve() -> None:
    """Put the current release into the PostgreSQL of REDRESS_SERVE_URL; nothing where it is there already."""
    with _plain_errors():
        from redress.settings import Settings
        from redress.warehouse.postgres import serve_current

        settings = Settings()
        with _writing(settings):
            console.print(escape(str(serve_current(settings))), soft_wrap=True)


@app.command()
def probe(
    authority: Annotated[str, typer.Argument(help="A council's name, short name or id.", show_default=False)],
    season: Annotated[
        int | None, typer.Option("--season", help="Look for this season's letter; else for the latest.")
    ] = None,
) -> None:
    """Look at the Ombudsman's site as it is today, and say which settings about it hold and which to change."""
    with _plain_errors():
        from redress.acquire.probe import new_probe
        from redress.settings import Settings

        one = new_probe(Settings(), authority, _season(season), date.today())
        console.print(f"{escape(one.authority.name)} at {escape(one.source.shape.url)}", soft_wrap=True)
        console.print(f"each request says: {escape(one.source.client.rules.user_agent)}", soft_wrap=True)
        failures_count = 0
        for step in one.steps():
            failures_count += step.stops_a_season
            told = "holds" if step.holds else "fails" if step.stops_a_season else "differs"
            console.print(
                f"  {told:<7}  {escape(step.assumption)}", style=None if step.holds else "red", soft_wrap=True
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
        told = f"{failures_count} {does_not}" if failures_count else "the settings hold"
        console.print(f"{told}; {requests_count} requests were made")
        if failures_count:
            raise typer.Exit(1)


By = Annotated[str, typer.Option("--by", help="Who decides.", show_default="the login name")]


@app.command("releases")
def list_releases() -> None:
    """The releases that are there, the one that became current last first."""
    with _plain_errors():
        from redress.settings import Settings
        from redress.warehouse.release_list import known_releases
        from redress.warehouse.releases import Releases

        releases = Releases(Settings().warehouse_folder)
        known = known_releases(releases)
        if not known:
            console.print(f"There is no release in {escape(str(releases.folder))} yet.", soft_wrap=True)
            return
        table = Table(box=None, header_style="bold", pad_edge=False)
        for column in ("", "release", "became current", "seasons", "letters", ""):
            table.add_column(column, justify="right" if column == "letters" else "left", overflow="fold")
        for one in known:
            took = one.taken_back
            why = f": {took.reason}" if took is not None and took.reason else ""
            table.add_row(
                "current" if one.is_current else "",
                one.identity,
                "not known" if one.became_current is None else one.became_current.told_at,
                _seasons_told(one.seasons),
                str(one.letters_count),
                "" if took is None else escape(f"taken back by {took.by} on {took.told_at}{why}"),
            )
        console.print(table)


@app.command()
def rollback(
    release: Annotated[
        str, typer.Argument(help="The release to go to, or its beginning; else the one before.", show_default=False)
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever asks later.", show_default=False)] = "",
    by: By = "",
) -> None:
    """Put an earlier release before the readers again; no run publishes the one that is taken back."""
    with _plain_errors():
        from redress.settings import Settings
        from redress.warehouse.delivery import deliver
        from redress.warehouse.release_list import roll_back
        from redress.warehouse.releases import Releases

        settings = Settings()
        with _writing(settings):
            identity = roll_back(
                Releases(settings.warehouse_folder), release, by=by or _login_name(), reason=reason
            )
            console.print(f"release {identity} is current")
            for told in deliver(settings):
                console.print(escape(told), soft_wrap=True)
            if settings.serve_url:
                from redress.warehouse.postgres import serve_current  # only where it is used

                console.print(escape(str(serve_current(settings))), soft_wrap=True)


def _seasons_told(seasons: tuple[int, ...]) -> str:
    """Years with ranges where they follow each other: 2014-2016, 2021."""
    ranges: list[list[int]] = []
    for year in seasons:
        if ranges and ranges[-1][-1] == year - 1:
            ranges[-1].append(year)
        else:
            ranges.append([year])
    return ", ".join(str(one[0]) if len(one) == 1 else f"{one[0]}-{one[-1]}" for one in ranges)


Sha = Annotated[str, typer.Argument(metavar="SHA", help="A letter's sha256, or enough of its beginning.")]
OfSeason = Annotated[int | None, typer.Option("--season", help="Only letters of this season.", show_default=False)]
Reason = Annotated[str, typer.Option("--reason", help="Why, for whoever asks later.")]
Publish = Annotated[bool, typer.Option("--publish", help="Build and release the warehouse at once.")]


@quarantine.command("list")
def list_cases(
    season: OfSeason = None,
    include_decided: Annotated[bool, typer.Option("--all", help="Those that were decided about, too.")] = False,
) -> None:
    """What waits for a person: each letter, and the rules that it breaks."""
    with _quarantine() as desk:
        cases = desk.cases(_season(season))
        waiting = sum(case.is_waiting for case in cases)
        for case in cases:
            if case.is_waiting or (include_decided and (case.disposition.decided_by or case.decisions)):
                _print_case(case)
        console.print(f"{waiting} {'letter waits' if waiting == 1 else 'letters wait'} for a person.")
        if waiting:
            console.print("To see one and its evidence: redress quarantine show SHA")


@quarantine.command()
def show(sha: Sha, season: OfSeason = None) -> None:
    """One letter: what it states and where, what it breaks, where its bytes are, what was decided."""
    with _quarantine() as desk:
        from redress.acquire.archive import Archive

        case = desk.case(sha, _season(season))
        _print_case(case)
        console.print()
        letter = case.landed.letter
        _show(Path(case.landed.source_address), letter, case.checks)
        archive = Archive(desk.settings.archive_address)
        console.print(f"\nsha256 {letter.sha256}")
        for card in archive.cards(letter.sha256):
            found = card.found_address or card.address
            came = f"came from {card.source}, {found}, {card.fetched_at}, for season {card.season}"
            console.print(escape(came), soft_wrap=True)
        place = _from_here(archive.bytes_address(letter.sha256))
        print(f"its bytes: {place}")
        if any(figure.page is not None for figure in letter.figures):
            print(f"To see its figures where they stand: redress read --evidence evidence.png {place}")


@quarantine.command()
def accept(
    sha: Sha,
    reason: Reason,
    rule: Annotated[
        list[str] | None, typer.Option("--rule", help="The rules that it breaks: all of them, as a safeguard.")
    ] = None,
    authority: Annotated[str, typer.Option("--authority", help="Whose letter it is: an authority_id.")] = "",
    by: By = "",
    season: OfSeason = None,
    publish: Publish = False,
) -> None:
    """Load a letter although it breaks rules: just those that it breaks now."""
    _decide(
        lambda desk: desk.accept(
            sha,
            reason=reason,
            by=by or _login_name(),
            rules=rule or (),
            authority_id=authority or None,
            season=_season(season),
        ),
        publish,
    )


@quarantine.command()
def reject(sha: Sha, reason: Reason, by: By = "", season: OfSeason = None, publish: Publish = False) -> None:
    """Keep a letter out for good; it no longer waits, and stands in no other letter's way."""
    _decide(lambda desk: desk.reject(sha, reason=reason, by=by or _login_name(), season=_season(season)), publish)


@quarantine.command()
def withdraw(sha: Sha, reason: Reason, by: By = "", season: OfSeason = None, publish: Publish = False) -> None:
    """Take the decision about a letter back: the rules alone decide again."""
    _decide(lambda desk: desk.withdraw(sha, reason=reason, by=by or _login_name(), season=_season(season)), publish)


@archive.callback()
def archive_main() -> None:
    """The files as they came: bytes under their hash, with cards that say from where."""


@archive.command()
def verify(
    rebuild_addresses: Annotated[
        bool, typer.Option("--rebuild-addresses", help="Write the index of addresses anew from the cards first.")
    ] = False,
) -> None:
    """Hash every file of the archive anew, and look whether files, cards and addresses belong together."""
    with _plain_errors():
        from redress.acquire.archive import Archive
        from redress.settings import Settings

        kept = Archive(Settings().archive_address)
        if rebuild_addresses:
            console.print(f"addresses written anew: {kept.rebuild_addresses()}")
        with console.status("hashing every file"):
            verified = kept.verify()
        for finding in verified.findings:
            console.print(escape(f"{finding.place}: {finding.detail}"), soft_wrap=True)
        console.print(
            f"{escape(kept.address)}: {verified.files_count} files, {verified.cards_count} cards, "
            f"{len(verified.findings)} not as they should be",
            soft_wrap=True,
        )
        if verified.findings:
            raise typer.Exit(1)


@contextmanager
def _acquiring(season: "Season") -> "Iterator[Callable[[int, int], None]]":
    """A bar in the terminal that moves as letters come, and nothing where no person looks on."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"letters of {season}", total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)


@contextmanager
def _quarantine() -> "Iterator[Quarantine]":
    with _plain_errors():
        from redress.quarantine import Quarantine
        from redress.settings import Settings

        yield Quarantine(Settings())


def _season(year: int | None) -> "Season | None":
    from redress.seasons import Season

    return None if year is None else Season(year)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise ValueError("nobody is logged in by a name: say who decides with --by NAME") from None


def _decide(decide: "Callable[[Quarantine], Effect]", publish: bool) -> None:
    with _quarantine() as desk, _writing(desk.settings):
        effect = decide(desk)
        console.print(f"recorded: {effect.decision.ruling}, by {escape(effect.decision.decided_by)}")
        for case in (effect.case, *effect.others):
            _print_case(case)
        season = effect.case.landed.season
        if publish:
            from redress.dag_runs import new_run_id
            from redress.steps import SeasonRun, build_warehouse, release, serve

            run = SeasonRun(season, new_run_id(), desk.settings)
            folder = release(run, build_warehouse(run))
            serve(run)
            for event in run.record.events():
                if event["state"] == "done":
                    console.print(f"{event['step']}: {escape(event['told'])}", soft_wrap=True)
            console.print(f"The warehouse: {escape(folder)}/warehouse.duckdb", soft_wrap=True)
        else:
            console.print(
                f"Readers see it with the next release: a decision with --publish, or redress run {season}"
            )


@contextmanager
def _writing(settings: "Settings") -> Iterator[None]:
    """The writer lock, and a word to the person who has to wait for it."""
    from filelock import Timeout

    from redress.warehouse.writer import writer_lock

    lock = writer_lock(settings)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("redress: waiting for another run or decision to end", file=sys.stderr, flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _print_case(case: "Case") -> None:
    """A letter with what became of it, the rules that it breaks, and the decisions about it."""
    from redress.quarantine import SENTENCES, SHOWN_SHA256_LENGTH, broken_rules

    sha256 = case.landed.letter.sha256[:SHOWN_SHA256_LENGTH]
    told = [
        f"{case.landed.season}  {sha256}  {case.authority}",
        f"  file: {case.landed.source_address}",
    ]
    broken = broken_rules(case.checks)
    if case.disposition.reason != "; ".join(f"{check.rule}: {check.detail}" for check in broken):
        told.append(f"  {case.disposition.disposition}: {case.disposition.reason}")
    for check in broken:
        told += [f"  {check.rule}: {SENTENCES.get(check.rule, '')}", f"    found: {check.detail}"]
    for one in case.decisions:
        rules = f" for {', '.join(one.rules)}" if one.rules else ""
        whose = f" as a letter to {one.authority_id}" if one.authority_id else ""
        at = f"{one.decided_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        told.append(f"  {at}, {one.decided_by}: {one.ruling}{rules}{whose}: {one.reason}")
    for line in told:
        console.print(escape(line), soft_wrap=True)


def _from_here(place: str | Path) -> str:
    """A path as a person would type it, from the working folder where it lies below that; an address as it is."""
    return os.path.relpath(place) if Path(place).is_relative_to(Path.cwd()) else str(place)


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
    from redress.dag_runs import DagRunError
    from redress.decisions import DecisionError
    from redress.seeds import SeedError
    from redress.steps import SeasonError
    from redress.warehouse.build import BuildError
    from redress.warehouse.releases import ReleaseError

    try:
        yield
    except (
        ArchiveError,
        BuildError,
        DagRunError,
        DecisionError,
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
