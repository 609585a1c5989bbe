"""Judge a season's letters: each rule is asked once, for the gate and for quarantine alike."""

from collections.abc import Sequence
from dataclasses import replace

from redress.check.decisions import NO_DECISIONS, Decisions
from redress.check.rivals import rivalries_of
from redress.check.rule import Check
from redress.check.season_rules import SEASON_RULES
from redress.check.standing import Standing, placed_letter
from redress.model.authorities import Authorities
from redress.model.letter import Letter
from redress.model.season import Season


def stand(
    letters: Sequence[Letter], season: Season, authorities: Authorities, decisions: Decisions = NO_DECISIONS
) -> tuple[Standing, ...]:
    """Each letter with its authority as of the period's end, the letter that supersedes it, and its checks.

    A letter that a person rejected stands in no other's way; it is still checked itself.
    """
    alive = {authority.authority_id: authority for authority in authorities.alive_on(season.period_end)}
    placed = tuple(placed_letter(letter, season, authorities, alive, decisions) for letter in letters)
    found = [(rule, rule.check(placed)) for rule in SEASON_RULES]
    superseded_by = {sha256: rivalry.superseded_by for sha256, rivalry in rivalries_of(placed).items()}
    return tuple(
        replace(
            standing,
            superseded_by=superseded_by.get(standing.letter.sha256),
            checks=tuple(
                Check(rule.name, rule.severity, outcome.is_passed, outcome.detail)
                for rule, outcomes in found
                if (outcome := outcomes.get(standing.letter.sha256)) is not None
            ),
        )
        for standing in placed
    )
