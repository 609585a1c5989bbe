"""What a rule is, what a rule finds, and what happens when a rule fails."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, ParamSpec, TypeVar

from redress.model.letter import Letter, Verdict

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class RuleError(Exception):
    """A rule raised an error, which is never a letter's fault. The run stops."""


class Severity(StrEnum):
    """What a failed rule does: a critical rule quarantines the letter, a warning loads the letter with a flag."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """What a rule found: whether the rule holds, and what was compared, for a person to read."""

    is_passed: bool
    detail: str


@dataclass(frozen=True)
class Check:
    """A rule's finding with the rule's name and severity."""

    rule: str
    severity: Severity
    is_passed: bool
    detail: str

    @property
    def holds_back(self) -> bool:
        """Whether the check keeps its letter in quarantine: a critical rule failed."""
        return self.severity is Severity.CRITICAL and not self.is_passed


@dataclass(frozen=True)
class Rule(Generic[Asked, Answer]):
    """A rule: its name, its severity, a sentence that tells people what must hold, and the question as a function.

    What the question takes and returns depends on what the rule looks at: one letter, the letters of a season, or
    the season as a whole.
    """

    name: str
    severity: Severity
    sentence: str
    question: Callable[Asked, Answer]

    def ask(self, *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        """Return the answer to the rule's question. Raise RuleError, which names the rule, if asking raises."""
        try:
            return self.question(*args, **kwargs)
        except Exception as error:
            raise RuleError(f"the rule {self.name} raised {type(error).__name__}: {error}") from error

    def check(self, finding: Finding) -> Check:
        """Return what the rule found as a check under the rule's name."""
        return Check(self.name, self.severity, finding.is_passed, finding.detail)


@dataclass(frozen=True)
class LetterRule(Rule[[Letter], Finding]):
    """A rule about one letter alone; only letters with one of the `verdicts` are asked."""

    verdicts: tuple[Verdict, ...] = (Verdict.EXTRACTED,)
