"""Analyse a season's letters: find the sentences and rows that no layout knows, and what to add to the layouts so
that the reader reads these sentences and rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from redress.check.letter_rules import RULES_OF_WORDS, check_letter
from redress.model.authorities import OTHER_TYPE_ID, Authorities
from redress.model.letter import Letter, Verdict
from redress.model.season import Season
from redress.read.wording.blocks import Additions
from redress.read.wording.facts import Facts
from redress.read.wording.findings import SentenceFinding, findings_of
from redress.read.wording.pasting import Addition, additions_of
from redress.read.wording.patterns import patterns_of
from redress.read.wording.pieces import SeenLetter
from redress.read.wording.proposals import Strength


@dataclass(frozen=True)
class Analysis:
    """The result of the analysis of a season: its letters, the facts about the letters, and the findings."""

    season: Season
    seen: tuple[SeenLetter, ...]
    facts: Facts
    findings: tuple[SentenceFinding, ...]

    @cached_property
    def additions(self) -> tuple[Addition, ...]:
        """What to add to the layouts (sentences, headings, row labels), so that the reader reads in each slot the
        figure that is proposed first.
        """
        return tuple(additions_of(self.findings, self.season))

    @cached_property
    def to_try(self) -> Additions:
        """The additions for the trial reading: those that arithmetic supports. If arithmetic supports none, all
        additions.
        """
        carried = [one for one in self.additions if one.strength is not Strength.UNPROVEN] or self.additions
        return Additions(
            tuple((one.block, one.sentence.template) for one in carried if one.sentence is not None),
            tuple((one.block, one.heading) for one in carried if one.heading is not None),
            tuple(one.row for one in carried if one.row is not None),
        )

    @property
    def incomplete_count(self) -> int:
        """The number of letters that may say something that no layout knows; see `is_incomplete`."""
        return sum(map(is_incomplete, (one.letter for one in self.seen)))


def is_incomplete(letter: Letter) -> bool:
    """Return whether a letter may say something that no layout knows: its layout is unknown, figures that its
    layout has are missing, or its tables do not add up.
    """
    if letter.verdict is not Verdict.EXTRACTED:
        return letter.verdict is Verdict.UNKNOWN_LAYOUT
    return any(check.rule in RULES_OF_WORDS and not check.is_passed for check in check_letter(letter))


def analysed(season: Season, seen: Sequence[SeenLetter], authorities: Authorities) -> Analysis:
    """Return the analysis of a season: what its letters say that no layout knows."""
    own = tuple(one for one in seen if one.letter.verdict is not Verdict.NOT_A_LETTER)
    letters = tuple(one.letter for one in own)
    councils = [_council(letter, season, authorities) for letter in letters]
    facts = Facts(
        season,
        letters,
        tuple(council_type for council_type, _ in councils),
        tuple(people for _, people in councils),
        tuple(patterns_of([one.pieces for one in own])),
    )
    return Analysis(season, own, facts, tuple(findings_of(facts)))


def _council(letter: Letter, season: Season, authorities: Authorities) -> tuple[str | None, int | None]:
    """Return the type and the population of the council that a letter names. If one of the two is not known, return
    None in its place.
    """
    name = letter.header.authority_name
    found = None if name is None else authorities.resolve(name, season.period_end).authority
    if found is None or found.council_type_id == OTHER_TYPE_ID:
        return None, None
    people = authorities.population(found.authority_id, season)
    return found.council_type_id, None if people is None else people.count
