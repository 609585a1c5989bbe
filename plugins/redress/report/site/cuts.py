"""Cuts of letters' pages: the part of a page on which figures stand, as a picture, with the place of each figure.

A page is drawn in a reading worker, which has no network and no right to write, and ends with its letter's limits.
One picture of a page serves all its figures: a page of the site shows a part of it, and draws the frame.
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
"""A page that is larger, as a poster is, is drawn smaller."""
_A4 = 595.0 * 842.0
_ORDINARY = (0.5, 3.0)
"""How small and how large a side is beside that of A4 if a page is drawn as it is."""
_GREYS = 16
"""Enough for print, and half the bytes of 256."""
_TO_GREY = [value * (_GREYS - 1) // 255 for value in range(256)]
_PALETTE = [grey * 255 // (_GREYS - 1) for grey in range(_GREYS) for _ in range(3)]
_MARGIN_POINTS = 42.0
"""What is shown above and below the figures of a page: two lines or three."""


@dataclass(frozen=True)
class Cut:
    """A picture of a part of a page: its address in the site, and what it shows, in points from the upper left.

    `unit` is the number of points of the page that make one point of an ordinary page.
    """

    address: str
    page_width: float
    top: float
    bottom: float
    unit: float


Cuts = Mapping[tuple[str, int], Cut | str]
"""By a letter's sha256 and the number of a page: the cut, or in words why there is none."""


def put_cuts(folder: SiteFolder, contents: SiteContents, settings: Settings) -> Cuts:
    """Put the cuts of all pages with figures into the folder; return them, each by its letter and page.

    A letter that is not in the archive, or that cannot be drawn, gives a reason, and the others go on.
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
    """Yield letters with the arguments of `draw_pages`; note those that the archive does not hold in `found`."""
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
    """Draw parts of a PDF's pages, each over the page's whole width, from a top to a bottom in points.

    Return by page its width, the top and the bottom that are shown, in points, the points to a unit, and the
    picture as a PNG in greys.
    A page can need any time and memory: call in a worker.
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
    """Return 1 for a page of an ordinary size, else how many points of it are as much as one of A4 paper.

    A page may have a unit of its own (UserUnit), which its size in points does not tell.
    """
    size = math.sqrt(width * height / _A4)
    return 1.0 if _ORDINARY[0] <= size <= _ORDINARY[1] else size


def _png(picture: "Image.Image") -> bytes:
    """Return a picture whose dots are numbers of greys as a PNG of four bits a dot."""
    from PIL import Image

    greys = Image.frombytes("P", picture.size, picture.tobytes())
    greys.putpalette(_PALETTE)
    out = io.BytesIO()
    greys.save(out, format="PNG", bits=4)
    return out.getvalue()


def _pages_with_figures(contents: SiteContents) -> dict[str, dict[int, tuple[float, float]]]:
    """Return the pages with figures of each letter, each with the top and the bottom of its figures."""
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
    """Return whether a figure stands on a page; a figure of a text file has a line instead."""
    return figure["page"] is not None and figure["box_x0_points"] is not None


def _path(sha256: str, page: int) -> str:
    return f"letters/{sha256[:24]}-{page}.png"


def _digest(path: str, top: float, bottom: float) -> str:
    return digest_of("cut", path, {"top": top, "bottom": bottom})
