"""redress quarantine: the letters that rules hold back, and decisions about them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from redress.cli.letters import show_letter
from redress.cli.terminal import By, console, from_here, login_name, plain_errors, season_of, writing

if TYPE_CHECKING:
    from redress.steps.quarantine import Case, Effect, Quarantine


quarantine = typer.Typer(no_args_is_help=True, help="The letters that rules hold back, and decisions about them.")

Sha = Annotated[str, typer.Argument(metavar="SHA", help="A letter's sha256, or enough of its beginning.")]

OfSeason = Annotated[int | None, typer.Option("--season", help="Only letters of this season.", show_default=False)]

Reason = Annotated[str, typer.Option("--reason", help="Why, for whoever asks later.")]

Publish = Annotated[bool, typer.Option("--publish", help="Build and release the warehouse at once.")]


@quarantine.command("list")
def list_cases(
    season: OfSeason = None,
    include_decided: Annotated[bool, typer.Option("--all", help="Those that were decided about, too.")] = False,
) -> None:
    """List the letters that wait for a decision, and the rules that each letter breaks."""
    with _quarantine() as desk:
        cases = desk.cases(season_of(season))
        waiting = sum(case.is_waiting for case in cases)
        for case in cases:
            if case.is_waiting or (include_decided and (case.disposition.decided_by or case.decisions)):
                _print_case(case)
        console.print(f"{waiting} {'letter waits' if waiting == 1 else 'letters wait'} for a person.")
        if waiting:
            console.print("To see one and its evidence: redress quarantine show SHA")


@quarantine.command()
def show(sha: Sha, season: OfSeason = None) -> None:
    """Show one letter: its figures and their places, broken rules, the place of its bytes, and decisions."""
    with _quarantine() as desk:
        from redress.acquire.archive import Archive

        case = desk.case(sha, season_of(season))
        _print_case(case)
        console.print()
        letter = case.landed.letter
        show_letter(Path(case.landed.source_address), letter, case.checks)
        archive = Archive(desk.settings.archive_address)
        console.print(f"\nsha256 {letter.sha256}")
        for card in archive.cards(letter.sha256):
            found = card.found_address or card.address
            came = f"came from {card.source}, {found}, {card.fetched_at}, for season {card.season}"
            console.print(escape(came), soft_wrap=True)
        place = from_here(archive.bytes_address(letter.sha256))
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
    """Load a letter although it breaks rules. The decision covers exactly the rules that the letter breaks now."""
    _decide(
        lambda desk: desk.accept(
            sha,
            reason=reason,
            by=by or login_name(),
            rules=rule or (),
            authority_id=authority or None,
            season=season_of(season),
        ),
        publish,
    )


@quarantine.command()
def reject(sha: Sha, reason: Reason, by: By = "", season: OfSeason = None, publish: Publish = False) -> None:
    """Keep a letter out for good. The letter no longer waits, and gives way to other letters to its authority."""
    _decide(lambda desk: desk.reject(sha, reason=reason, by=by or login_name(), season=season_of(season)), publish)


@quarantine.command()
def withdraw(sha: Sha, reason: Reason, by: By = "", season: OfSeason = None, publish: Publish = False) -> None:
    """Take back the decision about a letter, so that the rules alone decide again."""
    _decide(
        lambda desk: desk.withdraw(sha, reason=reason, by=by or login_name(), season=season_of(season)), publish
    )


@contextmanager
def _quarantine() -> "Iterator[Quarantine]":
    with plain_errors():
        from redress.settings import Settings
        from redress.steps.quarantine import Quarantine

        yield Quarantine(Settings())


def _decide(decide: "Callable[[Quarantine], Effect]", publish: bool) -> None:
    with _quarantine() as desk, writing(desk.settings):
        effect = decide(desk)
        console.print(f"recorded: {effect.decision.ruling}, by {escape(effect.decision.decided_by)}")
        for case in (effect.case, *effect.others):
            _print_case(case)
        season = effect.case.landed.season
        if publish:
            from redress.steps import Run, build_warehouse, release, serve
            from redress.steps.record import new_run_id

            run = Run.of_season(season, new_run_id(), desk.settings)
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


def _print_case(case: "Case") -> None:
    """Print a letter with its disposition, the rules that it breaks, and the decisions about it."""
    from redress.check.all_rules import SENTENCES
    from redress.check.dispose import SHOWN_SHA256_LENGTH, broken_rules

    sha256 = case.landed.letter.sha256[:SHOWN_SHA256_LENGTH]
    lines = [
        f"{case.landed.season}  {sha256}  {case.authority}",
        f"  file: {case.landed.source_address}",
    ]
    broken = broken_rules(case.checks)
    if case.disposition.reason != "; ".join(f"{check.rule}: {check.detail}" for check in broken):
        lines.append(f"  {case.disposition.disposition}: {case.disposition.reason}")
    for check in broken:
        lines += [f"  {check.rule}: {SENTENCES.get(check.rule, '')}", f"    found: {check.detail}"]
    if case.landed.letter.not_read:
        lines.append(f"  stated, and not read: {', '.join(case.landed.letter.not_read)}")
    for decision in case.decisions:
        rules = f" for {', '.join(decision.rules)}" if decision.rules else ""
        whose = f" as a letter to {decision.authority_id}" if decision.authority_id else ""
        at = f"{decision.decided_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        lines.append(f"  {at}, {decision.decided_by}: {decision.ruling}{rules}{whose}: {decision.reason}")
    for line in lines:
        console.print(escape(line), soft_wrap=True)
