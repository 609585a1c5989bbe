"""Fuzz data tables: chance makes CSV files and spoils workbooks, and the reader reads or refuses each file."""

import io
import random
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable

from hypothesis import strategies as st

from redress.model.witness import UnreadableTableError, WitnessError
from redress.read.data_tables.data_table import DataTable
from redress.read.workers import Readers, WorkerError
from redress.settings import Limits
from tests.fuzz.running import Clock, Counts, FindingError, draw_until, limit_reached
from tests.made import PELLONSHIRE, WEXMARSH
from tests.read.data_tables.made_tables import (
    HEADINGS,
    PELLONSHIRE_ROW,
    WEXMARSH_ROW,
    Cells,
    csv_bytes,
    read,
    xlsx_bytes,
)

LIMITS = Limits(time_seconds=20)
CSV, XLSX = ".csv", ".xlsx"
WORKBOOK = xlsx_bytes(
    {
        "Decided": [
            HEADINGS,
            (PELLONSHIRE, 33, 40, 0.83),
            (WEXMARSH, 0, 3, 0.0),
        ],
        "Notes": [("A note", "as text")],
    },
    {"D2": "0%", "D3": "0%"},
)
ODD_CELLS = (
    "",
    "*",
    "-",
    "n/a",
    "1,234",
    "1 234",
    "12%",
    "0.83",
    "1e400",
    "-1e9",
    "nan",
    "inf",
    "9" * 400,
    "١٢",
    "²",
    "½",
    '"',
    "'12",
    "=A1",
    "#REF!",
    "\u2028",
    "\r",
    "\x85",
    "(5)",
    "12*",
    "a" * 40_000,
)
ODD_VALUES = (
    *ODD_CELLS[:20],
    "&lt;",
    "&#0;",
    "&a;",
    "<![CDATA[",
    "99999999",
    "A1",
    "XFD1048577",
    "true",
    "s",
    "str",
)

cells = st.one_of(
    st.sampled_from(ODD_CELLS),
    st.text(st.characters(codec="utf-8"), max_size=8),
    st.integers(-3, 2000).map(str),
)
rows = st.lists(cells, max_size=6).map(tuple)


@st.composite
def csv_files(draw: st.DrawFn) -> bytes:
    """Draw a CSV file: headings and the rows of two councils, with up to five odd rows among them.

    The encoding and the delimiter vary. In some files one cell has another text, and some files have spoiled bytes.
    """
    given: list[Cells] = [HEADINGS, PELLONSHIRE_ROW, WEXMARSH_ROW]
    for row in draw(st.lists(rows, max_size=5)):
        given.insert(draw(st.integers(0, len(given))), row)
    if draw(st.booleans()):
        place, column = draw(st.integers(0, len(given) - 1)), draw(st.integers(0, 3))
        given[place] = tuple(draw(cells) if index == column else cell for index, cell in enumerate(given[place]))
    encoding, delimiter = draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16"))), draw(st.sampled_from(",;\t"))
    content = csv_bytes(*given, encoding=encoding, delimiter=delimiter)
    if draw(st.integers(0, 3)) == 0:
        start = draw(st.integers(0, len(content)))
        content = content[:start] + draw(st.binary(max_size=30)) + content[start + draw(st.integers(0, 30)) :]
    return content


def changed_workbook(content: bytes, chance: random.Random) -> bytes:
    """Return a workbook with one to three changes to its XML. In a few workbooks a part is also left out or
    doubled, a bit is changed, or the end of the file is cut off.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    for _ in range(chance.randrange(1, 4)):
        name = chance.choice(sorted(parts))
        parts[name] = chance.choice(_XML_CHANGES)(parts[name], chance)
        if chance.random() < 0.05:
            del parts[name]
    changed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as made:
        warnings.simplefilter("ignore")  # a name that comes twice is meant
        for name, part in parts.items():
            made.writestr(name, part)
            if chance.random() < 0.01:
                made.writestr(name, b"")
    result = bytearray(changed.getvalue())
    if chance.random() < 0.1:
        result[chance.randrange(len(result))] ^= 1 << chance.randrange(8)
    if chance.random() < 0.05:
        del result[chance.randrange(len(result)) :]
    return bytes(result)


def _other_value(part: bytes, chance: random.Random) -> bytes:
    places = list(re.finditer(rb'(?<=")[^"<>]*(?=")|(?<=>)[^<>]+(?=<)', part))
    if not places:
        return part
    place = chance.choice(places)
    return part[: place.start()] + chance.choice(ODD_VALUES).encode("utf-8", "ignore") + part[place.end() :]


def _elements(part: bytes) -> list[re.Match[bytes]]:
    return list(re.finditer(rb"<(\w+)[^<>]*/>|<(\w+)[^<>]*>[^<>]*</\2>", part))


def _without_element(part: bytes, chance: random.Random) -> bytes:
    found = _elements(part)
    place = chance.choice(found) if found else None
    return part if place is None else part[: place.start()] + part[place.end() :]


def _element_moved(part: bytes, chance: random.Random) -> bytes:
    found = _elements(part)
    if not found:
        return part
    one, other = chance.choice(found), chance.choice(found)
    times = chance.choice((1, 2, 50))
    return part[: other.start()] + one[0] * times + part[other.start() :]


def _declared(part: bytes, chance: random.Random) -> bytes:
    entity = chance.choice(
        (
            b'<!DOCTYPE a [<!ENTITY a "12">]>',
            b'<!DOCTYPE a [<!ENTITY a "&b;&b;&b;&b;&b;&b;"><!ENTITY b "&c;&c;&c;&c;&c;"><!ENTITY c "xxxxxxxxx">]>',
            b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        )
    )
    head, end, rest = part.partition(b"?>")
    return head + end + entity + rest if end else entity + part


def _spoiled(part: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(part)
    for _ in range(chance.randrange(1, 4)):
        spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)


_XML_CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _other_value,
    _other_value,
    _without_element,
    _element_moved,
    _declared,
    _spoiled,
)


def fuzz_csv(clock: Clock, seed: int) -> Counts:
    """Read CSV files until the time is over. Raise FindingError at the first fault."""
    counts: Counts = Counts()
    with Readers(LIMITS) as readers:
        draw_until(clock, seed, csv_files(), lambda content: check(readers, content, CSV, counts))
    return counts


def fuzz_xlsx(clock: Clock, seed: int) -> Counts:
    """Read workbooks until the time is over. Raise FindingError at the first fault."""
    counts: Counts = Counts()
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    with Readers(LIMITS) as readers:
        while not clock.is_over:
            check(readers, changed_workbook(WORKBOOK, chance), XLSX, counts)
    return counts


def check(readers: Readers, content: bytes, ending: str, counts: Counts) -> None:
    """Read a data table in a worker. Raise FindingError if reading raises an error other than a refusal or a limit
    of the worker, or if the digits of a figure that was read stand nowhere in the file.
    """
    counts["inputs"] += 1
    try:
        table = readers.result_of(table_of, content, ending)
    except (UnreadableTableError, WitnessError):
        counts["refused"] += 1
        return
    except WorkerError as error:
        counts[limit_reached(error)] += 1
        return
    except Exception as error:
        raise FindingError(f"reading raises {error!r}", content, ending) from error
    counts["read"] += 1
    if missing := figures_that_stand_nowhere(table, content, ending):
        raise FindingError(f"figures stand nowhere in the file: {missing}", content, ending)


def table_of(content: bytes, ending: str) -> DataTable:
    """Read the bytes of a data table with the tests' mapping of columns, and return the data table."""
    return read(content, address=f"2021/data-tables/decided{ending}")


def figures_that_stand_nowhere(table: DataTable, content: bytes, ending: str) -> list[str]:
    """Return, as texts, the figures that have a value although their printed digits stand nowhere in the file."""
    if ending == CSV:
        encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
        raw = content.decode(encoding, errors="replace")
    else:
        raw = _text_of_parts(content)
    digits = re.sub(r"\D", "", raw)
    return [
        f"{figure.measure} {figure.value} ({figure.printed_text})"
        for figure in table.figures
        if figure.value is not None and re.sub(r"\D", "", figure.printed_text) not in digits
    ]


def _text_of_parts(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        found = []
        for name in whole.namelist():
            try:
                found.append(whole.read(name).decode("utf-8", errors="replace"))
            except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError):  # a damaged part
                continue
    return "\n".join(found)
