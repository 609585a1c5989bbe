"""A comparison of a season's proposals with the figures that the season's letters were printed to state."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from redress.read.wording.analysis import Analysis
from redress.read.wording.findings import SentenceFinding, SlotFinding
from redress.read.wording.proposals import Strength
from redress.read.wording.tokens import SlotKind
from samples.press.truth import truth_of
from tests.read.wording.changes import NEW, Change
from tests.read.wording.printed import Printed


@dataclass
class Judged:
    """The faults of a season's proposals, each in words, and the figures that are called proven."""

    not_first: list[str] = field(default_factory=list)
    not_found: list[str] = field(default_factory=list)
    wrongly_proven: list[str] = field(default_factory=list)
    proven: set[str] = field(default_factory=set)

    @property
    def is_right(self) -> bool:
        """Whether each new number has the right proposal first, and no wrong proposal is called proven."""
        return not (self.not_first or self.not_found or self.wrongly_proven)


def judged(change: Change, letters: Sequence[Printed], found: Analysis) -> Judged:
    """Compare the proposals with what the letters state; a proven proposal must hold in every letter."""
    result = Judged()
    left = {fragment: list(stated) for fragment, stated in change.states.items()}
    for finding in found.findings:
        text = shown(finding)
        fragment = next((one for one in change.states if one in text), None)
        numbers = [slot for slot in finding.slots if slot.kind in (SlotKind.NUMBER, SlotKind.PER_CENT)]
        stated = change.states.get(fragment or "", ())
        for place, slot in enumerate(numbers):
            expected = stated[place] if place < len(stated) else None
            if expected is not None and fragment is not None:
                if expected in left[fragment]:
                    left[fragment].remove(expected)
                first = None if slot.first is None else slot.first.figure or NEW
                if first != expected:
                    result.not_first.append(f"{text!r}: {first} in place of {expected}")
            for one in slot.proposals:
                name = one.figure or NEW
                if one.strength is Strength.PROVEN:
                    result.proven.add(name)
                    if name != expected and not (expected is None and _is_true(finding, slot, name, letters)):
                        result.wrongly_proven.append(f"{text!r}: {name}")
    result.not_found += [f"{fragment}: {name}" for fragment, names in left.items() for name in names]
    return result


def shown(finding: SentenceFinding) -> str:
    """Return the heading and the words of a sentence, with `{}` in place of each slot."""
    return f"{finding.pattern.heading} | {finding.pattern.text(['{}'] * len(finding.pattern.slots))}"


def _is_true(finding: SentenceFinding, slot: SlotFinding, figure: str, letters: Sequence[Printed]) -> bool:
    values = finding.pattern.slots[slot.place.slot].numbers
    return all(truth_of(letters[letter].content).get(figure) == value for letter, value in values.items())
