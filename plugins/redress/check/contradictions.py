"""Contradictions within a letter: the letter was read with certainty, and states a rate that its counts do not
give.

About one letter in a hundred does so (for example, a letter prints 93% beside "22 of 24", which is 92%). Such a
letter stays in quarantine for a person. If a second witness prints the same figures, the letter was read right
beyond doubt. Then the letter is loaded with a flag, and with both the stated rate and the recomputed rate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from redress.check.letter_rules import SHARES, Share, is_certain
from redress.check.rule import Check, Finding
from redress.check.standing import Standing
from redress.model.letter import Letter, Verdict
from redress.model.witness import WitnessFigure


def with_contradictions_borne_out(standing: Standing, witnesses: Iterable[WitnessFigure]) -> Standing:
    """Return a letter with all its checks. A check that failed because the letter contradicts itself becomes a
    passed check if a second witness prints the same figures.
    """
    if standing.authority is None:
        return standing
    own = [one for one in witnesses if one.authority_id == standing.authority.authority_id]
    checks = [_borne_out(check, standing.letter, own) for check in standing.letter_checks]
    contradictions = tuple(
        after.detail for before, after in zip(standing.letter_checks, checks, strict=True) if before != after
    )
    return replace(standing, letter_checks=tuple(checks), contradictions=contradictions)


def source_agrees_with_itself(standings: Sequence[Standing]) -> dict[str, Finding]:
    """Return, for each letter that states figures, a finding that fails if a second witness prints the letter's
    contradiction too.
    """
    return {
        standing.letter.sha256: Finding(
            not standing.contradictions, "; ".join(standing.contradictions) or "no contradiction was borne out"
        )
        for standing in standings
        if standing.letter.verdict is Verdict.EXTRACTED
    }


def _borne_out(check: Check, letter: Letter, witnesses: Sequence[WitnessFigure]) -> Check:
    share = SHARES.get(check.rule)
    if share is None or not check.holds_back or not is_certain(letter, share) or letter.value(share.whole) == 0:
        return check
    addresses = sorted({one.source_address for one in witnesses})
    same = next((one for one in addresses if _prints_the_same(letter, share, witnesses, one)), None)
    if same is None:
        return check
    return replace(check, is_passed=True, detail=f"{check.detail}; so does a second witness, {same}")


def _prints_the_same(letter: Letter, share: Share, witnesses: Sequence[WitnessFigure], address: str) -> bool:
    said = {(one.measure, one.category): one.value for one in witnesses if one.source_address == address}
    return all(said.get(named) == letter.value(*named) for named in share.named(letter))
