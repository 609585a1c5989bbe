"""redress up and airflow: run Airflow, with everything that it needs, on this machine."""

from typing import Annotated

import typer

from redress.cli.terminal import console, plain_errors


def up(
    port: Annotated[
        int, typer.Option("--port", help="Where the pages are, on loopback.", min=1024, max=65535)
    ] = 8080,
) -> None:
    """Run all of Airflow, with PostgreSQL below the home, until Ctrl-C."""
    with plain_errors():
        from redress.orchestration.local.keeper import run_until_stopped
        from redress.orchestration.local.up import AirflowUp
        from redress.settings import Settings

        run_until_stopped(
            AirflowUp(Settings(), port), lambda line: console.print(line, markup=False, soft_wrap=True)
        )


def airflow(
    arguments: Annotated[
        list[str], typer.Argument(metavar="ARGUMENTS...", help="The command for Airflow.", show_default=False)
    ],
    port: Annotated[
        int, typer.Option("--port", help="Where redress up has its pages.", min=1024, max=65535)
    ] = 8080,
) -> None:
    """Run a command of Airflow on the database of redress up, such as: redress airflow dags list"""
    with plain_errors():
        from redress.orchestration.local.up import AirflowUp
        from redress.settings import Settings

        raise typer.Exit(AirflowUp(Settings(), port).run(arguments))
