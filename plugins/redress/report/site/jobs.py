"""The jobs that make the site's files. Each job makes one file, and equal jobs make equal bytes.

A job holds everything that its file depends on. So a build compares its jobs with the jobs of the earlier site. If
a job is unchanged, its file is taken over from the earlier site as a hard link. Only the other files are made.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from redress.read.workers import allow_children

HERE = Path(__file__).parent
_MAKERS = ("jinja2", "vl-convert-python", "weasyprint")
_FEW = 150
"""If there are at most this many jobs, this process does them itself, because starting other processes would take
longer."""
_AT_A_TIME = 16


class Kind(StrEnum):
    """The kind of file that a job makes."""

    PAGE = "page"
    """HTML from a template of Jinja2 and the values for the template."""
    CHART = "chart"
    """SVG from a specification of Vega-Lite."""
    SCRIPTS = "scripts"
    """Vega's own scripts in one file, for the page on which a reader compares councils."""
    TEXT = "text"
    """A text that is written as it is."""


@dataclass(frozen=True)
class Job:
    """The work that makes one file of the site: the file's path, its kind, and all inputs on which the file's bytes
    depend, except code. Inputs are plain values, dates and decimals.
    """

    path: str
    kind: Kind
    inputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """A digest of everything that decides the bytes of the file. Jobs with equal digests make equal bytes."""
        return digest_of(self.kind, self.path, self.inputs)


def digest_of(kind: str, path: str, inputs: Mapping[str, Any]) -> str:
    """Return a digest over a file's kind, path and inputs, and over the code that makes the file."""
    stated = json.dumps([kind, path, inputs], sort_keys=True, default=str)
    return hashlib.sha256(f"{_makers_digest()}{stated}".encode()).hexdigest()


@cache
def _makers_digest() -> str:
    """Return a digest of everything that makes the files: the site's code, templates and styles, and the versions
    of the libraries.
    """
    digest = hashlib.sha256()
    for path in sorted((*HERE.rglob("*"), HERE.parent / "council_words.py")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
    for library in _MAKERS:
        digest.update(f"{library} {version(library)}\0".encode())
    return digest.hexdigest()


def chart_job(specification: Mapping[str, Any]) -> Job:
    """Return the job that draws a chart. The chart's path is made from the digest of its specification, so that
    equal charts share one file.
    """
    job = Job("", Kind.CHART, specification)
    return Job(f"charts/{job.digest[:20]}.svg", Kind.CHART, specification)


def done(jobs: Iterable[Job]) -> Iterator[tuple[Job, bytes]]:
    """Yield each job with the bytes that it makes. If there are many jobs, use all cores."""
    waiting = list(jobs)
    if len(waiting) <= _FEW:
        yield from ((job, made(job)) for job in waiting)
        return
    allow_children()
    cores = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(cores, mp_context=get_context("forkserver")) as pool:
        yield from zip(waiting, pool.map(made, waiting, chunksize=_AT_A_TIME), strict=True)


def made(job: Job) -> bytes:
    """Return the bytes of the file that a job makes."""
    if job.kind is Kind.PAGE:
        from redress.report.site.templates import page

        return page(job.path, job.inputs)
    if job.kind is Kind.CHART:
        from redress.report.site.charts import drawn

        return drawn(job.inputs)
    if job.kind is Kind.SCRIPTS:
        from redress.report.site.charts import scripts

        return scripts()
    text: str = job.inputs["text"]
    return text.encode("utf-8")
