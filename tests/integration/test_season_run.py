"""A season goes its whole way in this process, from a folder of letters to a published warehouse."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy
from typer.testing import CliRunner, Result

from redress.acquire.sources.folder import FolderSource
from redress.cli import app
from redress.model.landed import Fate
from redress.model.season import Season
from redress.report import letter_lines, write_report
from redress.settings import Settings
from redress.steps import Run, SeasonError, acquire_and_read, check, plan, run_season
from redress.warehouse.build import warehouse_identity
from redress.warehouse.landing import Landing
from redress.warehouse.releases.releases import Releases
from tests.made import SAMPLE_AUTHORITIES, SAMPLES
from tests.paper import pdf, stack
from tests.warehouse.invented import write_landing

pytestmark = pytest.mark.needs("dbt")

YEARS = (2021, 2022)
ODD_NAME = (
    'a [12] {x} {{ 7*7 }} {% y %} #1 $HOME ${PATH} $(ls) `ls` "d" it\'s %20 %s ;,&=~*! é漢字 עברית ' + "z" * 60
)
JOIN = """
    select authority_name, season, uphold_rate_pct, printed_text, page, sentence_text
    from marts.fct_annual_review
    join marts.fct_figure using (authority_key, season)
    join marts.dim_authority using (authority_key)
    where measure = 'uphold_rate_pct'
    order by authority_name, season
"""


@contextmanager
def asked(folder: Path | str) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Open the warehouse of a release during the block, and yield a function that returns a query's rows."""
    with duckdb.connect(str(Path(folder) / "warehouse.duckdb"), read_only=True) as connection:
        yield lambda question: connection.execute(question).fetchall()


def season_run(settings: Settings, year: int, name: str) -> Run:
    return Run.of_season(Season(year), name, settings)


@dataclass(frozen=True)
class Ran:
    """A call of `redress run` for two seasons, of which one has no letters: how it was called, and its result."""

    settings: Settings
    environment: Mapping[str, str]
    result: Result
    run: Run
    """The run of the season that has letters."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in a folder with an odd name."""
    home = tmp_path_factory.mktemp("odd") / ODD_NAME
    home.mkdir()
    return home


@pytest.fixture(scope="module")
def letters(home: Path) -> Path:
    """The samples of two seasons with a torn, a foreign and a doubled file among them."""
    folder = home / "letters"
    for year in YEARS:
        shutil.copytree(SAMPLES / "letters" / str(year), folder / str(year))
    whole = (folder / "2021" / "ostlebridge-council.pdf").read_bytes()
    (folder / "2021" / "torn.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 8)
    (folder / "2021" / "invoice.pdf").write_bytes(pdf(stack(["Invoice 118", "Total 1,240.00"])))
    (folder / "2021" / "again").mkdir()
    (folder / "2021" / "again" / "ostlebridge.pdf").write_bytes(whole)
    return folder


@pytest.fixture(scope="module")
def ran(home: Path, letters: Path) -> Ran:
    """A run of the first season, the whole way by the command line, in a home in which both seasons are landed.

    Landing lies outside the home. The name of its folder, taken as a pattern, matches the folder of another
    landing.
    """
    councils, landing = home / "councils.csv", home.with_name("landing [12]")
    shutil.copy(SAMPLE_AUTHORITIES, councils)
    write_landing(home.with_name("landing 1"))
    settings = Settings(home=home, landing=landing, additional_authorities=councils, read_batch_letters=3)
    later = season_run(settings, YEARS[1], "first")
    check(later, acquire_and_read(later, FolderSource(letters)))
    environment = {
        "REDRESS_HOME": str(home),
        "REDRESS_LANDING": str(landing),
        "REDRESS_ADDITIONAL_AUTHORITIES": str(councils),
        "REDRESS_READ_BATCH_LETTERS": "3",
        "DBT_EMPTY": "true",
    }
    result = CliRunner().invoke(app, ["run", "2015", str(YEARS[0]), "--from", str(letters)], env=environment)
    (record,) = (settings.runs_folder / str(YEARS[0])).glob("*.jsonl")
    return Ran(settings, environment, result, season_run(settings, YEARS[0], record.stem))


@pytest.fixture(scope="module")
def settings(ran: Ran) -> Settings:
    return ran.settings


@pytest.fixture(scope="module")
def release(settings: Settings) -> Path:
    current = Releases(settings.warehouse_folder).current()
    assert current is not None
    return current


def test_every_accepted_letter_is_reviewed_with_the_figures_that_were_printed(release: Path) -> None:
    with asked(release) as ask:
        found = ask(
            "select authority_name, season, upheld_count, investigations_count, uphold_rate_pct, "
            "recomputed_uphold_rate_pct from marts.fct_annual_review "
            "join marts.dim_authority using (authority_key) order by season, authority_name"
        )
    assert found == [
        ("London Borough of Vennery", 2021, 36, 51, 71, 71),
        ("Pellonshire County Council", 2021, 33, 40, 83, 83),
        ("Wexmarsh District Council", 2021, 0, 3, 0, 0),
        ("Ostlebridge Council", 2022, 12, 19, 63, 63),
        ("Pellonshire County Council", 2022, 41, 59, 69, 69),
        ("Wexmarsh District Council", 2022, 1, 1, 100, 100),
    ]


def test_what_a_letter_does_not_state_is_null_and_not_zero(release: Path) -> None:
    with asked(release) as ask:
        found = ask(
            "select satisfactory_remedy_rate_pct, compliance_rate_pct from marts.fct_annual_review "
            "join marts.dim_authority using (authority_key) "
            "where authority_name = 'Wexmarsh District Council' order by season"
        )
    assert found == [(None, 100), (100, None)]


def test_a_letter_that_contradicts_itself_is_quarantined_and_the_run_succeeds(
    settings: Settings, release: Path
) -> None:
    found = Landing(settings.landing_folder).dispositions(Season(2021)).values()
    (quarantined,) = (one for one in found if one.disposition == "quarantined")
    assert quarantined.authority_id == "SAMPLE-03"
    assert "upheld 14 of investigations 21 is 67%, and 76% is printed" in quarantined.reason
    with asked(release) as ask:
        assert ask("select count(*) from marts.fct_figure where authority_key like '%SAMPLE-03%'") == [(0,)]


@pytest.mark.parametrize(
    ("name", "year", "status"),
    [
        ("Ostlebridge Council", 2021, "no_statistics"),
        ("Ostlebridge Council", 2022, "accepted"),
        ("Tarnbeck Metropolitan Borough Council", 2021, "quarantined"),
        ("Pellonshire County Council", 2021, "accepted"),
    ],
)
def test_the_coverage_table_says_what_became_of_each_council(
    release: Path, name: str, year: int, status: str
) -> None:
    with asked(release) as ask:
        found = ask(
            "select authority_name, season, coverage_state from marts.fct_coverage "
            "join marts.dim_authority using (authority_key)"
        )
    assert [state for *key, state in found if key == [name, year]] == [status]


def test_a_damaged_and_a_foreign_file_get_a_verdict_and_the_others_go_on(settings: Settings) -> None:
    landing = Landing(settings.landing_folder)
    verdicts = {
        landed.source_address: landing.dispositions(Season(2021))[landed.letter.sha256].disposition
        for landed in landing.letters(Season(2021))
    }
    assert verdicts["2021/torn.pdf"] == "unreadable"
    assert verdicts["2021/invoice.pdf"] == "not_a_letter"
    assert sorted(verdicts.values()).count(Fate.ACCEPTED) == 3


def test_a_file_that_is_there_twice_is_one_letter(settings: Settings) -> None:
    addresses = [one.source_address for one in Landing(settings.landing_folder).letters(Season(2021))]
    assert "2021/again/ostlebridge.pdf" in addresses
    assert "2021/ostlebridge-council.pdf" not in addresses
    assert len(addresses) == 7


def test_each_figure_of_the_warehouse_has_its_place_in_the_letter(release: Path) -> None:
    with asked(release) as ask:
        assert ask("select count(*) > 40 from marts.fct_figure") == [(True,)]
        assert ask("select count(*) from marts.fct_figure where page is null or box_x0_points is null") == [(0,)]


def test_duckdb_joins_a_fact_to_its_evidence(release: Path) -> None:
    with asked(release) as ask:
        found = ask(JOIN)
    assert len(found) == 6
    for _, _, rate, printed, page, sentence in found:
        assert printed.replace(" ", "") == f"{rate:.0f}%"
        assert page == 2
        assert sentence.startswith(printed)


def test_sqlalchemy_joins_a_fact_to_its_evidence_and_sees_the_tables(release: Path) -> None:
    with asked(release) as ask:
        by_duckdb = ask(JOIN)
    engine = sqlalchemy.create_engine(f"duckdb:///{release / 'warehouse.duckdb'}", connect_args={"read_only": True})
    try:
        with engine.connect() as connection:
            assert [tuple(row) for row in connection.execute(sqlalchemy.text(JOIN))] == by_duckdb
        inspector = sqlalchemy.inspect(engine)
        tables = set(inspector.get_table_names(schema="marts"))
        assert {"fct_annual_review", "fct_figure", "dim_letter", "fct_coverage"} <= tables
        columns = [column["name"] for column in inspector.get_columns("fct_figure", schema="marts")]
        assert "printed_text" in columns
    finally:
        engine.dispose()


def test_the_parquet_beside_the_warehouse_holds_the_same(release: Path) -> None:
    with asked(release) as ask, chdir(release / "parquet"):  # DuckDB takes a path for a pattern
        for table in ("fct_annual_review", "fct_figure", "fct_coverage"):
            counts = [ask(f"select count(*) from {of}") for of in (f"marts.{table}", f"'{table}.parquet'")]  # noqa: S608
            assert counts[0] == counts[1]


def test_which_rules_fail_most_is_a_query(release: Path) -> None:
    with asked(release) as ask:
        failed = ask(
            "select rule, severity, looks_at, left(sentence, 26), count(*) from audit.check_results "
            "join audit.dim_rule using (rule, severity) where not is_passed group by all order by 5 desc, rule"
        )
        whole = ask("select season, rule, is_passed from audit.check_results where letter_key is null order by all")
        seasons = ask(
            "select season, letters_found_count, accepted_count, quarantined_count from audit.season_results"
        )
    assert failed == [
        ("uphold_rate_is_upheld_over_investigations", "critical", "letter", "The stated uphold rate is ", 1)
    ]
    assert whole == [(2021, "letters_as_expected", True), (2022, "letters_as_expected", True)]
    assert seasons == [(2021, 7, 3, 1), (2022, 3, 3, 0)]


def test_running_twice_leaves_the_same_release_and_the_same_rows(
    settings: Settings, letters: Path, release: Path
) -> None:
    landing = Landing(settings.landing_folder)
    content, files = landing.content_hash(), sorted(Path(settings.archive_address).rglob("*"))
    run = season_run(settings, 2021, "again")
    assert Path(run_season(run, FolderSource(letters))) == release
    assert landing.content_hash() == content
    assert sorted(Path(settings.archive_address).rglob("*")) == files
    assert [path.name for path in (settings.warehouse_folder / "releases").iterdir()].count(release.name) == 1
    told = {event["step"]: event["told"] for event in run.record.events() if event["state"] == "done"}
    assert told["release"] == "nothing changed, nothing published"


def test_the_order_of_seasons_does_not_change_the_release(
    tmp_path: Path, settings: Settings, letters: Path, release: Path
) -> None:
    other = Settings(home=tmp_path, additional_authorities=SAMPLE_AUTHORITIES, read_batch_letters=3)
    for year in YEARS:
        run = season_run(other, year, "forwards")
        check(run, acquire_and_read(run, FolderSource(letters)))
    assert Landing(other.landing_folder).content_hash() == Landing(settings.landing_folder).content_hash()
    assert warehouse_identity(other) == warehouse_identity(settings) == release.name


def test_how_a_season_is_cut_into_batches_does_not_change_what_is_landed(tmp_path: Path, letters: Path) -> None:
    hashes = set()
    for size in (1, 50):
        settings = Settings(
            home=tmp_path / str(size), additional_authorities=SAMPLE_AUTHORITIES, read_batch_letters=size
        )
        run = season_run(settings, 2021, "batches")
        check(run, acquire_and_read(run, FolderSource(letters)))
        hashes.add(Landing(settings.landing_folder).content_hash())
    assert len(hashes) == 1


def test_the_run_records_each_step_with_its_seconds(ran: Ran) -> None:
    done = [event for event in ran.run.record.events() if event["state"] == "done"]
    assert [event["step"] for event in done] == [
        "plan",
        "acquire 1",
        "acquire 2",
        "acquire 3",
        "take stock",
        "data tables",
        "read 1",
        "read 2",
        "read 3",
        "check",
        "build",
        "release",
        "data docs",
        "report",
        "site",
    ]
    assert all(event["seconds"] >= 0 for event in done)


def test_the_report_shows_every_letter_and_why_one_was_not_accepted(ran: Ran) -> None:
    text = write_report(ran.run).read_text()
    assert "| Pellonshire County Council | 2021 | 33 | 40 | 83% | 83% |" in text
    assert "76% is printed" in text
    (torn,) = (line for line in text.splitlines() if "2021/torn.pdf" in line and "damaged:" in line)
    assert "unreadable" in torn


def test_the_lines_for_the_terminal_have_the_gap_to_the_types_average(settings: Settings) -> None:
    lines = {line.cells[:2]: line for line in letter_lines(settings, [Season(2021), Season(2022)])}
    pellonshire = lines["Pellonshire County Council", "2021"]
    rate, average, gap = (pellonshire.cells[place].rstrip("%") for place in (4, 6, 7))
    assert int(gap) == int(rate) - int(average)
    bare = lines["Ostlebridge Council", "2021"]
    assert bare.cells[2:8] == ("-",) * 6
    assert bare.disposition == "no_statistics"


def test_a_season_without_letters_is_said_in_words(settings: Settings, letters: Path) -> None:
    with pytest.raises(SeasonError, match="has no letters of season 2015; put them in a folder named 2015"):
        plan(season_run(settings, 2015, "none"), FolderSource(letters))


def test_a_season_that_fails_says_why_and_the_others_go_on(ran: Ran) -> None:
    assert ran.result.exit_code == 1
    assert "has no letters of season 2015" in ran.result.stderr
    assert "Pellonshire County Council" in ran.result.stdout


def test_neither_a_folders_name_nor_a_neighbour_nor_the_shell_changes_what_is_built(ran: Ran) -> None:
    home = ran.settings.home
    assert "built, and its tests passed" in ran.result.stdout
    with asked(home / "warehouse" / "current") as ask:
        assert ask("select season, count(*) from marts.fct_annual_review group by all order by all") == [
            (2021, 3),
            (2022, 3),
        ]
    verified = CliRunner().invoke(app, ["releases", "verify"], env=ran.environment)
    assert verified.exit_code == 0, verified.output
    assert (home / "data_docs" / "2021" / "index.html").exists()
    assert sorted(path.name for path in home.parent.iterdir()) == [ODD_NAME, "landing 1", "landing [12]"]
    assert "2021" in CliRunner().invoke(app, ["releases"], env=ran.environment).stdout


def test_a_run_that_is_done_again_compares_with_what_the_season_has_now(
    tmp_path: Path, ran: Ran, release: Path, letters: Path
) -> None:
    shutil.copytree(ran.settings.home, tmp_path / "home", symlinks=True)
    shutil.copytree(str(ran.settings.landing_folder), tmp_path / "landing")
    copy = ran.settings.model_copy(update={"home": tmp_path / "home", "landing": tmp_path / "landing"})
    run = replace(ran.run, settings=copy)
    for is_again in (False, True):
        if is_again:
            assert Path(run_season(run, FolderSource(letters))).name == release.name
        text = write_report(run).read_text()
        assert (" are new." in text, " are as they were before the run." in text) == (not is_again, is_again)
        assert [event["step"] for event in run.record.events()].count("plan") == 2  # begun, and done
    assert len(list(run.record.path.parent.glob(f"{run.run_id}.jsonl*"))) == 2
