"""What all fuzzing shares: a clock, counts, the drawing of inputs, and the file of an input that shows a fault."""

import hashlib
import itertools
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from redress.check.judge import judge
from redress.model.authorities import Authorities
from redress.model.landed import Fate
from redress.model.letter import Figure, Letter, Verdict
from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.read.workers import WorkerError
from tests.interrupted import SoakError
from tests.made import PROJECT, SAMPLE_AUTHORITIES

KEPT = PROJECT / "var" / "fuzz"
"""The folder of the inputs that showed a fault."""
EXAMPLES_AT_A_TIME = 50
"""The number of inputs between two looks at the clock."""

_Input = TypeVar("_Input")
Counts = Counter[str]
"""The number of inputs (`inputs`), and the number of inputs with each result, by the name of the result."""


class FindingError(SoakError):
    """An input shows a fault. The message says which fault; `kept` writes the input to a file."""

    def __init__(self, fault: str, content: bytes, ending: str) -> None:
        self.fault, self.content, self.ending = fault, content, ending
        super().__init__(fault)

    def kept(self, folder: Path = KEPT) -> Path:
        """Write the input to a file in a folder, and return the path of the file."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{hashlib.sha256(self.content).hexdigest()[:12]}{self.ending}"
        path.write_bytes(self.content)
        return path


class Clock:
    """The time that fuzzing has, in seconds by the clock. The time begins at the first look at the clock.

    If `most_looks` is given, the time is also over after this many calls of `is_over`.
    """

    def __init__(self, seconds: float, most_looks: int | None = None) -> None:
        self._seconds, self._left = seconds, most_looks
        self._end: float | None = None

    @property
    def seconds_left(self) -> float:
        if self._end is None:
            self._end = time.monotonic() + self._seconds
        return self._end - time.monotonic()

    @property
    def is_over(self) -> bool:
        if self._left is not None:
            self._left -= 1
        return self.seconds_left <= 0 or (self._left is not None and self._left < 0)


def draw_until(
    clock: Clock, first_seed: int, strategy: SearchStrategy[_Input], check: Callable[[_Input], None]
) -> None:
    """Check inputs that hypothesis draws, until the time is over. If `check` raises an error, raise the error of
    the smallest input that hypothesis finds for it.
    """
    for number in itertools.count(first_seed):
        if clock.is_over:
            return

        @seed(number)
        @settings(
            max_examples=EXAMPLES_AT_A_TIME,
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        )
        @given(strategy)
        def drawn(one: _Input) -> None:
            check(one)

        drawn()


def limit_reached(error: WorkerError | str) -> str:
    """Return the first words of a worker's message or a letter's reason: the kind of limit, such as "timed out"."""
    return str(error).partition(":")[0]


@cache
def _authorities() -> Authorities:
    return load_authorities(additional=SAMPLE_AUTHORITIES)


def accepted_figures(letter: Letter) -> tuple[Figure, ...]:
    """Return a letter's figures if the judge accepts the letter by the rules alone; otherwise return none."""
    if letter.verdict is not Verdict.EXTRACTED or letter.header.season is None:
        return ()
    (disposition,) = judge(Season(letter.header.season), [letter], _authorities()).dispositions
    return letter.figures if disposition.disposition is Fate.ACCEPTED else ()
