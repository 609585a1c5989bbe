"""On the cut of a page of any unit, the frame stands around the number, which is large enough to read."""

import io

import pypdfium2
import pytest
from PIL import Image

from redress.report.site.cuts import Cut, draw_pages
from redress.report.site.evidence_pages import cut_part
from tests.paper import HEIGHT, red_box
from tests.read.test_page_boxes import FILES


@pytest.mark.parametrize(
    "name",
    [
        "crop box off the middle, turned by 90",
        "a unit of 0.3 points, turned by 0",
        "a unit of 4 points, turned by 180",
        "a unit of 72 points, turned by 270",
        "drawn ten times too small by its matrix",
    ],
)
def test_a_number_can_be_read_in_its_frame_on_a_page_of_any_unit(name: str) -> None:
    content = FILES[name]()
    with pypdfium2.PdfDocument(content) as document:
        unit = max(document[1].get_size()) / HEIGHT
    seen = red_box(content, 2, scale=2 / unit)
    width, top, bottom, points, png = draw_pages(content, {2: (seen[1], seen[3])})[2]
    sides = dict(zip(("x0", "top", "x1", "bottom"), seen, strict=True))
    part = cut_part(
        Cut("letters/x.png", width, top, bottom, points), {f"box_{side}_points": at for side, at in sides.items()}
    )
    frame = {side: float(at) for side, at in part["frame"].items()}
    picture = Image.open(io.BytesIO(png)).convert("L")
    scale = picture.width / width
    left, upper = frame["x"] * scale, (frame["y"] - top) * scale
    right, lower = left + frame["width"] * scale, upper + frame["height"] * scale
    assert 12 < lower - upper < 40, "a line of the picture, large enough to read"
    assert min(picture.crop((round(left), round(upper), round(right), round(lower))).getdata()) < 100
    _, _, across, _ = map(float, part["view"].split())
    assert 12 < across / frame["width"] < 40, "a part of the page's width"
