"""Quarantine: the letters that the rules hold back, and people's decisions about them."""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass

from redress.check.decisions import (
    Decision,
    DecisionError,
    Ruling,
    read_decisions,
    record_decision,
    statement_hash,
)
from redress.check.dispose import HELD_VERDICTS, SHOWN_SHA256_LENGTH, broken_rules
from redress.check.judge import judge
from redress.check.rule import Check
from redress.model.landed import Disposition, Fate, LandedLetter
from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.settings import Settings
from redress.warehouse.landing import Landing
from redress.warehouse.writer_lock import WriterLock


@dataclass(frozen=True)
class Case:
    """A landed letter with all that a person needs for a decision: its checks, its disposition, and the decisions
    about it.
    """

    landed: LandedLetter
    checks: tuple[Check, ...]
    disposition: Disposition
    decisions: tuple[Decision, ...]

    @property
    def is_waiting(self) -> bool:
        """Whether the letter waits for a decision: it is in quarantine, and nobody has rejected it."""
        return self.disposition.disposition is Fate.QUARANTINED and self.disposition.decided_by is None

    @property
    def broken_rule_names(self) -> tuple[str, ...]:
        """The names of the critical rules that the letter breaks."""
        return tuple(check.rule for check in broken_rules(self.checks))

    @property
    def authority(self) -> str:
        """The name of the authority as the letter prints it, and the id of the authority that the letter is to."""
        printed = self.landed.letter.header.authority_name or "(no authority named)"
        return f"{printed} ({self.disposition.authority_id or 'not known'})"

    def __str__(self) -> str:
        return f"letter {self.landed.letter.sha256[:SHOWN_SHA256_LENGTH]} of season {self.landed.season}"


@dataclass(frozen=True)
class Effect:
    """What a decision did: the letter that the decision is about, and the other letters that got another
    disposition because of the decision.
    """

    decision: Decision
    case: Case
    others: tuple[Case, ...]


@dataclass(frozen=True)
class Quarantine:
    """The landed letters, and the decisions that are kept with them.

    A decision is recorded and changes landing at once, under the writer lock. No letter is read again. Readers see
    the effect with the next release. Methods raise DecisionError if a decision cannot be made, or if nothing is
    landed.
    """

    settings: Settings

    def cases(self, season: Season | None = None) -> tuple[Case, ...]:
        """Return each letter that is in quarantine, or about which a person has decided. If no season is given,
        return the letters of all seasons.

        The letters are sorted by season, then by address.
        """
        decisions = read_decisions(self.settings.landing_folder)
        return self._cases(
            season,
            lambda of_season, disposition: (
                disposition.disposition is Fate.QUARANTINED
                or bool(decisions.about(of_season, disposition.letter_sha256))
            ),
        )

    def case(self, prefix: str, season: Season | None = None) -> Case:
        """Return the landed letter whose sha256 begins with `prefix`, whether the letter is in quarantine or not.

        Raises DecisionError if no letter, or more than one letter, has such a sha256.
        """
        found = self._cases(season, lambda _, disposition: disposition.letter_sha256.startswith(prefix.lower()))
        if not found:
            raise DecisionError(
                f'no letter that is landed has a sha256 beginning with "{prefix}": redress quarantine list --all '
                "shows those that were held back"
            )
        if len(found) > 1:
            listed = "; ".join(f"{case}: {case.authority}" for case in found[:5])
            more = f" and {len(found) - 5} more" if len(found) > 5 else ""
            raise DecisionError(
                f'{len(found)} letters have a sha256 beginning with "{prefix}": {listed}{more}; give more of it, '
                "or --season"
            )
        return found[0]

    def _cases(self, season: Season | None, is_wanted: Callable[[Season, Disposition], bool]) -> tuple[Case, ...]:
        landing = Landing(self.settings.landing_folder)
        decisions = read_decisions(landing.folder)
        landed_seasons = landing.seasons()
        if not landed_seasons or (season is not None and season not in landed_seasons):
            what = "nothing has" if season is None else f"season {season} has not"
            raise DecisionError(f"{what} been landed in {landing.folder}: run it first, redress run SEASON")
        found: list[Case] = []
        for landed_season in landed_seasons if season is None else (season,):
            dispositions = {
                sha256: disposition
                for sha256, disposition in landing.dispositions(landed_season).items()
                if is_wanted(landed_season, disposition)
            }
            if not dispositions:
                continue
            checks = landing.checks(landed_season)
            letters = sorted(landing.letters(landed_season, dispositions), key=lambda landed: landed.source_address)
            found += [
                Case(landed, checks.get(sha256, ()), dispositions[sha256], decisions.about(landed_season, sha256))
                for landed in letters
                for sha256 in [landed.letter.sha256]
            ]
        return tuple(found)

    def accept(
        self,
        prefix: str,
        *,
        reason: str,
        by: str,
        rules: Collection[str] = (),
        authority_id: str | None = None,
        season: Season | None = None,
    ) -> Effect:
        """Accept a letter in quarantine although it breaks rules, so that its figures come into the warehouse.

        If `rules` is given, it must name exactly the critical rules that the letter breaks. `authority_id`, if
        given, says which authority the letter is to.
        """

        def decided(case: Case) -> Decision:
            if case.disposition.disposition is not Fate.QUARANTINED:
                raise DecisionError(
                    f"{case} is not in quarantine but {case.disposition.disposition} ({case.disposition.reason}): "
                    "there is nothing to accept"
                )
            broken = case.broken_rule_names
            if rules and set(rules) != set(broken):
                raise DecisionError(
                    f"{case} breaks {', '.join(broken) or 'no rule'}, and --rule names "
                    f"{', '.join(sorted(rules))}: an accept is about all rules that are broken, and no other"
                )
            if not broken:
                raise DecisionError(f"{case} breaks no rule, and is held back by a decision: withdraw that instead")
            return _decision(
                case,
                Ruling.ACCEPT,
                reason=reason,
                by=by,
                rules=broken,
                authority_id=authority_id,
                read_as=statement_hash(case.landed.letter),
            )

        return self._decide(prefix, season, decided, reason, by)

    def reject(self, prefix: str, *, reason: str, by: str, season: Season | None = None) -> Effect:
        """Keep a letter out of the warehouse for good. A letter that breaks no rule can be rejected too."""

        def decided(case: Case) -> Decision:
            if case.landed.letter.verdict not in HELD_VERDICTS:
                raise DecisionError(
                    f"{case} is {case.disposition.disposition} ({case.disposition.reason}): it has no figures that "
                    "could be kept out"
                )
            if case.decisions and case.decisions[-1].ruling is Ruling.REJECT:
                raise DecisionError(f"{case} is rejected already, by {case.decisions[-1].decided_by}")
            return _decision(case, Ruling.REJECT, reason=reason, by=by, rules=case.broken_rule_names)

        return self._decide(prefix, season, decided, reason, by)

    def withdraw(self, prefix: str, *, reason: str, by: str, season: Season | None = None) -> Effect:
        """Take back the decision about a letter, so that the rules alone decide again."""

        def decided(case: Case) -> Decision:
            if not case.decisions or case.decisions[-1].ruling is Ruling.WITHDRAW:
                raise DecisionError(f"nobody has decided about {case}: there is nothing to take back")
            return _decision(case, Ruling.WITHDRAW, reason=reason, by=by)

        return self._decide(prefix, season, decided, reason, by)

    def _decide(
        self, prefix: str, season: Season | None, decided: Callable[[Case], Decision], reason: str, by: str
    ) -> Effect:
        """Record a decision, judge the letter's season again, and land the result. Return what the decision did. If
        the decision is an accept and the letter would still not be accepted, raise DecisionError and change
        nothing.
        """
        if not reason.strip() or not by.strip():
            raise DecisionError("a decision needs who decides (--by) and why (--reason)")
        landing = Landing(self.settings.landing_folder)
        with WriterLock(self.settings):
            case = self.case(prefix, season)
            decision = decided(case)
            of_season = case.landed.season
            letters = landing.letters(of_season)
            decisions = read_decisions(landing.folder).and_(decision)
            authorities = load_authorities(additional=self.settings.additional_authorities)
            witnesses = landing.witness_figures(of_season)
            judgement = judge(of_season, [landed.letter for landed in letters], authorities, decisions, witnesses)
            (disposed,) = (
                disposition
                for disposition in judgement.dispositions
                if disposition.letter_sha256 == decision.letter_sha256
            )
            if decision.ruling is Ruling.ACCEPT and disposed.decided_by is None:
                raise DecisionError(
                    f"{case} cannot be accepted like this, and nothing has been recorded. It would be "
                    f"{disposed.disposition}: {disposed.reason}"
                )
            before = landing.dispositions(of_season)
            record_decision(landing.folder, decision)
            landing.replace_season(of_season, letters, judgement.checks, judgement.dispositions)
            others = self._cases(
                of_season,
                lambda _, one: (
                    one.letter_sha256 != decision.letter_sha256
                    and one.disposition != before[one.letter_sha256].disposition
                ),
            )
            return Effect(decision, self.case(decision.letter_sha256, of_season), others)


def _decision(
    case: Case,
    ruling: Ruling,
    *,
    reason: str,
    by: str,
    rules: tuple[str, ...] = (),
    authority_id: str | None = None,
    read_as: str | None = None,
) -> Decision:
    """Return a decision about a letter, dated now. `read_as` is the hash of what was read in the letter."""
    return Decision(
        season=case.landed.season.year,
        letter_sha256=case.landed.letter.sha256,
        ruling=ruling,
        rules=rules,
        authority_id=authority_id,
        statement_hash=read_as,
        decided_by=by,
        decided_at=dt.datetime.now(dt.UTC),
        reason=reason,
    )
