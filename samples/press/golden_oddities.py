"""Golden letters with one oddity each: what other programs, scanners and slips of the pen do to a letter."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from reportlab.lib.pdfencrypt import StandardEncryption

from samples.press.content import ComplaintOverview, LetterContent
from samples.press.galley import HEIGHT, WIDTH, Leaf, pdf
from samples.press.golden_letter import GoldenLetter, Odd, content_of, quarantined, three
from samples.press.looks import VERA
from samples.press.oddities import (
    bold_by_drawing_twice,
    in_random_order,
    numbers_first,
    per_cent_apart,
    scanned,
    turned,
    with_ligatures,
    with_running_lines,
    with_typographers_signs,
)
from samples.press.report_words import EARLY_WORDS, REPORT_OF_2016, WIDE_WORDS
from samples.press.setting import (
    Manner,
    TableWords,
    in_columns,
    letter_leaves,
    low_on_the_page,
    pictures_between,
    report_leaves,
)
from samples.press.truth import Truth, truth_of
from samples.press.wording import letter_title

OF_2019 = content_of(2019, "Fotherley District Council", three(5, 9, 4, 4, 1, (43, 99, 12)))
OF_2020 = content_of(2020, "Gimbleford Council", three(14, 21, 15, 16, 2, (59, 99, 11)), "Ms Trewhitt")
OF_2021 = content_of(2021, "Hobnelshire County Council", three(33, 40, 27, 28, 3, (71, 100, 8)), "Mr Abernoth")
OF_2022 = content_of(2022, "Inkleton City Council", three(12, 19, 9, 10, 1, (64, 99, 12)), "Dr Osgathorpe")
OF_2023 = content_of(2023, "London Borough of Jorrockham", three(41, 52, 37, 38, 5, (77, 99, 15)), "Mx Rosavere")
OF_2024 = content_of(
    2024, "Lorrimdale Council", three(36, 45, 30, 31, 5, (79, 100, 13), ("5.9", "4.6")), "Mr Danjuma-Pell"
)
OF_2025 = content_of(
    2025,
    "Muddleford District Council",
    ComplaintOverview(8, 12, three(1, 3, 1, 1, 0, (66, 99, 15), ("0.8", "2.4"))),
    "Mrs Kirkaldo",
)

WIDE = Leaf(HEIGHT, WIDTH)
"""An empty A4 page in landscape format."""

# --- How a page is drawn ----------------------------------------------------------------------------

_DRAWN = (
    Odd(
        "words-in-random-order",
        "2021",
        "Every word drawn by itself, in any order.",
        OF_2021,
        on_statistics=in_random_order,
    ),
    Odd(
        "words-in-random-order",
        "2025-all-pages",
        "Every word of every page drawn by itself, in any order.",
        OF_2025,
        on_all=lambda leaves: [in_random_order(leaf) for leaf in leaves],
    ),
    Odd(
        "words-in-random-order",
        "2023-three-columns",
        "Every word of three columns drawn by itself, in any order.",
        OF_2023,
        leaf=WIDE,
        arrange=in_columns(3),
        on_statistics=in_random_order,
    ),
    Odd(
        "numbers-before-sentences",
        "2020",
        "All numbers drawn before all words.",
        OF_2020,
        on_statistics=numbers_first,
    ),
    Odd(
        "per-cent-apart",
        "2022",
        "A rate and its sign drawn as two pieces of text.",
        OF_2022,
        on_statistics=per_cent_apart,
    ),
    Odd(
        "bold-drawn-twice",
        "2019",
        "Bold made by drawing the words twice.",
        OF_2019,
        on_statistics=bold_by_drawing_twice,
    ),
    Odd(
        "ligatures",
        "2021",
        "fi, fl and ffi as one character each.",
        OF_2021,
        manner=Manner(face=VERA, size=9.0, spell=with_ligatures),
    ),
    Odd(
        "typographers-signs",
        "2024",
        "Curly quotes, and spaces that do not break behind numbers.",
        OF_2024,
        manner=Manner(spell=with_typographers_signs),
    ),
    Odd(
        "running-lines",
        "2022",
        "A header that holds the words of a figure, and page numbers, on every page.",
        OF_2022,
        on_all=lambda leaves: with_running_lines(leaves, "Annual Review letter 2022"),
    ),
    *(
        Odd(
            "page-break-in-a-block",
            f"2023-{name}",
            why,
            OF_2023,
            arrange=low_on_the_page(room),
            on_all=lambda leaves: with_running_lines(leaves, "Annual Review letter 2022-23"),
        )
        for name, room, why in (
            ("behind-a-heading", 178.0, "The page ends between a heading and its first sentence."),
            ("in-the-rate", 191.0, "The page ends between two lines of a rate's sentence."),
            ("in-the-base", 256.0, "The page ends between two lines of a base's sentence."),
        )
    ),
    Odd(
        "pictures-between-lines",
        "2020",
        "Pictures and captions in small type between the lines of the sentences.",
        OF_2020,
        arrange=pictures_between,
    ),
    Odd("three-columns", "2021", "Three blocks side by side.", OF_2021, leaf=WIDE, arrange=in_columns(3)),
    Odd("two-columns", "2024", "Two blocks in the left column, one in the right.", OF_2024, arrange=in_columns(2)),
    Odd("two-columns", "2025", "Four blocks in two columns.", OF_2025, arrange=in_columns(2)),
    Odd(
        "narrow-columns",
        "2024",
        "Three columns whose lines stand at half a line's height from each other.",
        OF_2024,
        arrange=in_columns(3, gap=12.0, size=10.0),
    ),
    Odd(
        "narrow-columns",
        "2022",
        "Three columns so narrow that every heading wraps.",
        OF_2022,
        arrange=in_columns(3, gap=80.0),
    ),
)

# --- Pages on their side ----------------------------------------------------------------------------

_TURNED = (
    Odd(
        "turned-page",
        "2021-rotate-90-upright",
        "The page has /Rotate 90, and its content is turned back: it is shown upright.",
        OF_2021,
        on_statistics=lambda leaf: turned(leaf, content_turn=90, page_rotate=90),
    ),
    Odd(
        "turned-page",
        "2021-rotate-90-sideways",
        "The page has /Rotate 90 and is shown on its side.",
        OF_2021,
        on_statistics=lambda leaf: turned(leaf, page_rotate=90),
    ),
    *(
        Odd(
            "turned-content",
            f"2021-{degrees}",
            f"The content is turned by {degrees} degrees on an upright page.",
            OF_2021,
            leaf=Leaf() if degrees == 180 else WIDE,
            arrange=in_columns(1, size=9.0) if degrees == 180 else in_columns(3, size=9.0),
            on_statistics=lambda leaf, degrees=degrees: turned(leaf, content_turn=degrees),  # type: ignore[misc]
        )
        for degrees in (90, 180, 270)
    ),
)

# --- The letter's head ------------------------------------------------------------------------------

_HEADS = (
    Odd(
        "addressee-on-one-line",
        "2020",
        "Name, office and authority on one line.",
        OF_2020,
        manner=Manner(is_addressee_on_one_line=True),
    ),
    Odd("no-masthead", "2021", "The letter begins with its date.", OF_2021, manner=Manner(has_masthead=False)),
    Odd("dates", "2021-ordinal", "21st July 2021", OF_2021, manner=Manner(date_words="21st July 2021")),
    Odd("dates", "2021-month-first", "July 21, 2021", OF_2021, manner=Manner(date_words="July 21, 2021")),
    Odd("dates", "2021-figures", "21/07/2021", OF_2021, manner=Manner(date_words="21/07/2021")),
)

# --- Tables -----------------------------------------------------------------------------------------


def _odd_table(
    folder: str,
    why: str,
    content: LetterContent,
    words: TableWords = EARLY_WORDS,
    on_report: Callable[[Leaf], Leaf] = lambda leaf: leaf,
    *,
    is_across: bool = False,
    is_ruled: bool = True,
    changes: Truth | None = None,
) -> GoldenLetter:
    def printed() -> bytes:
        report = report_leaves(content, words, is_across=is_across, is_ruled=is_ruled)
        return pdf(
            [*letter_leaves(content), *map(on_report, report)],
            f"{letter_title(content.season)}, {content.authority_name} (invented)",
        )

    name = f"{content.season}-tables.pdf"
    return GoldenLetter(folder, name, why, printed, {**truth_of(content), **(changes or {})})


_OF_2016 = content_of(2016, "Quilletmere District Council", REPORT_OF_2016)
_OF_2018 = content_of(2018, "Rundlewick Borough Council", REPORT_OF_2016, "Mr Bellasize")
_TABLES = (
    _odd_table(
        "total-does-not-add-up",
        "The services are 22 together, and 23 is printed as their total.",
        replace(_OF_2016, statistics=replace(REPORT_OF_2016, misprinted_received_total=23)),
        changes=quarantined("tables_add_up"),
    ),
    _odd_table(
        "words-in-random-order",
        "Every word of the tables drawn by itself, in any order.",
        _OF_2016,
        on_report=in_random_order,
    ),
    _odd_table(
        "words-in-random-order",
        "Every word of tables of columns drawn by itself, in any order.",
        _OF_2018,
        WIDE_WORDS,
        in_random_order,
        is_across=True,
        is_ruled=False,
    ),
    _odd_table(
        "turned-page",
        "Wide tables turned on an upright page, which has /Rotate 90 and so is shown across.",
        _OF_2018,
        WIDE_WORDS,
        lambda leaf: turned(leaf, content_turn=90, page_rotate=90),
        is_across=True,
    ),
    _odd_table(
        "turned-content",
        "Wide tables turned by 90 degrees on an upright page.",
        _OF_2018,
        WIDE_WORDS,
        lambda leaf: turned(leaf, content_turn=90),
        is_across=True,
        is_ruled=False,
    ),
)


# --- Files that open only for some, and pictures of text --------------------------------------------

_NOTHING: Sequence[str] = (
    "season",
    "authority_name",
    "letter_date",
    "addressee_name",
    "addressee_title",
    "period_start",
    "period_end",
    "layout",
)


def _unread(truth: Truth, reason_has: str) -> Truth:
    """Return the truth of a letter that cannot be read: nothing but its verdict and a part of the reason."""
    kept = {"failed_rules": [], "absent": {}, "quarantined": False}
    return {**dict.fromkeys(truth), **kept, "verdict": "unreadable", "reason_has": reason_has}


def _encrypted(name: str, why: str, user_password: str) -> GoldenLetter:
    odd = Odd("encrypted", name, why, OF_2019)
    truth = truth_of(OF_2019)

    def printed() -> bytes:
        return pdf(odd.leaves, odd.title, StandardEncryption(user_password, "the owner's", strength=128))

    return GoldenLetter(
        "encrypted", f"{name}.pdf", why, printed, _unread(truth, "encrypted") if user_password else truth
    )


_PAGES = re.compile(rb"(\d+) (0 obj)\s<<(?:(?!endobj).)*?/Kids(?:(?!endobj).)*?endobj", re.DOTALL)
"""The object of a PDF of the press that lists the pages."""


def _endless() -> GoldenLetter:
    odd = Odd("endless", "2019", "The list of the pages is a reference that leads back to itself.", OF_2019)

    def printed() -> bytes:
        return _PAGES.sub(rb"\1 \2\n\1 0 R\nendobj", pdf(odd.leaves, odd.title))

    return GoldenLetter("endless", "2019.pdf", odd.why, printed, _unread(truth_of(OF_2019), "refers to itself"))


def _pictures() -> tuple[GoldenLetter, ...]:
    whole = Odd(
        "scanned",
        "2021",
        "A scanned letter: every page is a picture. `on_paper` says what a reader of pictures may find.",
        OF_2021,
        on_all=lambda leaves: [scanned(leaf) for leaf in leaves],
    )
    page = Odd(
        "picture-of-statistics",
        "2020",
        "A readable letter whose statistics page is a picture.",
        OF_2020,
        on_statistics=scanned,
    )
    without = truth_of(replace(OF_2020, statistics=None))
    return (
        replace(whole.golden(), truth={**_unread(truth_of(OF_2021), "scanned"), "on_paper": truth_of(OF_2021)}),
        replace(page.golden(), truth={**without, "reason_has": "picture", "on_paper": truth_of(OF_2020)}),
    )


ODD_LETTERS: tuple[GoldenLetter, ...] = (
    *(odd.golden() for odd in (*_DRAWN, *_TURNED, *_HEADS)),
    *_TABLES,
    _encrypted("2019-empty-password", "Encrypted, but the password that opens it is empty.", ""),
    _encrypted("2019-password", "Encrypted with a password that nobody gave us.", "a secret of the council's"),
    _endless(),
    *_pictures(),
)
