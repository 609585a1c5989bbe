"""redress show, site, releases, rollback, rebuild and serve: show, publish and take back what readers see."""

from datetime import date
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from redress.cli.terminal import By, console, current_release, login_name, plain_errors, season_of, writing

releases_app = typer.Typer(help="The releases that are there.")


def show_authority(
    authority: Annotated[str, typer.Argument(help="A council's name, short name or id.", show_default=False)],
    season: Annotated[
        int | None,
        typer.Option("--season", help="One season, with the evidence of its figures.", show_default=False),
    ] = None,
) -> None:
    """Show a council's years: its figures, the averages of its type, its rank and flags, and why figures are
    missing.
    """
    with plain_errors():
        from redress.report.council import council_years
        from redress.report.council_page import page

        only = season_of(season)
        current = current_release()
        for part in page(council_years(current / "warehouse.duckdb", authority, only, date.today())):
            console.print(part)


@releases_app.callback(invoke_without_command=True)
def list_releases(context: typer.Context) -> None:
    """List the releases. The release that became current last comes first."""
    if context.invoked_subcommand is not None:
        return
    with plain_errors():
        from redress.settings import Settings
        from redress.warehouse.releases.listing import known_releases
        from redress.warehouse.releases.shared import releases_of

        releases = releases_of(Settings(), is_loss_left=True)
        known = known_releases(releases)
        if not known:
            console.print(f"There is no release in {escape(str(releases.folder))} yet.", soft_wrap=True)
            return
        table = Table(box=None, header_style="bold", pad_edge=False)
        for column in ("", "release", "became current", "seasons", "letters", ""):
            table.add_column(column, justify="right" if column == "letters" else "left", overflow="fold")
        for release in known:
            took = release.taken_back
            why = f": {took.reason}" if took is not None and took.reason else ""
            notes = [f"damaged: {'; '.join(release.damage)}"] if release.damage else []
            if not release.damage and not release.has_changes:
                notes.append("its changes are not kept as data: RELEASE.md says them")
            notes += [] if took is None else [f"taken back by {took.by} on {took.shown_at}{why}"]
            table.add_row(
                "current" if release.is_current else "",
                release.identity,
                "not known" if release.became_current is None else release.became_current.shown_at,
                _year_ranges(release.seasons),
                "" if release.damage else str(release.letters_count),
                escape("; ".join(notes)),
            )
        console.print(table)


@releases_app.command()
def verify() -> None:
    """Compare every file of the releases with its checksum. Compare landing with the release that was made
    from it.
    """
    with plain_errors():
        from redress.settings import Settings
        from redress.warehouse.build import faults, warehouse_identity
        from redress.warehouse.contents import shown
        from redress.warehouse.releases.listing import known_releases
        from redress.warehouse.releases.shared import releases_of

        settings = Settings()
        faulty = []
        with writing(settings):
            landed = warehouse_identity(settings)
            releases = releases_of(settings, is_loss_left=True)
            known = known_releases(releases)
            for release in known:
                found = releases.bring(release.identity) or faults(settings, release.folder, landed)
                if not found and not release.letters_count:
                    found = ("it holds no letter",)
                faulty += [release.identity] if found else []
                other = "its files are whole; it is made of other inputs than those of now, and was not compared"
                holds = "its files are whole, and it holds what is landed" if release.identity == landed else other
                _tell(f"{release.identity}: {shown(found) or holds}")
        _tell(f"releases: {len(known)}, not as they should be: {len(faulty)}")
        current = next((release.identity for release in known if release.is_current), "")
        if landed in faulty or current in faulty:
            _tell("the next run publishes what is landed in its place, and redress rebuild does so now")
        if faulty:
            raise typer.Exit(1)


def rollback(
    release: Annotated[
        str, typer.Argument(help="The release to go to, or its beginning; else the one before.", show_default=False)
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever asks later.", show_default=False)] = "",
    by: By = "",
) -> None:
    """Make an earlier release current, so that readers see it again. No later run publishes the release that was
    current before.
    """
    with plain_errors():
        from redress.report.site.building import write_site
        from redress.settings import Settings
        from redress.steps import Run, plan_roll_back, roll_back, serve
        from redress.steps.record import new_run_id

        settings = Settings()
        run = Run.of_upkeep(new_run_id(), settings)
        with writing(settings):
            identity = plan_roll_back(run, release)
            roll_back(run, identity, by=by or login_name(), reason=reason, tell=_tell)
            _tell(serve(run))
            _tell(write_site(run))


def rebuild() -> None:
    """Build, test and publish a warehouse from the landed letters.

    If the current release holds exactly the landed letters, compare its files with their checksums, and replace the
    release only if it is damaged. A release that was taken back is not published.
    """
    with plain_errors():
        from redress.report.site.building import write_site
        from redress.settings import Settings
        from redress.steps import Run, rebuild, serve
        from redress.steps.record import new_run_id, step_line

        settings = Settings()
        run = Run.of_upkeep(new_run_id(), settings)
        with writing(settings):
            folder = rebuild(run)
            for event in run.record.events():
                if event["state"] != "began":
                    _tell(f"  {step_line(event)}")
            _tell(f"The warehouse: {folder}/warehouse.duckdb")
            _tell(serve(run))
            _tell(write_site(run))


def site() -> None:
    """Build the site: pages about the current release, as files. Print where the first page is."""
    with plain_errors():
        from redress.report.site.building import build_site
        from redress.settings import Settings

        built = build_site(Settings())
        _tell(str(built))
        if built.no_pdfs is not None:
            raise typer.Exit(1)


def serve() -> None:
    """Put the current release into the PostgreSQL of REDRESS_SERVE_URL, unless it is there already."""
    with plain_errors():
        from redress.settings import Settings
        from redress.warehouse.serving.postgres import serve_current

        settings = Settings()
        with writing(settings):
            console.print(escape(str(serve_current(settings))), soft_wrap=True)


def _tell(sentence: str | None) -> None:
    """If there is a sentence, print it."""
    if sentence is not None:
        console.print(escape(sentence), soft_wrap=True)


def _year_ranges(seasons: tuple[int, ...]) -> str:
    """Return years as text, with consecutive years as a range: 2014-2016, 2021."""
    ranges: list[list[int]] = []
    for year in seasons:
        if ranges and ranges[-1][-1] == year - 1:
            ranges[-1].append(year)
        else:
            ranges.append([year])
    return ", ".join(str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}" for years in ranges)
