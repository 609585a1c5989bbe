"""Landing gives back what was read, replaces a season whole, and has a hash that only its content decides."""

import datetime as dt
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redress.check.letter_rules import check_letter
from redress.model.landed import Disposition, Fate, LandedLetter
from redress.model.letter import Conflict, Figure, Header, Letter, Paragraph, StatedYear, Verdict
from redress.model.measures import DECISIONS, HEADLINE_NAMES, REMEDIES, SERVICES, TABLE_MEASURES, Absence
from redress.model.printable import printable
from redress.model.season import Season
from redress.warehouse.landing import Landing
from redress.warehouse.landing_tables import TABLES, read_readings, write_readings
from tests.made import PELLONSHIRE, landed, letter, sha256, without_statistics

SEASON = Season(2021)
TEXT = st.text(max_size=40).map(printable)  # as landing keeps all text
VALUES = st.one_of(
    st.integers(0, 9_999_999).map(Decimal),
    st.decimals(0, 9_999, places=1).map(
        lambda value: Decimal(int(value)) if value == int(value) else value.normalize()
    ),
)
POINTS = st.floats(0, 2_000, allow_nan=False)
DATES = st.none() | st.dates(dt.date(2008, 1, 1), dt.date(2099, 12, 31))
KEYS = [(name, None) for name in HEADLINE_NAMES] + [
    (measure, category)
    for measure, categories in zip(TABLE_MEASURES, (SERVICES, DECISIONS, REMEDIES), strict=True)
    for category in categories
]

READER = "0123456789abcdef"


@st.composite
def paragraphs(draw: st.DrawFn) -> Paragraph:
    box = draw(st.none() | st.tuples(POINTS, POINTS, POINTS, POINTS))
    number = draw(st.integers(1, 900))
    page, line = (number, None) if box is not None else (None, number)
    return Paragraph(draw(TEXT), page, box, line, draw(st.booleans()))


@st.composite
def letters(draw: st.DrawFn) -> Letter:
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True))
    figures = []
    for measure, category in keys:
        has_page = draw(st.booleans())
        figures.append(
            Figure(
                measure=measure,
                category=category,
                value=draw(VALUES),
                text=draw(TEXT),
                sentence=draw(TEXT),
                page=draw(st.integers(1, 900)) if has_page else None,
                box=draw(st.tuples(POINTS, POINTS, POINTS, POINTS)) if has_page else None,
                line=None if has_page else draw(st.integers(1, 9_000)),
                is_ocr=draw(st.booleans()),
            )
        )
    absent = draw(st.lists(st.sampled_from(HEADLINE_NAMES), unique=True))
    years = st.builds(StatedYear, where=TEXT, season=st.integers(2008, 2099), text=TEXT)
    name = st.none() | TEXT
    return Letter(
        sha256=sha256(draw(TEXT)),
        verdict=draw(st.sampled_from(Verdict)),
        reason=draw(TEXT),
        header=Header(
            season=draw(st.none() | st.integers(2010, 2099)),
            authority_name=draw(name),
            addressee_name=draw(name),
            addressee_title=draw(name),
            letter_date=draw(DATES),
            period_start=draw(DATES),
            period_end=draw(DATES),
            layout=draw(name),
            page_count=draw(st.none() | st.integers(1, 900)),
            letter_pages=draw(st.none() | st.tuples(st.integers(1, 900), st.integers(1, 900))),
            stated_years=tuple(draw(st.lists(years, max_size=3))),
        ),
        figures=tuple(figures),
        absences=tuple((measure, draw(st.sampled_from(Absence))) for measure in absent),
        conflicts=tuple(draw(st.lists(st.builds(Conflict, measure=TEXT, detail=TEXT), max_size=2))),
        paragraphs=tuple(draw(st.lists(paragraphs(), max_size=3))),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(letters(), max_size=3, unique_by=lambda one: one.sha256))
def test_any_letter_comes_back_as_it_was_read(tmp_path_factory: pytest.TempPathFactory, read: list[Letter]) -> None:
    place = tmp_path_factory.mktemp("parts") / "readings.parquet"
    written = tuple(LandedLetter(SEASON, f"2021/{number}.pdf", one) for number, one in enumerate(read))
    write_readings(written, READER, place)
    assert read_readings(place) == (READER, written)


def test_one_file_at_two_addresses_comes_back_as_it_was_read(tmp_path: Path) -> None:
    written = landed(letter("one"), address="2021/a.pdf"), landed(letter("one"), address="2021/b.pdf")
    place = tmp_path / "readings.parquet"
    write_readings(written, READER, place)
    assert read_readings(place) == (READER, written)


def land(folder: Path, *read: LandedLetter, season: Season = SEASON) -> Landing:
    landing = Landing(folder)
    checks = [(one.letter.sha256, check) for one in read for check in check_letter(one.letter)]
    dispositions = [Disposition(one.letter.sha256, Fate.ACCEPTED, "every critical rule passed") for one in read]
    landing.replace_season(season, read, checks, dispositions)
    return landing


def test_a_season_comes_back_whole(tmp_path: Path) -> None:
    read = landed(letter("one")), landed(without_statistics("other"))
    landing = land(tmp_path, *read)
    assert landing.seasons() == (SEASON,)
    assert landing.letters(SEASON) == read
    assert set(landing.dispositions(SEASON)) == {one.letter.sha256 for one in read}


def test_a_letter_landed_by_an_older_version_has_no_pages(tmp_path: Path) -> None:
    landing = land(tmp_path, landed(letter("one")))
    path = tmp_path / "letters" / f"season={SEASON}" / "part.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["letter_first_page", "letter_last_page"]), path)
    (found,) = landing.letters(SEASON)
    assert found.letter == replace(letter("one"), header=replace(letter("one").header, letter_pages=None))


def test_replacing_a_season_twice_leaves_the_same_content(tmp_path: Path) -> None:
    read = landed(letter("one")), landed(without_statistics("other"))
    first = land(tmp_path, *read).content_hash()
    files = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.parquet"))
    assert land(tmp_path, *read).content_hash() == first
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()) == files


def test_what_a_season_no_longer_has_is_gone_after_replacing_it(tmp_path: Path) -> None:
    land(tmp_path, landed(letter("one")), landed(letter("withdrawn")))
    landing = land(tmp_path, landed(letter("one")))
    assert [one.letter.sha256 for one in landing.letters(SEASON)] == [sha256("one")]
    assert landing.content_hash() == land(tmp_path / "anew", landed(letter("one"))).content_hash()


def test_the_order_of_letters_and_seasons_does_not_decide_the_hash(tmp_path: Path) -> None:
    one, other, later = landed(letter("one")), landed(letter("other")), landed(letter("later", season=2022), 2022)
    land(tmp_path / "a", one, other)
    first = land(tmp_path / "a", later, season=Season(2022))
    land(tmp_path / "b", later, season=Season(2022))
    second = land(tmp_path / "b", other, one)
    assert first.content_hash() == second.content_hash()


def test_where_a_letter_came_from_does_not_decide_the_hash(tmp_path: Path) -> None:
    here = land(tmp_path / "here", landed(letter("one"), address="2021/a.pdf"))
    there = land(tmp_path / "there", landed(letter("one"), address="elsewhere/b.pdf"))
    assert here.content_hash() == there.content_hash()


@pytest.mark.parametrize(
    "other",
    [
        landed(letter("one", changes={"uphold_rate_type_average_pct": "72"})),
        landed(letter("one", changes={"uphold_rate_type_average_pct": Absence.NOT_STATED})),
        landed(letter("one", authority=PELLONSHIRE.upper())),
        landed(letter("two")),
        landed(letter("one", is_text=True)),
    ],
    ids=["a value", "an absence", "a name", "the bytes", "the evidence"],
)
def test_anything_else_that_differs_decides_the_hash(tmp_path: Path, other: LandedLetter) -> None:
    one = land(tmp_path / "one", landed(letter("one")))
    assert one.content_hash() != land(tmp_path / "other", other).content_hash()


def test_a_disposition_decides_the_hash(tmp_path: Path) -> None:
    one = land(tmp_path / "one", landed(letter("one")))
    other = Landing(tmp_path / "other")
    checks = [(sha256("one"), check) for check in check_letter(letter("one"))]
    verdict = Disposition(sha256("one"), Fate.QUARANTINED, "every critical rule passed")
    other.replace_season(SEASON, [landed(letter("one"))], checks, [verdict])
    assert one.content_hash() != other.content_hash()


def test_that_a_person_decided_is_part_of_the_hash_and_the_name_is_not(tmp_path: Path) -> None:
    def decided(by: str | None) -> str:
        landing = land(tmp_path, landed(letter("one")))
        landing.replace_season(SEASON, [], [], [Disposition(sha256("one"), Fate.ACCEPTED, "a slip", decided_by=by)])
        return landing.content_hash()

    assert decided("A. Lister") == decided("B. Clerk")
    assert decided("A. Lister") != decided(None)


def test_a_copy_of_a_seasons_folder_belongs_to_no_table(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    landing.replace_season(SEASON, [landed(letter("whole"))], [], [])
    before, files = landing.content_hash(), landing.files_to_build()
    for table in ("letters", "figures", "checks", "dispositions"):
        folder = tmp_path / table
        shutil.copytree(folder / "season=2021", folder / "season=2021 (copy)")
        shutil.copy(folder / "season=2021" / "part.parquet", folder / "season=2021" / "part (1).parquet")
    assert landing.seasons() == (SEASON,)
    assert landing.content_hash() == before
    assert landing.files_to_build() == files


def test_a_season_without_letters_can_be_landed(tmp_path: Path) -> None:
    landing = land(tmp_path)
    assert landing.seasons() == (SEASON,)
    assert landing.letters(SEASON) == ()


def test_the_files_open_in_other_tools_with_the_columns_that_are_promised(tmp_path: Path) -> None:
    land(tmp_path, landed(letter("one")))
    for table, schema in TABLES.items():
        found = duckdb.execute(f"select * from read_parquet('{tmp_path}/{table}/season=2021/part.parquet')")  # noqa: S608
        assert [column[0] for column in found.description] == schema.names
    absent = duckdb.execute(
        f"select count(*) from '{tmp_path}/figures/season=2021/part.parquet' "  # noqa: S608
        "where (value is null) <> (absence_code is not null)"
    ).fetchall()
    assert absent == [(0,)]


def test_a_season_that_an_older_version_landed_has_letters_without_paragraphs(tmp_path: Path) -> None:
    read = landed(replace(letter("one"), paragraphs=(Paragraph("We looked into one complaint.", line=3),)))
    landing = land(tmp_path, read)
    assert landing.letters(SEASON) == (read,)
    (tmp_path / "paragraphs" / f"season={SEASON}" / "part.parquet").unlink()
    assert landing.letters(SEASON) == (replace(read, letter=letter("one")),)


def test_the_words_of_a_letter_are_a_part_of_what_is_landed(tmp_path: Path) -> None:
    hashes = set()
    for text in ("We looked into one complaint.", "We looked into two complaints."):
        read = landed(replace(letter("one"), paragraphs=(Paragraph(text, line=3),)))
        hashes.add(land(tmp_path, read).content_hash())
    assert len(hashes) == 2
