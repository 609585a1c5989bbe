"""The shapes of digits: compare a drawn digit with the digit that the text names.

The shapes to compare with are drawn in pdfium's standard fonts, which need no font files.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from redress.read.files.drawn import Shades

_FONTS = (
    "Helvetica",
    "Helvetica-Bold",
    "Helvetica-Oblique",
    "Times-Roman",
    "Times-Bold",
    "Times-Italic",
    "Courier",
    "Courier-Bold",
)
_SIDE = 20
"""The side, in pixels, of the square to which each shape is scaled; the shape's height fills the square."""
LEAST_LEAD = 0.04
"""If a drawing correlates with another digit's shape better than with the shape of the digit that the text names,
by more than this, the drawing counts as the other digit."""
LEAST_FIT = 0.6
"""If the best correlation of a drawing with any digit is lower than this, the drawing is not a digit."""
LOW_SHARE = 0.5
"""If a piece of a number is at most this share as high as the number's highest piece, it is a point or a comma."""
_DARK = 128

_Shape = npt.NDArray[np.float64]


def other_digit(drawn: Shades, named: str) -> str | None:
    """If another digit's shape fits a drawing clearly better than the named digit's shape, return that other digit.
    Return None if the named digit fits.

    `drawn` is one digit, upright, dark on white. A drawing without ink gives "nothing".
    """
    fits = _fits(drawn)
    if fits is None:
        return "nothing"
    likeliest = int(np.argmax(fits))
    return str(likeliest) if fits[likeliest] - fits[int(named)] > LEAST_LEAD else None


def likeliest_digit(drawn: Shades) -> str:
    """Return the digit that a drawing fits best. Return an empty text if the drawing fits no digit well."""
    fits = _fits(drawn)
    return "" if fits is None or fits.max() < LEAST_FIT else str(int(np.argmax(fits)))


def pieces(drawn: Shades) -> list[Shades]:
    """Cut the drawing of a number at its empty columns. Leave out pieces that are no higher than a point or a
    comma.
    """
    has_ink = (drawn < _DARK).any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], has_ink, [False]))))
    cuts = [drawn[:, left:right] for left, right in zip(edges[::2], edges[1::2], strict=True)]
    heights = [int((one < _DARK).any(axis=1).sum()) for one in cuts]
    return [one for one, height in zip(cuts, heights, strict=True) if height > LOW_SHARE * max(heights)]


def _fits(drawn: Shades) -> npt.NDArray[np.float64] | None:
    """Return how well a drawing fits each digit, from -1 to 1. Return None if the drawing has no ink."""
    shape = _normal(drawn)
    if shape is None:
        return None
    fits: npt.NDArray[np.float64] = _templates() @ shape.ravel()
    best: npt.NDArray[np.float64] = fits.reshape(-1, 10).max(axis=0)
    return best


def _normal(drawn: Shades) -> _Shape | None:
    """Scale the ink of a drawing to the height of a square, and normalise the pixels of the square to mean zero and
    length one. Return None if the drawing has no ink.
    """
    ink = 255 - drawn
    rows, columns = np.flatnonzero((ink > _DARK).any(axis=1)), np.flatnonzero((ink > _DARK).any(axis=0))
    if not rows.size:
        return None
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = ink.shape
    new_width = min(max(round(width * _SIDE / height), 1), _SIDE)
    left = (_SIDE - new_width) // 2
    square = np.zeros((_SIDE, _SIDE))
    small = Image.fromarray(ink).resize((new_width, _SIDE), Image.Resampling.BOX)
    square[:, left : left + new_width] = np.asarray(small)
    square -= square.mean()
    length = float(np.linalg.norm(square))
    return square / length if length else None


@cache
def _templates() -> _Shape:
    """Return an array of the shapes of the digits, one shape in each row. Each standard font has ten rows, for the
    digits from 0 to 9.

    Raise PdfiumError if pdfium cannot draw a digit.
    """
    shapes: list[_Shape] = []
    with pdfium.PdfDocument.new() as pdf:
        for font_name in _FONTS:
            font = pdfium_c.FPDFText_LoadStandardFont(pdf, font_name.encode())
            for digit in "0123456789":
                page = pdf.new_page(60, 60)
                text = pdfium_c.FPDFPageObj_CreateTextObj(pdf, font, 48)
                pdfium_c.FPDFText_SetText(text, _utf_16(digit))
                pdfium_c.FPDFPageObj_Transform(text, 1, 0, 0, 1, 12, 12)
                pdfium_c.FPDFPage_InsertObject(page, text)
                drawn = page.render(scale=1, grayscale=True).to_numpy()
                shape = _normal(drawn.reshape(drawn.shape[:2]))
                if shape is None:
                    raise pdfium.PdfiumError(f"pdfium draws no {digit} in {font_name}")
                shapes.append(shape.ravel())
            pdfium_c.FPDFFont_Close(font)
    return np.array(shapes)


def _utf_16(text: str) -> object:
    return (pdfium_c.FPDF_WCHAR * (len(text) + 1))(*map(ord, text), 0)
