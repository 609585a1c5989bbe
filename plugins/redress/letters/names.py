"""Names: whether the statistics are of the authority that the letter is to, as far as they name one.

They do so in the heading of a report, in the sentence that adjusts for a population, and where a page of statistics
is headed with a council's name. Another name than the letter's is for a person to look at: the page may have come
from another letter, or the letter may be about a council that its addressee took over.
"""

import re
from collections.abc import Iterator

from redress.letters.document import Document, Segment
from redress.letters.records import Conflict, Figure
from redress.letters.statistics import is_behind, signature_of

_REPORT_OF = re.compile(r"local\s+authority\s+report\s*[:\-,]?\s+(?:for\s+|of\s+)?(?P<name>.+)", re.IGNORECASE)
_POPULATION_OF = re.compile(r"Adjusted\s+for\s+(?P<name>.+?)'?s?'?\s+population\b", re.IGNORECASE)
_COUNCIL = re.compile(
    r"(?:[A-Z][\w'-]*|of|and|&|upon|the|in|with|on)(?:,?\s+(?:[A-Z][\w'-]*|of|and|&|upon|the|in|with|on)){0,7}\s+Council"
    r"|(?:The\s+)?(?:London|Royal)\s+Borough\s+of(?:\s+(?:[A-Z][\w'-]*|and|&|upon)){1,5}"
)
"""A line that is a council's name and nothing else."""
_COMMON_WORD = re.compile(
    "the|of|and|your|our|this|council|corporation|authority|borough|city|county|district|metropolitan|london|royal"
)
"""Words that do not tell one council from another."""


def another_authority(
    document: Document, authority_name: str | None, figures: tuple[Figure, ...]
) -> tuple[Conflict, ...]:
    """A conflict for each name in the statistics that is not the letter's authority's."""
    if authority_name is None:
        return ()
    own = _proper(authority_name)
    return tuple(
        Conflict("upheld_count", f'the letter is to {authority_name}, and "{words}" stands in its statistics')
        for name, words in dict(_named(document, figures)).items()
        if _proper(name) and _proper(name) != own
    )


def _named(document: Document, figures: tuple[Figure, ...]) -> Iterator[tuple[str, str]]:
    """Each name that the statistics give, with the words that it stands in."""
    for figure in figures:
        if match := _POPULATION_OF.search(figure.sentence):
            yield match["name"], match.group()
    signature = signature_of(document)
    for line in document.segments:
        if match := _REPORT_OF.fullmatch(line.text):
            yield match["name"], line.text
        elif _is_heading(line, signature):
            yield line.text, line.text


def _is_heading(line: Segment, signature: Segment | None) -> bool:
    """Whether a line of the pages behind the letter proper is a council's name."""
    return (
        signature is not None
        and line.page > signature.page
        and is_behind(line, signature)
        and _COUNCIL.fullmatch(line.text) is not None
    )


def _proper(name: str) -> str:
    """What is left of a name without common words, in small letters and without spaces and marks."""
    words = re.findall(r"[^\W_]+", name.casefold().replace("'", ""))
    return "".join(word for word in words if not _COMMON_WORD.fullmatch(word))
