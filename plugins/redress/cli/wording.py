"""redress wording: find the sentences of a season that no layout knows, and what their numbers may mean."""

from typing import Annotated

import typer
from rich.markup import escape

from redress.cli.terminal import console, plain_errors, print_json


def wording(
    season: Annotated[int, typer.Argument(help="The year of the letters, such as 2026.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Find the sentences of a season that no layout knows, and work out their numbers' meaning by arithmetic over
    all letters.

    The letters come from the archive; nothing is fetched and nothing is changed. A proven meaning is a coincidence
    at most once in a million times. The lines to paste into the layouts, and a trial reading, come last.
    """
    with plain_errors():
        from redress.model.season import Season
        from redress.report.season_wording import wording_json, wording_lines
        from redress.settings import Settings
        from redress.steps.wording import wording_of_season

        found = wording_of_season(Season(season), Settings())
        if as_json:
            print_json(wording_json(found))
            return
        for line in wording_lines(found):
            console.print(escape(line), soft_wrap=True)
