"""Real runs of warehouse_upkeep read a season again, rebuild and go back. Real runs of publication_watch start the
season's run if there is something new, and only then.

Both dags run in one process of Airflow, each dag with a home of its own.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from redress.acquire.outcomes import Summary
from redress.acquire.sources.by_name import source_of
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run, acquire, plan, take_stock
from redress.steps.record import RunRecord
from redress.warehouse.build import warehouse_identity
from redress.warehouse.landing import Landing
from redress.warehouse.releases.releases import Releases
from tests.acquire.letters_server import SEASON as WATCHED_SEASON
from tests.acquire.letters_server import LettersServer, letter, letters_server
from tests.dags.airflow_process import AirflowProcess, airflow_process
from tests.made import SAMPLE_AUTHORITIES
from tests.mail_server import MailServer, html_of, mail_server
from tests.warehouse.small_warehouse import build

pytestmark = pytest.mark.needs("airflow")

UPKEEP, WATCH = "warehouse_upkeep", "publication_watch"
REREAD_SEASON = Season(2022)
LETTERS_COUNT = 3


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory, airflow_metadata: Path) -> Iterator[AirflowProcess]:
    with airflow_process(tmp_path_factory.mktemp("airflow"), airflow_metadata) as process:
        yield process


# --- warehouse_upkeep ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """A run of warehouse_upkeep: the command's exit code and output, the tasks' states, and the steps' messages."""

    code: int
    printed: str
    states: dict[str, str]
    told: dict[str, str]

    def names(self, state: str) -> set[str]:
        return {task for task, found in self.states.items() if found == state}


@dataclass(frozen=True)
class Home:
    """A process of Airflow's, and a home for runs of upkeep."""

    airflow: AirflowProcess
    settings: Settings

    @property
    def releases(self) -> Releases:
        return Releases(self.settings.warehouse_folder)

    @property
    def current(self) -> str:
        folder = self.releases.current()
        assert folder is not None
        return folder.name

    def upkeep(self, **conf: object) -> Done:
        """Run warehouse_upkeep once with this conf, and return the result."""
        before = set(Path(str(self.settings.runs_folder)).rglob("*.jsonl"))
        code, printed = self.airflow.run(self.settings, {}, "dags", "test", UPKEEP, "--conf", json.dumps(conf))
        (path,) = set(Path(str(self.settings.runs_folder)).rglob("*.jsonl")) - before or [None]
        events = [] if path is None else RunRecord(path).events()
        told = {event["step"]: event["told"] for event in events if event["state"] != "began"}
        return Done(code, printed, self._states(), told)

    def _states(self) -> dict[str, str]:
        """Return the state of each task of the last run, by the task's id.

        A mapped task is there by the name that Airflow's pages show.
        """
        with sqlite3.connect(self.airflow.home / "airflow.db") as database:
            found = database.execute(
                "select coalesce(rendered_map_index, task_id), state from task_instance where dag_id = ? and "
                "run_id = (select run_id from dag_run where dag_id = ? order by id desc limit 1)",
                (UPKEEP, UPKEEP),
            )
            return dict(found.fetchall())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, airflow: AirflowProcess, samples: Path) -> Home:
    """A home without a release, in which a run was killed before it published its build.

    Since then landing has lost a season, which the archive still has.
    """
    place = tmp_path_factory.mktemp("upkeep")
    shutil.copytree(samples / "built", place / "home", symlinks=True)
    councils = place / "councils.csv"
    councils.write_bytes(SAMPLE_AUTHORITIES.read_bytes())
    settings = Settings(home=place / "home", additional_authorities=councils, read_batch_letters=2)
    for lost in settings.landing_folder.glob(f"*/season={REREAD_SEASON}"):
        shutil.rmtree(str(lost))
    return Home(airflow, settings)


@pytest.fixture(scope="module")
def reread(home: Home) -> Done:
    return home.upkeep(
        action="reread", season=REREAD_SEASON.year, anew=True, by="A. Person", reason="landing was lost"
    )


def test_a_season_is_read_again_from_the_archive_and_published(home: Home, reread: Done) -> None:
    assert reread.code == 0, reread.printed
    assert len(Landing(home.settings.landing_folder).letters(REREAD_SEASON)) == 3
    assert home.current == warehouse_identity(home.settings)
    assert reread.told["asked"] == "reread 2022, all files anew, asked for by A. Person: landing was lost"
    assert "landing has nothing of season 2022" in reread.told["plan"]
    assert reread.told["read 1"].startswith("2 letters read, ")
    assert "as they were read before" not in reread.told["read 1"]
    assert reread.told["build"].startswith(f"warehouse {home.current} was built by another run")
    assert reread.told["release"] == f"release {home.current} published"
    assert Path(reread.told["report"]).exists()


def test_the_other_ways_are_skipped_and_a_batch_is_named_by_its_letters(reread: Done) -> None:
    assert reread.names("skipped") == {"plan_roll_back", "roll_back"}
    assert {
        "1: ostlebridge-council.pdf to pellonshire-county-council.pdf",
        "2: wexmarsh-district-council.pdf to wexmarsh-district-council.pdf",
    } <= reread.names("success")


@pytest.fixture(scope="module")
def rebuilt(home: Home, reread: Done) -> Done:
    return home.upkeep()


def test_a_rebuild_of_what_is_whole_has_nothing_to_do(home: Home, rebuilt: Done) -> None:
    assert rebuilt.code == 0, rebuilt.printed
    assert rebuilt.told["build"] == f"release {home.current} holds all of this already"
    assert rebuilt.told["release"] == "nothing changed, nothing published"
    assert rebuilt.names("success") == {"choose", "build_and_test", "release", "serve", "site", "end"}


@pytest.fixture(scope="module")
def second(home: Home, rebuilt: Done) -> tuple[str, str]:
    """The identities of the first release and of a second release, published after a council was added."""
    first = home.current
    assert home.settings.additional_authorities is not None
    with home.settings.additional_authorities.open("a") as file:
        file.write("SAMPLE-99,Invented Upkeep Council,Upkeep,district,South East,1974-04-01,\n")
    identity = warehouse_identity(home.settings)
    build(home.releases, identity)
    home.releases.publish(identity)
    return first, identity


@pytest.fixture(scope="module")
def gone_back(home: Home, second: tuple[str, str]) -> Done:
    return home.upkeep(action="roll_back", reason="one rate is wrong")


def test_going_back_puts_the_release_before_in_front_of_the_readers(
    home: Home, second: tuple[str, str], gone_back: Done
) -> None:
    assert gone_back.code == 0, gone_back.printed
    assert gone_back.told["roll back"] == f"release {second[0]} is current"
    assert gone_back.names("success") == {"choose", "plan_roll_back", "roll_back", "serve", "site", "end"}
    taken = home.releases.history.taken_back()[second[1]]
    assert (taken.by, taken.reason) == ("dag_test", "one rate is wrong")


def test_what_was_taken_back_does_not_come_back_by_a_rebuild(
    home: Home, second: tuple[str, str], gone_back: Done
) -> None:
    done = home.upkeep(action="rebuild")
    assert done.code == 0, done.printed
    assert (
        f"which dag_test took back on {home.releases.history.taken_back()[second[1]].shown_at}"
        in done.told["build"]
    )
    assert home.current == second[0]


def test_params_that_contradict_each_other_fail_the_first_task_and_nothing_is_done(
    home: Home, gone_back: Done
) -> None:
    before = home.current
    done = home.upkeep(action="rebuild", release="ab12")
    assert done.code == 1
    assert done.names("failed") == {"choose"}
    assert done.names("success") == set()
    assert "release is set to ab12: leave release empty, or set action to roll_back" in done.told["asked"]
    assert home.current == before


def test_a_re_read_that_fails_fails_its_run_and_has_its_report(home: Home, gone_back: Done) -> None:
    done = home.upkeep(action="reread", season=2015)
    assert done.code == 1
    assert "plan_reread" in done.names("failed")
    report = Path(done.told["report"]).read_text()
    assert report.startswith("# Season 2015 (2014-15) failed at plan: SeasonError: season 2015 is not landed")


# --- publication_watch --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Watched:
    """A process of Airflow, a server with the letters to watch, a home for the watches, and a mail server."""

    airflow: AirflowProcess
    server: LettersServer
    settings: Settings
    stated: Mapping[str, str]
    """The environment variables of a watch: its settings, the source, who gets mails, and the mail server."""
    mails: MailServer

    def watch(self, **conf: object) -> tuple[int, str]:
        """Run one watch of the season, and return the command's exit code and its output."""
        self.server.site.forget()
        self.mails.mails.clear()
        conf = {"season": WATCHED_SEASON.year, **conf}
        return self.airflow.run(self.settings, self.stated, "dags", "test", WATCH, "--conf", json.dumps(conf))

    def started(self) -> list[tuple[str, dict[str, object]]]:
        """Return the state and the conf of each run of annual_letters. No queued run is done in these tests."""
        return self.airflow.dag_runs("annual_letters")

    def acquire_season(self, run_id: str) -> None:
        """Do a run of the season until its letters are in the archive and, by its record, landed.

        Then mark all queued runs of annual_letters as ended.
        """
        source = source_of(self.server.source, self.settings)
        run = Run.of_season(WATCHED_SEASON, run_id, self.settings)
        for number, batch in enumerate(plan(run, source)):
            acquire(run, source, batch, number)
        take_stock(run, source)
        Summary.read(run.summary_path).write(run.landed_path)
        run.journal.end()
        self.airflow.end_runs("annual_letters")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, airflow: AirflowProcess) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    with letters_server(folder, LETTERS_COUNT) as server, mail_server() as mails:
        stated = {
            f"REDRESS_{name.upper()}": str(value) for name, value in server.environment(folder / "home").items()
        }
        stated |= {
            "REDRESS_SOURCE": server.source,
            "REDRESS_ALERT_EMAILS": "reader@example.org",
            "AIRFLOW_CONN_SMTP_DEFAULT": mails.connection,
        }
        yield Watched(airflow, server, server.settings(folder / "home"), stated, mails)


@pytest.fixture(scope="module")
def first(watched: Watched) -> tuple[int, str]:
    """The exit code and the output of the first watch of a season that never had a run."""
    return watched.watch()


@pytest.fixture(scope="module")
def first_mails(watched: Watched, first: tuple[int, str]) -> list[tuple[str, str]]:
    return [(str(mail["Subject"]), html_of(mail)) for mail in watched.mails.mails]


@pytest.fixture(scope="module")
def acquired(watched: Watched, first: tuple[int, str], first_mails: object) -> Watched:
    """The watched season after a run that acquired all letters that the first watch had found."""
    assert first[0] == 0
    watched.acquire_season("the-run-that-was-started")
    return watched


def test_letters_that_no_run_has_had_start_the_run_of_their_season(
    watched: Watched, first: tuple[int, str]
) -> None:
    code, printed = first
    assert code == 0, printed
    assert watched.started() == [("queued", {"season": WATCHED_SEASON.year, "source": watched.server.source})]


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
    assert acquired.started()[before:] == [
        ("queued", {"season": WATCHED_SEASON.year, "source": acquired.server.source})
    ]


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
    names = {
        path.name.partition(".")[0] for path in (acquired.settings.runs_folder / str(WATCHED_SEASON)).iterdir()
    }
    assert names == {"the-run-that-was-started"}
    assert not acquired.settings.landing_folder.exists()


def test_the_letters_are_in_the_archive_for_the_run(watched: Watched, first: tuple[int, str]) -> None:
    assert len(list(Path(watched.settings.archive_address).rglob("*.bin"))) >= LETTERS_COUNT
