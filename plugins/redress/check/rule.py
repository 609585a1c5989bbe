"""What a rule is, what a rule found in a letter, and what its failure does."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from redress.model.letter import Letter


class Severity(StrEnum):
    """What a failed rule does: a critical one quarantines the letter, a warning loads it with a flag."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True)
class Outcome:
    """What a rule found in one letter: whether it holds, and what was compared, for a person to read."""

    is_passed: bool
    detail: str


@dataclass(frozen=True)
class Rule:
    """One rule: its name, what its failure does, what it asks (a sentence), and the function that asks it."""

    name: str
    severity: Severity
    sentence: str
    check: Callable[[Letter], Outcome]


@dataclass(frozen=True)
class Check:
    """A rule applied to a letter."""

    rule: str
    severity: Severity
    is_passed: bool
    detail: str
