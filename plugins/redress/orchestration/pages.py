"""The pages that Airflow's API server shows: reports of runs, Data Docs, dbt's pages, the site. They are read-only,
and only users who have logged in see them.

/reports/      the index of reports, and each report                  runs/
/data-docs/    the list of seasons, and the Data Docs of each         data_docs/<season>/
/dbt-docs/     dbt's pages about the release, one file                dbt_docs/static_index.html
/site/         the site of the current release                        site/

The last column has the folder or file in the state (REDRESS_STATE). The state may be an object store into which
workers on other machines write.

These pages share a host with Airflow's own pages, so a script in these pages could act in Airflow with the rights
of the user who reads them. Therefore the pages load nothing from elsewhere. dbt's pages run their scripts in a
separate origin without cookies. The site runs only script files of Redress, and no script inside a page. The Data
Docs would load styles and scripts from the web; they get a few styles of Redress instead.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
from airflow.api_fastapi.core_api.security import requires_access_view
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from redress.files.places import Place, matching
from redress.files.store import StoreError
from redress.model.markdown import text
from redress.report.dbt_pages import DBT_DOCS_NAME, PAGE_NAME
from redress.report.markdown_page import html_page
from redress.report.site.place import SITE_NAME
from redress.settings import Settings
from redress.steps.run import RECORD_ENDING

if TYPE_CHECKING:
    from upath import UPath

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".duckdb": "application/octet-stream",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".otf": "font/otf",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
"""The content type of each file that is served, by the ending of its name. Files with other endings, such as a
run's record, are not served."""
DATA_DOCS_STYLES = """
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem 1.25rem 4rem; font: 1rem/1.5 system-ui, sans-serif;
  background: Canvas; color: CanvasText; overflow-wrap: break-word; }
a { color: LinkText !important; }
body > nav { height: auto !important; }
body > nav a img, .card.mb-3, footer, [data-toggle="collapse"] { display: none; }
ol.breadcrumb { list-style: none; margin: 0; padding: 0; }
h4, h5 { font-size: 1.25rem; margin: 1.5rem 0 .5rem; }
h6, .h6 { font-size: 1rem; font-weight: 600; margin: 1rem 0 .25rem; }
.table-responsive { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: .35rem .75rem; border-bottom: 1px solid color-mix(in srgb, CanvasText 20%, Canvas);
  text-align: left; vertical-align: top; }
.fa-check-circle::before { content: "\\2713"; font-style: normal; }
.fa-times::before { content: "\\2717"; font-style: normal; font-weight: 700; }
.fa-exclamation-triangle::before { content: "!"; font-style: normal; font-weight: 700; }
"""
"""Styles that make Great Expectations' pages readable without the styles that they would load from the web."""
LONGEST_NAME_BYTES = 1000
"""The most bytes of an object's name. If a name is longer, an object store answers with an error."""
_HEAD_END = b"</head>"
_METHODS = ["GET", "HEAD"]


@dataclass(frozen=True)
class Area:
    """One kind of pages: its title, its folder, its first page, its content security policy, and the words that
    tell a person how to make the pages.
    """

    title: str
    folder: Callable[[Settings], Place]
    first_page: str
    policy: str
    how_to_make: str


AREAS = {
    "reports": Area(
        "Redress reports",
        lambda settings: settings.runs_folder,
        "index.html",
        "default-src 'none'; style-src 'unsafe-inline'",
        "Each run of `annual_letters` and each `redress run SEASON` writes one when it ends. To make the first: "
        "trigger the dag `annual_letters` with a season.",
    ),
    "data-docs": Area(
        "Data Docs",
        lambda settings: settings.state_place / "data_docs",
        "",
        "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; font-src 'self'",
        "Great Expectations' pages about a season are written at the end of each of its runs. To make the first: "
        "trigger the dag `annual_letters` with a season.",
    ),
    "site": Area(
        "Figures",
        lambda settings: settings.state_place / SITE_NAME,
        "index.html",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'",
        "The pages of the current release are written at the end of each run. To make the first: trigger the dag "
        "`annual_letters` with a season; or `redress site`, with the `REDRESS_HOME` that Airflow has.",
    ),
    "dbt-docs": Area(
        "dbt docs",
        lambda settings: settings.state_place / DBT_DOCS_NAME,
        PAGE_NAME,
        "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'unsafe-inline'; img-src data:; font-src data:",
        "dbt's pages are about the current release, and a run does not write them. To make them: `make docs`, or "
        "`python -m redress.report.dbt_pages`, with the `REDRESS_HOME` that Airflow has.",
    ),
}


def pages_app() -> FastAPI:
    """Return the application that Airflow mounts. None of its routes is open without a login.

    A visitor who is not logged in gets the status 401. A user who may not see Airflow's pages gets 403.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    logged_in = [Depends(requires_access_view(AccessView.WEBSITE))]
    app.api_route("/{area}", methods=_METHODS, dependencies=logged_in)(_to_area)
    app.api_route("/{area}/{name:path}", methods=_METHODS, dependencies=logged_in)(_page)
    app.api_route("/{rest:path}", methods=_METHODS, dependencies=logged_in)(_nothing_here)
    app.middleware("http")(_with_headers)
    return app


async def _with_headers(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Set headers of each answer, also of a refusal: for example, a browser must not guess a file's type, and only
    Airflow may frame the page.
    """
    response = await answer(request)
    response.headers.setdefault("Content-Security-Policy", _policy("default-src 'none'; style-src 'unsafe-inline'"))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _settings() -> Settings:
    """Return the current settings. If any setting is wrong, raise HTTPException, which names the setting but not
    its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        names = sorted({f"REDRESS_{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors()})
        raise HTTPException(500, f"the settings of Redress are wrong: {'; '.join(names)}") from None


def _to_area(area: str) -> Response:
    if area not in AREAS:
        raise HTTPException(404, "there is no such page")
    return RedirectResponse(f"{quote(area)}/")  # from the page that was asked for, wherever Airflow is mounted


def _page(area: str, name: str, settings: Annotated[Settings, Depends(_settings)]) -> Response:
    if area not in AREAS:
        raise HTTPException(404, "there is no such page")
    one = AREAS[area]
    folder = one.folder(settings)
    if area == "data-docs":
        return _data_docs_page(one, folder, name)
    page = _page_below(folder, name or one.first_page)
    if page is None and not name:
        return _not_there_yet(one)
    return _served(one, page)


def _nothing_here() -> Response:
    raise HTTPException(404, "there is no such page")


def _data_docs_page(area: Area, folder: Place, name: str) -> Response:
    """Return a page of the Data Docs with the styles of Redress in its head. A season's first page needs scripts;
    in its place, redirect to the season in the list of seasons that Redress makes.
    """
    if not name:
        return _data_docs_seasons(area, folder)
    page = _page_below(folder, name)
    if page is None or not name.endswith(".html"):
        return _served(area, page)
    season, _, rest = name.partition("/")
    if rest == "index.html":
        return RedirectResponse(f"../#season-{quote(season)}")
    content = (page.read_bytes() if isinstance(page, Path) else page.content).replace(
        _HEAD_END, f"<style>{DATA_DOCS_STYLES}</style>".encode() + _HEAD_END, 1
    )
    return HTMLResponse(content, headers={"Content-Security-Policy": _policy(area.policy)})


def _data_docs_seasons(area: Area, folder: Place) -> Response:
    """Return a page of Redress that links to the Data Docs of each season, the latest season first."""
    with _store_errors():
        seasons = [path.parent for path in reversed(matching(folder, "[0-9]*/index.html"))]
    if not seasons:
        return _not_there_yet(area)
    lines = ["# Data Docs", ""]
    lines.append(
        "Great Expectations' pages about the last run of each season, without what they load from the web."
    )
    for season in seasons:
        lines += ["", f"## Season {text(season.name)}", ""]
        with _store_errors():
            found = matching(season, "validations/*/*/*/*.html")
            asked = matching(season, "expectations/*.html")
        lines += [f"- {_link(folder, page, _name(season, page).split('/')[1])}: what it found" for page in found]
        lines += [f"- {_link(folder, page, page.stem)}: what it asks" for page in asked]
    return HTMLResponse(html_page("\n".join(lines)))


def _link(folder: Place, page: Place, words: str) -> str:
    return f"[{text(words)}]({quote(_name(folder, page))})"


def _name(folder: Place, page: Place) -> str:
    return str(page).removeprefix(f"{folder}/")


def _not_there_yet(area: Area) -> Response:
    lines = [f"# {area.title}", "", "There are none yet.", "", area.how_to_make]
    return HTMLResponse(html_page("\n".join(lines)), status_code=404)


def _served(area: Area, page: "Path | _Stored | None") -> Response:
    content_type = None if page is None else CONTENT_TYPES.get(page.suffix)
    if page is None or content_type is None:
        raise HTTPException(404, "there is no such page")
    headers = {"Content-Security-Policy": _policy(area.policy)}
    if isinstance(page, Path):
        return FileResponse(page, media_type=content_type, headers=headers)
    headers["ETag"] = f'"{hashlib.sha256(page.content).hexdigest()}"'
    return Response(page.content, media_type=content_type, headers=headers)


@dataclass(frozen=True)
class _Stored:
    """A file of an object store. The whole file was read by one request, so its content is whole, even if a worker
    puts a new file meanwhile.
    """

    suffix: str
    content: bytes


def _page_below(folder: Place, name: str) -> Path | _Stored | None:
    """Return the file with a name below a folder. Return None if there is no such file, if the file lies outside
    the folder, or if a part of the name is empty, begins with a dot or has a backslash.
    """
    parts = name.split("/")
    if any(part in ("", ".", "..") or part.startswith(".") or "\0" in part or "\\" in part for part in parts):
        return None
    return _file_below(folder, parts) if isinstance(folder, Path) else _stored_below(folder, parts)


def _stored_below(folder: "UPath", parts: list[str]) -> _Stored | None:
    """Return the object below a folder of the object store, or None if there is no such object or it is not served.
    `parts` are the parts of its path from the folder. Each line of a record is an object too, and is not served.
    """
    suffix = PurePosixPath(parts[-1]).suffix
    name = f"{folder.path.rstrip('/')}/{'/'.join(parts)}"
    is_line = any(part.endswith(RECORD_ENDING) for part in parts[:-1])
    if is_line or suffix not in CONTENT_TYPES or len(name.encode(errors="replace")) > LONGEST_NAME_BYTES:
        return None
    with _store_errors():
        try:
            return _Stored(suffix, folder.fs.cat_file(name))
        except (FileNotFoundError, IsADirectoryError):
            return None


@contextmanager
def _store_errors() -> Iterator[None]:
    """If the block cannot read the object store, raise HTTPException with the status 503 (not available now)."""
    try:
        yield
    except (OSError, StoreError):
        raise HTTPException(503, "the object store with the pages cannot be read now") from None


def _file_below(folder: Path, parts: list[str]) -> Path | None:
    """Return the file below a folder, or None if there is no such file. `parts` are the parts of its path from the
    folder.

    Links are followed, in the path of the file and in the path of the folder. After that, the file must still lie
    within the folder.
    """
    try:
        file = folder.joinpath(*parts).resolve(strict=True)
        is_below = file.is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # the file is missing, its name is too long, or its links form a circle
        return None
    return file if is_below and file.is_file() else None


def _policy(stated: str) -> str:
    return f"{stated}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
