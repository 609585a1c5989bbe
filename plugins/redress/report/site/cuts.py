"""Cuts of letters' pages. A cut is a picture of the part of a page that has figures, and the place of that part on
the page.

A reading worker (a process that reads letters) draws the picture. The worker has no network and may not write. If
it exceeds the limits of time and memory for reading a letter, it is ended. All figures of a page share one picture:
the site shows the part around each figure, and draws a box around the figure.
"""

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from redress.acquire.archive import Archive, ArchiveError
from redress.read.workers import Readers, WorkerError
from redress.report.council import Row
from redress.report.site.contents import SiteContents
from redress.report.site.folder import SiteFolder
from redress.report.site.jobs import digest_of
from redress.settings import Settings

if TYPE_CHECKING:
    from PIL import Image

PIXELS_TO_A_POINT = 1.5
MOST_PIXELS_OF_A_SIDE = 3000
"""The most pixels that a side of a picture may have. If a page is larger (a poster), its picture is reduced."""
_A4 = 595.0 * 842.0
_ORDINARY = (0.5, 3.0)
"""The limits for a page of ordinary size: the square root of its area is 0.5 to 3 times that of A4. A page of
another size is drawn as if it had the size of A4."""
_GREYS = 16
"""How many shades of grey a picture has: enough for print, with half the bytes that 256 shades need."""
_TO_GREY = [value * (_GREYS - 1) // 255 for value in range(256)]
_PALETTE = [grey * 255 // (_GREYS - 1) for grey in range(_GREYS) for _ in range(3)]
_MARGIN_POINTS = 42.0
"""How much of the page a cut shows above and below its figures, in points: two or three lines."""


@dataclass(frozen=True)
class Cut:
    """A picture of a part of a page: the picture's address in the site, the width of the page, and the top and the
    bottom of the part, in points from the upper left of the page.

    `unit` is how many points of this page correspond to one point of A4. It is 1 for a page of an ordinary size.
    """

    address: str
    page_width: float
    top: float
    bottom: float
    unit: float


Cuts = Mapping[tuple[str, int], Cut | str]
"""By the letter's sha256 and the page's number: the cut of the page or, if there is none, the reason in words."""


def put_cuts(folder: SiteFolder, contents: SiteContents, settings: Settings) -> Cuts:
    """Put the cuts of all pages with figures into the site's folder, and return the cuts.

    If a letter is not in the archive or cannot be drawn, the result has the reason in place of its cuts.
    """
    found: dict[tuple[str, int], Cut | str] = {}
    waiting: list[tuple[str, dict[int, tuple[float, float]]]] = []
    for sha256, pages in _pages_with_figures(contents).items():
        for page, (top, bottom) in pages.items():
            path = _path(sha256, page)
            facts = folder.link(path, _digest(path, top, bottom))
            if facts is not None:
                found[sha256, page] = Cut(path, *(facts[name] for name in ("page_width", "top", "bottom", "unit")))
        missing = {page: area for page, area in pages.items() if (sha256, page) not in found}
        if missing:
            waiting.append((sha256, missing))
    if not waiting:
        return found
    archive = Archive(settings.archive_address)
    with Readers(settings.reading_limits) as readers:
        letters = _from_archive(archive, waiting, found)
        for (sha256, pages), drawn in readers.results(draw_pages, letters):
            if isinstance(drawn, WorkerError):
                found |= dict.fromkeys(((sha256, page) for page in pages), f"the page cannot be drawn: {drawn}")
                continue
            for page, (*shown, picture) in drawn.items():
                path = _path(sha256, page)
                cut = Cut(path, *shown)
                facts = {name: value for name, value in asdict(cut).items() if name != "address"}
                folder.write(path, picture, _digest(path, *pages[page]), **facts)
                found[sha256, page] = cut
    return found


def _from_archive(
    archive: Archive,
    waiting: Sequence[tuple[str, dict[int, tuple[float, float]]]],
    found: dict[tuple[str, int], Cut | str],
) -> Iterator[tuple[tuple[str, dict[int, tuple[float, float]]], tuple[object, ...]]]:
    """Yield each letter of `waiting` that the archive holds, with the arguments for `draw_pages`. If the archive
    does not hold a letter, put the reason into `found` for each of its pages.
    """
    for sha256, pages in waiting:
        try:
            content = archive.read(sha256)
        except ArchiveError as error:
            found |= dict.fromkeys(((sha256, page) for page in pages), str(error))
            continue
        yield (sha256, pages), (content, pages)


def draw_pages(
    content: bytes, areas: Mapping[int, tuple[float, float]]
) -> dict[int, tuple[float, float, float, float, bytes]]:
    """Draw parts of a PDF's pages. A part has the page's whole width; `areas` has its top and bottom, in points, by
    the page's number.

    Return for each page: its width, the top and the bottom of what is drawn (all in points), how many points of the
    page are one point of A4 (`Cut.unit`), and the picture as a grey PNG. Drawing a page can take any time and
    memory, so call this in a reading worker.
    """
    import pypdfium2 as pdfium

    drawn = {}
    with pdfium.PdfDocument(content) as pdf:
        pdf.init_forms()  # the values of form fields are drawn too
        for number, (first, last) in areas.items():
            page = pdf[number - 1]
            width, height = page.get_size()
            unit = _points_to_a_unit(width, height)
            top, bottom = max(0.0, first - _MARGIN_POINTS * unit), min(height, last + _MARGIN_POINTS * unit)
            scale = min(PIXELS_TO_A_POINT / unit, MOST_PIXELS_OF_A_SIDE / max(width, bottom - top))
            picture = page.render(scale=scale, crop=(0, height - bottom, 0, top), grayscale=True).to_pil()
            drawn[number] = (width, top, bottom, unit, _png(picture.point(_TO_GREY)))
    return drawn


def _points_to_a_unit(width: float, height: float) -> float:
    """Return how many points of a page correspond to one point of A4: 1 for a page of an ordinary size.

    A page may have its own unit (UserUnit), which its size in points does not show.
    """
    size = math.sqrt(width * height / _A4)
    return 1.0 if _ORDINARY[0] <= size <= _ORDINARY[1] else size


def _png(picture: "Image.Image") -> bytes:
    """Return a picture as a PNG of four bits a pixel. Each pixel of the picture holds the number of a grey (0 to
    15).
    """
    from PIL import Image

    greys = Image.frombytes("P", picture.size, picture.tobytes())
    greys.putpalette(_PALETTE)
    out = io.BytesIO()
    greys.save(out, format="PNG", bits=4)
    return out.getvalue()


def _pages_with_figures(contents: SiteContents) -> dict[str, dict[int, tuple[float, float]]]:
    """Return, for each letter (by sha256) and each of its pages: the top of the uppermost figure, and the bottom of
    the lowest figure.
    """
    sha256s = {row["letter_key"]: row["letter_sha256"] for row in contents.letters}
    pages: dict[str, dict[int, tuple[float, float]]] = {}
    for council in contents.councils.values():
        for figures in council.figures.values():
            for figure in figures:
                if has_box(figure):
                    of_letter = pages.setdefault(sha256s[figure["letter_key"]], {})
                    top, bottom = figure["box_top_points"], figure["box_bottom_points"]
                    before = of_letter.get(figure["page"], (top, bottom))
                    of_letter[figure["page"]] = (min(before[0], top), max(before[1], bottom))
    return pages


def has_box(figure: Row) -> bool:
    """Return whether a figure has a box on a page. A figure of a text file has a line instead."""
    return figure["page"] is not None and figure["box_x0_points"] is not None


def _path(sha256: str, page: int) -> str:
    return f"letters/{sha256[:24]}-{page}.png"


def _digest(path: str, top: float, bottom: float) -> str:
    return digest_of("cut", path, {"top": top, "bottom": bottom})
