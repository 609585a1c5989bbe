"""The evidence as a picture: the pages on which figures stand, each figure framed and named."""

from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

from redress.letters.records import Figure, Letter

PIXELS_TO_A_POINT = 2.0
_FRAME = (200, 30, 30)
_LABEL = (255, 255, 255)


class EvidenceError(Exception):
    """No picture can be drawn of a file's evidence; the message says why."""


def draw_evidence(content: bytes, letter: Letter, out: Path) -> int:
    """Draw the pages of a PDF that hold figures, one below the other, to a PNG; the number of figures drawn.

    Raises EvidenceError where the letter states no figure that stands on a page.
    """
    placed = [figure for figure in letter.figures if figure.box is not None and figure.page is not None]
    if not placed:
        raise EvidenceError(
            f"there is nothing to draw: no figure stands on a page ({letter.verdict}: {letter.reason})"
        )
    pages = sorted({figure.page for figure in placed if figure.page is not None})
    with pdfium.PdfDocument(content) as pdf:
        pictures = [_page(pdf[page - 1], [figure for figure in placed if figure.page == page]) for page in pages]
    whole = Image.new("RGB", (max(p.width for p in pictures), sum(p.height for p in pictures)), "white")
    top = 0
    for picture in pictures:
        whole.paste(picture, (0, top))
        top += picture.height
    whole.save(out, format="PNG")
    return len(placed)


def _page(page: pdfium.PdfPage, figures: list[Figure]) -> Image.Image:
    picture: Image.Image = page.render(scale=PIXELS_TO_A_POINT).to_pil().convert("RGB")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=13)
    by_box: dict[tuple[float, float, float, float], list[str]] = {}
    for figure in figures:
        if figure.box is not None:
            name = figure.measure if figure.category is None else figure.category
            by_box.setdefault(figure.box, []).append(name)
    for box, names in by_box.items():
        x0, top, x1, bottom = (edge * PIXELS_TO_A_POINT for edge in box)
        draw.rectangle((x0 - 3, top - 3, x1 + 3, bottom + 3), outline=_FRAME, width=2)
        label = ", ".join(names)
        left, _, right, _ = draw.textbbox((0, 0), label, font=font)
        label_x = min(x0 - 3, picture.width - (right - left) - 6)
        draw.rectangle((label_x, top - 20, label_x + right - left + 6, top - 3), fill=_FRAME)
        draw.text((label_x + 3, top - 19), label, fill=_LABEL, font=font)
    return picture
