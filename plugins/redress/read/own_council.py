"""Find the council that a letter's statistics are about. It may differ from the council in the address.

A first page can be missing, councils can share the officer to whom the letter is addressed, and a successor
receives the letter about its predecessor. The words of the statistics and the letter's title decide. If they do not
decide, a person has to look.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from redress.model.letter import Conflict, Figure, Header
from redress.read.council_names import COUNCIL_NAME, councils_in, is_another, is_part_of
from redress.read.page.document import Document, Segment
from redress.read.scope import names_in_statistics
from redress.read.signatory import SALUTATION, first_signature, is_signed_by_the_ombudsman, signatory

LINES_OF_A_TITLE = 3
"""The letter's title stands on one of this many lines below the salutation."""
MOST_TITLE_WORDS = 14
FIRST_PARAGRAPHS_LENGTH = 900
"""This many characters after the salutation count as the first paragraphs, in which a letter says what it is
about."""
_NO_NAME = re.compile(
    r"^(?:(?:As|At|By|For|From|If|In|On|To|When|Where|While|Each|Every|Any|All|Most|Some|Other|Another|Dear|With)\s+)+"
)
_PREDECESSOR = re.compile(
    r"\b(?:predecessors?|former(?:ly)?|legacy|abolished|dissolved|superseded|replaced|succeeded|inherited"
    r"|ceased\s+to\s+exist|took\s+over)\b",
    re.IGNORECASE,
)
_A_PREDECESSOR = re.compile(
    r"\b(?:your\s+)?(?:predecessor|former|legacy|abolished|dissolved)\s+(?:[\w'-]+\s+){0,3}?"
    r"(?:councils?|authorit(?:y|ies)|boroughs?|districts?)\b|\b(?:your|the\s+council's)\s+predecessors?\b",
    re.IGNORECASE,
)


def with_its_council(document: Document, header: Header, figures: Sequence[Figure]) -> Header:
    """Return the header with the council that the statistics are about, as far as the letter and the statistics
    name it.

    If the first page is missing and the Ombudsman signed, the header gets the council that the statistics name, if
    they name only one. If the address names several councils, the header gets the only one of them that the title
    or the statistics name.
    """
    if header.authority_name is None:
        names = [names[0] for names, _ in names_in_statistics(document, figures)]
        is_without_address = not any(SALUTATION.fullmatch(line.text) for line in document.segments)
        if (
            names
            and is_without_address
            and is_signed_by_the_ombudsman(signatory(document))
            and not any(is_another(name, names[0]) for name in names)
        ):
            return replace(header, authority_name=max(names, key=len))
        return header
    councils = councils_in(header.authority_name)
    if len(councils) > 1:
        named = [council for council in councils if _is_named(council, document, figures)]
        if len(named) == 1:
            return replace(header, authority_name=named[0])
    return header


def doubts_of_council(document: Document, header: Header) -> Iterator[Conflict]:
    """Yield a conflict for each sign that the header may have the wrong council: the address names several
    councils, or a title or a sentence may be about another council (see `_words_about_others`).
    """
    if header.authority_name is None:
        return
    councils = councils_in(header.authority_name)
    if len(councils) > 1:
        yield Conflict(
            "upheld_count",
            f"the letter is addressed to {len(councils)} councils, {header.authority_name}, and neither its title "
            "nor its statistics name one of them alone",
        )
        return
    for words in dict.fromkeys(_words_about_others(document, header.authority_name)):
        yield Conflict("upheld_count", f'the letter is to {header.authority_name}, and says "{words}"')


def _is_named(council: str, document: Document, figures: Sequence[Figure]) -> bool:
    in_statistics = (name for names, _ in names_in_statistics(document, figures) for name in names)
    in_titles = (match.group() for line in _title(document) for match in COUNCIL_NAME.finditer(line.text))
    return any(not is_another(name, council) for name in (*in_statistics, *in_titles))


def _words_about_others(document: Document, own_name: str) -> Iterator[str]:
    """Yield each title and each sentence that may be about another council. Such a title names another council.
    Such a sentence speaks of a predecessor, or names another council within the first paragraphs.
    """
    for line in _title(document):
        if any(_is_of_others(match.group(), own_name) for match in COUNCIL_NAME.finditer(line.text)):
            yield line.text
    text = " ".join(line.text for line in _body(document))
    start = 0
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        names_another = any(_is_of_others(match.group(), own_name) for match in COUNCIL_NAME.finditer(sentence))
        is_early = start < FIRST_PARAGRAPHS_LENGTH
        if (names_another and (is_early or _PREDECESSOR.search(sentence))) or _A_PREDECESSOR.search(sentence):
            yield sentence
        start += len(sentence) + 1


def _is_of_others(name: str, own_name: str) -> bool:
    proper = _NO_NAME.sub("", name)
    return is_another(proper, own_name) and not is_part_of(own_name, proper)


def _body(document: Document) -> tuple[Segment, ...]:
    """Return the lines between the salutation and the first signature. If no signature follows the salutation,
    return all lines after the salutation. Return no lines if there is no salutation.
    """
    lines = document.segments
    greeted = next((index for index, line in enumerate(lines) if SALUTATION.fullmatch(line.text)), None)
    if greeted is None:
        return ()
    signed = first_signature(document)
    return lines[greeted + 1 : signed if signed is not None and signed > greeted else len(lines)]


def _title(document: Document) -> tuple[Segment, ...]:
    return tuple(line for line in _body(document)[:LINES_OF_A_TITLE] if len(line.words) <= MOST_TITLE_WORDS)
