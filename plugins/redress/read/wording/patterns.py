"""Patterns: the sentences that several letters of a season share. A pattern has a slot for each number, date and
name, with what each letter prints there.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from redress.read.wording.blocks import block_of_heading, block_of_sentence
from redress.read.wording.pieces import Piece
from redress.read.wording.tokens import Slot, SlotKind

LEAST_LETTERS = 2
LEAST_SHARE = 0.01
"""If at least this share of the letters has a sentence, the sentence belongs to the season's wording."""
SHARED_TITLE_SHARE = 0.2
"""If at least this share of the letters has a line, the line counts as a heading."""
LEAST_OWN_SHARE = 0.9
"""If at least this share of the known sentences below an unknown heading are sentences of one block, the heading
belongs to that block."""
LEAST_LETTERS_OF_A_CONSTANT = 10
"""If at least this many letters have a slot, and all print the same number in it, the number counts as a word, such
as 100,000 in "100,000 residents"."""
MOST_FORMS = 4
"""The most words in which two sentences of one pattern may differ, as "complaint" and "complaints" do. Also the
most forms of one word that a pattern keeps."""
_FORMS = (("was", "were"), ("is", "are"), ("has", "have"), ("a", "an"), ("this", "these"), ("it", "they"))
_UNWRITABLE = re.compile(r"[\[\]()|{}]")


@dataclass
class SlotValues:
    """What letters print in one slot of a pattern, by the letter's index."""

    kind: SlotKind
    by_letter: dict[int, Slot] = field(default_factory=dict)

    @property
    def numbers(self) -> dict[int, float]:
        """The slot's value in each letter, by the letter's index. A slot for a date or a name has no values."""
        return {letter: slot.value for letter, slot in self.by_letter.items() if slot.value is not None}

    @property
    def is_constant(self) -> bool:
        """Whether all letters print the same text in the slot."""
        return len({slot.text for slot in self.by_letter.values()}) == 1

    @property
    def has_decimals(self) -> bool:
        return any("." in slot.text for slot in self.by_letter.values())


@dataclass
class Pattern:
    """A sentence that several letters share. `forms` has the forms of each word, and None in the place of a slot.

    `heading` is the heading above the sentence, and `block` is the name of this heading's block. `block` is None if
    neither the heading nor the known sentences below it tell the block. If the pattern is a known sentence, `known`
    is its template. If the pattern is a row of a table, `row` is its label.
    """

    forms: list[dict[str, None] | None]
    slots: list[SlotValues]
    heading: str
    block: str | None
    is_statistic: bool
    known: str | None = None
    row: str | None = None

    @property
    def letters(self) -> frozenset[int]:
        """The indexes of the letters that have the sentence."""
        return frozenset(letter for slot in self.slots for letter in slot.by_letter)

    def text(self, names: Sequence[str]) -> str:
        """Return the sentence with names in its slots, and with the signs that are printed around the slots."""
        return "".join(self._pieces(iter(names), is_template=False))

    def template(self, names: Sequence[str]) -> str:
        """Return the sentence in the form of a layout's template, with names in its slots."""
        return "".join(self._pieces(iter(names), is_template=True))

    def _pieces(self, names: Iterator[str], *, is_template: bool) -> Iterator[str]:
        gaps = 0
        for place, word in enumerate(self.forms):
            if place:
                yield " "
            if word is None:
                yield next(names)
                continue
            forms = list(word)
            if is_template and any(_UNWRITABLE.search(re.sub(r"\{\}", "", form)) for form in forms):
                gaps += 1
                yield f"{{gap_{gaps}:words}}"
            elif "{}" in forms[0]:
                yield forms[0].replace("{}", next(names))
            else:
                yield forms[0] if len(forms) == 1 else f"({'|'.join(forms)})"


@dataclass(frozen=True)
class _Key:
    """What all pieces of one pattern have in common. If a letter has several equal pieces, `repetition` numbers
    them, from 0.
    """

    words: tuple[str, ...]
    heading: str
    known: str | None
    is_row: bool
    repetition: int = 0


_Group = tuple[_Key, list[tuple[int, Piece]]]


def patterns_of(letters: Sequence[Iterable[Piece]]) -> list[Pattern]:
    """Return the patterns of a season's letters, the most common first. A number of a letter is in only one
    pattern.
    """
    shared = _shared_titles(letters)
    groups: dict[_Key, list[tuple[int, Piece]]] = defaultdict(list)
    for letter, pieces in enumerate(letters):
        counts: Counter[_Key] = Counter()
        for piece in (one for one in pieces if not one.is_read):
            first = _Key(piece.tokens.words, _heading(piece, shared), piece.known, piece.row is not None)
            groups[replace(first, repetition=counts[first])].append((letter, piece))
            counts[first] += 1
    adopted = _adopted(letters, shared)
    merged = _merged(groups)
    merged.sort(key=lambda group: (-_letters_count(group), group[0].is_row, -len(group[0].words)))
    taken: dict[int, set[int]] = defaultdict(set)
    patterns = []
    for key, members in merged:
        free = [(letter, piece) for letter, piece in members if not piece.numbers & taken[letter]]
        if len({letter for letter, _ in free}) < max(LEAST_LETTERS, LEAST_SHARE * len(letters)):
            continue
        for letter, piece in free:
            taken[letter] |= piece.numbers
        patterns.append(_pattern(key, block_of_heading(key.heading) or adopted.get(key.heading), free))
    return [pattern for pattern in patterns if _says_something(pattern)]


def _shared_titles(letters: Sequence[Iterable[Piece]]) -> frozenset[str]:
    counts: Counter[str] = Counter()
    for pieces in letters:
        counts.update({_folded(title) for piece in pieces for title in piece.titles})
    least = max(LEAST_LETTERS, SHARED_TITLE_SHARE * len(letters))
    return frozenset(title for title, count in counts.items() if count >= least)


def _heading(piece: Piece, shared: frozenset[str]) -> str:
    found = (title for title in piece.titles if _folded(title) in shared or block_of_heading(title) is not None)
    return next(found, "")


def _adopted(letters: Sequence[Iterable[Piece]], shared: frozenset[str]) -> dict[str, str]:
    """Return the name of each heading's block, by heading, as far as the known sentences below the heading tell the
    block. `shared` are the lines that count as headings because many letters have them.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for pieces in letters:
        for piece in pieces:
            block = None if piece.known is None else block_of_sentence(piece.known)
            if block is not None:
                counts[_heading(piece, shared)][block] += 1
    return {
        heading: block
        for heading, found in counts.items()
        for block, count in found.most_common(1)
        if heading and count >= LEAST_OWN_SHARE * found.total()
    }


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())


def _letters_count(group: _Group) -> int:
    return len({letter for letter, _ in group[1]})


def _merged(groups: dict[_Key, list[tuple[int, Piece]]]) -> list[_Group]:
    """Join groups of sentences that differ only in the forms of words, such as "complaint" and "complaints"."""
    by_shape: dict[_Key, list[_Group]] = defaultdict(list)
    for key, members in sorted(groups.items(), key=lambda item: -len(item[1])):
        shape = replace(key, words=("",) * len(key.words))
        for first, others in by_shape[shape]:
            if _differ_in_forms(key.words, first.words):
                others.extend(members)
                break
        else:
            by_shape[shape].append((key, list(members)))
    return [group for found in by_shape.values() for group in found]


def _differ_in_forms(one: Sequence[str], other: Sequence[str]) -> bool:
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(pairs) <= MOST_FORMS and all(_is_form(a, b) for a, b in pairs)


def _is_form(one: str, other: str) -> bool:
    short, long = sorted((one.strip(",.;:"), other.strip(",.;:")), key=len)
    is_word = short.replace("-", "").isalpha()
    return is_word and (
        long in (f"{short}s", f"{short}es", short) or (short, long) in _FORMS or (long, short) in _FORMS
    )


def _pattern(key: _Key, block: str | None, members: Sequence[tuple[int, Piece]]) -> Pattern:
    first = members[0][1]
    kinds = first.tokens.slots
    slots = [SlotValues(slot.kind) for slot in kinds]
    places = {slot.place: number for number, slot in enumerate(kinds)}
    forms: list[dict[str, None] | None] = [
        None if place in places and first.tokens.shown[place] == "{}" else {}
        for place in range(len(first.tokens.words))
    ]
    counted: list[Counter[str]] = [Counter() for _ in forms]
    for letter, piece in members:
        for values, slot in zip(slots, piece.tokens.slots, strict=True):
            values.by_letter.setdefault(letter, slot)
        for counter, shown in zip(counted, piece.tokens.shown, strict=True):
            counter[shown] += 1
    for place, (form, counter) in enumerate(zip(forms, counted, strict=True)):
        if form is not None:
            forms[place] = dict.fromkeys(_distinct(counter))
    rows = Counter(piece.row for _, piece in members if piece.row is not None)
    pattern = Pattern(
        forms,
        slots,
        key.heading,
        block,
        sum(piece.is_statistic for _, piece in members) * 2 > len(members),
        first.known,
        rows.most_common(1)[0][0] if rows else None,
    )
    return _without_constants(pattern)


def _distinct(counter: Counter[str]) -> list[str]:
    """Return the forms of a word, the most common first, and at most MOST_FORMS of them. Forms that differ only in
    capitals count as one.
    """
    forms: dict[str, str] = {}
    for shown, _ in counter.most_common():
        forms.setdefault(shown.casefold(), shown)
    return list(forms.values())[:MOST_FORMS]


def _without_constants(pattern: Pattern) -> Pattern:
    """Return a pattern in which constants are words and not slots. A constant is a number or an amount of money
    that at least LEAST_LETTERS_OF_A_CONSTANT letters print, and all print alike. If no slot would be left, return
    the pattern unchanged.
    """
    forms, slots = list(pattern.forms), []
    places = [place for place, form in enumerate(forms) if form is None or any("{}" in one for one in form)]
    for place, slot in zip(places, pattern.slots, strict=True):
        is_word = (
            slot.kind in (SlotKind.NUMBER, SlotKind.MONEY)
            and slot.is_constant
            and len(slot.by_letter) >= LEAST_LETTERS_OF_A_CONSTANT
        )
        if not is_word:
            slots.append(slot)
            continue
        printed = next(iter(slot.by_letter.values())).text
        form = forms[place]
        forms[place] = {printed: None} if form is None else {next(iter(form)).replace("{}", printed): None}
    return replace(pattern, forms=forms, slots=slots) if slots else pattern


def _says_something(pattern: Pattern) -> bool:
    """Return whether a pattern has a slot for a number or a percentage, and also a word of two letters or more."""
    has_words = any(form and re.search(r"[^\W\d_]{2}", next(iter(form))) for form in pattern.forms)
    return has_words and any(slot.kind in (SlotKind.NUMBER, SlotKind.PER_CENT) for slot in pattern.slots)
