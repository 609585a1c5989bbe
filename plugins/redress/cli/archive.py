"""redress archive: check the files as they came from their sources."""

from typing import Annotated

import typer
from rich.markup import escape

from redress.cli.terminal import console, plain_errors

archive = typer.Typer(no_args_is_help=True, help="The files as they came: bytes under their hash, with cards.")


@archive.callback()
def archive_main() -> None:
    """Check the archive: the files as they came, each under its hash, with cards that say where each file came
    from.
    """


@archive.command()
def verify(
    rebuild_addresses: Annotated[
        bool, typer.Option("--rebuild-addresses", help="Write the index of addresses from the cards first.")
    ] = False,
) -> None:
    """Hash every file of the archive again, and check that files, cards and addresses belong together."""
    with plain_errors():
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
