"""Send mails about failed runs, and about letters that are still missing after the date on which they were
expected.

Airflow's SmtpNotifier sends the mails to REDRESS_ALERT_EMAILS, over Airflow's connection `smtp_default`. If a mail
cannot be sent, the error is logged, and nothing else fails.
"""

import html
import logging
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.providers.smtp.notifications.smtp import SmtpNotifier

from redress.files.places import Place, matching
from redress.model.printable import printable, secret_in
from redress.model.season import season_from_name
from redress.orchestration.names import ANNUAL_LETTERS, PUBLICATION_WATCH, WAREHOUSE_UPKEEP
from redress.steps.record import RunRecord, last_failure, record_name, step_summaries
from redress.steps.run import RunKind

if TYPE_CHECKING:
    from airflow.sdk import Context

    from redress.settings import Settings

_log = logging.getLogger(__name__)

ALERT_STEP = "alert"
SUBJECT_CHARACTERS = 200
LONGEST_SILENCE_SECONDS = 15
"""How long to wait for a mail server that does not answer. Airflow's dag processor ends a callback after 50
seconds."""
MOST_RETRIES = 1
"""How often to try a silent mail server again. Two tries take half a minute in all."""
RUNBOOK = "docs/runbooks/alerts.md"
OF_A_SEASON = "20[0-9][0-9]"
RECORD_FOLDERS = {
    ANNUAL_LETTERS: (OF_A_SEASON, RunKind.WITHOUT_SEASON),
    PUBLICATION_WATCH: (f"{RunKind.WATCH}/{OF_A_SEASON}",),
    WAREHOUSE_UPKEEP: (RunKind.UPKEEP, OF_A_SEASON),
}
"""For each dag, the glob patterns of the folders that have the records of its runs. The patterns are relative to
the folder of all records."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|\n")
_ADDRESS = re.compile(r"[\w+.-]+://\S+")
_NAMED_SECRET = re.compile(r"(?i)\b(password|passwd|secret|token|api_?key)(\s*[=:]\s*)\S+")


@dataclass(frozen=True)
class Mail:
    """A mail of plain text. First comes a line that is also the subject, then facts with their names, then a line
    that says what to do.

    `log_address` is the address of a task's log in Airflow's pages, or None if the address is not known.
    """

    first_line: str
    facts: tuple[tuple[str, str], ...]
    what_to_do: str
    log_address: str | None = None

    @property
    def subject(self) -> str:
        """Return the mail's subject: "Redress: " and the first line, in at most SUBJECT_CHARACTERS."""
        line = f"Redress: {printable(self.first_line)}"
        return line if len(line) <= SUBJECT_CHARACTERS else f"{line[: SUBJECT_CHARACTERS - 3]}..."

    @property
    def html(self) -> str:
        """Return the mail as HTML. The mail's text is escaped, so that no part of it works as HTML."""
        facts = "".join(
            f"<tr><th align='left'>{_escaped(name)}</th><td>{_escaped(value)}</td></tr>"
            for name, value in self.facts
        )
        log = ""
        if self.log_address is not None:
            address = html.escape(self.log_address)
            log = f"<p>Log: <a href='{address}'>{address}</a></p>"
        return f"<p>{_escaped(self.first_line)}</p><table>{facts}</table><p>{_escaped(self.what_to_do)}</p>{log}"


def mail_failed_run(context: "Context") -> None:
    """Mail that a run failed, and why. Raise nothing."""
    from redress.settings import Settings

    try:
        settings = Settings()
        send(failed_run_mail(context, settings), settings)
    except Exception as error:
        _log.warning("no alert about the failed run %s: %s", context.get("run_id"), error)


def alert_missing_letters(record: RunRecord, warning: str, settings: "Settings", context: "Context") -> None:
    """Mail that letters are missing. A watch sends this mail only once: the watch's record says whether the mail
    was sent.
    """
    if any(event["step"] == ALERT_STEP and event["state"] == "done" for event in record.events()):
        _log.info("the warning of this watch has been mailed before")
        return
    mail = Mail(
        without_secrets(warning, settings),
        (("dag", PUBLICATION_WATCH), ("run", str(context["run_id"]))),
        f"What to do: dags/README.md, section {PUBLICATION_WATCH}. The council may have had no letter, or the site "
        "names it otherwise: docs/runbooks/live-site.md.",
        _log_address(context),
    )
    if send(mail, settings):
        with record.step(ALERT_STEP) as note:
            note.message = f"mailed to {len(settings.alert_recipients)}"


def send(mail: Mail, settings: "Settings") -> bool:
    """Send a mail to the recipients that the settings name, and return whether it was sent. Log errors; raise
    nothing.
    """
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
        notifier.notify(
            Context()
        )  # calling the notifier would render the text as a template, and the text is untrusted
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
    """Return the mail about a failed run, made from what Airflow says about the run and from the run's record."""
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
    """Return a text in which secrets are replaced: the value of REDRESS_SERVE_URL, each address that holds a
    secret, and each value that is named as a secret (such as `password=...`).
    """
    if settings.serve_url is not None:
        text = text.replace(settings.serve_url.get_secret_value(), "(REDRESS_SERVE_URL)")

    def shown(found: re.Match[str]) -> str:
        secret = secret_in(found[0])
        return found[0] if secret is None else f"(an address that holds {secret.partition(' (')[0]})"

    return _NAMED_SECRET.sub(r"\1\2***", _ADDRESS.sub(shown, text))


def _failure(record: RunRecord) -> tuple[str | None, str | None]:
    """Return the name of the step that failed last, and its message. If no step failed, return the name of the last
    step that began and never ended, and a message that says that its process was killed. If there is no such step
    either, return (None, None).
    """
    failed = last_failure(record)
    if failed is not None:
        return failed.name, failed.message
    begun = [step for step in step_summaries(record) if step.state == "began"]
    return (begun[-1].name, "it began and never ended: its process was killed") if begun else (None, None)


def _record_of(dag_id: str, run_id: str, runs_folder: Place) -> RunRecord | None:
    """Return the record of a dag's run, or None if there is no record. Two dags can have runs with the same id, so
    only the folders with records of this dag are searched.
    """
    name = f"{record_name(run_id)}.jsonl"
    found = [path for folder in RECORD_FOLDERS[dag_id] for path in matching(runs_folder, f"{folder}/{name}")]
    return RunRecord(found[0]) if found else None


def _log_address(context: "Context") -> str | None:
    """Return the address of the log of the task in `context`. Return None if Airflow does not know its own address,
    or if `context` has no task.
    """
    task = context.get("ti")
    if task is None:
        return None
    from airflow.sdk.configuration import conf

    return str(task.log_url) if conf.get("api", "base_url", fallback="") else None


def _escaped(text: str) -> str:
    return html.escape(printable(text))


class PromptHook(SmtpHook):
    """A connection to the mail server that gives up after half a minute of silence at most.

    A user can set the connection's fields `timeout` and `retry_limit`; Airflow's defaults give six tries of 30
    seconds. This class lowers `timeout` to LONGEST_SILENCE_SECONDS at most, and `retry_limit` to MOST_RETRIES at
    most.
    """

    @property
    def timeout(self) -> int:
        """Return the connection's timeout in seconds, at most LONGEST_SILENCE_SECONDS."""
        return min(super().timeout, LONGEST_SILENCE_SECONDS)

    @property
    def smtp_retry_limit(self) -> int:
        """Return how often the server is tried again: as often as the connection says, but at most MOST_RETRIES
        times.
        """
        return min(super().smtp_retry_limit, MOST_RETRIES)


class PromptNotifier(SmtpNotifier):
    """A notifier that does not wait long for a silent mail server, because it sends its mails over a PromptHook."""

    @cached_property
    def hook(self) -> PromptHook:
        """Return the connection to the mail server, as a PromptHook."""
        return PromptHook(smtp_conn_id=self.smtp_conn_id, auth_type=self.auth_type)
