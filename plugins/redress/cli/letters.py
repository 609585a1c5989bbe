"""redress read: read letters without a database, Airflow or a network."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from redress.check.letter_rules import check_letter
from redress.check.rule import Check
from redress.cli.terminal import console, plain_errors, print_json
from redress.model.letter import Letter
from redress.read.answer import answer

if TYPE_CHECKING:
    from redress.read.workers import Readers


def read(
    files: Annotated[
        list[Path], typer.Argument(help="Letters (PDF, .txt, .md) or statistics pages (.html).", show_default=False)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    evidence: Annotated[
        Path | None, typer.Option("--evidence", help="Draw the figures of one PDF where they stand, to this PNG.")
    ] = None,
) -> None:
    """Read letters: show the numbers that each letter states, their places, and whether the numbers agree."""
    from redress.read.workers import File, Readers
    from redress.settings import Settings

    if evidence is not None and len(files) != 1:
        print("redress read: --evidence draws one file; name just that", file=sys.stderr)
        raise typer.Exit(2)
    with plain_errors():
        opened: list[tuple[Path, bytes]] = []
        for file in files:
            try:
                opened.append((file, file.read_bytes()))
            except OSError as error:
                print(f"redress read: {file} cannot be opened: {error.strerror}", file=sys.stderr)
        with Readers(Settings().reading_limits) as readers:
            letters = readers.read(File(file.name, content) for file, content in opened)
            for (file, content), letter in zip(opened, letters, strict=True):
                checks = check_letter(letter)
                if as_json:
                    print_json(answer(_name(file), letter, checks))
                else:
                    show_letter(file, letter, checks)
                if evidence is not None:
                    _draw(readers, content, letter, evidence)
    if len(opened) < len(files):
        raise typer.Exit(2)


def show_letter(file: Path, letter: Letter, checks: tuple[Check, ...]) -> None:
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


def _name(file: Path) -> str:
    r"""Return a file's name as text, with an escape such as \xe9 for a byte that is not UTF-8."""
    return os.fsencode(file).decode("utf-8", "backslashreplace")


def _draw(readers: "Readers", content: bytes, letter: Letter, out: Path) -> None:
    from redress.read.evidence import EvidenceError, evidence_picture
    from redress.read.workers import WorkerError

    try:
        picture, count = readers.result_of(evidence_picture, content, letter)
        out.write_bytes(picture)
    except (EvidenceError, OSError, WorkerError) as error:
        print(f"redress read: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    print(f"{count} figures drawn to {out}", file=sys.stderr)
