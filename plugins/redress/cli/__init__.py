"""The command line: a thin skin over the functions of the package."""

from typing import Any

import typer

from redress.cli import airflow, archive, find, letters, quarantine, releases, seasons, wording
from redress.cli.terminal import plain_output, settle_python


class Commands(typer.Typer):
    """All commands. If standard output is closed or full, a command ends with a one-line message."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with plain_output():
            settle_python()
            return super().__call__(*args, **kwargs)


app = Commands(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback()
def main() -> None:
    """The Ombudsman's annual review letters as a warehouse, every number with its evidence."""


app.command()(letters.read)
app.command()(seasons.run)
app.command()(seasons.ingest)
app.command()(airflow.up)
app.command(add_help_option=False, context_settings={"ignore_unknown_options": True})(airflow.airflow)
app.command("show")(releases.show_authority)
app.command()(find.find)
app.command()(releases.serve)
app.command()(releases.site)
app.command()(seasons.probe)
app.command()(seasons.reread)
app.command()(wording.wording)
app.command()(releases.rollback)
app.command()(releases.rebuild)
app.add_typer(releases.releases_app, name="releases")
app.add_typer(quarantine.quarantine, name="quarantine")
app.add_typer(archive.archive, name="archive")
