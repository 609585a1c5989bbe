"""Straighten a scanned page: make it level, evenly lit and free of specks, and map places on the straight picture
back to the page.

Lines of text make the rows of pixels alternate between dark and light. The angle at which they alternate most is
the angle of the lines. `ocr.py` finds out from the words whether the page is upside down.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from redress.model.letter import Box

MOST_DEGREES = 7.0
"""The largest angle, in degrees, that is tried to either side; around the best angle, half a degree more is tried.
A page that is askew by more is not levelled, but may still be turned by one of these angles."""
LEAST_DEGREES = 0.3
"""If the best angle is smaller than this, in degrees, the page is not turned by it."""
_STEPS = (0.5, 0.05)
"""The degrees between the angles that are tried: first over the whole range, then around the best angle."""
EDGE_OF_A_SKETCH = 1000
"""The longer edge, in pixels, of the small picture (the sketch) from which the angle is found."""
_MARGIN_SHARE = 0.04
"""The width of the strip along each edge of the sketch that is left out because of shadows and the edge of the
paper, as a share of the sketch's longer edge."""
_MOST_DOTS = 60_000
_LEAST_DOTS = 200
_WHITE = 255
_PATCH = 32
"""The side of a patch of paper in pixels. The lightest of neighbouring patches has hardly any print."""
LEAST_SHADOW = 60
"""If the darkest parts of the paper are darker than the lightest part by at least this many of 256 shades, they lie
in a shadow."""
_WINDOW = 9
MOST_DOTS_OF_A_SPECK = 12
"""The most dark pixels that a speck has in a window of 9 by 9. A full stop of ordinary type has 20, at 300 pixels
to an inch."""
SPECKED_SHARE = 0.0002
"""If specks make up a larger share of a page's pixels, the specks are removed. Clean print has hardly any
specks."""
DENSE_SHARE = 0.002
_AROUND = 12
"""Each pixel of the sketch is compared with the mean of the pixels around it, within this radius in pixels. Print
is darker than this mean, however the page is lit."""
_DARKER_SHARE = 0.15
"""Print is darker than the mean of the pixels around it by at least this share of the page's contrast."""
_TILE = 250
"""The side, in pixels, of a square of the sketch. Within a square, even a page that was photographed at a slant has
parallel lines."""
_LEAST_DOTS_OF_A_TILE = 200
_DEGREES_OF_A_TILE = 1.0
_LINE_STEP = 5
"""The distance, in rows of the sketch, between two rows that are compared: about as far as from a line of print to
the gap beside it. In noise, neighbouring rows differ already."""
_EDGES = 4 * _LINE_STEP
"""How many of the greatest changes between rows of a square are left out, because rules and edges of pictures also
make such changes."""
LEAST_ALTERNATION = 0.27
"""If the rows of a square alternate at least this much for each dark pixel, the square has lines of print. Noise
and drawings reach 0.05 to 0.25; pages of print that are askew, specked, blurred or photographed reach 0.44 and
more."""
LEAST_BUSY_SHARE = 0.08
"""If a smaller share of a page's pixels is dark, the page may have only a few lines. On clean pages of print the
share is 0.01 to 0.03."""
LEAST_CONTRAST = 20
"""If the contrast of a page is lower than this, of 256 shades, the page shows nothing."""


@dataclass(frozen=True)
class Scan:
    """A straight picture of a page.

    The page's own picture, `width` by `height` pixels, was turned by `quarter_turns` and then by `degrees`, both
    anticlockwise.
    """

    picture: Image.Image
    width: int
    height: int
    quarter_turns: int
    degrees: float

    def upside_down(self) -> "Scan":
        """Return the scan of the page turned by 180 degrees."""
        turned = self.picture.transpose(Image.Transpose.ROTATE_180)
        return Scan(turned, self.width, self.height, (self.quarter_turns + 2) % 4, self.degrees)

    def on_page(self, box: Box) -> Box:
        """Return where a box of the straight picture lies on the page's own picture, in pixels."""
        corners = [(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]
        places = [self._on_page(x, y) for x, y in corners]
        xs, ys = [x for x, _ in places], [y for _, y in places]
        return min(xs), min(ys), max(xs), max(ys)

    def _on_page(self, x: float, y: float) -> tuple[float, float]:
        turn = math.radians(self.degrees)
        middle_x, middle_y = self.picture.width / 2, self.picture.height / 2
        across, down = x - middle_x, y - middle_y
        x = middle_x + math.cos(turn) * across - math.sin(turn) * down
        y = middle_y + math.sin(turn) * across + math.cos(turn) * down
        match self.quarter_turns:
            case 1:
                return self.width - y, x
            case 2:
                return self.width - x, self.height - y
            case 3:
                return y, self.height - x
            case _:
                return x, y


def straightened(picture: Image.Image) -> Scan:
    """Straighten a grey picture of a page. In the result the lines are level, but the page may be upside down."""
    picture = _evenly_lit(picture)
    quarter_turns, degrees = _turn_of_the_lines(picture)
    clean = _clean(picture)
    if quarter_turns:
        clean = clean.transpose(Image.Transpose.ROTATE_90)
    if degrees:
        clean = clean.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=_WHITE)
    return Scan(clean, picture.width, picture.height, quarter_turns, degrees)


def shows_lines(picture: Image.Image) -> bool:
    """Return whether a grey picture of a page may show lines of text, however the lines are turned. In case of
    doubt, return True.

    Return False for noise, for dense drawings and photographs without lines, and for a page of one shade.
    """
    sketch = _sketch(picture)
    shades = np.asarray(sketch, dtype=np.float64)
    if shades.max() - shades.min() < LEAST_CONTRAST:
        return False
    ink, paper = np.percentile(shades, (0.5, 75))
    around = np.asarray(sketch.filter(ImageFilter.BoxBlur(_AROUND)), dtype=np.float64)
    is_dark = shades < around - _DARKER_SHARE * (paper - ink)
    return float(is_dark.mean()) < LEAST_BUSY_SHARE or any(
        _alternation(is_dark[top : top + _TILE, left : left + _TILE]) >= LEAST_ALTERNATION
        for top in range(0, sketch.height, _TILE)
        for left in range(0, sketch.width, _TILE)
    )


def _alternation(is_dark: npt.NDArray[np.bool_]) -> float:
    """Return how much the rows of a square alternate between dark and light, divided by the number of dark pixels.
    The rows are taken at the angle at which they alternate most.
    """
    rows, columns = np.nonzero(is_dark)
    if len(rows) < _LEAST_DOTS_OF_A_TILE:
        return 0.0
    xs, ys = columns.astype(np.float64), rows.astype(np.float64)
    best = 0.0
    for degrees in _around(0.0, MOST_DEGREES, _DEGREES_OF_A_TILE):
        for across, down in ((xs, ys), (ys, -xs)):
            counts = _rows(across, down, degrees)
            changes = np.sort((counts[_LINE_STEP:] - counts[:-_LINE_STEP]) ** 2)
            best = max(best, float(changes[:-_EDGES].sum()))
    return best / (_LINE_STEP**2 * len(xs))


def _turn_of_the_lines(picture: Image.Image) -> tuple[int, float]:
    """Return how the page must be turned to level its lines: by quarter turns (none or one), then by degrees."""
    xs, ys = _dark_dots(picture)
    if len(xs) < _LEAST_DOTS:
        return 0, 0.0
    level, upright = _best_turn(xs, ys), _best_turn(ys, -xs)
    degrees = max(level, upright)[1]
    return int(upright > level), degrees if abs(degrees) >= LEAST_DEGREES else 0.0


def _sketch(picture: Image.Image) -> Image.Image:
    """Return a small picture of the page."""
    shrink = max(picture.size) / EDGE_OF_A_SKETCH
    size = (max(round(picture.width / shrink), 1), max(round(picture.height / shrink), 1))
    return picture.resize(size, Image.Resampling.BOX)


def _dark_dots(picture: Image.Image) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the coordinates of the pixels of print on a small picture of the page. The edges of the picture are
    left out.
    """
    shades = np.asarray(_sketch(picture), dtype=np.float64)
    margin = round(_MARGIN_SHARE * EDGE_OF_A_SKETCH)
    inner = shades[margin:-margin, margin:-margin]
    if inner.size == 0:
        return np.empty(0), np.empty(0)
    paper, ink = np.percentile(inner, (75, 0.5))
    ys, xs = np.nonzero(inner < (paper + ink) / 2)
    step = max(len(xs) // _MOST_DOTS, 1)
    return xs[::step].astype(np.float64), ys[::step].astype(np.float64)


def _best_turn(xs: npt.NDArray[np.float64], ys: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return how sharply the rows alternate at the angle at which they alternate most, and this angle in degrees
    anticlockwise.
    """
    best = max((_sharpness(xs, ys, degrees), degrees) for degrees in _around(0.0, MOST_DEGREES, _STEPS[0]))
    return max((_sharpness(xs, ys, degrees), degrees) for degrees in _around(best[1], _STEPS[0], _STEPS[1]))


def _around(middle: float, reach: float, step: float) -> Iterator[float]:
    count = round(reach / step)
    return (middle + index * step for index in range(-count, count + 1))


def _sharpness(xs: npt.NDArray[np.float64], ys: npt.NDArray[np.float64], degrees: float) -> float:
    """Return how much neighbouring rows differ if the page is turned anticlockwise by some degrees."""
    return float((np.diff(_rows(xs, ys, degrees)) ** 2).sum())


def _rows(xs: npt.NDArray[np.float64], ys: npt.NDArray[np.float64], degrees: float) -> npt.NDArray[np.float64]:
    """Return how many dark pixels each row has if the page is turned anticlockwise by some degrees."""
    turn = math.radians(degrees)
    rows = (ys * math.cos(turn) - xs * math.sin(turn)).astype(np.int64)
    return np.bincount(rows - rows.min()).astype(np.float64)


def _evenly_lit(picture: Image.Image) -> Image.Image:
    """Return a page's picture. If a shadow lies over a part of the paper, the paper in the picture is made evenly
    white.
    """
    size = (max(picture.width // _PATCH, 1), max(picture.height // _PATCH, 1))
    paper = picture.resize(size, Image.Resampling.BOX).filter(ImageFilter.MaxFilter(5))
    shades = np.asarray(paper)
    if int(shades.max()) - int(np.percentile(shades, 5)) < LEAST_SHADOW:
        return picture
    smooth = paper.filter(ImageFilter.GaussianBlur(2)).resize(picture.size, Image.Resampling.BILINEAR)
    lit = np.asarray(picture).astype(np.float32) * _WHITE / np.maximum(np.asarray(smooth), 1)
    return Image.fromarray(np.minimum(lit, _WHITE).astype(np.uint8))


def _clean(picture: Image.Image) -> Image.Image:
    """Return a page's picture, without its specks if it has more specks than clean print."""
    shades = np.asarray(picture)
    print_ = Image.fromarray(np.where(shades < _WHITE / 2, _WHITE, 0).astype(np.uint8))
    around = np.asarray(print_.filter(ImageFilter.BoxBlur(_WINDOW // 2)))
    specks = (np.asarray(print_) > 0) & (around <= MOST_DOTS_OF_A_SPECK * _WHITE / _WINDOW**2)
    share = float(specks.mean())
    if share > SPECKED_SHARE:
        lonely = (shades < _WHITE) & (around <= MOST_DOTS_OF_A_SPECK * _WHITE / _WINDOW**2)
        picture = Image.fromarray(np.where(lonely, _WHITE, shades).astype(np.uint8))
    if share > DENSE_SHARE:  # print has as many white specks
        picture = picture.filter(ImageFilter.MedianFilter(3))
    return picture
