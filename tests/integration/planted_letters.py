"""Letters whose files say something else than their pages show, or whose pages leave open what a number is about.

Nearly all of them show the figures of `SEEN`. The numbers in their files that nobody sees break no rule about
numbers, so that only the page tells these numbers from the figures that a person sees.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pypdfium2 as pdfium

from redress.acquire.sources.folder import FolderSource
from redress.model.landed import Fate
from tests.paper import BASE_LINE_SHARE, BOLD, HEIGHT, WIDTH, Ink, pdf, stack
from tests.read.handmade import drawn, handmade
from tests.read.written import Sheet, written

PELLONSHIRE, WEXMARSH, TARNBECK, OSTLEBRIDGE, VENNERY = COUNCILS = (
    "Pellonshire County Council",
    "Wexmarsh District Council",
    "Tarnbeck Metropolitan Borough Council",
    "Ostlebridge Council",
    "London Borough of Vennery",
)
UPHOLD_AVERAGE, OUTCOMES = "uphold_rate_type_average_pct", "compliance_outcomes_count"
COMPLIANCE_AVERAGE, REMEDY_AVERAGE = "compliance_rate_type_average_pct", "satisfactory_remedy_rate_type_average_pct"
SEEN = {
    "upheld_count": 33,
    "investigations_count": 40,
    "uphold_rate_pct": 83,
    UPHOLD_AVERAGE: 71,
    OUTCOMES: 27,
    "compliance_rate_pct": 100,
    COMPLIANCE_AVERAGE: 99,
    "satisfactory_remedies_count": 3,
    "satisfactory_remedy_rate_pct": 9,
    REMEDY_AVERAGE: 8,
    "satisfactory_remedy_printed_base_count": 40,
}
UNSEEN = {UPHOLD_AVERAGE: 77, OUTCOMES: 21, REMEDY_AVERAGE: 17}
"""Other numbers for three figures of `SEEN`. They stand in texts that nobody sees."""
CONTRADICTION = SEEN | {
    "upheld_count": 22,
    "investigations_count": 24,
    "uphold_rate_pct": 93,
    "satisfactory_remedy_rate_pct": 14,
    "satisfactory_remedy_printed_base_count": 24,
}
"""The figures of a letter that contradicts itself: it states 93%, and 22 of 24 are 92%. All other figures agree."""
Page = list[Ink]
Print = Callable[[int, str], bytes]
"""A function that prints a letter: it takes the season and the council, and returns the bytes of the file."""


@dataclass(frozen=True)
class Planted:
    """A letter of a season to a council, and what has to become of the letter.

    `why` are words of the reason for which the letter is held back or flagged. A person sees the numbers of `seen`.
    The measures of `hidden` have no figure, because nobody sees their numbers, or the numbers cannot be read for
    certain.
    """

    kind: str
    year: int
    council: str
    printed: Print
    fate: Fate
    why: str = ""
    hidden: tuple[str, ...] = ()
    seen: Mapping[str, int] = field(default_factory=lambda: SEEN)
    ending: str = ".pdf"

    @property
    def address(self) -> str:
        """The path of the letter's file below the folder of letters."""
        return f"{self.year}/{self.kind.replace(' ', '-')}{self.ending}"

    @property
    def figures(self) -> dict[str, int]:
        """The figures that the warehouse has to have of the letter."""
        shown = {measure: value for measure, value in self.seen.items() if measure not in self.hidden}
        return shown if self.fate is Fate.ACCEPTED else {}


def blocks(year: int, said: Mapping[str, int] = SEEN) -> tuple[list[str], list[str], list[str]]:
    """Return the three blocks of statistics, each with its heading, its rate, its average, and its counts."""
    period = f"for the period between 1 April\n{year - 1} to 31 March {year}"
    average = "This compares to an average of {}% in similar authorities."
    based = "Statistics are based on a total of {} {} {}"
    return (
        [
            "Complaints upheld",
            f"{said['uphold_rate_pct']}% of complaints we investigated were upheld.",
            average.format(said[UPHOLD_AVERAGE]),
            f"{said['upheld_count']}\nupheld decisions",
            based.format(said["investigations_count"], "detailed investigations", period),
        ],
        [
            "Compliance with Ombudsman recommendations",
            f"In {said['compliance_rate_pct']}% of cases we were satisfied the authority had\n"
            "successfully implemented our recommendations.",
            average.format(said[COMPLIANCE_AVERAGE]),
            based.format(said[OUTCOMES], "compliance outcomes", period),
        ],
        [
            "Satisfactory remedy provided by the authority",
            f"In {said['satisfactory_remedy_rate_pct']}% of upheld cases we found the authority had provided a "
            "satisfactory remedy\nbefore the complaint reached the Ombudsman.",
            average.format(said[REMEDY_AVERAGE]),
            f"{said['satisfactory_remedies_count']}\nsatisfactory remedy decisions",
            based.format(said["satisfactory_remedy_printed_base_count"], "detailed investigations", period),
        ],
    )


def first_page(year: int, council: str) -> Page:
    return stack(
        [
            f"21 July {year}",
            f"Ms Larkhall\nChief Executive\n{council}",
            "Dear Ms Larkhall",
            f"Annual Review letter {year}",
            "This invented letter is our annual summary of statistics on the decisions made by the Local\n"
            f"Government and Social Care Ombudsman about your authority for the year ending 31 March {year}.",
            "Yours sincerely",
            "Jo Bloggs\nLocal Government and Social Care Ombudsman",
        ]
    )


def statistics(year: int, said: Mapping[str, int] = SEEN, *, heading: str = "") -> Page:
    paragraphs = [one for block in blocks(year, said) for one in block]
    return stack([heading, *paragraphs] if heading else paragraphs, top=60, size=10)


def web_page(year: int, council: str, said: Mapping[str, int] = SEEN, marked: Callable[[str], str] = str) -> bytes:
    """Return a council's page of statistics; `marked` adds the marks of a web page to a sentence."""
    sections = "\n".join(
        f"<h2>{heading}</h2>\n" + "\n".join(f"<p>{marked(sentence)}</p>" for sentence in sentences)
        for heading, *sentences in blocks(year, said)
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{council}</title></head><body>'
        f"<header>Local Government and Social Care Ombudsman</header><main><h1>{council} statistics</h1>"
        f"{sections}</main></body></html>"
    ).encode()


def place(page: Iterable[Ink], text: str, within: str) -> tuple[float, float, float, float]:
    """Return the left, lower, right and upper edge of a piece of a line, in points from the lower left corner."""
    ink = next(ink for ink in page if within in ink.text)
    before, found, _ = ink.text.partition(text)
    left, foot = ink.x + replace(ink, text=before).width, HEIGHT - ink.top - BASE_LINE_SHARE * ink.size
    return left, foot, left + replace(ink, text=found).width, foot + 0.72 * ink.size


_SIZE = f"/MediaBox [0 0 {WIDTH:g} {HEIGHT:g}]"
AVERAGE_OF_77 = ("77%", "average of 77%")


def overdrawn(draw: Callable[[Page], str], year: int, council: str) -> bytes:
    """Return a letter with an average of 77% in its text, and something drawn over the average."""
    page = statistics(year, SEEN | {UPHOLD_AVERAGE: 77})
    return written(Sheet(first_page(year, council), _SIZE), Sheet(page, _SIZE, drawing=draw(page)))


def white_box(page: Page) -> str:
    left, lower, right, upper = place(page, *AVERAGE_OF_77)
    return f"1 g {left - 1} {lower - 1} {right - left + 2} {upper - lower + 2} re f"


def striped_picture(page: Page) -> str:
    left, lower, right, upper = place(page, *AVERAGE_OF_77)
    matrix = f"{right - left + 4} 0 0 {upper - lower + 4} {left - 2} {lower - 2}"
    return f"q {matrix} cm BI /W 8 /H 1 /CS /G /BPC 8 /F /AHx ID {'FF00' * 4}> EI Q"


def line_through(page: Page) -> str:
    left, lower, right, upper = place(page, *AVERAGE_OF_77)
    return f"0.7 w {left - 1} {(lower + upper) / 2} m {right + 1} {(lower + upper) / 2} l S"


def other_number_on_a_white_box(page: Page) -> str:
    left, lower, _, _ = place(page, *AVERAGE_OF_77)
    return f"{white_box(page)} 0 g BT /Plain 10 Tf {left} {lower} Td (71%) Tj ET"


def numbers_in_one_place(year: int, council: str) -> bytes:
    """Return a letter with 27 printed over 21, so that the text of the page has 217."""
    page = statistics(year, SEEN | {OUTCOMES: 21})
    left, lower, _, _ = place(page, "21", "total of 21")
    above = f"BT /Plain 10 Tf {left} {lower} Td (27) Tj ET"
    return written(Sheet(first_page(year, council), _SIZE), Sheet(page, _SIZE, drawing=above))


def struck_by_an_annotation(year: int, council: str) -> bytes:
    page = statistics(year, SEEN | {OUTCOMES: 21})
    left, lower, right, upper = place(page, "21", "total of 21")
    corners = f"{left} {upper} {right} {upper} {left} {lower} {right} {lower}"
    annotation = f"/Type /Annot /Subtype /StrikeOut /F 4 /C [0 0 0] /QuadPoints [{corners}]"
    rectangle = f"/Rect [{left} {lower - 1} {right} {upper + 1}]"
    struck = Sheet(page, f"{_SIZE} /Annots [<< {annotation} {rectangle} >>]")
    return written(Sheet(first_page(year, council), _SIZE), struck)


def draft_on_a_layer_that_is_off(year: int, council: str) -> bytes:
    draft, final = drawn(statistics(year, SEEN | UNSEEN)), drawn(statistics(year))
    return handmade(
        drawn(first_page(year, council)),
        f"/OC /Draft BDC\n{draft}\nEMC\n/OC /Final BDC\n{final}\nEMC",
        resources="/Properties << /Draft 10 0 R /Final 11 0 R >>",
        catalog="/OCProperties << /OCGs [10 0 R 11 0 R] /D << /ON [11 0 R] /OFF [10 0 R] >> >>",
        extra=["<< /Type /OCG /Name (draft) >>", "<< /Type /OCG /Name (final) >>"],
    )


def font_that_calls_7_a_1(year: int, council: str) -> bytes:
    in_another_font = [replace(ink, font=BOLD) for ink in first_page(year, council)]
    return handmade(drawn(in_another_font), drawn(statistics(year)), named={"7": "1"})


def scan_over_a_text_that_misreads_it(year: int, council: str) -> bytes:
    with pdfium.PdfDocument(pdf(statistics(year))) as seen:
        scan = seen[0].render(scale=150 / 72).to_pil().convert("L")
    dots = scan.tobytes().hex()
    picture = (
        f"<< /Type /XObject /Subtype /Image /Width {scan.width} /Height {scan.height} /ColorSpace /DeviceGray "
        f"/BitsPerComponent 8 /Filter /ASCIIHexDecode /Length {len(dots) + 1} >>\nstream\n{dots}>\nendstream"
    )
    return handmade(
        drawn(first_page(year, council)),
        f"{drawn(statistics(year, SEEN | UNSEEN))}\nq {WIDTH:g} 0 0 {HEIGHT:g} 0 0 cm /Scan Do Q",
        resources="/XObject << /Scan 10 0 R >>",
        extra=[picture],
    )


def averages_above_their_headings(year: int, council: str) -> bytes:
    """Return a letter in which each average stands above its block's heading, between two blocks."""
    bands = [one for heading, rate, average, *rest in blocks(year) for one in (average, heading, rate, *rest)]
    return pdf(first_page(year, council), stack(bands, top=60, size=10))


def in_a_pack(year: int, council: str) -> bytes:
    """Return a committee's pack: a report, last year's statistics, the letter, and another appendix."""
    report = [
        council,
        f"Report to: Audit Committee, 14 September {year}",
        f"Title: Local Government and Social Care Ombudsman annual review letter {year}",
        "1. The letter is at Appendix 1. The year before is below.",
    ]
    pages = (
        ("Agenda item 9", stack(report)),
        ("Agenda item 9", statistics(year - 1, SEEN | UNSEEN)),
        ("Agenda item 9, Appendix 1", first_page(year, council)),
        ("Agenda item 9, Appendix 1", statistics(year)),
        ("Agenda item 9, Appendix 2", stack(["Appendix 2. Register of complaints: 12 about roads"])),
    )
    return pdf(*([*stack([label], x=400, top=8, size=9), *page] for label, page in pages))


def corrected_on_the_web(year: int, council: str) -> bytes:
    def marked(sentence: str) -> str:
        outcomes = sentence.replace("total of 27", "total of <del>21</del> 27<sup>1</sup>")
        return outcomes.replace("average of 71%", "average of <del>77</del>71%<sup>2</sup>")

    return web_page(year, council, marked=marked)


def headed_with_another_year(year: int, council: str) -> bytes:
    return pdf(
        first_page(year, council), statistics(year, heading=f"Complaint statistics {year - 2}-{year % 100 - 1}")
    )


def contradicting_itself(year: int, council: str) -> bytes:
    return pdf(first_page(year, council), statistics(year, CONTRADICTION))


LOADED, HELD = Fate.ACCEPTED, Fate.QUARANTINED
NO_AVERAGE = (UPHOLD_AVERAGE,)
STRUCK = "something else is drawn in its place, such as a line through it"
ONE_PLACE = "the digits 1 and 7 stand in one place on the page"
LETTERS = (
    *(
        Planted(
            f"averages above headings {number}",
            2017,
            council,
            averages_above_their_headings,
            HELD,
            "readings_agree: ",
            (UPHOLD_AVERAGE, COMPLIANCE_AVERAGE, REMEDY_AVERAGE),
        )
        for number, council in enumerate(COUNCILS, start=1)
    ),
    Planted("a white box", 2018, PELLONSHIRE, partial(overdrawn, white_box), LOADED, "blocks_complete", NO_AVERAGE),
    Planted(
        "a picture", 2018, WEXMARSH, partial(overdrawn, striped_picture), LOADED, "blocks_complete", NO_AVERAGE
    ),
    Planted("under a scan", 2018, TARNBECK, scan_over_a_text_that_misreads_it, LOADED, "read from a picture"),
    Planted("a layer that is off", 2018, OSTLEBRIDGE, draft_on_a_layer_that_is_off, LOADED),
    Planted("struck by a line", 2018, VENNERY, partial(overdrawn, line_through), HELD, STRUCK, NO_AVERAGE),
    Planted("struck by an annotation", 2019, PELLONSHIRE, struck_by_an_annotation, HELD, STRUCK, (OUTCOMES,)),
    Planted("two texts in one place", 2019, WEXMARSH, numbers_in_one_place, HELD, ONE_PLACE, (OUTCOMES,)),
    Planted(
        "a font that lies",
        2019,
        TARNBECK,
        font_that_calls_7_a_1,
        HELD,
        "the font names its digits wrongly",
        (UPHOLD_AVERAGE, OUTCOMES),
    ),
    Planted("typed over a white box", 2019, OSTLEBRIDGE, partial(overdrawn, other_number_on_a_white_box), LOADED),
    Planted("in a pack", 2019, VENNERY, in_a_pack, LOADED),
    Planted("deleted on the web", 2020, PELLONSHIRE, corrected_on_the_web, LOADED, ending=".html"),
    Planted(
        "headed with another year",
        2020,
        WEXMARSH,
        headed_with_another_year,
        HELD,
        'a heading of the statistics says season 2019 ("Complaint statistics 2018-19")',
    ),
    Planted(
        "a contradiction",
        2020,
        TARNBECK,
        contradicting_itself,
        HELD,
        "the letter contradicts itself: upheld 22 of investigations 24 is 92%, and 93% is printed",
        seen=CONTRADICTION,
    ),
    Planted(
        "a contradiction with a witness",
        2020,
        OSTLEBRIDGE,
        contradicting_itself,
        LOADED,
        "source_agrees_with_itself",
        seen=CONTRADICTION,
    ),
)
WITNESS = ("2020/a-witness.html", web_page(2020, OSTLEBRIDGE, CONTRADICTION))
"""A witness that prints the same contradiction as its council's letter: the address and the content of the page."""


def write(folder: Path) -> FolderSource:
    """Write the letters and the witness into the folders of their seasons, and return the folder as a source."""
    for address, content in (*((one.address, one.printed(one.year, one.council)) for one in LETTERS), WITNESS):
        (folder / address).parent.mkdir(parents=True, exist_ok=True)
        (folder / address).write_bytes(content)
    return FolderSource(folder)
