"""An alert's mail says which run failed, where and why, holds no secret, and harms nothing if it cannot be sent."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from redress.settings import Settings
from redress.steps.record import RunRecord
from redress.steps.run import RunKind
from tests.made import PROJECT
from tests.mail_server import MailServer, free_port, html_of, mail_server

pytestmark = pytest.mark.needs("airflow")

RUN_ID = "manual__2026-07-21T06:00:00+00:00"
HOSTILE = "2021/<img src=x onerror=alert(1)>{{ 7 * 7 }}\x1b[31m\r\nBcc: other@example.org.pdf"
DAG_PROCESSOR_SECONDS = 50
"""The seconds after which Airflow's dag processor ends a callback, by default."""
SENDER = """
import json, logging, os, sys
from pathlib import Path
from types import SimpleNamespace
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(message)s")
from redress.orchestration.alerts import alert_missing_letters
from redress.orchestration.dag_parts import failed_run_alerts
from redress.settings import Settings
from redress.steps.record import RunRecord
def fail(run_id, watch):
    context = {"dag": SimpleNamespace(dag_id="annual_letters"), "run_id": run_id, "reason": "task_failure"}
    for alert in failed_run_alerts():
        alert(context)
    for _ in range(2 if watch else 0):
        alert_missing_letters(RunRecord(Path(watch)), "season 2021: 3 of 5 letters in", Settings(), context)
    print("went on", flush=True)
for line in sys.stdin:
    environment, output, arguments = json.loads(line)
    if (child := os.fork()) == 0:
        os.environ.update(environment)
        file = os.open(output, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, 1)
        os.dup2(file, 2)
        fail(*arguments)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)
"""
"""A program that imports Airflow once. For each line of its input, it starts a process that alerts people to a
failed run."""
Sender = Callable[..., str]


def context(run_id: str = RUN_ID, dag_id: str = "annual_letters") -> Any:
    """Return the context that the dag processor gives to the callback of a run without a known task."""
    return {"dag": SimpleNamespace(dag_id=dag_id), "run_id": run_id, "reason": "task_failure"}


def record(home: Path, folder: str = "2021") -> RunRecord:
    """Return the record of the run, below the home's folder of records."""
    return RunRecord(home / "runs" / folder / f"{RUN_ID.replace(':', '-')}.jsonl")


def fail(one: RunRecord, step: str, message: str) -> None:
    """Record a step that ends in an error."""
    with suppress(ValueError), one.step(step):
        raise ValueError(message)


def alerts() -> Any:
    """Return the module of alerts. It imports Airflow, which takes a second, and not every worker needs it."""
    from redress.orchestration import alerts

    return alerts


def mail(home: Path, **settings: str) -> Any:
    return alerts().failed_run_mail(context(), Settings(home=home, **settings))  # type: ignore[arg-type]


def test_the_first_line_says_dag_season_step_and_the_first_sentence_of_why(tmp_path: Path) -> None:
    fail(record(tmp_path), "check", "12 of 14 letters were refused. Wrong folder, or wrong season?")
    assert mail(tmp_path).first_line == (
        "annual_letters, season 2021, failed at check: ValueError: 12 of 14 letters were refused."
    )
    assert ("reason", "ValueError: 12 of 14 letters were refused. Wrong folder, or wrong season?") in mail(
        tmp_path
    ).facts
    assert "dags/README.md, section annual_letters" in mail(tmp_path).what_to_do


def test_a_step_that_failed_and_was_done_the_next_time_is_not_the_reason(tmp_path: Path) -> None:
    one = record(tmp_path)
    fail(one, "acquire 1", "down")
    with one.step("acquire 1"):
        pass
    fail(one, "check", "the cause")
    assert "failed at check: ValueError: the cause" in mail(tmp_path).first_line


def test_a_step_whose_process_was_killed_is_named(tmp_path: Path) -> None:
    one = record(tmp_path)
    one.path.parent.mkdir(parents=True)
    one.path.write_text('{"at": "2026-07-21T06:00:00.000+00:00", "step": "check", "state": "began"}\n')
    assert "failed at check: it began and never ended: its process was killed" in mail(tmp_path).first_line


def test_a_run_without_a_record_says_what_airflow_says(tmp_path: Path) -> None:
    assert mail(tmp_path).first_line == (
        "annual_letters failed: Airflow says task_failure, and the run's record says nothing: see the log"
    )


def test_a_run_that_did_not_say_its_season_says_so(tmp_path: Path) -> None:
    fail(record(tmp_path, RunKind.WITHOUT_SEASON), "plan", "it has to say its season")
    assert mail(tmp_path).first_line == "annual_letters failed at plan: ValueError: it has to say its season"


def test_a_watch_and_a_run_of_the_same_id_are_told_apart(tmp_path: Path) -> None:
    fail(record(tmp_path), "check", "of the run")
    fail(record(tmp_path, "publication_watch/2022"), "look", "of the watch")
    assert "season 2021, failed at check: ValueError: of the run" in mail(tmp_path).first_line
    watch = alerts().failed_run_mail(context(dag_id="publication_watch"), Settings(home=tmp_path))
    assert watch.first_line == "publication_watch, season 2022, failed at look: ValueError: of the watch"


def test_an_upkeep_has_no_season_unless_it_reads_one_again(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    fail(record(tmp_path), "read 1", "of a season")
    upkeep = alerts().failed_run_mail(context(dag_id="warehouse_upkeep"), settings)
    assert upkeep.first_line == "warehouse_upkeep, season 2021, failed at read 1: ValueError: of a season"
    fail(record(tmp_path, "upkeep"), "roll back", "of none")
    upkeep = alerts().failed_run_mail(context(dag_id="warehouse_upkeep"), settings)
    assert upkeep.first_line == "warehouse_upkeep failed at roll back: ValueError: of none"


def test_nothing_of_a_letters_name_is_html_or_a_header(tmp_path: Path) -> None:
    fail(record(tmp_path), "check", HOSTILE)
    one = mail(tmp_path)
    assert "<img" not in one.html
    assert "&lt;img" in one.html
    assert one.subject.isprintable()
    assert len(alerts().Mail("long " * 100, (), "").subject) == alerts().SUBJECT_CHARACTERS


@pytest.mark.parametrize(
    "told",
    [
        "connection to postgresql://reader:hunter2@db.example.org/redress failed",
        "https://files.example.org/a.pdf?X-Amz-Signature=hunter2 gave 403",
        "could not log in: password=hunter2 is wrong",
        "the token: hunter2 has run out",
    ],
)
def test_a_password_in_a_message_does_not_come_into_the_mail(tmp_path: Path, told: str) -> None:
    fail(record(tmp_path), "serve", told)
    one = mail(tmp_path)
    assert "hunter2" not in one.html
    assert "hunter2" not in one.subject


def test_the_address_that_serves_is_not_shown_even_without_a_password() -> None:
    settings = Settings(serve_url="postgresql://reader@db.example.org/redress")  # type: ignore[arg-type]
    shown = alerts().without_secrets("postgresql://reader@db.example.org/redress is down", settings)
    assert shown == "(REDRESS_SERVE_URL) is down"


def test_dags_are_given_a_list_of_functions() -> None:
    from redress.orchestration.dag_parts import failed_run_alerts

    assert [callable(one) for one in failed_run_alerts()] == [True]


# --- Sent to a real server ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sender]:
    """A function that lets a run fail in a process of its own, and returns all that this process prints."""
    folder = tmp_path_factory.mktemp("sender")
    with subprocess.Popen(
        [sys.executable, "-c", SENDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "AIRFLOW_HOME": str(folder / "airflow")},
        cwd=PROJECT,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        lines, answers = process.stdin, process.stdout

        def send(home: Path, environment: Mapping[str, str], watch: str = "") -> str:
            output = home / "printed.txt"
            stated = {"REDRESS_HOME": str(home), **environment}
            print(json.dumps((stated, str(output), (RUN_ID, watch))), file=lines, flush=True)
            answer = answers.readline()
            printed = output.read_text()
            assert answer == "0\n", printed
            assert printed.endswith("went on\n")
            assert "Traceback" not in printed
            return printed

        yield send
        lines.close()


@pytest.fixture(scope="module")
def mailed(tmp_path_factory: pytest.TempPathFactory, sent: Sender) -> MailServer:
    """The mail server after a run failed with a hostile reason, and missing letters were warned about twice."""
    home = tmp_path_factory.mktemp("home")
    fail(record(home), "check", HOSTILE)
    with mail_server() as server:
        environment = {
            "AIRFLOW_CONN_SMTP_DEFAULT": server.connection,
            "REDRESS_ALERT_EMAILS": "one@example.org, other@example.org,",
        }
        sent(home, environment, str(home / "runs" / "publication_watch" / "2021" / "watch.jsonl"))
    return server


def test_a_failed_run_is_mailed_once_to_everybody(mailed: MailServer) -> None:
    subjects = [str(one["Subject"]) for one in mailed.mails]
    begins = "Redress: annual_letters, season 2021, failed at check"
    assert [subject.startswith(begins) for subject in subjects] == [True, False]
    assert mailed.recipients[0] == ["one@example.org", "other@example.org"]
    assert mailed.mails[0]["Auto-Submitted"] == "auto-generated"
    assert mailed.mails[0]["Bcc"] is None


def test_a_name_is_mailed_as_it_is_and_no_template(mailed: MailServer) -> None:
    text = html_of(mailed.mails[0])
    assert "{{ 7 * 7 }}" in text
    assert "49" not in text
    assert "<img" not in text


def test_missing_letters_are_mailed_once_in_the_life_of_a_watch(mailed: MailServer) -> None:
    assert [str(one["Subject"]) for one in mailed.mails[1:]] == ["Redress: season 2021: 3 of 5 letters in"]


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_mail_that_cannot_be_sent_is_one_line_that_says_what_to_do(
    tmp_path: Path, sent: Sender, is_refused: bool
) -> None:
    fail(record(tmp_path), "check", "the cause")
    environment = {"REDRESS_ALERT_EMAILS": "one@example.org"}
    if is_refused:
        environment["AIRFLOW_CONN_SMTP_DEFAULT"] = json.dumps(
            {"conn_type": "smtp", "host": "127.0.0.1", "port": free_port(), "password": "hunter2"}
        )
    printed = sent(tmp_path, environment)
    warnings = [line for line in printed.splitlines() if "the alert could not be mailed" in line]
    assert len(warnings) == 1
    assert "smtp_default" in warnings[0]
    assert "the cause" in warnings[0]
    assert "hunter2" not in printed


def test_a_server_that_says_nothing_is_given_up_before_the_callback_is_ended(tmp_path: Path, sent: Sender) -> None:
    fail(record(tmp_path), "check", "the cause")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        extra = {"disable_ssl": True, "from_email": "redress@example.org", "timeout": 1, "retry_limit": 5}
        connection = {"conn_type": "smtp", "host": "127.0.0.1", "port": silent.getsockname()[1], "extra": extra}
        printed = sent(
            tmp_path,
            {"REDRESS_ALERT_EMAILS": "one@example.org", "AIRFLOW_CONN_SMTP_DEFAULT": json.dumps(connection)},
        )
        silent.settimeout(0)
        asked_count = 0
        with suppress(BlockingIOError):
            while True:
                silent.accept()[0].close()
                asked_count += 1
    assert asked_count == 1 + alerts().MOST_RETRIES
    before, _, after = printed.partition("the alert could not be mailed")
    assert "mailing to one@example.org: Redress: annual_letters, season 2021, failed at check" in before
    assert after


def test_no_connection_is_more_patient_than_the_dag_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    for extra, patience in (({}, alerts().LONGEST_SILENCE_SECONDS), ({"timeout": 3}, 3), ({"timeout": 600}, 15)):
        connection = {"conn_type": "smtp", "host": "127.0.0.1", "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(connection))
        hook = alerts().PromptHook("smtp_default")
        hook.smtp_connection = hook.get_connection("smtp_default")
        assert hook.timeout == patience
        assert hook.timeout * (1 + hook.smtp_retry_limit) <= DAG_PROCESSOR_SECONDS * 2 // 3


def test_without_recipients_nobody_is_mailed_and_the_log_says_so(tmp_path: Path, sent: Sender) -> None:
    fail(record(tmp_path), "check", "the cause")
    assert "REDRESS_ALERT_EMAILS is empty" in sent(tmp_path, {"REDRESS_ALERT_EMAILS": ""})
