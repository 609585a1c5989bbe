"""PDFs written by hand, with parts that no printing library prints, such as layers and fonts that name a character
as another.
"""

from collections.abc import Iterable, Mapping

from tests.paper import BASE_LINE_SHARE, HEIGHT, WIDTH, Ink

FONTS = {"Helvetica": "F1", "Helvetica-Bold": "F2"}


def drawn(inks: Iterable[Ink]) -> str:
    """Return the content stream that prints inks."""
    return "\n".join(
        f"BT /{FONTS[ink.font]} {ink.size:g} Tf {ink.x:g} {HEIGHT - ink.top - BASE_LINE_SHARE * ink.size:g} Td "
        f"({_escaped(ink.text)}) Tj ET"
        for ink in inks
    )


def to_unicode(changed: Mapping[str, str]) -> str:
    """Return a ToUnicode map, in which a font names its characters: the characters of `changed` falsely, all others
    truly.
    """
    names = "\n".join(f"<{code:02X}> <{ord(changed.get(chr(code), chr(code))):04X}>" for code in range(32, 127))
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
        f"1 begincodespacerange <00> <FF> endcodespacerange\n95 beginbfchar\n{names}\nendbfchar\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    )


def handmade(
    *streams: str,
    named: Mapping[str, str] | None = None,
    resources: str = "",
    catalog: str = "",
    extra: Iterable[str] = (),
) -> bytes:
    """Return a PDF with a page for each content stream.

    `named` has the characters that the plain font names falsely, each with its false name. `resources` is added to
    each page's resources, and `catalog` to the document's catalog. The objects of `extra` get the numbers from 10
    on.
    """
    map_ = "" if named is None else "/ToUnicode 5 0 R "
    first = 10 + len(extra := list(extra))
    pages = {first + 2 * index: stream for index, stream in enumerate(streams)}
    objects = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        2: f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{one} 0 R' for one in pages)}] >>",
        3: f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding {map_}>>",
        4: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        5: _stream(to_unicode(named or {})),
        **{10 + index: text for index, text in enumerate(extra)},
    }
    for number, stream in pages.items():
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH:g} {HEIGHT:g}] /Contents {number + 1} 0 R "
            f"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> {resources} >> >>"
        )
        objects[number + 1] = _stream(stream)
    return _file(objects)


def _file(objects: Mapping[int, str]) -> bytes:
    content = b"%PDF-1.7\n"
    places: dict[int, int] = {}
    for number, text in sorted(objects.items()):
        places[number] = len(content)
        content += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    start, size = len(content), max(objects) + 1
    rows = [
        f"{places[number]:010} 00000 n \n" if number in places else "0000000000 65535 f \n"
        for number in range(size)
    ]
    content += f"xref\n0 {size}\n{''.join(rows)}trailer\n<< /Size {size} /Root 1 0 R >>\n".encode()
    return content + f"startxref\n{start}\n%%EOF\n".encode()


def _stream(text: str) -> str:
    return f"<< /Length {len(text.encode('latin-1'))} >>\nstream\n{text}\nendstream"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
