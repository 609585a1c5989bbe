"""Seasons of letters to invented councils, printed as text or as PDF in words that a test changes."""

import csv
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from redress.model.authorities import Authorities
from redress.model.measures import DECISIONS, SERVICES
from redress.model.reference import AUTHORITY_COLUMNS, load_authorities
from redress.model.season import Season
from redress.read.wording.analysis import Analysis, analysed
from redress.read.wording.pieces import SeenLetter, seen_letter
from samples.press.content import (
    ComplaintOverview,
    Council,
    LetterContent,
    LocalAuthorityReport,
    Statistics,
    StatisticsPage,
    ThreeStatistics,
    long_date,
)
from samples.press.galley import pdf
from samples.press.random_letters import ADDRESSEES, RANDOM_TYPES, random_councils, random_row
from samples.press.setting import (
    Arrangement,
    TableWords,
    letter_leaves,
    one_column,
    report_leaves,
    statistics_leaves,
)
from samples.press.tables import letter_content, read_averages
from samples.press.wording import LETTER_DATES, letter_prose, letter_title, ombudsman, statistics_page

SEED = 17
FEW_PARAGRAPHS, ALL_PARAGRAPHS = 1, 99
Alter = Callable[[ThreeStatistics, random.Random], ThreeStatistics]
"""A function that replaces the figures that the press drew for a letter by others."""
Edit = Callable[[StatisticsPage, LetterContent], StatisticsPage]


def as_it_is(page: StatisticsPage, content: LetterContent) -> StatisticsPage:
    """Return the page unchanged."""
    return page


@dataclass(frozen=True)
class Printed:
    """One letter of a printed season: its content, the name of its file, and its bytes."""

    content: LetterContent
    name: str
    file: bytes


def contents(
    year: int, count: int, seed: int = SEED, alter: Alter | None = None
) -> list[tuple[Council, LetterContent]]:
    """Return the first `count` random councils, each with its letter's content; `alter` changes the figures."""
    known = read_averages()
    found = []
    for council in random_councils(count, seed):
        averages = known[min(year, 2023), council.council_type_id]
        content = letter_content(random_row(min(year, 2023), council, averages, seed), council, averages)
        figures = content.statistics
        assert isinstance(figures, ThreeStatistics)
        chance = random.Random(f"{seed} {council.authority_id}")  # noqa: S311 - repeatable
        if alter is not None:
            figures = alter(figures, chance)
        statistics: Statistics = figures
        if year >= 2024:
            of_type = random.Random(council.council_type_id)  # noqa: S311 - repeatable
            statistics = figures = replace(
                figures,
                upheld_per_100k=f"{chance.randint(1, 99) / 10:g}",
                upheld_per_100k_type_average=f"{of_type.randint(21, 89) / 10:g}",
            )
        if year >= 2025:
            statistics = ComplaintOverview(chance.randint(0, 40), chance.randint(0, 60), figures)
        found.append((council, replace(content, season=Season(year), statistics=statistics, look="plain")))
    return found


def text_letter(content: LetterContent, page: StatisticsPage, paragraphs: int) -> bytes:
    """Return a letter as text: the first `paragraphs` of its prose, and the page's blocks behind the signature."""
    lines = [
        "Local Government & Social Care Ombudsman",
        "",
        long_date(LETTER_DATES[content.season.year]),
        "",
        "By email",
        "",
        content.addressee_name,
        "Chief Executive",
        content.authority_name,
        "",
        f"Dear {content.addressee_name}",
        "",
        letter_title(content.season),
        "",
    ]
    for paragraph in letter_prose(content)[:paragraphs]:
        lines += [paragraph.removeprefix("# "), ""]
    lines += [
        "Yours sincerely,",
        "",
        ombudsman(content.season),
        "Chair, Commission for Local Administration in England",
    ]
    for block in page.blocks:
        lines += ["", block.heading, ""]
        for sentence in block.sentences:
            lines += [sentence, ""]
        if block.count is not None:
            lines += [f"{block.count.number:,} {block.count.caption}", ""]
        if block.base is not None:
            lines += [block.base, ""]
    return "\n".join(lines).replace("**", "").encode()


def pdf_letter(content: LetterContent, page: StatisticsPage, arrange: Arrangement = one_column) -> bytes:
    """Return a letter as PDF, with the blocks of its statistics page in an arrangement."""
    leaves = [*letter_leaves(content), *statistics_leaves(page, arrange)]
    return pdf(leaves, f"{letter_title(content.season)}, {content.authority_name} (invented)")


def printed(
    year: int,
    count: int,
    edit: Edit = as_it_is,
    *,
    seed: int = SEED,
    arrange: Arrangement | None = None,
    paragraphs: int = FEW_PARAGRAPHS,
    alter: Alter | None = None,
) -> list[Printed]:
    """Print a season's letters with statistics pages changed by `edit`: as PDF if `arrange` is given, or as text.

    `paragraphs` is how many paragraphs of prose a text has at most; a PDF has all paragraphs.
    """
    found = []
    for council, content in contents(year, count, seed, alter):
        page = edit(statistics_page(content), content)
        file = text_letter(content, page, paragraphs) if arrange is None else pdf_letter(content, page, arrange)
        found.append(Printed(content, f"{council.authority_id}.{'txt' if arrange is None else 'pdf'}", file))
    return found


def printed_reports(year: int, count: int, words: TableWords, *, seed: int = SEED) -> list[Printed]:
    """Print a season's letters as PDF, with tables of services and outcomes in these words."""
    found = []
    for council in random_councils(count, seed):
        chance = random.Random(f"report {seed} {council.authority_id}")  # noqa: S311 - repeatable
        name, addressee = council.authority_name, chance.choice(ADDRESSEES)
        content = LetterContent(Season(year), name, addressee, "plain", _report(council, chance))
        leaves = [*letter_leaves(content), *report_leaves(content, words, is_across=False, is_ruled=True)]
        file = pdf(leaves, f"{letter_title(content.season)}, {name} (invented)")
        found.append(Printed(content, f"{council.authority_id}.pdf", file))
    return found


def _report(council: Council, chance: random.Random) -> LocalAuthorityReport:
    investigations = chance.randint(*RANDOM_TYPES[council.council_type_id].investigations)
    upheld = chance.randint(0, investigations)
    others = {name: chance.randint(0, 30) for name in DECISIONS[:-3]}
    return LocalAuthorityReport(
        {name: chance.randint(0, 40) for name in SERVICES[:-1]},
        others | {"not_upheld": investigations - upheld, "upheld": upheld},
        None,
    )


def councils_of(folder: Path, count: int, seed: int = SEED) -> Authorities:
    """Return the authorities of the seeds and of a CSV file of the first `count` random councils in `folder`."""
    path = folder / f"authorities-{seed}.csv"
    with path.open("w", encoding="utf-8", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(AUTHORITY_COLUMNS)
        writer.writerows(tuple(asdict(council).values()) for council in random_councils(count, seed))
    return load_authorities(additional=path)


def seen(letters: Iterable[Printed]) -> list[SeenLetter]:
    """Return what `seen_letter` finds in each letter's file: the words, the letter and its pieces. Leave out the
    files for which it returns None, such as a file of several letters.
    """
    found = [seen_letter(letter.file, letter.name) for letter in letters]
    return [one for one in found if one is not None]


def analysis(folder: Path, letters: Sequence[Printed], *, seed: int = SEED) -> Analysis:
    """Analyse the wording of a printed season, with 400 random councils among the known authorities."""
    return analysed(letters[0].content.season, seen(letters), councils_of(folder, 400, seed))
