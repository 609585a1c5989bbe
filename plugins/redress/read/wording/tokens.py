"""Tokens: the words of a printed sentence, with a slot for each number, date and name."""

import datetime as dt
import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from redress.read.page.dates import MONTHS, read_date
from redress.read.page.numbers import COUNT, COUNT_IN_WORDS, read_number


class SlotKind(StrEnum):
    """What a slot holds: a number, an amount of money, a date or a name, for example."""

    NUMBER = "number"
    PER_CENT = "percent"
    MONEY = "money"
    DATE = "date"
    YEARS = "years"
    NAME = "words"


_NUMBER = re.compile(
    rf"(?P<before>[(£]*)(?P<number>{COUNT}(?:\.[0-9]+)?|[0-9]+)(?P<sign>%?)(?P<after>[).,;:]*|'s|-.*)", re.ASCII
)
_YEARS = re.compile(r"(?P<before>\(?)(?P<years>20[0-9]{2}\s*[/-]\s*(?:20)?[0-9]{2})(?P<after>[).,;:]*)")
_DAY = re.compile(r"(?:[0-9]{1,2})(?:st|nd|rd|th)?")
_FOUR = re.compile(r"(?P<year>(?:19|20)[0-9]{2})(?P<after>[).,;:]*)")
_IN_WORDS = re.compile(rf"(?P<number>{COUNT_IN_WORDS})(?P<after>[).,;:]*)", re.IGNORECASE)
_BRACES = str.maketrans("{}", "()")
"""Braces mark slots in templates. So braces that a letter prints are replaced by round brackets."""
_NO_NUMBERS = frozenset({"a", "an", "hundred", "one"})
"""Words that are numbers only sometimes; "one of the cases" has no number."""
NAME_MARK = "\N{WHITE SQUARE}"
"""The mark that replaces the authority's name in a line."""


@dataclass(frozen=True)
class Slot:
    """One number, date or name of a sentence: its printed text, and its value if it has a value.

    `place` is the index of the slot's mark among the words of the `Tokens`.
    """

    kind: SlotKind
    text: str
    value: float | None = None
    day: dt.date | None = None
    place: int = 0


_Part = tuple[str, Slot | None, tuple[str, str]]
"""A word as printed, its slot or None, and the signs that are printed before and after the slot."""


@dataclass(frozen=True)
class Tokens:
    """The words of a sentence in small letters; the mark of a slot takes the place of the slot's words. `shown` has
    the words as printed.
    """

    words: tuple[str, ...]
    shown: tuple[str, ...]
    slots: tuple[Slot, ...] = field(default=())

    @property
    def has_number(self) -> bool:
        """Whether a slot holds a number."""
        return any(slot.kind in (SlotKind.NUMBER, SlotKind.PER_CENT) for slot in self.slots)


def may_hold_a_number(word: str) -> bool:
    """Return whether a word has a digit, or may be a number in words."""
    return any(map(str.isdigit, word)) or _IN_WORDS.fullmatch(word) is not None


def tokens_of(printed: Sequence[str], name: str | None) -> Tokens:
    """Return the tokens of printed words. The authority's name, which is `name`, becomes a slot."""
    words: list[str] = []
    shown: list[str] = []
    slots: list[Slot] = []
    unbraced = [word.translate(_BRACES) for word in printed]
    for text, slot, rest in _parts(_with_name(unbraced, name)):
        before, after = rest
        if slot is None:
            words.append(text.casefold())
            shown.append(text)
        else:
            slots.append(Slot(slot.kind, slot.text, slot.value, slot.day, len(words)))
            words.append(f"{before}{{{slot.kind}}}{after}")
            shown.append(f"{before}{{}}{after}")
    if words:
        words[-1] = words[-1].rstrip(".,;:")
        shown[-1] = shown[-1].rstrip(".,;:")
    return Tokens(tuple(words), tuple(shown), tuple(slots))


def _with_name(printed: Sequence[str], name: str | None) -> list[str]:
    """Return words in which NAME_MARK takes the place of the authority's name."""
    words = list(printed)
    own = name.casefold().split() if name else []
    index = 0
    while own and index + len(own) <= len(words):
        here = [word.casefold() for word in words[index : index + len(own)]]
        if here[:-1] == own[:-1] and re.fullmatch(rf"{re.escape(own[-1])}(?:'s|'|[.,;:)])*", here[-1]):
            words[index : index + len(own)] = [NAME_MARK + here[-1].removeprefix(own[-1])]
        index += 1
    return words


def _parts(words: Sequence[str]) -> Iterator[_Part]:
    index = 0
    while index < len(words):
        text, step = words[index], 1
        following = words[index + 1 : index + 3]
        if text.startswith(NAME_MARK):
            yield text, Slot(SlotKind.NAME, "(the authority)"), ("", text.removeprefix(NAME_MARK))
        elif _DAY.fullmatch(text) and len(following) == 2 and following[0].casefold().strip(",.") in MONTHS:
            four = _FOUR.fullmatch(following[1])
            if four is None:
                yield text, None, ("", "")
            else:
                printed = f"{text} {following[0]} {four['year']}"
                yield printed, Slot(SlotKind.DATE, printed, day=read_date(printed)), ("", four["after"])
                step = 3
        elif match := _YEARS.fullmatch(text):
            yield text, Slot(SlotKind.YEARS, match["years"]), (match["before"], match["after"])
        elif match := _NUMBER.fullmatch(text):
            step = yield from _number(text, match, following)
        elif (match := _IN_WORDS.fullmatch(text)) and match["number"].casefold() not in _NO_NUMBERS:
            slot = Slot(SlotKind.NUMBER, match["number"], float(read_number(match["number"])))
            yield text, slot, ("", match["after"])
        else:
            yield text, None, ("", "")
        index += step


def _number(text: str, match: re.Match[str], following: Sequence[str]) -> Generator[_Part, None, int]:
    """Yield the part (see `_Part`) of a number. Return how many words the number and its sign take up.

    `text` is the word with the number, `match` is the number's match in this word, and `following` are the words
    after it.
    """
    value = float(match["number"].replace(",", ""))
    before, after, step = match["before"], match["after"], 1
    kind = SlotKind.MONEY if "£" in before else SlotKind.PER_CENT if match["sign"] else SlotKind.NUMBER
    joined = "".join(following[:2]).casefold()
    if kind is SlotKind.NUMBER and not after and following:
        if following[0].startswith("%"):
            kind, step, after = SlotKind.PER_CENT, 2, following[0][1:]
        elif joined.startswith("percent") or following[0].casefold() == "percent":
            step = 2 if following[0].casefold().startswith("percent") else 3
            kind, after = SlotKind.PER_CENT, ""
    sign = "%" if kind is SlotKind.PER_CENT else ""
    yield text, Slot(kind, f"{match['number']}{sign}", value), (before, after)
    return step
