"""The rules about averages of similar authorities. A letter prints the average of its council's type, so all
letters to councils of one type must print the same average.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from redress.check.rule import Finding
from redress.check.standing import Standing, is_of_its_season
from redress.model.authorities import OTHER_TYPE_ID
from redress.model.letter import Letter
from redress.model.measures import HEADLINE_NAMES

AVERAGE_MEASURES = frozenset(name for name in HEADLINE_NAMES if "_type_average" in name)
"""The measures that a letter prints as averages of similar authorities."""
MAJORITY_LETTERS_COUNT = 3
"""A majority can outvote a letter only if at least this many letters that have a vote, to councils of the same type
as the letter's council, print the average."""


@dataclass(frozen=True)
class _Vote:
    """How many letters to councils of one type print each value of one average. Only letters with a vote are
    counted; `_averages` says which letters have one.
    """

    letters_by_value: Counter[Decimal]

    @property
    def letters_count(self) -> int:
        return self.letters_by_value.total()

    @property
    def majority(self) -> Decimal | None:
        """The value that more than half of the counted letters print, or None if there is no such value or if fewer
        than three letters are counted.
        """
        value, letters_count = self.letters_by_value.most_common(1)[0]
        is_strict = 2 * letters_count > self.letters_count
        return value if self.letters_count >= MAJORITY_LETTERS_COUNT and is_strict else None


@dataclass(frozen=True)
class _Averages:
    """The averages that one letter prints. `printed` has, for each average: its measure, the printed value, and how
    many letters print each value (None if no letter has a vote about the average).
    """

    council_type_id: str
    printed: tuple[tuple[str, Decimal, _Vote | None], ...]


def _averages(standings: Sequence[Standing]) -> dict[str, _Averages]:
    """Return the averages of each letter that the rules about averages apply to, by the letter's sha256.

    The rules apply to a letter that is to a council, states figures of this season and is not superseded.
    Authorities that are not councils have no average. A letter has a vote (its value counts in the majority) only
    if neither a person's rejection nor another critical rule holds the letter back, because a letter that was
    misread elsewhere may be misread here too. So two different letters to one council have no vote until a person
    has chosen one of them. A letter without a vote is still compared with the majority, because a person who looks
    at the letter must learn all that is wrong.
    """
    asked = [
        (standing, standing.authority.council_type_id, standing.rivalry)
        for standing in standings
        if standing.authority is not None
        and standing.authority.council_type_id != OTHER_TYPE_ID
        and is_of_its_season(standing)
        and standing.rivalry is not None
        and standing.rivalry.superseded_by is None
    ]
    votes: dict[tuple[str, str], Counter[Decimal]] = {}
    for standing, council_type_id, rivalry in asked:
        if rivalry.finding.is_passed and not standing.breaks_letter_rule and not standing.is_rejected:
            for measure, value in _printed_averages(standing.letter):
                votes.setdefault((council_type_id, measure), Counter())[value] += 1
    return {
        standing.letter.sha256: _Averages(
            council_type_id,
            tuple(
                (measure, value, _Vote(vote) if (vote := votes.get((council_type_id, measure))) else None)
                for measure, value in _printed_averages(standing.letter)
            ),
        )
        for standing, council_type_id, _ in asked
    }


def _printed_averages(letter: Letter) -> Iterator[tuple[str, Decimal]]:
    for figure in letter.figures:
        if figure.measure in AVERAGE_MEASURES:
            yield figure.measure, figure.value


def type_average_agrees(standings: Sequence[Standing]) -> dict[str, Finding]:
    return {sha256: _agreement(averages) for sha256, averages in _averages(standings).items()}


def _agreement(averages: _Averages) -> Finding:
    contradicted = [
        f"{measure} {value} is printed, and {vote.majority} in {vote.letters_by_value[vote.majority]} of "
        f"{vote.letters_count} letters to councils of the type {averages.council_type_id}"
        for measure, value, vote in averages.printed
        if vote is not None and vote.majority is not None and vote.majority != value
    ]
    if contradicted:
        return Finding(False, "; ".join(contradicted))
    return Finding(
        True, f"no majority of letters to councils of the type {averages.council_type_id} contradicts it"
    )


def type_average_is_settled(standings: Sequence[Standing]) -> dict[str, Finding]:
    return {sha256: _settlement(averages) for sha256, averages in _averages(standings).items()}


def _settlement(averages: _Averages) -> Finding:
    unsettled = [
        f"{measure} {value} is printed, and letters to councils of the type {averages.council_type_id} print "
        + ", ".join(
            f"{other} ({count} of {vote.letters_count})" for other, count in sorted(vote.letters_by_value.items())
        )
        for measure, value, vote in averages.printed
        if vote is not None and vote.majority is None and vote.letters_by_value.keys() | {value} != {value}
    ]
    if unsettled:
        return Finding(False, f"{'; '.join(unsettled)}: too few letters, or no majority, to say which is right")
    return Finding(True, "where letters differ, a majority says which average is right")
