"""Golden letters of each layout and each season's words, printed without any oddity."""

from dataclasses import replace

from samples.press.content import ComplaintOverview, LetterContent, LocalAuthorityReport, OlderTables, ReceivedOnly
from samples.press.galley import Leaf, pdf
from samples.press.golden_letter import GoldenLetter, content_of, looked, three
from samples.press.setting import (
    Manner,
    TableWords,
    letter_leaves,
    older_leaves,
    one_column,
    report_leaves,
    statistics_leaves,
)
from samples.press.truth import truth_of
from samples.press.webpage import web_page
from samples.press.wording import PAGE_OF_2023, letter_title, statistics_page

# --- Words of the reports of 2014 to 2018 -----------------------------------------------------------

_SERVICE_NAMES = (
    "adult_social_care",
    "benefits_and_tax",
    "corporate_and_other",
    "education_and_childrens",
    "environment",
    "highways_and_transport",
    "housing",
    "planning_and_development",
    "other",
)
_OUTCOME_NAMES = (
    "incomplete_or_invalid",
    "advice_given",
    "referred_back",
    "closed_after_initial_enquiries",
    "not_upheld",
    "upheld",
)


def _services(*counts: int) -> dict[str, int]:
    return dict(zip(_SERVICE_NAMES, counts, strict=True))


def _outcomes(*counts: int) -> dict[str, int]:
    return dict(zip(_OUTCOME_NAMES, counts, strict=True))


EARLY_WORDS = TableWords(
    received="Complaints and enquiries received by service",
    decided="Decisions made by the Ombudsman",
    remedied="Complaints remedied",
    services=dict(
        zip(
            _SERVICE_NAMES,
            (
                "Adult care services",
                "Benefits and tax",
                "Corporate and other services",
                "Education and children's services",
                "Environment services",
                "Highways and transport",
                "Housing",
                "Planning and development",
                "Other",
            ),
            strict=True,
        )
    ),
    outcomes=dict(
        zip(
            _OUTCOME_NAMES,
            (
                "Invalid or incomplete",
                "Advice given",
                "Referred back for local resolution",
                "Closed after initial enquiries",
                "Detailed investigations: not upheld",
                "Detailed investigations: upheld",
            ),
            strict=True,
        )
    ),
    remedies={
        "by_ombudsman": "By the Ombudsman",
        "by_authority": "Satisfactorily by the authority before the Ombudsman was involved",
    },
    rate="Uphold rate",
    total="Total",
    group="",
)
OTHER_WORDS = TableWords(
    received="What reached us about your services",
    decided="What we decided",
    remedied="What was put right",
    services=dict(
        zip(
            _SERVICE_NAMES,
            (
                "Adult social care services",
                "Benefits & tax",
                "Corporate & other services",
                "Education & children's services",
                "Environmental services, public protection and the regulation of trades and premises",
                "Highways & transport",
                "Housing",
                "Planning & development",
                "Other services",
            ),
            strict=True,
        )
    ),
    outcomes=dict(
        zip(
            _OUTCOME_NAMES,
            (
                "Incomplete/invalid",
                "Advice given",
                "Referred back for local resolution",
                "Closed after our initial enquiries",
                "Complaints not upheld",
                "Complaints upheld",
            ),
            strict=True,
        )
    ),
    remedies={
        "by_ombudsman": "Remedied by the Ombudsman",
        "by_authority": "Remedied satisfactorily by the authority",
    },
    rate="Percentage upheld of those investigated in detail",
    total="Total",
    group="",
)
WIDE_WORDS = replace(
    EARLY_WORDS,
    received="Enquiries and complaints received",
    decided="Decisions",
    outcomes={**EARLY_WORDS.outcomes, "not_upheld": "Not upheld", "upheld": "Upheld"},
    rate="Uphold rate (%)",
    group="Detailed investigations",
)

# --- The letters ------------------------------------------------------------------------------------

_THREE_STATISTICS = (
    looked(
        content_of(
            2019, "Brackleworth District Council", three(3, 8, 2, 2, 0, (43, 99, 12)), "Mr Bartlemy", "picture_left"
        ),
        "Words of 2019: remedies in the plural; none of the upheld was satisfactorily remedied.",
    ),
    looked(
        content_of(2020, "Crindleford Council", three(21, 34, 17, 17, 2, (59, 99, 11)), "Ms Corvane", "plain"),
        "Words of 2020, numbers larger than the words around them.",
    ),
    looked(
        content_of(
            2021,
            "London Borough of Dapplewick",
            three(33, 40, 29, 30, 4, (68, 99, 13)),
            "Dr Dunmallow",
            "two_columns",
        ),
        "Words of 2021 in two columns; 33 of 40 is 82.5 and printed 83; the note on the pause.",
    ),
    looked(
        content_of(
            2021, "Emmerthorpe District Council", three(0, 2, 0, 0, 0, (53, 99, 18)), "Mx Hallowby", "picture_left"
        ),
        "Nothing upheld and nothing due: two blocks say why they have no figures.",
    ),
    looked(
        content_of(
            2022, "Fotherstead District Council", three(1, 1, 1, 1, 1, (51, 99, 20)), "Ms Jessamy", "picture_left"
        ),
        "Words of 2022; one of each, in the singular.",
    ),
    looked(
        content_of(
            2023,
            "Gimblehurst Metropolitan Borough Council",
            three(31, 40, 22, 23, 3, (77, 99, 10)),
            "Dr Lanyard",
            "two_columns",
        ),
        "Words of 2023: the base of the remedies is the upheld count, called detailed investigations.",
    ),
    looked(
        content_of(
            2024,
            "Hobnelham City Council",
            three(17, 20, 12, 12, 3, (79, 100, 13), ("5.9", "4.6")),
            "Ms Novakson",
            "plain",
        ),
        "Words of 2024: investigations, the Council, upheld decisions as base, and the two lines per 100,000.",
    ),
    looked(
        content_of(
            2024,
            "Inkleshire County Council",
            three(52, 61, 40, 41, 4, (85, 100, 7), ("11", "4.5")),
            "Mr Eskerby",
            "picture_left",
        ),
        'Words of 2024 with pictures; 11 per 100,000 is printed without ".0".',
    ),
    looked(
        content_of(
            2024,
            "Jorrockdale District Council",
            three(0, 3, 2, 2, 0, (63, 99, 15), ("0", "1.9")),
            "Mrs Kirkaldo",
            "two_columns",
        ),
        "Words of 2024 where nothing was upheld.",
    ),
)
_OVERVIEWS = (
    looked(
        content_of(
            2025,
            "Lorrimbury District Council",
            ComplaintOverview(11, 14, three(4, 6, 3, 3, 1, (66, 99, 15), ("3", "2.4"))),
            "Mrs Fennimore-Oke",
            "picture_left",
        ),
        "The overview of 2025, with pictures.",
    ),
    looked(
        content_of(
            2025,
            "Muddlecombe Council",
            ComplaintOverview(1, 9, three(1, 1, 0, 0, 0, (80, 100, 13), ("0.5", "5.3"))),
            "Mr Iddesley",
            "plain",
        ),
        "An overview in the singular; nothing was due for compliance.",
    ),
    looked(
        content_of(
            2025,
            "London Borough of Noddlefield",
            ComplaintOverview(142, 97, three(88, 101, 70, 71, 9, (84, 99, 12), ("29.4", "12.2"))),
            "Ms Gosforde",
            "two_columns",
        ),
        "An overview in two columns of two blocks each.",
    ),
)


def _report(
    content: LetterContent, name: str, why: str, words: TableWords, *, is_across: bool, is_ruled: bool
) -> GoldenLetter:
    def leaves() -> list[Leaf]:
        return [*letter_leaves(content), *report_leaves(content, words, is_across=is_across, is_ruled=is_ruled)]

    return GoldenLetter(
        "local_authority_report",
        f"{content.season}-{name}.pdf",
        why,
        lambda: pdf(leaves(), f"{letter_title(content.season)}, {content.authority_name} (invented)"),
        truth_of(content),
    )


REPORT_OF_2016 = LocalAuthorityReport(
    _services(0, 4, 1, 2, 3, 1, 5, 6, 0),
    _outcomes(1, 2, 7, 5, 2, 3),
    {"by_ombudsman": 2, "by_authority": 1},
)
_REPORTS = (
    _report(
        content_of(
            2014,
            "Ombelmere Borough Council",
            LocalAuthorityReport(_services(0, 9, 2, 0, 4, 1, 8, 11, 1), _outcomes(2, 3, 14, 9, 4, 3)),
        ),
        "rows-ruled",
        "Tables of rows with rulings; no complaints remedied yet.",
        EARLY_WORDS,
        is_across=False,
        is_ruled=True,
    ),
    _report(
        content_of(
            2015,
            "Pipkinshire County Council",
            LocalAuthorityReport(_services(41, 0, 5, 62, 3, 28, 0, 2, 1), _outcomes(6, 2, 48, 37, 25, 22)),
            "Mr Munroe-Thorne",
        ),
        "columns",
        "Tables of columns without rulings, under headings that wrap.",
        WIDE_WORDS,
        is_across=True,
        is_ruled=False,
    ),
    _report(
        content_of(2016, "Quilletness District Council", REPORT_OF_2016, "Mr Sallowfield"),
        "rows-worded-otherwise",
        "Tables of rows without rulings; headings and labels in other words, one label over several lines.",
        OTHER_WORDS,
        is_across=False,
        is_ruled=False,
    ),
    _report(
        content_of(
            2017,
            "Rundleton Metropolitan Borough Council",
            LocalAuthorityReport(
                _services(18, 21, 6, 24, 15, 12, 19, 9, 2),
                _outcomes(5, 3, 55, 31, 13, 17),
                {"by_ombudsman": 12, "by_authority": 4},
            ),
            "Ms Trewhitt",
        ),
        "columns-ruled",
        "Tables of columns with rulings; 17 of 30 is 56.7 and printed 57.",
        WIDE_WORDS,
        is_across=True,
        is_ruled=True,
    ),
    _report(
        content_of(
            2018,
            "Snafflewater Council",
            LocalAuthorityReport(
                _services(31, 3, 3, 44, 12, 17, 10, 8, 2),
                _outcomes(4, 1, 50, 39, 12, 20),
                {"by_ombudsman": 15, "by_authority": 3},
            ),
            "Mrs Pennyquick",
        ),
        "columns-group",
        "Tables of columns; one heading spans three of them. 20 of 32 is 62.5 and printed 63.",
        WIDE_WORDS,
        is_across=True,
        is_ruled=False,
    ),
    _report(
        content_of(
            2018,
            "Thrimbleshire County Council",
            LocalAuthorityReport(
                _services(310, 0, 31, 444, 12, 178, 0, 40, 19),
                _outcomes(41, 12, 402, 281, 120, 200),
                {"by_ombudsman": 150, "by_authority": 33},
            ),
            "Mrs Addlestrop",
        ),
        "rows-over-a-thousand",
        "Totals over a thousand, printed with a comma.",
        replace(
            EARLY_WORDS,
            services={
                **EARLY_WORDS.services,
                "adult_social_care": "Adult social care",
                "environment": "Environmental services and regulation",
            },
        ),
        is_across=False,
        is_ruled=True,
    ),
)


def _older(content: LetterContent) -> GoldenLetter:
    return GoldenLetter(
        "older_tables",
        f"{content.season}.pdf",
        "The tables of 2010 to 2012 count other things under like names: refused.",
        lambda: pdf(
            [*letter_leaves(content), *older_leaves(content)], f"{letter_title(content.season)} (invented)"
        ),
        truth_of(content),
    )


_ENQUIRIES = {
    "Formal or informal premature complaints": 12,
    "Advice given": 9,
    "Forwarded to the investigative team": 31,
}
_OLD_DECISIONS = {
    "MI reps": 1,
    "LS": 9,
    "M reps": 0,
    "NM reps": 0,
    "No mal": 10,
    "Omb disc": 6,
    "Outside jurisdiction": 4,
    "Total": 30,
}
_OLDER = (
    _older(content_of(2010, "Umbelcombe District Council", OlderTables(_ENQUIRIES, _OLD_DECISIONS, 24))),
    _older(content_of(2011, "Vetchelford Council", OlderTables(_ENQUIRIES, _OLD_DECISIONS, 29), "Mr Bellasize")),
    _older(
        content_of(
            2012,
            "Wimpleworth Borough Council",
            OlderTables(
                _ENQUIRIES,
                {
                    "Not investigated": 8,
                    "Investigated: injustice remedied": 6,
                    "Investigated: no or minor injustice": 9,
                    "Outside jurisdiction": 2,
                    "Total": 25,
                },
                22,
            ),
            "Mx Rosavere",
        )
    ),
)


def _received_only(name: str, why: str, manner: Manner) -> GoldenLetter:
    averages = {
        "County councils": 56,
        "District and borough councils": 11,
        "London boroughs": 81,
        "Metropolitan boroughs": 50,
        "Unitary councils": 37,
    }
    content = content_of(2013, "Yaffleton District Council", ReceivedOnly(109, averages), "Mrs Fennimore-Oke")
    return GoldenLetter(
        "received_only",
        f"{name}.pdf",
        why,
        lambda: pdf(letter_leaves(content, manner), f"{letter_title(content.season)}, {content.authority_name}"),
        truth_of(content),
    )


_RECEIVED_ONLY = (
    _received_only(
        "2013",
        "One number in a sentence of the letter, and five averages by type below it, which are not the council's.",
        Manner(heading_gap=1.2),
    ),
    _received_only(
        "2013-close-to-its-heading",
        "The sentence stands right below a heading.",
        Manner(),
    ),
)


def _without_statistics() -> GoldenLetter:
    content = content_of(2020, "Zithermere Borough Council", None, "Ms Larkhall", "picture_left")
    return replace(
        looked(content, "The letter ends with its signature; the numbers of its prose are not the council's."),
        folder="no_statistics",
        file_name="2020.pdf",
    )


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
    """The words of a letter's leaves, line by line, the columns of a table apart; a blank line for each gap."""
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


LAYOUT_LETTERS: tuple[GoldenLetter, ...] = (
    *_THREE_STATISTICS,
    *_OVERVIEWS,
    *_REPORTS,
    *_RECEIVED_ONLY,
    *_OLDER,
    _without_statistics(),
    *_WEB_PAGES,
    *_texts(),
)
