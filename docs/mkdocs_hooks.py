"""Hooks for MkDocs: make the docs' site of the Markdown files of the whole repository, under their paths there.

So a link between two files works in the repository and on the site.

MkDocs calls each function by its name.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
OUTSIDE_DOCS = (
    "*.md",
    "LICENSE",
    "benchmarks/*.md",
    "dags/*.md",
    "dbt_project/seeds/*.md",
    "deploy/*.md",
    "samples/*.md",
)
"""Files that are shown beside those of docs/, as patterns below the repository's root."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Replace each entry `folder/*` of the navigation by the pages of this folder."""
    config.nav = list(_expanded(config.nav or []))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Return the theme's files, and the repository's files under their paths below the repository's root."""
    docs = Path(config.docs_dir)
    sources = [Path(file.abs_src_path) for file in files if file.abs_src_path is not None]
    of_docs = [path for path in sources if path.is_relative_to(docs)]
    of_theme = [file for file in files if not Path(file.abs_src_path or "").is_relative_to(docs)]
    outside = [path for pattern in OUTSIDE_DOCS for path in sorted(ROOT.glob(pattern))]
    return Files(
        [
            *of_theme,
            *(
                File(path.relative_to(ROOT).as_posix(), str(ROOT), config.site_dir, config.use_directory_urls)
                for path in [*outside, *of_docs]
            ),
        ]
    )


def _expanded(entries: list[Any]) -> Iterator[Any]:
    for entry in entries:
        match entry:
            case dict():
                yield {
                    title: list(_expanded(inner)) if isinstance(inner, list) else inner
                    for title, inner in entry.items()
                }
            case str() if entry.endswith("/*"):
                pages = (ROOT / entry).parent.glob("*.md")
                ordered = sorted(pages, key=lambda page: (page.name != "README.md", page.name))
                yield from (page.relative_to(ROOT).as_posix() for page in ordered)
            case _:
                yield entry
