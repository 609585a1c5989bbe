"""Alerts: the mail about a run that failed, and the one about letters that are missing past their date.

They go by Airflow's SmtpNotifier to REDRESS_ALERT_EMAILS, over its connection `smtp_default`. A mail that cannot be
sent is a line in the log and nothing else: what it is about has happened, and the rest goes on.
"""

import html
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.providers.smtp.notifications.smtp import SmtpNotifier

from redress.model.printable import printable, secret_in
from redress.model.season import season_from_name
from redress.steps.record import WITHOUT_SEASON, RunRecord, last_failure, record_name, step_summaries

if TYPE_CHECKING:
    from airflow.sdk import Context

    from redress.settings import Settings

_log = logging.getLogger(__name__)

ALERT_STEP = "alert"
SUBJECT_CHARACTERS = 200
RUNBOOK = "docs/runbooks/alerts.md"
OF_A_SEASON = "20[0-9][0-9]"
RECORD_FOLDERS = {
    "annual_letters": (OF_A_SEASON, WITHOUT_SEASON),
    "publication_watch": (f"publication_watch/{OF_A_SEASON}",),
    "warehouse_upkeep": ("upkeep", OF_A_SEASON),
}
"""Below the folder of run records, where those of a dag lie."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|\n")
_ADDRESS = re.compile(r"[\w+.-]+://\S+")
_NAMED_SECRET = re.compile(r"(?i)\b(password|passwd|secret|token|api_?key)(\s*[=:]\s*)\S+")


@dataclass(frozen=True)
class Mail:
    """A mail of plain text: its first line, which is its subject too, then facts by name, then what to do.

    `log_address` is a link to the log in Airflow's pages, None where it is not known.
    """

    first_line: str
    facts: tuple[tuple[str, str], ...]
    what_to_do: str
    log_address: str | None = None

    @property
    def subject(self) -> str:
        """The first line as a header: one line, of a length that lists of mails show."""
        line = f"Redress: {printable(self.first_line)}"
        return line if len(line) <= SUBJECT_CHARACTERS else f"{line[: SUBJECT_CHARACTERS - 3]}..."

    @property
    def html(self) -> str:
        """The mail as HTML, in which nothing of the text is HTML."""
        facts = "".join(
            f"<tr><th align='left'>{_escaped(name)}</th><td>{_escaped(value)}</td></tr>"
            for name, value in self.facts
        )
        log = ""
        if self.log_address is not None:
            address = html.escape(self.log_address)
            log = f"<p>Log: <a href='{address}'>{address}</a></p>"
        return f"<p>{_escaped(self.first_line)}</p><table>{facts}</table><p>{_escaped(self.what_to_do)}</p>{log}"


def failed_run_alerts() -> list[Callable[["Context"], None]]:
    """What a dag calls when a run of it failed: `on_failure_callback=failed_run_alerts()`.

    Under a scheduler the dag processor calls it, once a failed run; in `make run` and `airflow dags test` the
    process that does the tasks.
    """
    return [alert_failed_run]


def alert_failed_run(context: "Context") -> None:
    """Mail that a run failed, and why. Raises nothing."""
    from redress.settings import Settings

    try:
        settings = Settings()
        send(failed_run_mail(context, settings), settings)
    except Exception as error:
        _log.warning("no alert about the failed run %s: %s", context.get("run_id"), error)


def alert_missing_letters(record: RunRecord, warning: str, settings: "Settings", context: "Context") -> None:
    """Mail that letters are missing, once in the life of a watch: the record of its run remembers it."""
    if any(event["step"] == ALERT_STEP and event["state"] == "done" for event in record.events()):
        _log.info("the warning of this watch has been mailed before")
        return
    mail = Mail(
        without_secrets(warning, settings),
        (("dag", "publication_watch"), ("run", str(context["run_id"]))),
        "What to do: dags/README.md, section publication_watch. The council may have had no letter, or the site "
        "names it otherwise: docs/runbooks/live-site.md.",
        _log_address(context),
    )
    if send(mail, settings):
        with record.step(ALERT_STEP) as note:
            note.told = f"mailed to {len(settings.alert_recipients)}"


def send(mail: Mail, settings: "Settings") -> bool:
    """Send a mail to whom the settings name; whether it was sent. What hinders it is logged, and not raised."""
    recipients = settings.alert_recipients
    if not recipients:
        _log.info("REDRESS_ALERT_EMAILS is empty, so that nobody is mailed: %s", mail.subject)
        return False
    _log.info("mailing to %s: %s", ", ".join(recipients), mail.subject)
    try:
        from airflow.sdk import Context

        notifier = PromptNotifier(
            to=list(recipients),
            subject=mail.subject,
            html_content=mail.html,
            custom_headers={"Auto-Submitted": "auto-generated"},
        )
        notifier.notify(Context())  # called, it would render the text as a template, and the text is of others
    except Exception as error:
        detail = printable(str(error)) or "no reason given"
        _log.warning(
            "the alert could not be mailed (%s: %s); put Airflow's connection smtp_default right (%s). It says: %s",
            type(error).__name__,
            detail,
            RUNBOOK,
            mail.subject,
        )
        return False
    _log.info("mailed")
    return True


def failed_run_mail(context: "Context", settings: "Settings") -> Mail:
    """The mail about a failed run, by what Airflow says of it and by the run's own record."""
    dag_id, run_id = context["dag"].dag_id, str(context["run_id"])
    task = context.get("ti")
    record = _record_of(dag_id, run_id, settings.runs_folder)
    season = None if record is None else season_from_name(record.path.parent.name)
    step, reason = (None, None) if record is None else _failure(record)
    step = step or (None if task is None else task.task_id)
    reason = reason or (
        f"Airflow says {context.get('reason') or 'nothing of why'}, and the run's record says nothing: see the log"
    )
    reason = without_secrets(reason, settings)
    of_season = "" if season is None else f", season {season},"
    at_step = "" if step is None else f" at {step}"
    facts = {
        "dag": dag_id,
        "season": None if season is None else str(season),
        "run": run_id,
        "step": step,
        "task": None if task is None else task.task_id,
        "reason": reason,
        "record": None if record is None else str(record.path),
    }
    return Mail(
        f"{dag_id}{of_season} failed{at_step}: {_SENTENCE_END.split(reason, maxsplit=1)[0]}",
        tuple((name, value) for name, value in facts.items() if value is not None),
        f"What to do: dags/README.md, section {dag_id}, says what to put right, what to clear and what never.",
        _log_address(context),
    )


def without_secrets(text: str, settings: "Settings") -> str:
    """The text without addresses that hold a password or a signature, and without what is named a secret."""
    if settings.serve_url is not None:
        text = text.replace(settings.serve_url.get_secret_value(), "(REDRESS_SERVE_URL)")

    def shown(found: re.Match[str]) -> str:
        secret = secret_in(found[0])
        return found[0] if secret is None else f"(an address that holds {secret.partition(' (')[0]})"

    return _NAMED_SECRET.sub(r"\1\2***", _ADDRESS.sub(shown, text))


def _failure(record: RunRecord) -> tuple[str | None, str | None]:
    """The step at which a run failed, and what it said: that of the last one where several did."""
    failed = last_failure(record)
    if failed is not None:
        return failed.name, failed.told
    begun = [one for one in step_summaries(record) if one.state == "began"]
    return (begun[-1].name, "it began and never ended: its process was killed") if begun else (None, None)


def _record_of(dag_id: str, run_id: str, runs_folder: Path) -> RunRecord | None:
    """The record of a run, or None where it did not come as far as that. Runs of two dags can have the same id."""
    name = f"{record_name(run_id)}.jsonl"
    found = [path for folder in RECORD_FOLDERS[dag_id] for path in sorted(runs_folder.glob(f"{folder}/{name}"))]
    return RunRecord(found[0]) if found else None


def _log_address(context: "Context") -> str | None:
    """Where Airflow shows the log of the task; None where it is not told its own address, or no task is known."""
    task = context.get("ti")
    if task is None:
        return None
    from airflow.sdk.configuration import conf

    return str(task.log_url) if conf.get("api", "base_url", fallback="") else None


def _escaped(text: str) -> str:
    return html.escape(printable(text))


LONGEST_SILENCE_SECONDS = 15


MOST_RETRIES = 1


class PromptHook(SmtpHook):
    """A connection to the mail server that gives up after half a minute of silence at most."""

    @property
    def timeout(self) -> int:
        """The longest silence of the server, in seconds: what the connection says, but no more than ours."""
        return min(super().timeout, LONGEST_SILENCE_SECONDS)

    @property
    def smtp_retry_limit(self) -> int:
        """How often is tried again: what the connection says, but no more than ours."""
        return min(super().smtp_retry_limit, MOST_RETRIES)


class PromptNotifier(SmtpNotifier):
    """A notifier over such a connection."""

    @cached_property
    def hook(self) -> PromptHook:
        return PromptHook(smtp_conn_id=self.smtp_conn_id, auth_type=self.auth_type)
