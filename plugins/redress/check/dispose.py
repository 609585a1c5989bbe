"""Say what becomes of each letter of a season (its disposition), by its checks and by people's decisions."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from redress.check.decisions import Decision, Decisions, Ruling, statement_hash
from redress.check.letter_rules import NUMBERS_ARE_POSSIBLE
from redress.check.rule import Check
from redress.check.season_rules import AUTHORITY_IS_KNOWN, ONE_LETTER_PER_AUTHORITY, SEASON_IS_THE_ONE_FETCHED
from redress.check.standing import Standing
from redress.model.landed import Disposition, Fate
from redress.model.letter import Verdict
from redress.model.season import Season

HELD_VERDICTS = (Verdict.EXTRACTED, Verdict.NO_STATISTICS)
"""The verdicts of letters that a critical rule can hold back."""
SHOWN_SHA256_LENGTH = 12
_BY_DECISION = "a person's decision"
"""The words that stand in a disposition's reason in place of the name of the person who decided, because reasons
are published. The name is only in landing, in `decided_by`."""


def dispose(season: Season, standings: Sequence[Standing], decisions: Decisions) -> tuple[Disposition, ...]:
    """Return the disposition of each letter of a season, in the order of `standings`.

    A letter that a person rejected is quarantined, and so is a letter that breaks a critical rule. The rule is
    overruled if a person accepted the letter although it breaks the rule, and the letter still reads as it did when
    the person saw it. Some rules cannot be overruled; `_cannot_be_overruled` says which.
    """
    disposed = [
        _disposition(season, standing, decisions.in_force(season, standing.letter.sha256)) for standing in standings
    ]
    return tuple(_without_collision(one, disposed) for one in disposed)


def broken_rules(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Return the failed checks that hold a letter back: those of critical rules."""
    return tuple(check for check in checks if check.holds_back)


def _disposition(season: Season, standing: Standing, decision: Decision | None) -> Disposition:
    letter = standing.letter
    broken = broken_rules(standing.checks)
    authority_id = None if standing.authority is None else standing.authority.authority_id
    if letter.verdict not in HELD_VERDICTS:
        return Disposition(letter.sha256, Fate(letter.verdict), letter.reason, authority_id)
    if decision is not None and decision.ruling is Ruling.REJECT:
        reason = f"rejected by {_BY_DECISION}: {decision.reason}"
        return Disposition(letter.sha256, Fate.QUARANTINED, reason, authority_id, decided_by=decision.decided_by)

    objections = list(_objections(season, standing, broken, decision))
    if objections:
        return Disposition(letter.sha256, Fate.QUARANTINED, "; ".join(objections), authority_id)
    if letter.verdict is Verdict.EXTRACTED and standing.superseded_by is not None:
        reason = f"another letter to the same authority stands: {standing.superseded_by[:SHOWN_SHA256_LENGTH]}..."
        return Disposition(letter.sha256, Fate.SUPERSEDED, reason, authority_id, standing.superseded_by)
    if letter.verdict is Verdict.EXTRACTED:
        reason = "; ".join(("every critical rule passed", *standing.contradictions))
        disposed = Disposition(letter.sha256, Fate.ACCEPTED, reason, authority_id)
    else:
        disposed = Disposition(letter.sha256, Fate(letter.verdict), letter.reason, authority_id)
    if decision is None or not (broken or decision.authority_id):
        return disposed
    return replace(disposed, reason=_accepted(broken, decision), decided_by=decision.decided_by)


def _accepted(broken: tuple[Check, ...], decision: Decision) -> str:
    """Return the reason for the disposition of a letter that a person accepted."""
    as_whose = f" as a letter to {decision.authority_id}" if decision.authority_id else ""
    although = f", although {', '.join(check.rule for check in broken)} failed" if broken else ""
    return f"accepted by {_BY_DECISION}{as_whose}{although}: {decision.reason}"


def _objections(
    season: Season, standing: Standing, broken: tuple[Check, ...], decision: Decision | None
) -> Iterator[str]:
    """Yield the reasons why a letter is held back: each critical rule that the letter breaks and that no decision
    overrules. If a person has accepted the letter, the reason also says why that decision does not overrule the
    rule.

    Also yield a reason if that person named an authority that is not known or had not begun, or if the letter to
    the named authority is now read otherwise.
    """
    if decision is None:
        yield from (f"{check.rule}: {check.detail}" for check in broken)
        return
    accepted = f"accepted by {_BY_DECISION}"
    if decision.authority_id is not None and standing.decided_authority is None:
        yield (
            f"{accepted} as a letter to {decision.authority_id}, which is not known or began after "
            f"{season.period_end}"
        )
    is_read_as_then = decision.statement_hash == statement_hash(standing.letter)
    for check in broken:
        found = f"{check.rule}: {check.detail}"
        obstacle = _cannot_be_overruled(season, standing, check)
        if obstacle:
            yield f"{found}; {obstacle}"
        elif check.rule not in decision.rules:
            yield f"{found}; {accepted} for {', '.join(decision.rules)}, and this rule is broken too"
        elif not is_read_as_then:
            yield f"{found}; {accepted} for this, but its authority, season or figures are read otherwise now"
    if decision.authority_id is not None and not broken and not is_read_as_then:
        yield f"{accepted} as a letter to {decision.authority_id}, but it is read otherwise now"


def _cannot_be_overruled(season: Season, standing: Standing, check: Check) -> str | None:
    """If nobody may accept a letter that breaks the check's rule, return a message that says why, and what to do
    instead. Otherwise return None.
    """
    if check.rule == ONE_LETTER_PER_AUTHORITY:
        return (
            "two letters cannot both stand for one authority and season: reject the other one, or say whose letter "
            "this one is (--authority)"
        )
    if check.rule == NUMBERS_ARE_POSSIBLE:
        return "a number that cannot be has no place in the warehouse: reject the letter"
    if check.rule == AUTHORITY_IS_KNOWN and standing.authority is None:
        return "there is nowhere to put its figures: say whose letter it is (--authority)"
    if check.rule == SEASON_IS_THE_ONE_FETCHED:
        header = standing.letter.header
        stated = {header.season, *(year.season for year in header.stated_years)} - {None}
        if stated and season.year not in stated:
            return (
                f"it says nowhere that it is of season {season}: reject it here, and put the file with the letters "
                "of its own season"
            )
    return None


def _without_collision(one: Disposition, disposed: Sequence[Disposition]) -> Disposition:
    """Return a letter's disposition. If a person accepted the letter, and another letter to the same authority is
    accepted too, the letter is quarantined.
    """
    if one.disposition != Fate.ACCEPTED or one.decided_by is None:
        return one
    others = [
        other.letter_sha256[:SHOWN_SHA256_LENGTH]
        for other in disposed
        if other is not one and other.disposition == Fate.ACCEPTED and other.authority_id == one.authority_id
    ]
    if not others:
        return one
    reason = (
        f"{one.reason}; but another letter to the same authority is accepted too (sha256 {', '.join(others)}...): "
        "reject one of them"
    )
    return replace(one, disposition=Fate.QUARANTINED, reason=reason, decided_by=None)
