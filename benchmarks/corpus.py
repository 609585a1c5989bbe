"""A corpus to measure reading with: five-page letters of mixed layouts to invented councils, printed by the press.

Six of ten letters are random letters of 2019 to 2023. The others are golden letters of other layouts, over and
over. Pages of prose behind the first page make each letter five pages long.
"""

import io
import itertools
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from samples.press.printing import letter_pdf
from samples.press.random_letters import random_table
from samples.press.tables import letter_content, read_averages

PAGES = 5
SEASONS = (2019, 2020, 2021, 2022, 2023)
MOST_COUNCILS = 40
GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "read" / "golden"
OTHER_LAYOUTS = ("complaint_overview", "local_authority_report", "received_only")


def print_corpus(folder: Path, count: int) -> list[Path]:
    """Print `count` letters into a folder, and return their paths."""
    prose = _prose()
    paths = []
    for number, letter in enumerate(itertools.islice(_letters(), count)):
        path = folder / f"letter-{number:05d}.pdf"
        path.write_bytes(_with_prose(letter, prose))
        paths.append(path)
    return paths


def _letters() -> Iterator[bytes]:
    """Yield letters without end: six random letters, four golden letters of other layouts, and so on."""
    rows, councils = random_table(MOST_COUNCILS, SEASONS, seed=1)
    by_id = {council.authority_id: council for council in councils}
    averages = read_averages()
    random_letters = [
        letter_pdf(
            letter_content(
                row, by_id[row.authority_id], averages[row.season, by_id[row.authority_id].council_type_id]
            )
        )
        for row in rows
    ]
    others = [path.read_bytes() for layout in OTHER_LAYOUTS for path in sorted((GOLDEN / layout).glob("*.pdf"))]
    randoms, goldens = itertools.cycle(random_letters), itertools.cycle(others)
    while True:
        yield from itertools.islice(randoms, 6)
        yield from itertools.islice(goldens, 4)


def _prose() -> bytes:
    """Return a PDF of pages that are full of words and state no figure."""
    paragraph = (
        "A good reply says what happened, what the council thinks of it, and what it will do. It is written in "
        "words that the person who complained would use, it says who decided and when, and where to go next. "
    )
    out = io.BytesIO()
    style = getSampleStyleSheet()["BodyText"]
    SimpleDocTemplate(out, invariant=1).build([Paragraph(paragraph * 3, style) for _ in range(40)])
    return out.getvalue()


def _with_prose(letter: bytes, prose: bytes) -> bytes:
    """Return a letter with pages of prose behind its first page, five pages in all."""
    with pdfium.PdfDocument(letter) as pdf, pdfium.PdfDocument(prose) as pages:
        missing = PAGES - len(pdf)
        if missing > 0:
            pdf.import_pages(pages, list(range(missing)), index=1)
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()
