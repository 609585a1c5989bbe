"""The press prints what the table says, the same way each time, and no sample passes for a real letter."""

import csv
import re
from pathlib import Path

import pdfplumber
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redress.model.season import Season
from samples.press.__main__ import main
from samples.press.content import (
    SAMPLE_MARK,
    ComplaintOverview,
    Council,
    LetterContent,
    TableRow,
    ThreeStatistics,
    TypeAverages,
    rate_pct,
)
from samples.press.looks import LOOKS, PAGE_WIDTH, SIDE_MARGIN
from samples.press.places import SAMPLES
from samples.press.printing import print_letter
from samples.press.random_letters import NAME_BEGINNINGS, NAME_ENDINGS, random_councils, random_table
from samples.press.tables import letter_content, print_table, read_averages, read_councils, read_rows
from samples.press.wording import complaint_overview, three_statistics

LETTERS = sorted(SAMPLES.glob("letters/*/*.pdf"))
REAL_AUTHORITIES = SAMPLES.parent / "dbt_project" / "seeds" / "authorities.csv"


def text_of_pages(path: Path) -> list[str]:
    with pdfplumber.open(path) as document:
        return [page.extract_text() for page in document.pages]


def sentences_of(row: TableRow, council: Council) -> list[str]:
    """Return the sentences of a row's statistics page, without the marks around figures."""
    averages = read_averages()[row.season, council.council_type_id]
    statistics = letter_content(row, council, averages).statistics
    assert isinstance(statistics, ThreeStatistics)
    page = three_statistics(Season(row.season), statistics, council.authority_name)
    sentences = []
    for block in page.blocks:
        sentences += [block.heading, *block.sentences]
        if block.count is not None:
            sentences.append(f"{block.count.number} {block.count.caption}")
        if block.base is not None:
            sentences.append(block.base)
    return [sentence.replace("**", "") for sentence in sentences]


def sample_row(season: int, authority_id: str) -> list[str]:
    councils = {council.authority_id: council for council in read_councils(SAMPLES / "authorities.csv")}
    (row,) = (
        row
        for row in read_rows(SAMPLES / "letters.csv")
        if (row.season, row.authority_id) == (season, authority_id)
    )
    return sentences_of(row, councils[authority_id])


def real_names() -> set[str]:
    with REAL_AUTHORITIES.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {row[column].casefold() for row in rows for column in ("authority_name", "short_name")}


def test_the_committed_letters_are_what_the_press_prints_from_the_table(tmp_path: Path) -> None:
    printed = print_table(read_rows(SAMPLES / "letters.csv"), read_councils(SAMPLES / "authorities.csv"), tmp_path)
    assert sorted(path.relative_to(tmp_path) for path in printed) == [
        path.relative_to(SAMPLES / "letters") for path in LETTERS
    ]
    for path in printed:
        committed = SAMPLES / "letters" / path.relative_to(tmp_path)
        assert path.read_bytes() == committed.read_bytes(), f"{committed} is stale: run python -m samples.press"


def test_random_letters_printed_twice_are_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        main(["--count", "6", "--season", "2021", "2023", "--seed", "5", "--out", str(tmp_path / folder)])
    first, second = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path / "first", tmp_path / "second")
    )
    assert len(first) == 12 + len(["authorities.csv", "letters.csv"])
    assert first == second


def test_another_seed_gives_other_councils() -> None:
    names = [{council.authority_name for council in random_councils(20, seed)} for seed in (1, 2)]
    assert names[0] != names[1]


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_page_and_the_documents_title_say_that_it_is_a_sample(path: Path) -> None:
    for text in text_of_pages(path):
        assert SAMPLE_MARK in text
    with pdfplumber.open(path) as document:
        assert document.metadata["Title"].startswith("SAMPLE - ")
        assert document.metadata["Subject"] == SAMPLE_MARK


def test_a_letter_without_statistics_has_no_statistics_page() -> None:
    pages = text_of_pages(SAMPLES / "letters" / "2021" / "ostlebridge-council.pdf")
    assert "Yours sincerely" in pages[-1]
    assert not any("Statistics are based on" in text for text in pages)


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_word_lies_on_another_or_outside_the_margins(path: Path) -> None:
    with pdfplumber.open(path) as document:
        for page in document.pages:
            words = page.extract_words()
            for word in words:
                assert word["x0"] >= SIDE_MARGIN - 1, word["text"]
                assert word["x1"] <= PAGE_WIDTH - SIDE_MARGIN + 1, word["text"]
            for position, word in enumerate(words):
                for other in words[position + 1 :]:
                    across = min(word["x1"], other["x1"]) - max(word["x0"], other["x0"])
                    down = min(word["bottom"], other["bottom"]) - max(word["top"], other["top"])
                    assert not (across > 1 and down > 3), (word["text"], other["text"])


def test_rates_are_rounded_half_up() -> None:
    assert rate_pct(33, 40) == 83
    assert rate_pct(1, 3) == 33
    assert rate_pct(2, 3) == 67
    assert "83% of complaints we investigated were upheld." in sample_row(2021, "SAMPLE-01")


def test_the_contradicting_letter_prints_a_rate_that_its_counts_do_not_give() -> None:
    sentences = sample_row(2021, "SAMPLE-03")
    assert "76% of complaints we investigated were upheld." in sentences
    assert "14 upheld decisions" in sentences
    assert rate_pct(14, 21) == 67


def test_a_letter_with_nothing_upheld_says_so_and_gives_no_remedy_rate() -> None:
    assert sample_row(2021, "SAMPLE-02")[-2:] == [
        "Satisfactory remedy provided by the authority",
        "The Ombudsman did not uphold any detailed investigations during this period",
    ]


def test_one_of_each_is_written_in_the_singular() -> None:
    period = "for the period between 1 April 2021 to 31 March 2022"
    assert sample_row(2022, "SAMPLE-02") == [
        "Complaints upheld",
        "100% of complaints we investigated were upheld.",
        "This compares to an average of 51% in similar authorities.",
        "1 upheld decision",
        f"Statistics are based on a total of 1 detailed investigation {period}",
        "Compliance with Ombudsman recommendations",
        "No recommendations were due for compliance in this period",
        "Satisfactory remedy provided by the authority",
        "In 100% of upheld cases we found the authority had provided a satisfactory remedy before the "
        "complaint reached the Ombudsman.",
        "This compares to an average of 20% in similar authorities.",
        "1 satisfactory remedy decision",
        f"Statistics are based on a total of 1 detailed investigation {period}",
    ]


@pytest.mark.parametrize(
    ("season", "heading", "printed_base"),
    [
        (2020, "Satisfactory remedies provided by the authority", 30),
        (2021, "Satisfactory remedy provided by the authority", 30),
        (2022, "Satisfactory remedy provided by the authority", 30),
        (2023, "Satisfactory remedy provided by the authority", 12),
    ],
)
def test_the_remedy_block_changes_its_heading_in_2021_and_its_base_in_2023(
    season: int, heading: str, printed_base: int
) -> None:
    figures = ThreeStatistics(12, 30, 9, 9, 3, TypeAverages(50, 99, 10))
    remedy = three_statistics(Season(season), figures, "Wexmarsh District Council").blocks[2]
    assert remedy.heading == heading
    assert remedy.rate_pct == 25
    assert remedy.base is not None
    assert f"**{printed_base}** detailed investigations" in remedy.base


def test_only_letters_of_2021_explain_the_pause() -> None:
    figures = ThreeStatistics(1, 2, 1, 1, 0, TypeAverages(50, 99, 10))
    seasons = [Season(year) for year in range(2019, 2025)]
    assert [s.year for s in seasons if three_statistics(s, figures, "Wexmarsh District Council").note] == [2021]


def test_a_row_that_leaves_out_one_count_is_refused() -> None:
    council = read_councils(SAMPLES / "authorities.csv")[0]
    row = TableRow(2021, council.authority_id, "Mrs Quillfeather", "plain", upheld_count=3)
    with pytest.raises(ValueError, match="investigations_count"):
        letter_content(row, council, TypeAverages(50, 99, 10))


NUMBERS_OF_A_PAGE = {
    "uphold_rate": r"(\d+)% of complaints we investigated were upheld",
    "upheld": r"(\d+) upheld decision",
    "investigations": r"Complaints upheld .*?based on a total of (\d+) detailed investigation",
    "remedy_rate": r"In (\d+)% of upheld cases",
    "remedies": r"(\d+) satisfactory remedy decision",
    "compliance_rate": r"In (\d+)% of cases we were satisfied",
    "outcomes": r"based on a total of (\d+) compliance outcome",
}


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), season=st.integers(2019, 2023))
def test_random_letters_are_consistent_with_themselves(seed: int, season: int) -> None:
    rows, councils = random_table(12, [season], seed)
    for row, council in zip(rows, councils, strict=True):
        text = " ".join(sentences_of(row, council))
        found = {
            name: int(match[1])
            for name, pattern in NUMBERS_OF_A_PAGE.items()
            if (match := re.search(pattern, text))
        }
        assert 0 <= found["upheld"] <= found["investigations"]
        # Doubled, so that half a per cent is whole: the rate is the nearest whole one, and half goes up.
        assert -1 < 2 * found["uphold_rate"] - 200 * found["upheld"] / found["investigations"] <= 1
        assert ("remedy_rate" in found) == (found["upheld"] > 0)
        if found["upheld"]:
            assert found["remedies"] <= found["upheld"]
            assert -1 < 2 * found["remedy_rate"] - 200 * found["remedies"] / found["upheld"] <= 1
        assert ("compliance_rate" in found) == ("outcomes" in found)
        assert found.get("compliance_rate", 100) <= 100


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_random_letters_to_one_type_print_the_same_averages(seed: int) -> None:
    rows, councils = random_table(40, [2022], seed)
    averages: dict[tuple[str, str], set[str]] = {}
    for row, council in zip(rows, councils, strict=True):
        heading = ""
        for sentence in sentences_of(row, council):
            if sentence.startswith("This compares to"):
                averages.setdefault((council.council_type_id, heading), set()).add(sentence)
            elif not re.search(r"\d|period", sentence):
                heading = sentence
    assert averages
    assert all(len(sentences) == 1 for sentences in averages.values())


@pytest.mark.parametrize("look", sorted(LOOKS))
def test_every_look_prints_every_number_of_the_page(look: str, tmp_path: Path) -> None:
    figures = ThreeStatistics(123, 456, 321, 543, 87, TypeAverages(71, 98, 8))
    content = LetterContent(Season(2022), "Pellonshire County Council", "Mrs Quillfeather", look, figures)
    print_letter(content, tmp_path / "letter.pdf")
    *_, statistics_page = text_of_pages(tmp_path / "letter.pdf")
    for number in ("27", "123", "456", "71", "59", "543", "98", "8", "87"):
        assert re.search(rf"\b{number}\b", statistics_page), number


def test_no_sample_shares_a_name_with_a_real_council() -> None:
    councils = read_councils(SAMPLES / "authorities.csv")
    assert all(council.authority_id.startswith("SAMPLE-") for council in councils)
    names = {name.casefold() for council in councils for name in (council.authority_name, council.short_name)}
    assert not names & real_names()


def test_no_random_council_can_share_a_name_with_a_real_one() -> None:
    every_stem = len(NAME_BEGINNINGS) * len(NAME_ENDINGS)
    councils = random_councils(every_stem, seed=1)
    stems = {council.short_name.removesuffix("shire").casefold() for council in councils}
    assert len(stems) == every_stem
    assert not (stems | {f"{stem}shire" for stem in stems}) & real_names()


def test_letters_of_2024_speak_of_the_council_and_of_each_100000_residents() -> None:
    figures = ThreeStatistics(17, 20, 12, 12, 3, TypeAverages(79, 100, 13), None, "5.9", "4.6")
    upheld, compliance, remedy = three_statistics(Season(2024), figures, "Vennery Council").blocks
    assert upheld.sentences[2:] == (
        "Adjusted for Vennery Council's population, this is **5.9** upheld decisions per 100,000 residents.",
        "The average for authorities of this type is **4.6** upheld decisions per 100,000 residents.",
    )
    assert compliance.sentences[0].startswith("**100%** of cases we were satisfied the Council had")
    assert remedy.heading == "Satisfactory remedies provided by the Council"
    assert "a total of **20** investigations for" in (upheld.base or "")
    assert "a total of **17** upheld decisions for" in (remedy.base or "")


def test_letters_to_2023_say_nothing_of_residents() -> None:
    figures = ThreeStatistics(17, 20, 12, 12, 3, TypeAverages(79, 100, 13), None, "5.9", "4.6")
    sentences = three_statistics(Season(2023), figures, "Vennery Council").blocks[0].sentences
    assert not any("100,000" in sentence for sentence in sentences)


def test_the_overview_adds_up_unless_it_is_misprinted() -> None:
    figures = ThreeStatistics(1, 3, 1, 1, 0, TypeAverages(66, 99, 15), None, "0.8", "2.4")
    overview = complaint_overview(Season(2025), ComplaintOverview(8, 12, figures), "Vennery Council").blocks[0]
    assert overview.sentences[0] == (
        "Between 1 April 2024 to 31 March 2025, we dealt with 23 complaints. Of these, 8 were not for us or not "
        "ready for us to investigate. We assessed and closed 12 complaints. We investigated 3 complaints."
    )
    assert ComplaintOverview(8, 12, figures, 24).dealt_with_count == 24
