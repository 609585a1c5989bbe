"""The judge: ask each rule once about a season's letters, and say what becomes of each letter.

The gate and the quarantine both judge by this one function.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from redress.check.contradictions import with_contradictions_borne_out
from redress.check.decisions import NO_DECISIONS, Decisions
from redress.check.dispose import dispose
from redress.check.rivals import rivalries_of
from redress.check.rule import Check
from redress.check.season_rules import SEASON_RULES, check_season, expected_authorities
from redress.check.standing import Standing, placed_letter
from redress.model.authorities import Authorities, Authority
from redress.model.landed import Disposition
from redress.model.letter import Letter
from redress.model.season import Season
from redress.model.witness import WitnessFigure


@dataclass(frozen=True)
class Judgement:
    """What the rules, and people's decisions, make of a season's letters.

    `standings` and `dispositions` are in the order of the letters. `expected` are the authorities that must have a
    letter. `season_checks` are the checks of the season as a whole.
    """

    standings: tuple[Standing, ...]
    expected: tuple[Authority, ...]
    season_checks: tuple[Check, ...]
    dispositions: tuple[Disposition, ...]

    @property
    def checks(self) -> tuple[tuple[str | None, Check], ...]:
        """Every check, each with the sha256 of its letter, or with None if the check is about the season as a
        whole.
        """
        return (
            *((standing.letter.sha256, check) for standing in self.standings for check in standing.checks),
            *((None, check) for check in self.season_checks),
        )


def judge(
    season: Season,
    letters: Sequence[Letter],
    authorities: Authorities,
    decisions: Decisions = NO_DECISIONS,
    witnesses: Sequence[WitnessFigure] = (),
) -> Judgement:
    """Judge a season's letters, and ask each rule once. Raise RuleError if a rule raises an error.

    A letter that a person rejected is no rival of other letters, but the rules are still asked about the letter
    itself. If a letter contradicts itself, and a second witness prints the same figures, the contradiction does not
    hold the letter back.
    """
    standings = _stand(season, letters, authorities, decisions, witnesses)
    expected = expected_authorities(standings, season, authorities)
    return Judgement(standings, expected, check_season(standings, expected), dispose(season, standings, decisions))


def _stand(
    season: Season,
    letters: Sequence[Letter],
    authorities: Authorities,
    decisions: Decisions,
    witnesses: Sequence[WitnessFigure],
) -> tuple[Standing, ...]:
    """Return each letter with its authority on the last day of the season's period, how it compares with its
    rivals, and all its checks.
    """
    placed = [
        with_contradictions_borne_out(placed_letter(letter, season, authorities, decisions), witnesses)
        for letter in letters
    ]
    rivalries = rivalries_of(placed)
    placed = [replace(standing, rivalry=rivalries.get(standing.letter.sha256)) for standing in placed]
    answers = [(rule, rule.ask(placed)) for rule in SEASON_RULES]
    return tuple(
        replace(
            standing,
            season_checks=tuple(
                rule.check(findings[standing.letter.sha256])
                for rule, findings in answers
                if standing.letter.sha256 in findings
            ),
        )
        for standing in placed
    )
