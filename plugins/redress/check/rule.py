"""What a rule is, what it finds, and what happens if it fails."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, ParamSpec, TypeVar

from redress.model.letter import Letter, Verdict

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class RuleError(Exception):
    """A rule raised an error. That is never a letter's fault, and the run stops."""


class Severity(StrEnum):
    """What a failed rule does. If a critical rule fails, the letter is quarantined; if a warning fails, the letter
    is loaded with a flag.
    """

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """What a rule found: whether the rule holds and, for people, what was compared."""

    is_passed: bool
    detail: str


@dataclass(frozen=True)
class Check:
    """What a rule found, with the rule's name and severity."""

    rule: str
    severity: Severity
    is_passed: bool
    detail: str

    @property
    def holds_back(self) -> bool:
        """Whether the check keeps its letter in quarantine: its rule is critical, and failed."""
        return self.severity is Severity.CRITICAL and not self.is_passed


@dataclass(frozen=True)
class Rule(Generic[Asked, Answer]):
    """A rule: its name, its severity, a sentence that tells people what must hold, and a function that asks the
    question.

    What the function takes and returns depends on what the rule looks at: one letter, the letters of a season, or
    the season as a whole.
    """

    name: str
    severity: Severity
    sentence: str
    question: Callable[Asked, Answer]

    def ask(self, *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        """Return the answer to the rule's question. If the function raises an error, raise RuleError, which names
        the rule.
        """
        try:
            return self.question(*args, **kwargs)
        except Exception as error:
            raise RuleError(f"the rule {self.name} raised {type(error).__name__}: {error}") from error

    def check(self, finding: Finding) -> Check:
        """Return a finding of this rule as a check, which has the rule's name and severity."""
        return Check(self.name, self.severity, finding.is_passed, finding.detail)


@dataclass(frozen=True)
class LetterRule(Rule[[Letter], Finding]):
    """A rule about one letter alone. It is asked only about letters with one of the `verdicts`."""

    verdicts: tuple[Verdict, ...] = (Verdict.EXTRACTED,)
