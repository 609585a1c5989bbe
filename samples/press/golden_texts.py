"""Golden letters that are no PDF: statistics pages of the web, and letters as text."""

from dataclasses import replace

from samples.press.content import ComplaintOverview, LetterContent
from samples.press.galley import Leaf
from samples.press.golden_letter import GoldenLetter, content_of, quarantined, three
from samples.press.report_words import EARLY_WORDS, REPORT_OF_2016
from samples.press.setting import letter_leaves, one_column, report_leaves, statistics_leaves
from samples.press.truth import truth_of
from samples.press.webpage import web_page
from samples.press.wording import PAGE_OF_2023, statistics_page


def _web(content: LetterContent, folder: str, why: str) -> GoldenLetter:
    truth = truth_of(content, PAGE_OF_2023 if content.season.year == 2023 else None)
    said_by_letters_only = dict.fromkeys(("letter_date", "addressee_name", "addressee_title"))
    return GoldenLetter(
        folder, f"{content.season}-web-page.html", why, lambda: web_page(content), truth | said_by_letters_only
    )


_WEB_PAGES = (
    _web(
        content_of(2023, "Oxlipstead Council", three(13, 18, 10, 11, 2, (72, 99, 13), ("4.8", "4.4"))),
        "three_statistics",
        "A council's statistics page of 2023, which has upheld decisions per 100,000 before the letters do.",
    ),
    _web(
        content_of(2024, "Tanselbury District Council", three(2, 3, 1, 1, 0, (63, 99, 15), ("1.6", "1.9"))),
        "three_statistics",
        "A council's statistics page of 2024.",
    ),
    _web(
        content_of(
            2025,
            "London Borough of Brackleham",
            ComplaintOverview(60, 41, three(30, 35, 25, 25, 3, (84, 99, 12), ("9.8", "12.2"))),
        ),
        "complaint_overview",
        "A council's statistics page of 2025.",
    ),
)


def _as_text(leaves: list[Leaf]) -> bytes:
    """Return the words of a letter's leaves as text, line by line. Spaces keep the columns of a table apart, and a
    blank line stands for each gap.
    """
    lines: list[str] = []
    for leaf in leaves:
        by_line: dict[float, list[tuple[float, str]]] = {}
        for run in leaf.runs:
            by_line.setdefault(round(run.y, 1), []).append((run.x, run.text))
        above = None
        for y, runs in sorted(by_line.items()):
            if above is not None and y - above > 16:
                lines.append("")
            above = y
            reach, line = 60.0, ""
            for x, text in sorted(runs):
                line += ("    " if line and x - reach > 20 else "") + text
                reach = x + 5.0 * len(text)
            lines.append(line)
        lines.append("")
    return (
        "\n".join(["SAMPLE - invented council, invented figures. Not a letter of the Ombudsman.", "", *lines])
    ).encode()


def _text(content: LetterContent, why: str, leaves: list[Leaf]) -> GoldenLetter:
    truth = truth_of(content)
    return GoldenLetter(str(truth["layout"]), f"{content.season}-text.txt", why, lambda: _as_text(leaves), truth)


def _texts() -> tuple[GoldenLetter, ...]:
    three_blocks = content_of(2021, "Crindlebury District Council", three(2, 4, 2, 2, 1, (53, 99, 18)))
    overview = content_of(
        2025, "Dapplemere Council", ComplaintOverview(20, 31, three(14, 17, 9, 9, 1, (80, 100, 13), ("6.2", "5.3")))
    )
    report = content_of(2016, "Emmerwater District Council", REPORT_OF_2016, "Ms Larkhall")
    return (
        _text(
            three_blocks,
            "The text of a letter of 2021.",
            [*letter_leaves(three_blocks), *statistics_leaves(statistics_page(three_blocks), one_column)],
        ),
        _text(
            overview,
            "The text of a letter of 2025.",
            [*letter_leaves(overview), *statistics_leaves(statistics_page(overview), one_column)],
        ),
        _text(
            report,
            "The text of a report of 2016.",
            [*letter_leaves(report), *report_leaves(report, EARLY_WORDS, is_across=False, is_ruled=False)],
        ),
    )


def _damaged() -> tuple[GoldenLetter, ...]:
    """Return two damaged letters: a web page that was cut on its way, and a text in which a backspace stands
    between two digits.
    """
    page, text = _WEB_PAGES[1], _texts()[0]
    number, typed_over = b"a total of 2 compliance", b"a total of 8\b2 compliance"
    return (
        replace(
            page,
            folder="page-without-its-end",
            why="A statistics page that a server cut behind its last figure: it ends without </html>.",
            print=lambda: page.print().partition(b"</html>")[0],
            truth=page.truth | quarantined("readings_agree"),
        ),
        replace(
            text,
            folder="control-characters",
            why="A text with a backspace between two digits: a terminal shows 2, and an editor shows 82.",
            print=lambda: text.print().replace(number, typed_over),
            truth=text.truth
            | quarantined("blocks_complete", "readings_agree", compliance_outcomes_count=None)
            | {"absent": {"compliance_outcomes_count": "not_read"}},
        ),
    )


TEXT_LETTERS: tuple[GoldenLetter, ...] = (*_WEB_PAGES, *_texts(), *_damaged())
