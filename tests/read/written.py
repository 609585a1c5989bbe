"""PDFs written byte by byte: every entry of a page's dictionary is the test's own, and no printing program's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.paper import BASE_LINE_SHARE, BOLD, HEIGHT, Ink

_CATALOGUE, _PAGES, _PLAIN, _BOLD, _FIRST = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Sheet:
    """A page's ink, its entries, the matrix that its ink is printed with, and more that is drawn.

    `more` are objects that stand behind the page's own, by number. Object numbers: 1 is the catalogue, 2 the page
    tree; the page is 5, 15, 25 and so on, and the numbers up to the next page are free but for the first two.
    """

    inks: Sequence[Ink]
    entries: str = ""
    matrix: str = "1 0 0 1 0 0"
    drawing: str = ""
    more: dict[int, str] = field(default_factory=dict)


def written(*sheets: Sheet, inherited: str = "", catalogue: str = "") -> bytes:
    """A PDF of these pages; `inherited` are entries of the page tree, and `catalogue` of the catalogue."""
    objects: dict[int, bytes] = {}
    for index, sheet in enumerate(sheets):
        number = _FIRST + 10 * index
        objects[number] = (
            f"<< /Type /Page /Parent {_PAGES} 0 R /Contents {number + 1} 0 R {sheet.entries} >>".encode()
        )
        objects[number + 1] = stream(_content(sheet))
        objects |= {one: text.encode("latin-1") for one, text in sheet.more.items()}
    kids = " ".join(f"{_FIRST + 10 * index} 0 R" for index in range(len(sheets)))
    fonts = f"/Resources << /Font << /Plain {_PLAIN} 0 R /Bold {_BOLD} 0 R >> >>"
    objects |= {
        _CATALOGUE: f"<< /Type /Catalog /Pages {_PAGES} 0 R {catalogue} >>".encode(),
        _PAGES: f"<< /Type /Pages /Kids [{kids}] /Count {len(sheets)} {fonts} {inherited} >>".encode(),
        _PLAIN: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        _BOLD: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    }
    return update(b"%PDF-1.7\n", objects)


def update(before: bytes, objects: dict[int, bytes], *, previous: int | None = None) -> bytes:
    """A file with more objects, an index of them, and a trailer; `previous` is where the index before is."""
    content, places = before, {}
    for number, text in sorted(objects.items()):
        places[number] = len(content)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    index = b"".join(b"%d 1\n%010d 00000 n \n" % (number, place) for number, place in places.items())
    head = b"0 1\n0000000000 65535 f \n" if previous is None else b""
    behind = b"" if previous is None else b" /Prev %d" % previous
    trailer = b"trailer << /Size 999 /Root %d 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (
        _CATALOGUE,
        behind,
        len(content),
    )
    return content + b"xref\n" + head + index + trailer


def stream(content: str, entries: str = "") -> bytes:
    """A stream object's text."""
    data = content.encode("latin-1")
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries.encode(), data)


def text_of(inks: Iterable[Ink]) -> str:
    """The drawing of ink on A4 upright: one text object for each piece."""
    lines = []
    for ink in inks:
        font = "Bold" if ink.font == BOLD else "Plain"
        red = 1 if ink.is_red else 0
        escaped = ink.text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        y = HEIGHT - ink.top - BASE_LINE_SHARE * ink.size
        lines.append(f"{red} 0 0 rg BT /{font} {ink.size} Tf {ink.x:.3f} {y:.3f} Td ({escaped}) Tj ET")
    return "\n".join(lines)


def _content(sheet: Sheet) -> str:
    return f"q {sheet.matrix} cm\n{text_of(sheet.inks)}\n{sheet.drawing}\nQ"
