"""Data Docs: Great Expectations' own pages about a season, its suites and what they found."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from expectations.gate import failures, quiet_context
from redress.check.decisions import Decisions
from redress.check.judge import stand
from redress.model.authorities import Authorities
from redress.model.landed import LandedLetter
from redress.model.season import Season


def write_data_docs(
    season: Season,
    letters: Sequence[LandedLetter],
    authorities: Authorities,
    decisions: Decisions,
    folder: Path,
    run_name: str,
) -> Path:
    """Write the pages about a season into a folder, which is replaced whole; the first page.

    The suites are asked anew, so that the pages need nothing but what is landed. The pages take their styles from
    the web, and read without it.
    """
    incoming = folder.with_name(f"{folder.name}.incoming")
    shutil.rmtree(incoming, ignore_errors=True)
    context = quiet_context()
    for name in context.variables.data_docs_sites:
        context.delete_data_docs_site(name)
    context.add_data_docs_site(
        "season",
        {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(incoming)},
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "show_cta_footer": False},
        },
    )
    standings = stand([landed.letter for landed in letters], season, authorities, decisions)
    failures(context, season, letters, standings, authorities, run_name)
    context.build_data_docs()
    shutil.rmtree(folder, ignore_errors=True)
    incoming.rename(folder)
    return folder / "index.html"
