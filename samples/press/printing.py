"""Print a letter's content as a PDF. Every page is marked as a sample."""

import io
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Paragraph, SimpleDocTemplate, Spacer

from samples.press.content import SAMPLE_MARK, LetterContent, long_date
from samples.press.looks import (
    FRAME_PADDING,
    HELVETICA,
    LOOKS,
    MARK,
    PAGE_WIDTH,
    SIDE_MARGIN,
    TEXT_WIDTH,
    Type,
    bold,
    register_fonts,
)
from samples.press.wording import LETTER_DATES, letter_prose, letter_title, ombudsman, statistics_page


def print_letter(content: LetterContent, path: Path) -> None:
    """Print one letter to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(letter_pdf(content))


def letter_pdf(content: LetterContent) -> bytes:
    """Return a letter as a PDF. The same content gives the same bytes."""
    register_fonts()
    buffer = io.BytesIO()
    look = LOOKS[content.look]
    type_ = Type(look.face, look.size)
    flow = _letter_pages(content, type_)
    if content.statistics is not None:
        flow += [PageBreak(), *look.place(statistics_page(content), type_)]
    document = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=SIDE_MARGIN - FRAME_PADDING,
        rightMargin=SIDE_MARGIN - FRAME_PADDING,
        topMargin=20 * mm,
        bottomMargin=24 * mm,
        title=f"SAMPLE - {letter_title(content.season)}, {content.authority_name} (invented)",
        subject=SAMPLE_MARK,
        author="Redress, sample press",
        invariant=1,  # no clock in the file
        pageCompression=0,  # so that the bytes do not depend on this machine's compression library
    )
    document.build(flow, onFirstPage=_mark_as_sample, onLaterPages=_mark_as_sample)
    return buffer.getvalue()


def _letter_pages(content: LetterContent, type_: Type) -> list[Flowable]:
    def lines(*texts: str) -> list[Flowable]:
        return [*(Paragraph(escape(text), type_.address) for text in texts), Spacer(1, 12)]

    masthead = "Local Government &amp; Social Care <b>OMBUDSMAN</b>"
    flow: list[Flowable] = [
        Paragraph(masthead, type_.masthead),
        *lines(long_date(LETTER_DATES[content.season.year])),
        *lines("By email"),
        *lines(content.addressee_name, "Chief Executive", content.authority_name),
        *lines(f"Dear {content.addressee_name}"),
        Paragraph(escape(letter_title(content.season)), type_.heading),
    ]
    for paragraph in letter_prose(content):
        if paragraph.startswith("# "):
            flow.append(Paragraph(escape(paragraph.removeprefix("# ")), type_.heading))
        else:
            flow.append(Paragraph(bold(paragraph), type_.body))
    farewell = [
        *lines("Yours sincerely,"),
        Spacer(1, 26),
        *lines(
            ombudsman(content.season),
            "Chair, Commission for Local Administration in England",
        ),
    ]
    flow.append(KeepTogether(farewell))
    return flow


def _mark_as_sample(canvas: Canvas, _document: SimpleDocTemplate) -> None:
    """Draw the banner at the foot of a page, which says that the letter is a sample."""
    canvas.saveState()
    canvas.setStrokeColor(MARK)
    canvas.setLineWidth(0.8)
    canvas.rect(SIDE_MARGIN, 10 * mm, TEXT_WIDTH, 7 * mm)
    canvas.setFillColor(MARK)
    canvas.setFont(HELVETICA.bold, 8.5)
    canvas.drawCentredString(PAGE_WIDTH / 2, 12.5 * mm, SAMPLE_MARK)
    canvas.restoreState()
