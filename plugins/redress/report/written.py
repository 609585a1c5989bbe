"""Write reports: the report of a run beside its record, and the index of all reports."""

import datetime as dt
from urllib.parse import quote

from redress.files.locks import Lock
from redress.files.places import Place
from redress.files.replacing import replaced
from redress.model.markdown import table, text
from redress.report.markdown_page import html_page
from redress.report.season_report import season_report
from redress.settings import Settings
from redress.steps import Run
from redress.steps.run import reported_runs

INDEX_NAME = "index.html"
RUN_STARTS = {"scheduled__": "scheduled", "backfill__": "backfill", "manual__": "by hand", "command-": "by command"}
"""The words for how a run was started, by the beginning of the run's id: first the ids of Airflow, then the ids of
commands."""


def write_report(run: Run) -> Place:
    """Write the run's report as Markdown and HTML, and the index of all reports. Return the path of the Markdown.

    A failed run has a report too, with a first line that says where and why the run failed.
    """
    with run.record.step("report") as note:
        markdown = season_report(run)
        _write(run.page_path, html_page(markdown, ("All reports", f"../{INDEX_NAME}")))
        _write(run.report_path, markdown)
        write_index(run.settings)
        note.message = str(run.report_path)
    return run.report_path


def write_index(settings: Settings) -> Place:
    """Write the page that leads to the reports of all runs, the newest first. Return the path of the page."""
    folder = settings.runs_folder
    with Lock(folder / ".index.lock"):  # runs of several seasons may end at the same time
        runs = sorted(((_began_at(run), run) for run in reported_runs(settings)), key=_age, reverse=True)
        rows = [[_link(run, began_at), _title(run)] for began_at, run in runs]
        lines = ["# Reports of all runs", "", "The newest first. Times are in UTC.", ""]
        lines += table(("run", "how it ended"), rows) if rows else ["No run has a report yet."]
        _write(folder / INDEX_NAME, html_page("\n".join(lines)))
    return folder / INDEX_NAME


def _age(dated: tuple[str, Run]) -> tuple[str, str]:
    """Return the key by which runs are ordered: when a run began, then the path of its report. A run whose
    beginning is not known counts as the oldest.
    """
    began_at, run = dated
    return began_at, str(run.report_path)


def _link(run: Run, began_at: str) -> str:
    """Return the link to a report. Its words name the season, how the run was started, and when, so that no two
    links have the same words.
    """
    words = f"{run.season}, {_start(run.run_id)}, {_shown_time(began_at)}"
    return f"[{text(words)}]({quote(str(run.season))}/{quote(run.page_path.name)})"


def _start(run_id: str) -> str:
    """Return in words how a run was started. If a person has chosen the run's id, return the id."""
    return next((start for beginning, start in RUN_STARTS.items() if run_id.startswith(beginning)), run_id)


def _title(run: Run) -> str:
    """Return the title of a report, as Markdown. Untrusted text in the title has been escaped already."""
    with run.report_path.open(encoding="utf-8") as file:
        return file.readline().strip().removeprefix("# ")


def _began_at(run: Run) -> str:
    """Return when a run began, or "" if the run has no record."""
    events = run.record.events()
    return str(events[0]["at"]) if events else ""


def _shown_time(at: str) -> str:
    if not at:
        return "at a time not known"
    return f"{dt.datetime.fromisoformat(at).astimezone(dt.UTC):%-d %b %Y, %H:%M:%S}"


def _write(place: Place, content: str) -> None:
    with replaced(place, is_shared=True) as incoming:
        incoming.write_text(content, encoding="utf-8")
