"""The command line: a thin skin over the functions of the package."""

import typer

from redress.cli import airflow, archive, letters, quarantine, releases, seasons

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback()
def main() -> None:
    """The Ombudsman's annual review letters as a warehouse, every number with its evidence."""


app.command()(letters.read)
app.command()(seasons.run)
app.command()(seasons.ingest)
app.command()(airflow.up)
app.command(add_help_option=False, context_settings={"ignore_unknown_options": True})(airflow.airflow)
app.command("show")(releases.show_authority)
app.command()(releases.serve)
app.command()(seasons.probe)
app.command()(seasons.reread)
app.command("releases")(releases.list_releases)
app.command()(releases.rollback)
app.command()(releases.rebuild)
app.add_typer(quarantine.quarantine, name="quarantine")
app.add_typer(archive.archive, name="archive")
