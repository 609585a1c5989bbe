"""Draw evidence as a picture: the pages with figures, with a frame (a rectangle) drawn around each figure, and the
figure's name beside the frame.
"""

import io
import math
from collections.abc import Sequence

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

from redress.model.letter import Figure, Letter

PIXELS_TO_A_POINT = 2.0
PIXELS_OF_A_PAGE = (1000 * 1400, 4000 * 5600)
"""The fewest and the most pixels of a page's picture. If a page's unit or paper size would give fewer or more
pixels, the picture is scaled."""
MOST_PIXELS = 120_000_000
"""The most pixels of the whole picture, as many as five of the largest pages have. A hostile page can be a thousand
times as long as it is wide."""
_FRAME = (200, 30, 30)
_LABEL = (255, 255, 255)
_LABEL_HEIGHT = 17
_ROWS_OF_LABELS = 5
_DARK = 160
"""A pixel darker than this, of 256 shades, is print."""

_Rectangle = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels of the picture."""


class EvidenceError(Exception):
    """The evidence in a file cannot be drawn; the message says why."""


def evidence_picture(content: bytes, letter: Letter) -> tuple[bytes, int]:
    """Return a PNG and the number of figures framed in it. The PNG shows each page of the PDF that holds a
    figure, one page below the other.

    Drawing a hostile page can take any amount of time and memory, so call this in a worker. Raise EvidenceError if
    the letter states no figure that stands on a page, or if the picture would be too large.
    """
    placed = [figure for figure in letter.figures if figure.box is not None and figure.page is not None]
    if not placed:
        raise EvidenceError(
            f"there is nothing to draw: no figure stands on a page ({letter.verdict}: {letter.reason})"
        )
    pages = sorted({figure.page for figure in placed if figure.page is not None})
    with pdfium.PdfDocument(content) as pdf:
        pdf.init_forms()  # the values of form fields are drawn too
        sizes = [_pixels(*pdf[page - 1].get_size()) for page in pages]
        width, height = max(width for width, _ in sizes), sum(height for _, height in sizes)
        if width * height > MOST_PIXELS:
            raise EvidenceError(
                f"the pages with figures would make a picture of {width:,} by {height:,} pixels, more than "
                f"{MOST_PIXELS:,}: look at them in a program for PDFs"
            )
        whole = Image.new("RGB", (width, height), "white")
        top = 0
        for page in pages:
            picture = _page(pdf[page - 1], [figure for figure in placed if figure.page == page])
            whole.paste(picture, (0, top))
            top += picture.height
    out = io.BytesIO()
    whole.save(out, format="PNG")
    return out.getvalue(), len(placed)


def _page(page: pdfium.PdfPage, figures: list[Figure]) -> Image.Image:
    scale = _scale(*page.get_size())
    picture: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    print_ = picture.convert("L")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=13)
    names_by_frame: dict[_Rectangle, list[str]] = {}
    for figure in figures:
        if figure.box is not None:
            x0, top, x1, bottom = (round(edge * scale) for edge in figure.box)
            name = figure.measure if figure.category is None else figure.category
            names_by_frame.setdefault((x0 - 3, top - 3, x1 + 3, bottom + 3), []).append(name)
    taken = list(names_by_frame)
    for frame, names in names_by_frame.items():
        names_shown = ", ".join(names)
        left, _, right, _ = draw.textbbox((0, 0), names_shown, font=font)
        label = _free_place(frame, round(right - left) + 6, print_, taken)
        taken.append(label)
        draw.line((*_nearest_point(frame, label), *_nearest_point(label, frame)), fill=_FRAME, width=1)
        draw.rectangle(frame, outline=_FRAME, width=2)
        draw.rectangle(label, fill=_FRAME)
        draw.text((label[0] + 3, label[1] + 1), names_shown, fill=_LABEL, font=font)
    return picture


def _pixels(width: float, height: float) -> tuple[int, int]:
    """Return the width and height, in pixels, of the picture of a page that has this width and height in points."""
    scale = _scale(width, height)
    return math.ceil(width * scale), math.ceil(height * scale)


def _scale(width: float, height: float) -> float:
    """Return how many pixels to draw for each point of a page. The page's width and height are in points."""
    fewest, most = (math.sqrt(pixels / max(width * height, 1.0)) for pixels in PIXELS_OF_A_PAGE)
    return min(max(PIXELS_TO_A_POINT, fewest), most)


def _free_place(frame: _Rectangle, width: int, print_: Image.Image, taken: Sequence[_Rectangle]) -> _Rectangle:
    """Return the place near a frame at which a label of this width hides the least print, frames and labels. If
    several places hide equally little, return the nearest to the frame. If no place lies on the page, return the
    frame's own place.

    `taken` has the places of other frames and labels.
    """
    x0, top, x1, bottom = frame
    lefts = [x0, x1 - width, (x0 + x1 - width) // 2]
    tops = [top - _LABEL_HEIGHT, bottom]
    for step in range(1, _ROWS_OF_LABELS):
        tops += [bottom + step * (_LABEL_HEIGHT + 3), top - _LABEL_HEIGHT - step * (_LABEL_HEIGHT + 3)]
    places = [(left, upper) for upper in tops for left in lefts]
    places += [(x1 + 4, (top + bottom - _LABEL_HEIGHT) // 2), (x0 - width - 4, (top + bottom - _LABEL_HEIGHT) // 2)]
    rectangles = [
        (left, upper, left + width, upper + _LABEL_HEIGHT)
        for left, upper in places
        if 0 <= left <= print_.width - width and 0 <= upper <= print_.height - _LABEL_HEIGHT
    ] or [frame]
    return min(
        rectangles, key=lambda place: (round(_hidden_share(place, print_, taken), 2), _distance(place, frame))
    )


def _hidden_share(place: _Rectangle, print_: Image.Image, taken: Sequence[_Rectangle]) -> float:
    """Return the share of a rectangle that print covers. Add 1 if the rectangle overlaps one in `taken`."""
    left, top, right, bottom = place
    is_taken = any(left < x1 and x0 < right and top < lower and upper < bottom for x0, upper, x1, lower in taken)
    dark = sum(print_.crop(place).histogram()[:_DARK])
    return is_taken + dark / ((right - left) * (bottom - top))


def _distance(place: _Rectangle, frame: _Rectangle) -> int:
    return abs(place[1] - frame[1]) + abs(place[0] - frame[0]) // 4


def _nearest_point(of: _Rectangle, towards: _Rectangle) -> tuple[int, int]:
    """Return the point of rectangle `of` that is nearest to the middle of rectangle `towards`. The line between the
    two rectangles has an end there.
    """
    x = min(max((towards[0] + towards[2]) // 2, of[0]), of[2])
    y = min(max((towards[1] + towards[3]) // 2, of[1]), of[3])
    return x, y
