"""Build the site of the current release, and put it in the place of the site before."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from redress.files import replaced_folder
from redress.report.site.contents import SiteContents, read_contents
from redress.report.site.council_pages import council_jobs
from redress.report.site.cuts import Cuts, put_cuts
from redress.report.site.evidence_pages import evidence_jobs
from redress.report.site.folder import SiteFolder
from redress.report.site.jobs import Job
from redress.report.site.place import INDEX_NAME, site_folder
from redress.report.site.printed import put_pdfs
from redress.report.site.season_pages import season_jobs
from redress.report.site.whole_pages import whole_jobs
from redress.settings import Settings
from redress.steps import Run
from redress.warehouse.releases.releases import ReleaseError, Releases

_DATA = ("warehouse.duckdb", "datapackage.json", "csv", "parquet")


@dataclass(frozen=True)
class BuiltSite:
    """A site that was built: its first page, the release, and how many files were made and how many taken over."""

    index: Path
    release: str
    made_count: int
    linked_count: int
    faults: tuple[str, ...]
    """What could not be made, in words; the rest of the site is there."""

    def __str__(self) -> str:
        files = f"{self.made_count} files made, {self.linked_count} as before"
        said = f"{self.index} shows release {self.release}: {files}"
        return "; ".join((said, *self.faults))


def write_site(run: Run) -> str:
    """Build the site as a step of a run, unless the settings leave it to people; return what was done."""
    with run.record.step("site") as note:
        is_wanted = run.settings.build_site
        note.message = str(build_site(run.settings)) if is_wanted else "not built: REDRESS_BUILD_SITE is false"
    return note.message


def build_site(settings: Settings) -> BuiltSite:
    """Build the site of the current release; a reader finds the site before or the new one, each whole.

    Raises ReleaseError if there is no release. A letter that is not in the archive costs its picture alone.
    """
    folder = site_folder(settings)
    folder.parent.mkdir(parents=True, exist_ok=True)
    releases = Releases(settings.warehouse_folder)
    if releases.current() is None:
        raise ReleaseError(
            f"there is no release in {releases.folder} to show: make run makes one of the sample letters, "
            "redress run one of yours; or say where yours is with REDRESS_HOME"
        )
    with FileLock(folder.with_name(".site.lock")), releases.reading() as release, replaced_folder(folder) as new:
        contents = read_contents(release)
        built = SiteFolder(folder, new)
        cuts = put_cuts(built, contents, settings)
        built.put_all(_jobs(contents, cuts, release))
        faults = put_pdfs(built, contents)
        for name in _DATA:
            if (release / name).is_dir():
                shutil.copytree(release / name, new / "data" / name)
            else:
                built.copy(release / name, f"data/{name}")
        built.end()
        return BuiltSite(folder / INDEX_NAME, release.name, built.made_count, built.linked_count, faults)


def _jobs(contents: SiteContents, cuts: Cuts, release: Path) -> Iterator[Job]:
    yield from whole_jobs(contents, release)
    for season in contents.seasons:
        yield from season_jobs(contents, season)
    for council in contents.councils.values():
        yield from council_jobs(contents, council)
        yield from evidence_jobs(contents, council, cuts)
