"""Build the site of the current release, and put it in the place of the earlier site."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from redress.files.places import Place
from redress.files.replacing import replaced_folder
from redress.report.site.contents import SiteContents, read_contents
from redress.report.site.council_pages import council_jobs
from redress.report.site.cuts import Cuts, put_cuts
from redress.report.site.evidence_pages import evidence_jobs
from redress.report.site.folder import SiteFolder
from redress.report.site.jobs import Job
from redress.report.site.place import INDEX_NAME, SITE_NAME, site_folder
from redress.report.site.printed import put_pdfs, why_no_pdfs
from redress.report.site.season_pages import season_jobs
from redress.report.site.whole_pages import whole_jobs
from redress.settings import Settings
from redress.steps import Run
from redress.steps.shown import show_pages
from redress.warehouse.releases.object_store import StoredReleases
from redress.warehouse.releases.releases import ReleaseError
from redress.warehouse.releases.shared import releases_of

_DATA = ("warehouse.duckdb", "datapackage.json", "csv", "parquet")


@dataclass(frozen=True)
class BuiltSite:
    """What building the site gave: the site's first page, the release that the site shows, how many files were made
    anew, and how many unchanged files were taken over from the earlier site, as hard links.
    """

    index: Place | None
    """The first page. If another release became current while the pages were built, the pages are not published,
    and this is None."""
    release: str
    made_count: int
    linked_count: int
    no_pdfs: str | None
    """In words, why the site has no PDFs; None if it has them. The rest of the site is complete either way."""

    def __str__(self) -> str:
        files = f"{self.made_count} files made, {self.linked_count} as before"
        if self.index is None:
            return f"the pages of release {self.release} are not shown: another release is current by now; {files}"
        said = f"{self.index} shows release {self.release}: {files}"
        return said if self.no_pdfs is None else f"{said}; {self.no_pdfs}"


def write_site(run: Run) -> str:
    """Build the site as a step of a run, unless REDRESS_BUILD_SITE is false. Return the step's message, which says
    what was built, or why nothing was.
    """
    with run.record.step("site") as note:
        is_wanted = run.settings.build_site
        note.message = str(build_site(run.settings)) if is_wanted else "not built: REDRESS_BUILD_SITE is false"
    return note.message


def build_site(settings: Settings) -> BuiltSite:
    """Build the site of the current release, and return what was built. In a local folder, a reader never finds a
    mixture of the earlier site and the new site.

    Raises ReleaseError if there is no release. If the archive does not hold a letter, only the pictures of the
    letter's pages are missing.
    """
    folder = site_folder(settings)
    folder.parent.mkdir(parents=True, exist_ok=True)
    releases = releases_of(settings)
    if releases.current() is None:
        raise ReleaseError(
            f"there is no release in {releases.folder} to show: make run makes one of the sample letters, "
            "redress run one of yours; or say where yours is with REDRESS_HOME"
        )
    with FileLock(folder.with_name(".site.lock")), releases.reading() as release, replaced_folder(folder) as new:
        contents = read_contents(release)
        built = SiteFolder(folder, new)
        cuts = put_cuts(built, contents, settings)
        no_pdfs = why_no_pdfs()
        built.put_all(_jobs(contents, cuts, release, has_pdfs=no_pdfs is None))
        if no_pdfs is None:
            put_pdfs(built, contents)
        for name in _DATA:
            if (release / name).is_dir():
                shutil.copytree(release / name, new / "data" / name)
            else:
                built.copy(release / name, f"data/{name}")
        built.end()
    address = settings.warehouse_store_address
    index = show_pages(
        settings,
        SITE_NAME,
        first_page=INDEX_NAME,
        is_right=lambda: address is None or StoredReleases(address).current() == release.name,
    )
    return BuiltSite(index, release.name, built.made_count, built.linked_count, no_pdfs)


def _jobs(contents: SiteContents, cuts: Cuts, release: Path, *, has_pdfs: bool) -> Iterator[Job]:
    yield from whole_jobs(contents, release, has_pdfs=has_pdfs)
    for season in contents.seasons:
        yield from season_jobs(contents, season, has_pdfs=has_pdfs)
    for council in contents.councils.values():
        yield from council_jobs(contents, council)
        yield from evidence_jobs(contents, council, cuts)
