"""A release of the cookbook's letters: the twelve samples, letters to three more councils, two reports of 2018."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from redress.acquire.sources.folder import FolderSource
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run, acquire_and_read, build_warehouse, check, release
from samples.press.content import LetterContent, LocalAuthorityReport
from samples.press.galley import pdf
from samples.press.places import SAMPLES
from samples.press.report_words import WIDE_WORDS
from samples.press.setting import letter_leaves, report_leaves
from samples.press.tables import print_table, read_councils, read_rows
from samples.press.wording import letter_title

TABLES = Path(__file__).parent


@dataclass(frozen=True)
class _Report:
    """A letter of 2018 in the cookbook: the name of its file, and its content."""

    file_name: str
    content: LetterContent


_REPORTS = (
    _Report(
        "pellonshire-county-council.pdf",
        LetterContent(
            Season(2018),
            "Pellonshire County Council",
            "Mrs Quillfeather",
            "plain",
            LocalAuthorityReport(
                received={
                    "adult_social_care": 38,
                    "benefits_and_tax": 0,
                    "corporate_and_other": 4,
                    "education_and_childrens": 45,
                    "environment": 2,
                    "highways_and_transport": 19,
                    "housing": 0,
                    "planning_and_development": 3,
                    "other": 1,
                },
                decisions={
                    "incomplete_or_invalid": 5,
                    "advice_given": 2,
                    "referred_back": 41,
                    "closed_after_initial_enquiries": 30,
                    "not_upheld": 16,
                    "upheld": 25,
                },
                remedied={"by_ombudsman": 19, "by_authority": 4},
            ),
        ),
    ),
    _Report(
        "harrowmere-county-council.pdf",
        LetterContent(
            Season(2018),
            "Harrowmere County Council",
            "Mrs Ingleborough",
            "plain",
            LocalAuthorityReport(
                received={
                    "adult_social_care": 29,
                    "benefits_and_tax": 1,
                    "corporate_and_other": 3,
                    "education_and_childrens": 33,
                    "environment": 4,
                    "highways_and_transport": 21,
                    "housing": 0,
                    "planning_and_development": 5,
                    "other": 2,
                },
                decisions={
                    "incomplete_or_invalid": 4,
                    "advice_given": 3,
                    "referred_back": 37,
                    "closed_after_initial_enquiries": 26,
                    "not_upheld": 12,
                    "upheld": 13,
                },
                remedied={"by_ombudsman": 10, "by_authority": 2},
            ),
        ),
    ),
)


def write_letters(folder: Path) -> tuple[Path, Path]:
    """Print the cookbook's letters below a folder that must not exist. Return the folder of the letters, and the
    CSV file of their councils.
    """
    letters, authorities = folder / "letters", folder / "authorities.csv"
    shutil.copytree(SAMPLES / "letters", letters)
    _, *neighbours = (TABLES / "authorities.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    authorities.write_text(
        (SAMPLES / "authorities.csv").read_text(encoding="utf-8") + "".join(neighbours), encoding="utf-8"
    )
    print_table(read_rows(TABLES / "letters.csv"), read_councils(authorities), letters)
    for report in _REPORTS:
        season = report.content.season
        path = letters / str(season) / report.file_name
        path.parent.mkdir(exist_ok=True)
        leaves = [
            *letter_leaves(report.content),
            *report_leaves(report.content, WIDE_WORDS, is_across=True, is_ruled=True),
        ]
        path.write_bytes(pdf(leaves, f"{letter_title(season)}, {report.content.authority_name} (invented)"))
    return letters, authorities


def build_release(home: Path) -> Path:
    """Take the cookbook's letters the whole way, with one build for all seasons, and return the release's folder.

    `home` is the working folder (REDRESS_HOME); its subfolder `cookbook` must not exist.
    """
    letters, authorities = write_letters(home / "cookbook")
    settings = Settings(home=home, additional_authorities=authorities)
    source = FolderSource(letters)
    for season in source.seasons():
        run = Run.of_season(season, "cookbook", settings)
        check(run, acquire_and_read(run, source))
    return Path(release(run, build_warehouse(run)))
