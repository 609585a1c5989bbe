"""Limits: what reading one letter may take of the machine."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one letter may take. `memory_mebibytes` is the worker's whole address space."""

    time_seconds: float = 60.0
    memory_mebibytes: int = 2048
    workers: int = 0
    """How many letters are read side by side; nought means one for each core."""

    @property
    def worker_count(self) -> int:
        return self.workers or len(os.sched_getaffinity(0))
