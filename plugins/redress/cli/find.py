"""redress find: search the words of letters about one council or a few councils."""

from datetime import date
from typing import Annotated

import typer
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from redress.cli.terminal import console, current_release, plain_errors, print_json, season_of


def find(
    words: Annotated[
        list[str],
        typer.Argument(
            help='Words that a passage has, all of them: "free early education" is a phrase, delay* a beginning.',
            show_default=False,
        ),
    ],
    season: Annotated[
        int | None, typer.Option("--season", help="Letters of this year only.", show_default=False)
    ] = None,
    council: Annotated[
        str | None,
        typer.Option("--council", help="This council only: name, short name or id.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Find passages of the current release: what letters say about one council or a few councils, with page and
    place.
    """
    with plain_errors():
        from redress.report.passages import find_passages, marks_of, place_of

        only = season_of(season)
        current = current_release()
        found = find_passages(current / "warehouse.duckdb", words, only, council, date.today())
        if as_json:
            for passage in found:
                print_json(passage)
            return
        for passage in found:
            marks = "; ".join(marks_of(passage))
            console.print(
                Text.assemble(
                    (f"{passage['season']} {passage['authority_name']}", "bold"),
                    f"  {place_of(passage)}",
                    f"  {marks}" if marks else "",
                )
            )
            console.print(Padding(Text(passage["passage_text"]), (0, 0, 1, 2)))
        count = len(found)
        told = "No passage has" if count == 0 else "1 passage has" if count == 1 else f"{count} passages have"
        console.print(escape(f"{told} {' and '.join(words)}."), soft_wrap=True)
