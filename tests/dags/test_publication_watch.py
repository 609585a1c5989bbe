"""publication_watch: real runs, which start the season's run if there is something new, and only then."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from redress.acquire.outcomes import Summary
from redress.acquire.sources.by_name import source_of
from redress.settings import Settings
from redress.steps import Run, acquire, plan, take_stock
from tests.acquire.letters_server import SEASON, LettersServer, letter, letters_server
from tests.dags.airflow_process import AirflowProcess, airflow_process
from tests.mail_server import MailServer, html_of, mail_server

pytestmark = pytest.mark.needs("airflow")

LETTERS_COUNT = 3


@pytest.fixture
def dag(bag: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = bag["dags"]["publication_watch"]
    return found


def test_a_watch_looks_weekly_while_letters_come(dag: dict[str, Any]) -> None:
    assert dag["schedule"] == "0 6 * 5-10 1"


def test_a_watch_looks_decides_starts_and_tells(dag: dict[str, Any]) -> None:
    assert dag["downstream"] == {"look": ["decide"], "decide": ["start"], "start": ["tell"], "tell": []}
    assert dag["pools"] == {"look": "ombudsman_site"}


def test_a_source_that_is_down_is_asked_again_for_an_hour(dag: dict[str, Any]) -> None:
    assert dag["retry_minutes"]["look"] >= 60


def test_a_watch_can_be_told_its_season_and_its_source(dag: dict[str, Any]) -> None:
    assert dag["defaults"] == {"season": None, "source": ""}
    assert dag["params"]["season"]["type"] == ["null", "integer"]


# --- Real runs ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Watched:
    """A process of Airflow's, the letters that it watches, and the recipients of mails."""

    airflow: AirflowProcess
    server: LettersServer
    settings: Settings
    mails: MailServer

    def watch(self, **conf: object) -> tuple[int, str]:
        """Do one watch of the season; return the command's exit code and its output."""
        self.server.site.forget()
        self.mails.mails.clear()
        conf = {"season": SEASON.year, **conf}
        return self.airflow.run("dags", "test", "publication_watch", "--conf", json.dumps(conf))

    def started(self) -> list[tuple[str, dict[str, object]]]:
        """Return the runs of annual_letters that were queued; nothing does them in these tests."""
        return self.airflow.dag_runs("annual_letters")

    def acquire_season(self, run_id: str) -> None:
        """A run of the season until its letters are archived and, by its record, landed; none is queued then."""
        source = source_of(self.server.source, self.settings)
        run = Run.of_season(SEASON, run_id, self.settings)
        for number, batch in enumerate(plan(run, source)):
            acquire(run, source, batch, number)
        take_stock(run, source)
        Summary.read(run.summary_path).write(run.landed_path)
        run.journal.end()
        self.airflow.end_runs("annual_letters")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, airflow_metadata: Path) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    with letters_server(folder, LETTERS_COUNT) as server, mail_server() as mails:
        stated = {
            f"REDRESS_{name.upper()}": str(value) for name, value in server.environment(folder / "home").items()
        }
        environment = stated | {
            "REDRESS_SOURCE": server.source,
            "REDRESS_ALERT_EMAILS": "reader@example.org",
            "AIRFLOW_CONN_SMTP_DEFAULT": mails.connection,
        }
        settings = server.settings(folder / "home")
        with airflow_process(folder / "airflow", settings, environment, airflow_metadata) as airflow:
            yield Watched(airflow, server, settings, mails)


@pytest.fixture(scope="module")
def first(watched: Watched) -> tuple[int, str]:
    """The first watch of a season that never had a run."""
    return watched.watch()


@pytest.fixture(scope="module")
def first_mails(watched: Watched, first: tuple[int, str]) -> list[tuple[str, str]]:
    return [(str(mail["Subject"]), html_of(mail)) for mail in watched.mails.mails]


@pytest.fixture(scope="module")
def acquired(watched: Watched, first: tuple[int, str], first_mails: object) -> Watched:
    """The season after a run that had all that the first watch had found."""
    assert first[0] == 0
    watched.acquire_season("the-run-that-was-started")
    return watched


def test_letters_that_no_run_has_had_start_the_run_of_their_season(
    watched: Watched, first: tuple[int, str]
) -> None:
    code, printed = first
    assert code == 0, printed
    assert watched.started() == [("queued", {"season": SEASON.year, "source": watched.server.source})]


def test_a_watch_ends_in_how_many_letters_are_in(first: tuple[int, str]) -> None:
    assert "season 2021: 3 of " in first[1]
    assert " letters in; 3 new: run publication_watch__2021__" in first[1]


def test_letters_missing_past_their_date_are_mailed_once(first_mails: list[tuple[str, str]]) -> None:
    assert len(first_mails) == 1
    subject, text = first_mails[0]
    assert "Redress: season 2021: 3 of " in subject
    assert "after 30 September 2021" in text
    assert "missing: " in text


def test_nothing_is_started_while_a_run_is_queued(watched: Watched, first: tuple[int, str]) -> None:
    before = watched.started()
    code, printed = watched.watch()
    assert code == 0, printed
    assert "no run is started while annual_letters has 1 queued or running" in printed
    assert watched.started() == before


def test_nothing_new_downloads_nothing_and_starts_nothing(acquired: Watched) -> None:
    before = acquired.started()
    code, printed = acquired.watch()
    assert code == 0, printed
    assert "nothing new: no run is started" in printed
    assert acquired.server.site.bodies_sent() == []
    assert len(acquired.server.site.paths()) == LETTERS_COUNT
    assert acquired.started() == before


def test_a_letter_that_changed_starts_another_run(acquired: Watched) -> None:
    before = len(acquired.started())
    acquired.server.give(1, letter(1, "issued again"))
    code, printed = acquired.watch()
    assert code == 0, printed
    assert "1 changed" in printed
    assert acquired.server.site.bodies_sent() == [acquired.server.path(1)]
    assert acquired.started()[before:] == [("queued", {"season": SEASON.year, "source": acquired.server.source})]


def test_a_watch_that_fails_mails_once_and_says_why_in_its_first_line(watched: Watched) -> None:
    before = watched.started()
    code, printed = watched.watch(source="folder:/no/such/folder")
    assert code != 0, printed
    assert watched.started() == before
    assert len(watched.mails.mails) == 1
    mail = watched.mails.mails[0]
    assert str(mail["Subject"]).startswith(
        "Redress: publication_watch, season 2021, failed at source: SourceError: "
    )
    assert "the folder of letters /no/such/folder does not exist" in html_of(mail).partition("</p>")[0]
    assert watched.mails.recipients[-1] == ["reader@example.org"]


def test_the_records_of_the_seasons_runs_are_left_alone(acquired: Watched) -> None:
    names = {path.name.partition(".")[0] for path in (acquired.settings.runs_folder / str(SEASON)).iterdir()}
    assert names == {"the-run-that-was-started"}
    assert not acquired.settings.landing_folder.exists()


def test_the_letters_are_in_the_archive_for_the_run(watched: Watched, first: tuple[int, str]) -> None:
    assert len(list(Path(watched.settings.archive_address).rglob("*.bin"))) >= LETTERS_COUNT
