"""The site's folder. A new folder is built beside the old folder, takes over the old folder's unchanged files, and
then replaces the old folder.

<home>/site/index.html      the first page
<home>/site/made.json       for each file: the digest of the job that made it, and facts that later builds need
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redress.files.lines import stated_json
from redress.report.site.jobs import Job, done

MADE_NAME = "made.json"


@dataclass
class SiteFolder:
    """A site that is being built in the folder `new`. The earlier site is in the folder `old`, if there is one."""

    old: Path
    new: Path
    _made: dict[str, dict[str, Any]] = field(default_factory=dict)
    _before: dict[str, dict[str, Any]] = field(default_factory=dict)
    made_count: int = 0
    linked_count: int = 0

    def __post_init__(self) -> None:
        try:
            stated = stated_json((self.old / MADE_NAME).read_bytes())
        except (OSError, ValueError):
            return
        if isinstance(stated, dict):
            self._before = {path: one for path, one in stated.items() if isinstance(one, dict)}

    def put_all(self, jobs: Iterable[Job]) -> None:
        """Put the files of jobs into the folder `new`. If the earlier site has the file of an unchanged job, link
        the file; otherwise make the file.
        """
        waiting: dict[str, Job] = {}
        for job in jobs:
            if job.path not in self._made and not self.link(job.path, job.digest):
                waiting.setdefault(job.path, job)
        for job, content in done(waiting.values()):
            self.write(job.path, content, job.digest)

    def link(self, path: str, digest: str) -> Mapping[str, Any] | None:
        """If the earlier site has a file at this path, made by a job with this digest, link the file into the
        folder `new`, and return the facts that `write` noted about the file. Otherwise return None.
        """
        before = self._before.get(path)
        if before is None or before.get("digest") != digest or not (self.old / path).is_file():
            return None
        place = self._place(path)
        try:
            os.link(self.old / path, place)
        except OSError:  # a file system without links
            shutil.copyfile(self.old / path, place)
        self._made[path] = before
        self.linked_count += 1
        return before

    def write(self, path: str, content: bytes, digest: str, **facts: Any) -> None:
        """Write a file; note the digest of the job that made it, and facts that later builds need."""
        self._place(path).write_bytes(content)
        self._made[path] = {"digest": digest, **facts}
        self.made_count += 1

    def copy(self, file: Path, path: str) -> None:
        """Put a copy of a file of the release into the folder `new`."""
        shutil.copyfile(file, self._place(path))

    def end(self) -> None:
        """Write made.json, which the next build compares with its jobs."""
        (self.new / MADE_NAME).write_text(json.dumps(self._made, sort_keys=True, indent=0), encoding="utf-8")

    def _place(self, path: str) -> Path:
        place = self.new / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place
