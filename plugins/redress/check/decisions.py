"""Decisions: what people decided about letters in quarantine. The decisions are kept in a file in landing's folder,
to which lines are only added.

The file is <landing>/decisions.jsonl: one JSON object a line, the oldest first. The last line about a letter and
season is in force. If that line is a withdrawal, no decision is in force.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_serializer,
    model_validator,
)

from redress.files.lines import lines_of
from redress.files.places import Place
from redress.files.replacing import replaced
from redress.model.letter import Letter
from redress.model.season import FIRST_SEASON, LAST_SEASON, Season

FILE_NAME = "decisions.jsonl"


class DecisionError(Exception):
    """A decision cannot be read or made. The message says what was found, where, and what to do."""


class Ruling(StrEnum):
    """What a person decided about a letter."""

    ACCEPT = "accept"
    """The letter is loaded, although it breaks the rules that the decision names."""
    REJECT = "reject"
    """The letter stays in quarantine for good. Another letter to its authority can be loaded."""
    WITHDRAW = "withdraw"
    """The earlier decision about the letter is taken back, and the rules alone decide again."""


def one_line(text: str) -> str:
    """Return a text that a person typed, on one line. Raise ValueError if the text is blank, or is not text in
    UTF-8.
    """
    words = " ".join(text.split())
    if not words:
        raise ValueError("it is empty")
    if any("\ud800" <= character <= "\udfff" for character in words):
        raise ValueError("it holds bytes that are no text in UTF-8; type it again")
    return words


OneLine = Annotated[str, AfterValidator(one_line)]


class Decision(BaseModel):
    """One person's decision about one letter that was fetched for one season.

    `rules` are the critical rules that the letter broke when the decision was made. An accept also has
    `statement_hash`, a hash of the authority, season and figures that the person saw; an accept has `authority_id`
    if the person said which authority the letter is to. `decided_at` is in UTC, and no result depends on it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    season: int = Field(ge=FIRST_SEASON, le=LAST_SEASON)
    letter_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    ruling: Ruling
    rules: tuple[str, ...] = ()
    authority_id: str | None = None
    statement_hash: str | None = Field(default=None, pattern=r"^[0-9a-f]{16}$")
    decided_by: OneLine
    decided_at: AwareDatetime
    reason: OneLine

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.ruling is Ruling.ACCEPT and not (self.rules and self.statement_hash):
            raise ValueError("an accept needs the rules that it is about, and a statement_hash")
        if self.ruling is not Ruling.ACCEPT and (self.authority_id or self.statement_hash):
            raise ValueError("only an accept has an authority_id or a statement_hash")
        return self

    @field_serializer("decided_at")
    def _in_utc(self, decided_at: AwareDatetime) -> str:
        return decided_at.astimezone(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Decisions:
    """All decisions ever made, the oldest first."""

    history: tuple[Decision, ...] = ()

    def about(self, season: Season, letter_sha256: str) -> tuple[Decision, ...]:
        """Return the decisions about a letter that was fetched for a season, the oldest first."""
        return tuple(
            decision
            for decision in self.history
            if decision.season == season.year and decision.letter_sha256 == letter_sha256
        )

    def in_force(self, season: Season, letter_sha256: str) -> Decision | None:
        """Return the decision that is in force about a letter of a season. Return None if nobody has decided, or if
        the last line about the letter is a withdrawal.
        """
        about = self.about(season, letter_sha256)
        return about[-1] if about and about[-1].ruling is not Ruling.WITHDRAW else None

    def rejects(self, season: Season, letter_sha256: str) -> bool:
        """Return whether a person has rejected a letter of a season, and the rejection is in force."""
        decision = self.in_force(season, letter_sha256)
        return decision is not None and decision.ruling is Ruling.REJECT

    def authority_id(self, season: Season, letter_sha256: str) -> str | None:
        """If a person said which authority a letter is to, and that decision is in force, return the id of the
        authority. Otherwise return None.
        """
        decision = self.in_force(season, letter_sha256)
        return None if decision is None else decision.authority_id

    def and_(self, decision: Decision) -> "Decisions":
        """Return these decisions followed by a newer decision."""
        return Decisions((*self.history, decision))

    def content_hash(self, landed: Collection[tuple[int, str]]) -> str:
        """Return a sha256 over the decisions in force about landed letters. `landed` has the season and sha256 of
        each landed letter.

        The hash leaves out who decided, when and why. It also leaves out decisions about letters that are no longer
        landed.
        """
        last = {(one.season, one.letter_sha256): one for one in self.history}
        deciding = sorted(
            f"{season} {sha256} {one.ruling} {sorted(one.rules)} {one.authority_id} {one.statement_hash}"
            for (season, sha256), one in last.items()
            if one.ruling is not Ruling.WITHDRAW and (season, sha256) in landed
        )
        return hashlib.sha256("\n".join(deciding).encode()).hexdigest()


NO_DECISIONS = Decisions()


def statement_hash(letter: Letter) -> str:
    """Return 16 hexadecimal digits: a hash over a letter's authority, season and figures, as they were read."""
    figures = sorted(
        (figure.measure, figure.category or "", f"{figure.value.normalize():f}") for figure in letter.figures
    )
    statement = [letter.header.authority_name, letter.header.season, figures]
    return hashlib.sha256(json.dumps(statement).encode()).hexdigest()[:16]


def read_decisions(landing_folder: Place) -> Decisions:
    """Return the decisions that are kept in landing's folder. If there is no file of decisions, return no
    decisions.

    Raise DecisionError if a line is no decision, so that a damaged file decides nothing.
    """
    path = landing_folder / FILE_NAME
    lines = enumerate(lines_of(path), start=1)
    return Decisions(tuple(_decision(line, f"{path}, line {number}") for number, line in lines))


def record_decision(landing_folder: Place, decision: Decision) -> None:
    """Add a decision to the file that is kept in landing's folder. The caller holds the writer lock.

    The whole file is written under another name and then renamed, so that no reader sees half a line. Raise
    DecisionError if a line of the file is no decision.
    """
    history = read_decisions(landing_folder).and_(decision).history
    path = landing_folder / FILE_NAME
    with replaced(path, is_synced=True) as incoming, incoming.open("w", encoding="utf-8") as file:
        file.writelines(one.model_dump_json(exclude_defaults=True) + "\n" for one in history)


def _decision(line: bytes, place: str) -> Decision:
    try:
        return Decision.model_validate_json(line)
    except ValidationError as error:
        faults = "; ".join(
            ": ".join(filter(None, (".".join(map(str, fault["loc"])), fault["msg"]))) for fault in error.errors()
        )
        raise DecisionError(
            f"{place} is no decision ({faults}): put the line right, or take it out; until then nothing is decided"
        ) from None
