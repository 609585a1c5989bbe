"""Golden letters of each layout and each season's words, printed without any oddity."""

from dataclasses import replace

from samples.press.content import ComplaintOverview, LetterContent, LocalAuthorityReport, OlderTables, ReceivedOnly
from samples.press.galley import Leaf, pdf
from samples.press.golden_letter import GoldenLetter, content_of, looked, three
from samples.press.report_words import (
    EARLY_WORDS,
    OTHER_WORDS,
    REPORT_OF_2016,
    WIDE_WORDS,
    outcomes_of,
    services_of,
)
from samples.press.setting import (
    Manner,
    TableWords,
    letter_leaves,
    older_leaves,
    report_leaves,
)
from samples.press.truth import truth_of
from samples.press.wording import letter_title

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


_REPORTS = (
    _report(
        content_of(
            2014,
            "Ombelmere Borough Council",
            LocalAuthorityReport(services_of(0, 9, 2, 0, 4, 1, 8, 11, 1), outcomes_of(2, 3, 14, 9, 4, 3)),
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
            LocalAuthorityReport(services_of(41, 0, 5, 62, 3, 28, 0, 2, 1), outcomes_of(6, 2, 48, 37, 25, 22)),
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
                services_of(18, 21, 6, 24, 15, 12, 19, 9, 2),
                outcomes_of(5, 3, 55, 31, 13, 17),
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
                services_of(31, 3, 3, 44, 12, 17, 10, 8, 2),
                outcomes_of(4, 1, 50, 39, 12, 20),
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
                services_of(310, 0, 31, 444, 12, 178, 0, 40, 19),
                outcomes_of(41, 12, 402, 281, 120, 200),
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


LAYOUT_LETTERS: tuple[GoldenLetter, ...] = (
    *_THREE_STATISTICS,
    *_OVERVIEWS,
    *_REPORTS,
    *_RECEIVED_ONLY,
    *_OLDER,
    _without_statistics(),
)
