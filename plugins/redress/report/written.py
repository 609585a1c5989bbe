"""Reports as files: a run's beside its record, and the index of all of them."""

import datetime as dt
import os
from pathlib import Path
from urllib.parse import quote

from filelock import FileLock

from redress.model.markdown import table, text
from redress.report.markdown_page import html_page
from redress.report.season_report import season_report
from redress.steps import SeasonRun
from redress.steps.record import RunRecord

INDEX_NAME = "index.html"
RUN_KINDS = {"scheduled__": "scheduled", "backfill__": "backfill", "manual__": "by hand", "command-": "by command"}
"""How a run was started, by what its id begins with: Airflow's ids, then those of commands."""


def write_report(run: SeasonRun) -> Path:
    """The run's report beside its record, as Markdown and HTML, and the index of all reports; the Markdown's path.

    A run that failed has a report too: its first line says where and why.
    """
    with run.record.step("report") as note:
        markdown = season_report(run)
        path = run.record.path.with_suffix(".md")
        _write(path.with_suffix(".html"), html_page(markdown, ("All reports", f"../{INDEX_NAME}")))
        _write(path, markdown)
        write_index(run.settings.runs_folder)
        note.told = str(path)
    return path


def write_index(runs_folder: Path) -> Path:
    """The page that leads to the reports of all runs, the newest first; its path."""
    runs_folder.mkdir(parents=True, exist_ok=True)
    with FileLock(runs_folder / ".index.lock"):  # runs of several seasons may end at a time
        reports = sorted(((_began(path), path) for path in runs_folder.glob("*/*.md")), reverse=True)
        rows = [[_link(path, began), _outcome(path)] for began, path in reports]
        lines = ["# Reports of all runs", "", "The newest first. Times are in UTC.", ""]
        lines += table(("run", "how it ended"), rows) if rows else ["No run has a report yet."]
        _write(runs_folder / INDEX_NAME, html_page("\n".join(lines)))
    return runs_folder / INDEX_NAME


def _link(report: Path, began: str) -> str:
    """The link to a report, in words that no other one has: the season, how the run was started, and when."""
    season, page = report.parent.name, report.with_suffix(".html").name
    words = f"{season}, {_kind(report.stem)}, {_told(began)}"
    return f"[{text(words)}]({quote(season)}/{quote(page)})"


def _kind(run_id: str) -> str:
    """How a run was started; an id that somebody has chosen stands for itself."""
    return next((kind for beginning, kind in RUN_KINDS.items() if run_id.startswith(beginning)), run_id)


def _outcome(report: Path) -> str:
    """The first line of a report without its mark: what is in it of others was made text when it was written."""
    with report.open(encoding="utf-8") as file:
        return file.readline().strip().removeprefix("# ")


def _began(report: Path) -> str:
    """When a run began, by the first line of its record, or nothing where that is not there."""
    events = RunRecord(report.with_suffix(".jsonl")).events()
    return str(events[0]["at"]) if events else ""


def _told(at: str) -> str:
    return (
        f"{dt.datetime.fromisoformat(at).astimezone(dt.UTC):%-d %b %Y, %H:%M:%S}" if at else "at a time not known"
    )


def _write(path: Path, content: str) -> None:
    incoming = path.with_name(f".{path.name}.{os.getpid()}")
    incoming.write_text(content, encoding="utf-8")
    incoming.replace(path)
