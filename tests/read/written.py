"""PDFs written byte by byte, in which a test, and no printing program, sets the entries of a page's dictionary."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.paper import BASE_LINE_SHARE, BOLD, HEIGHT, Ink

_CATALOGUE, _PAGES, _PLAIN, _BOLD, _FIRST = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Sheet:
    """A page: its ink, the entries of its dictionary, the matrix that its ink is printed with, and other drawing.

    `more` has further objects of the file, by number. Object 1 is the catalogue, 2 the page tree, and 3 and 4 are
    the fonts. The first page is object 5 and its content object 6, the second page 15 and its content 16, and so
    on; the numbers between are free for `more`.
    """

    inks: Sequence[Ink]
    entries: str = ""
    matrix: str = "1 0 0 1 0 0"
    drawing: str = ""
    more: dict[int, str] = field(default_factory=dict)


def written(*sheets: Sheet, inherited: str = "", catalogue: str = "") -> bytes:
    """Return a PDF of pages; `inherited` has entries of the page tree, `catalogue` entries of the catalogue."""
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
    """Return a file with more objects, an index of these objects, and a trailer at its end. `previous` is the
    offset of the file's earlier index, and None if the file has no index yet.
    """
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
    """Return a stream object with a content; `entries` are added to the object's dictionary."""
    data = content.encode("latin-1")
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries.encode(), data)


def text_of(inks: Iterable[Ink]) -> str:
    """Return the operators that draw ink on an upright A4 page, with one text object for each piece of ink."""
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
