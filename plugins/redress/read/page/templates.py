"""Templates of sentences, and the regular expressions with which sentences are searched.

`sentences.py` explains the brackets and braces of a template.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from redress.read.page.dates import A_DATE
from redress.read.page.document import Segment
from redress.read.page.numbers import BEGINNING_OF_A_NUMBER, COUNT, COUNT_IN_WORDS, PERCENTAGE

_KINDS = {
    "count": rf"(?:{COUNT}|{COUNT_IN_WORDS})",
    "percent": PERCENTAGE,
    "rate": r"[0-9]{1,4}(?:\.[0-9]{1,3})?(?:\s*%)?",  # one page of 2025 prints "0.8% upheld decisions per 100,000"
    "date": A_DATE,
    "years": r"20[0-9]{2}\s*[/-]\s*(?:20)?[0-9]{2}",
    "words": r".{1,120}?",
}
_PART = re.compile(r"\{(?P<name>\w+):(?P<kind>\w+)\}|(?P<mark>[\[\]()|])|(?P<space>\s+)|(?P<word>[^\s\[\]()|{}]+)")


def ruled(lines: Iterable[Segment]) -> str:
    """Return the text of lines in small letters, without spaces (see `squeezed`), and with a line break before and
    after each line.
    """
    return "\n".join(("", *(line.squeezed.casefold() for line in lines), ""))


@dataclass(frozen=True)
class Phrase:
    """Words of a sentence in small letters, and a regular expression for the text that follows them on the line."""

    words: tuple[str, ...]
    following: str

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return self._pattern(self.words)

    @cached_property
    def _divided(self) -> tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]:
        """Each way to divide the words over two lines, as three values: the words that end the first line; a
        regular expression for a second line that begins with all remaining words; and every possible second line
        that holds none or only the first few of the remaining words.
        """
        divided = []
        for place in range(1, len(self.words)):
            rest = self.words[place:]
            parts = tuple("\n" + "".join(rest[:count]) + "\n" for count in range(len(rest)))
            divided.append(("".join(self.words[:place]) + "\n", self._pattern(("\n", *rest)), parts))
        return tuple(divided)

    def _pattern(self, words: Sequence[str]) -> re.Pattern[str]:
        return re.compile(re.escape("".join(words)) + self.following)

    def may_stand_in(self, text: str) -> bool:
        """Return whether the words stand on one line of a text, or at the end of a line and the beginning of
        another line.
        """
        if self._whole.search(text):
            return True
        return any(
            end in text and (begins.search(text) is not None or any(part in text for part in parts))
            for end, begins, parts in self._divided
        )


def phrases_of(template: str) -> tuple[Phrase, ...]:
    """Return the phrases of a template. A phrase is a group of words that always follow each other directly.
    Between two phrases stands a name in braces, a choice or an optional word.
    """
    phrases: list[Phrase] = []
    words: list[str] = []
    depth = 0
    for part in _parts(template + "[]"):
        if part["word"] and depth == 0:
            words.append(part["word"].casefold())
        elif not part["space"]:
            if words:
                is_before_a_number = depth == 0 and part["kind"] in ("count", "percent", "rate")
                following = rf"\s?(?:{BEGINNING_OF_A_NUMBER}|\n)" if is_before_a_number else ""
                phrases.append(Phrase(tuple(words), following))
            words = []
            depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(part["mark"] or "", 0)
    return tuple(phrases)


def pattern_without_numbers(template: str, first: str, within: str) -> str:
    """Return a regular expression for a sentence in which each number is replaced by a given expression: by `first`
    if the number stands before the sentence's first word (not counting "In"), otherwise by `within`.
    """
    return pattern_of(template, (first, within))


def pattern_of(template: str, holes: tuple[str, str] | None = None) -> str:
    """Return a regular expression for a sentence. It has a named group for each number, date and name.

    If `holes` is given, its two expressions replace the numbers, as `first` and `within` do in
    `pattern_without_numbers`. Raise ValueError if the template has a character that templates must not have.
    """
    pieces: list[str] = []
    has_words = False
    for part in _parts(template):
        has_words = has_words or (part["word"] is not None and part["word"] != "In")
        if part["name"] and holes is not None and part["kind"] in ("count", "percent", "rate"):
            pieces.append(holes[has_words])
        elif part["name"]:
            kind = _KINDS[part["kind"]]
            pieces.append(
                rf"(?<![\d.,£]){_group(part['name'], kind)}"
                if part["kind"] != "words"
                else _group(part["name"], kind)
            )
        elif part["mark"]:
            pieces.append({"[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|"}[part["mark"]])
        elif part["space"]:
            pieces.append(r"\s?")
        else:
            pieces.append(re.escape(part["word"]))
    return "".join(pieces) + (r"(?!\d)" if template.endswith("}") else "")


def _group(name: str, kind: str) -> str:
    return f"(?P<{name}>{kind})"


def _parts(template: str) -> Iterator[re.Match[str]]:
    position = 0
    for part in _PART.finditer(template):
        if part.start() != position:
            raise ValueError(f"{template!r} cannot be read from {template[position:]!r} on")
        position = part.end()
        yield part
