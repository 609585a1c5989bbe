"""Names of councils in running text: find a name, and tell whether two names can mean the same council."""

import re

_CAPITAL = r"[A-Z][\w'-]*"
COUNCIL_NAME = re.compile(
    rf"(?:{_CAPITAL},?\s+(?:(?:of|and|&|upon|the|in|with|on)\s+)*){{0,7}}{_CAPITAL}\s+Council\b"
    rf"|\b(?:London|Royal)\s+Borough\s+of\s+{_CAPITAL}(?:\s+(?:(?:and|&|upon)\s+)?{_CAPITAL})*"
)
_COMMON_WORD = re.compile("the|of|and|your|our|this|council|corporation|authority|london|royal")
_KIND_OF_COUNCIL = re.compile("borough|city|county|district|metropolitan")
"""Words that distinguish two councils only if both names have such a word and the words differ."""
_BETWEEN_COUNCILS = re.compile(
    r"(?<=\bCouncil)(?:\s*[,&/]\s*|\s+and\s+)+(?=[A-Z])|(?:\s*[,&/]\s*|\s+and\s+)(?=(?:London|Royal)\s+Borough\s+of\b)"
)
_SEVERAL = re.compile(r"(?P<names>.+\band\b.+?)\s+(?:(?:\w+\s+)?Councils|Boroughs)\b")


def is_another(name: str, own_name: str) -> bool:
    """Return whether a name cannot mean the council with the name `own_name`."""
    proper, kinds = _proper(name)
    own_proper, own_kinds = _proper(own_name)
    return bool(proper) and (proper != own_proper or bool(kinds and own_kinds and not kinds & own_kinds))


def is_part_of(own_name: str, name: str) -> bool:
    """Return whether `name` contains the proper words of `own_name`, as `_proper` finds them: "In Wexmarsh Council"
    contains those of "Wexmarsh District Council".
    """
    return _proper(own_name)[0] in _proper(name)[0]


def councils_in(name: str) -> tuple[str, ...]:
    """Return each council that a name in an address means. The name may join the names of several councils, such as
    "Wexmarsh Council and Ostlebridge Council".
    """
    several = _SEVERAL.search(name)
    if several:
        return tuple(re.split(r"\s*,\s*|\s+and\s+", several["names"]))
    first, *others = _BETWEEN_COUNCILS.split(name)
    return (first, *(other for other in others if COUNCIL_NAME.search(other)))


def _proper(name: str) -> tuple[str, set[str]]:
    """Return two parts of a name, in small letters. The first part is made of the name's proper words: without
    common words such as "council", and without spaces. The second part has the kinds of council that the name
    gives, such as "district".
    """
    words = re.findall(r"[^\W_]+", re.sub(r"'s\b|'", "", name.casefold()))
    kinds = {word for word in words if _KIND_OF_COUNCIL.fullmatch(word)}
    return "".join(word for word in words if word not in kinds and not _COMMON_WORD.fullmatch(word)), kinds
