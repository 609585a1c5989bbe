"""Take apart a PDF that a printing library wrote, change its objects by chance, and put the file together again."""

import random
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

_OBJECT = re.compile(rb"(\d+) 0 obj\s*(.*?)\s*endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_NUMBER = re.compile(rb"(?<![\w.])-?\d*\.?\d+(?![\w.])")
_DIGITS_SHOWN = re.compile(rb"(?<=\()(?:[^()\\]|\\.)*(?=\) Tj)")
ODD_NUMBERS = (b"0", b"-1", b"1e9", b"99999999999999999999", b"-2147483649", b"0.0000001", b"nan", b"65536")


@dataclass
class Parts:
    """A PDF's objects by their numbers, and the number of its catalogue."""

    objects: dict[int, bytes]
    root: int

    @classmethod
    def of(cls, content: bytes) -> "Parts":
        """Take a file apart. Raise ValueError if it names no catalogue."""
        root = _ROOT.search(content)
        if root is None:
            raise ValueError("the file names no catalogue")
        return cls({int(number): body for number, body in _OBJECT.findall(content)}, int(root[1]))

    def whole(self) -> bytes:
        """Put the objects together, with a true index of the places of the objects, and return the file."""
        content, places = b"%PDF-1.7\n", {}
        for number, body in self.objects.items():
            places[number] = len(content)
            content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        rows = b"".join(b"%d 1\n%010d 00000 n \n" % (number, place) for number, place in sorted(places.items()))
        trailer = b"trailer\n<< /Size %d /Root %d 0 R >>\n" % (max(self.objects, default=0) + 1, self.root)
        index = b"xref\n0 1\n0000000000 65535 f \n" + rows
        return content + index + trailer + b"startxref\n%d\n%%%%EOF\n" % len(content)

    @property
    def streams(self) -> dict[int, bytes]:
        """The unpacked content of each stream that draws text of a page, by the number of its object."""
        found = {number: _unpacked(body) for number, body in self.objects.items()}
        return {number: content for number, content in found.items() if b" Tj" in content}

    def set_stream(self, number: int, content: bytes, *, is_packed: bool) -> None:
        packed = zlib.compress(content) if is_packed else content
        name = b" /Filter /FlateDecode" if is_packed else b""
        self.objects[number] = b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(packed), name, packed)


def _unpacked(body: bytes) -> bytes:
    """Return the content of an object's stream. Return b"" without a stream, or if the packed bytes are spoiled."""
    stream = _STREAM.search(body)
    if stream is None:
        return b""
    if b"/FlateDecode" not in body[: stream.start()]:
        return stream[1]
    try:
        return zlib.decompressobj().decompress(stream[1])
    except zlib.error:
        return b""


Change = Callable[[Parts, random.Random], None]


def swap_objects(parts: Parts, chance: random.Random) -> None:
    """Put two objects in each other's place."""
    one, other = chance.sample(sorted(parts.objects), 2)
    parts.objects[one], parts.objects[other] = parts.objects[other], parts.objects[one]


def change_number(parts: Parts, chance: random.Random) -> None:
    """Replace a number outside the streams, such as an edge of a box, a turn, a count, a reference or a length."""
    number = chance.choice(sorted(parts.objects))
    head, stream, rest = parts.objects[number].partition(b"stream")
    places = list(_NUMBER.finditer(head))
    if places:
        place = chance.choice(places)
        other = chance.choice((*ODD_NUMBERS, b"%d" % chance.randrange(1000), chance.choice(places)[0]))
        parts.objects[number] = head[: place.start()] + other + head[place.end() :] + stream + rest


def empty_object(parts: Parts, chance: random.Random) -> None:
    """Replace an object by an empty object, such as `null` or `<< >>`."""
    parts.objects[chance.choice(sorted(parts.objects))] = chance.choice((b"null", b"<< >>", b"[ ]", b"()"))


def nest_object(parts: Parts, chance: random.Random) -> None:
    """Nest an object deep in brackets, or make it its own child. Seldom make the object a reference to itself,
    because reading such a reference takes a worker's whole time.
    """
    number = chance.choice(sorted(parts.objects))
    deep = chance.choice((10, 300, 5000))
    parts.objects[number] = chance.choice(
        (b"[" * deep + parts.objects[number] + b"]" * deep, b"<< /Kids [ %d 0 R ] >>" % number)
    )
    if chance.random() < 0.05:
        parts.objects[number] = b"%d 0 R" % number


def double_stream(parts: Parts, chance: random.Random) -> None:
    """Let a page print its content twice, or print the content of another page after its own content."""
    one, other = chance.choice(sorted(parts.streams)), chance.choice(sorted(parts.streams))
    content = parts.streams[one] + b"\n" + parts.streams[other]
    parts.set_stream(one, content, is_packed=chance.random() < 0.5)


def pack_streams(parts: Parts, chance: random.Random) -> None:
    """Pack the content of each page, and sometimes spoil the packed bytes."""
    for number, content in parts.streams.items():
        parts.set_stream(number, content, is_packed=True)
        if chance.random() < 0.3:
            body = bytearray(parts.objects[number])
            body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
            parts.objects[number] = bytes(body)


def _edited(parts: Parts, chance: random.Random, edit: Callable[[list[bytes]], None]) -> None:
    number = chance.choice(sorted(parts.streams))
    lines = parts.streams[number].split(b"\n")
    edit(lines)
    parts.set_stream(number, b"\n".join(lines), is_packed=chance.random() < 0.5)


def move_lines(parts: Parts, chance: random.Random) -> None:
    """Move, double or remove some lines of a page's content."""

    def edit(lines: list[bytes]) -> None:
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(lines))
            line = lines[place]
            if chance.random() < 0.5:
                del lines[place]
            if lines and chance.random() < 0.7:
                lines.insert(chance.randrange(len(lines)), line)
            lines[:] = lines or [b""]

    _edited(parts, chance, edit)


def change_operands(parts: Parts, chance: random.Random) -> None:
    """Replace some numbers in a page's content: operands that give places, sizes, colours or matrices."""

    def edit(lines: list[bytes]) -> None:
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(lines))
            before, bracket, rest = lines[place].partition(b"(")
            found = list(_NUMBER.finditer(before))
            if found:
                one = chance.choice(found)
                other = chance.choice((*ODD_NUMBERS, b"%g" % chance.uniform(-900, 900), b"%g" % chance.random()))
                lines[place] = before[: one.start()] + other + before[one.end() :] + bracket + rest

    _edited(parts, chance, edit)


def change_digits(parts: Parts, chance: random.Random) -> None:
    """Replace some printed digits by another number, by nothing, by a space, or by bytes that are no text."""

    def edit(lines: list[bytes]) -> None:
        shown = [place for place, line in enumerate(lines) if re.search(rb"\d[^()]*\) Tj", line)]
        for place in chance.choices(shown, k=chance.randrange(1, 4)) if shown else ():
            found = list(re.finditer(rb"\d", lines[place][: lines[place].rfind(b")")]))
            one = chance.choice([digit for digit in found if b"(" in lines[place][: digit.start()]] or found)
            other = chance.choice(
                (b"", b"%d" % chance.randrange(10), b"%d" % chance.randrange(1000), b"\\000", b"\\267", b" ")
            )
            lines[place] = lines[place][: one.start()] + other + lines[place][one.end() :]

    _edited(parts, chance, edit)


def add_drawing(parts: Parts, chance: random.Random) -> None:
    """Add one drawing to a page. It covers or clips a part of the page, hides the text, prints it white or in
    another size, or prints one more number.
    """
    x, y, width, height = (chance.uniform(0, size) for size in (500, 800, 500, 300))
    drawing = chance.choice(
        (
            b"q 1 1 1 rg %g %g %g %g re f Q" % (x, y, width, height),
            b"%g %g %g %g re W n" % (x, y, width, height),
            b"3 Tr",
            b"1 1 1 rg",
            b"7 Tr",
            b"/F1 %g Tf" % chance.uniform(-5, 40),
            b"q q q q Q Q",
            b"%g Tz" % chance.uniform(-100, 200),
            b"BT 1 0 0 1 %g %g Tm /F1 10 Tf (%d) Tj ET" % (x, y, chance.randrange(1000)),
        )
    )
    _edited(parts, chance, lambda lines: lines.insert(chance.randrange(len(lines)), drawing))


def rename_characters(parts: Parts, chance: random.Random) -> None:
    """Give the fonts a map that names other digits than the fonts draw."""
    digits = list(range(0x30, 0x3A))
    named = dict(zip(digits, chance.sample(digits, len(digits)), strict=True))
    if chance.random() < 0.5:
        named = {code: code for code in digits} | dict([chance.choice(sorted(named.items()))])
    add_map(parts, named)


def add_map(parts: Parts, named: dict[int, int]) -> None:
    """Give each font a map that gives the characters of `named` other names, and each other character its own."""
    lines = b"\n".join(b"<%02X> <%04X>" % (code, named.get(code, code)) for code in range(32, 127))
    text = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
        b"1 begincodespacerange <00> <FF> endcodespacerange\n95 beginbfchar\n%s\nendbfchar\n"
        b"endcmap CMapName currentdict /CMap defineresource pop end end" % lines
    )
    number = max(parts.objects) + 1
    parts.set_stream(number, text, is_packed=False)
    for font, body in list(parts.objects.items()):
        if b"/BaseFont" in body:
            parts.objects[font] = body.replace(b"/BaseFont", b"/ToUnicode %d 0 R /BaseFont" % number, 1)


CHANGES: tuple[Change, ...] = (
    swap_objects,
    change_number,
    empty_object,
    nest_object,
    double_stream,
    pack_streams,
    move_lines,
    change_operands,
    change_digits,
    add_drawing,
    rename_characters,
)


def changed(content: bytes, chance: random.Random) -> bytes:
    """Return a PDF with one to three changes to its objects or pages. Some PDFs are also cut off or damaged."""
    parts = Parts.of(content)
    for change in chance.choices(CHANGES, k=chance.randrange(1, 4)):
        if parts.streams:
            change(parts, chance)
    result = bytearray(parts.whole())
    if chance.random() < 0.1:
        del result[chance.randrange(len(result)) :]
    if chance.random() < 0.1:
        for _ in range(chance.randrange(1, 30)):
            result[chance.randrange(len(result) or 1)] = chance.randrange(256)
    return bytes(result)


def without_digits(content: bytes, chance: random.Random) -> bytes:
    """Return a PDF that draws no digit. All digits are left out, or are drawn as spaces or as letters; a map may
    call these letters digits.
    """
    parts = Parts.of(content)
    signs = dict(
        zip(b"0123456789", chance.sample(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", 10), strict=True)
    )
    kind = chance.choice(("gone", "blank", "named", "sign"))

    def redrawn(shown: re.Match[bytes]) -> bytes:
        if kind == "gone":
            return re.sub(rb"\d", b"", shown[0])
        if kind == "blank":
            return re.sub(rb"\d", b" ", shown[0])
        return bytes(signs.get(code, code) for code in shown[0])

    for number, stream in parts.streams.items():
        parts.set_stream(number, _DIGITS_SHOWN.sub(redrawn, stream), is_packed=chance.random() < 0.5)
    if kind == "named":
        add_map(parts, {sign: digit for digit, sign in signs.items()})
    return parts.whole()
