"""The input of the arithmetic: the figures that were read from a season's letters, and the numbers in the slots of
unknown sentences.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from redress.model.letter import Letter
from redress.model.season import Season
from redress.read.wording.patterns import Pattern
from redress.read.wording.tokens import SlotKind

Values = npt.NDArray[np.float64]
"""One value for each letter of the season. For a letter without a value it is NaN."""
POPULATION = "(population)"
LEAST_OF_A_TYPE = 5
"""If there are fewer letters to councils of one type, they are not compared with each other."""


@dataclass(frozen=True)
class SlotPlace:
    """Which slot is meant: the index of a pattern (a sentence that several letters share), and the index of the
    slot in it.
    """

    pattern: int
    slot: int


@dataclass(frozen=True)
class Facts:
    """The facts of a season: the letters, the types and populations of their councils, and the patterns with their
    slots.

    A figure is named by its measure. A figure of a table is named by its measure and its category, with a colon
    between them.
    """

    season: Season
    letters: tuple[Letter, ...]
    types: tuple[str | None, ...]
    populations: tuple[int | None, ...]
    patterns: tuple[Pattern, ...]

    @property
    def count(self) -> int:
        return len(self.letters)

    @cached_property
    def read(self) -> dict[str, Values]:
        """The values that the reader has read, by the name of the figure, and the populations of the councils."""
        found: dict[str, Values] = {}
        for index, letter in enumerate(self.letters):
            for figure in letter.figures:
                name = figure.measure if figure.category is None else f"{figure.measure}:{figure.category}"
                found.setdefault(name, np.full(self.count, np.nan))[index] = float(figure.value)
        if any(people is not None for people in self.populations):
            found[POPULATION] = np.array([np.nan if people is None else people for people in self.populations])
        return found

    @cached_property
    def slots(self) -> dict[SlotPlace, Values]:
        """The values of the slots that hold numbers, by slot."""
        found: dict[SlotPlace, Values] = {}
        for index, pattern in enumerate(self.patterns):
            for number, slot in enumerate(pattern.slots):
                if slot.kind in (SlotKind.NUMBER, SlotKind.PER_CENT):
                    values = np.full(self.count, np.nan)
                    for letter, value in slot.numbers.items():
                        values[letter] = value
                    found[SlotPlace(index, number)] = values
        return found

    @cached_property
    def groups(self) -> tuple[npt.NDArray[np.int64], ...]:
        """The indexes (in `letters`) of the letters to councils of each type. A type with too few letters is left
        out.
        """
        names = sorted({name for name in self.types if name is not None})
        members = (np.array([i for i, one in enumerate(self.types) if one == name]) for name in names)
        return tuple(group for group in members if len(group) >= LEAST_OF_A_TYPE)

    @cached_property
    def type_of(self) -> npt.NDArray[np.int64]:
        """The type of each letter's council, as a number that stands for the type; -1 if the type is not known."""
        names = sorted({name for name in self.types if name is not None})
        return np.array([-1 if one is None else names.index(one) for one in self.types], dtype=np.int64)

    def kind(self, place: SlotPlace) -> SlotKind:
        """Return the kind of a slot."""
        return self.patterns[place.pattern].slots[place.slot].kind

    def has_decimals(self, place: SlotPlace) -> bool:
        """Return whether a slot holds numbers with decimals."""
        return self.patterns[place.pattern].slots[place.slot].has_decimals

    def is_missing(self, figure: str, place: SlotPlace) -> bool:
        """Return whether a figure is missing in the letters that have a slot: the reader has read it in hardly any
        of them.
        """
        if figure not in self.read:
            return True
        here = ~np.isnan(self.slots[place])
        return bool((~np.isnan(self.read[figure][here])).mean() <= MOST_READ_SHARE)

    def is_read(self, figure: str) -> bool:
        """Return whether the reader has read the figure in some letter."""
        return figure in self.read

    def values(self, figure: str, place: SlotPlace | None) -> Values:
        """Return the values of a figure. If a letter has the slot `place`, its value comes from the slot.
        Otherwise, or if `place` is None, the value is what the reader has read.
        """
        read = self.read.get(figure, np.full(self.count, np.nan))
        if place is None:
            return read
        slot = self.slots[place]
        return np.where(np.isnan(slot), read, slot)


MOST_READ_SHARE = 0.1
"""If a figure was read in a larger share of the letters that have a slot, the slot does not state this figure."""
