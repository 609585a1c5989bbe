"""Find out who signed: whether the lines after a signature name the Ombudsman, somebody else, or nobody."""

import re
from collections.abc import Sequence
from itertools import pairwise

from redress.read.council_names import COUNCIL_NAME
from redress.read.page.document import Document, squeezed

LINES_OF_A_SIGNATURE = 10

SALUTATION = re.compile(r"dear\s+(?P<name>[^,:;]+?)\s*[,:]?", re.IGNORECASE)
"""The line "Dear ...", with which a letter begins after its address."""
_SIGNATURE = re.compile(r"yours(?:sincerely|faithfully|truly)", re.IGNORECASE)
"""The signature, with which a letter ends: "Yours sincerely" or the like, without spaces."""
_THIS_OMBUDSMAN = re.compile(
    r"localgovernment(?:(?:and|&)socialcare)?ombudsman|commissionforlocaladministration|lgsco", re.IGNORECASE
)
_OF_THE_OFFICE = re.compile(r"ombudsman|commissionforlocaladministration|reservecommissioner", re.IGNORECASE)
_OFFICER_OF_A_COUNCIL = re.compile(
    r"monitoringofficer|(?:link|liaison)officer|leaderofthecouncil|townclerk|headofpaid|section151|s151officer",
    re.IGNORECASE,
)
"""Offices that only councils have. So "Link Officer to the Ombudsman" means an officer of a council."""
_OFFICER_OF_EITHER = re.compile(r"chiefexecutive|headof(?:legal|customer)|directorof", re.IGNORECASE)
_COPY = re.compile(r"\s*(?:c\.?c\b|cop(?:y|ied)\b|enc(?:l|losures?)?\b)", re.IGNORECASE)
"""The beginning of a line, after the signatory, that names who gets a copy."""
_OTHER_OMBUDSMAN = re.compile(
    r"(?:housing|parliamentary|healthservice|publicservices?|scottish|welsh|financial|legal|pensions?|prisons?|energy"
    r"|property|rail|motor|furniture|waterways|removals|independent\w{0,20})ombudsman"
    r"|ombudsman(?:service)?(?:for)?(?:wales|scotland|northernireland|ireland)",
    re.IGNORECASE,
)


def is_signature(line: str) -> bool:
    """Return whether a line is a signature ("Yours sincerely" or the like), with which a letter ends."""
    return line[:1] in "yY" and _SIGNATURE.match(squeezed(line)) is not None


def first_signature(document: Document) -> int | None:
    """Return the index of the document's first signature among its lines. Return None if there is no signature."""
    return next((index for index, line in enumerate(document.segments) if is_signature(line.text)), None)


def signatory(document: Document) -> list[str]:
    """Return the lines after the first signature, on the page of the signature. Return an empty list if there is no
    signature.
    """
    signed = first_signature(document)
    if signed is None:
        return []
    lines = document.segments
    return [line.text for line in lines[signed + 1 :] if line.page == lines[signed].page]


def is_signed_by_the_ombudsman(lines: Sequence[str]) -> bool | None:
    """Return whether the lines after a signature name the Ombudsman or the Ombudsman's office.

    The first line that names an office or a body decides. So the signature of a council's chief executive gives
    False, even if a later line says that the Ombudsman gets a copy. The signature of a chief executive of the
    Commission for Local Administration, which is the Ombudsman's office, gives True. Return None if nothing follows
    the signature.
    """
    signed = _without_copies(lines)
    for line, following in pairwise([*signed, ""]):
        if _OFFICER_OF_A_COUNCIL.search(squeezed(line)):
            return False
        if _THIS_OMBUDSMAN.search(squeezed(line)):
            return True
        if COUNCIL_NAME.search(line):
            return False
        if _THIS_OMBUDSMAN.search(squeezed(f"{line} {following}")):
            return not _OFFICER_OF_A_COUNCIL.search(squeezed(following))
    words = squeezed(" ".join(signed))
    if not words:
        return None
    return _OF_THE_OFFICE.search(words) is not None and not _OFFICER_OF_EITHER.search(words)


def other_ombudsman(lines: Sequence[str]) -> str | None:
    """Return the words after a signature that name another ombudsman, such as the Housing Ombudsman. Return None if
    there are no such words, or if the Ombudsman whose letters Redress reads is named too.
    """
    words = squeezed(" ".join(_without_copies(lines)))
    other = _OTHER_OMBUDSMAN.search(words)
    return other.group() if other and not _THIS_OMBUDSMAN.search(words) else None


def _without_copies(lines: Sequence[str]) -> list[str]:
    copied = next((index for index, line in enumerate(lines) if _COPY.match(line)), len(lines))
    return list(lines[: min(copied, LINES_OF_A_SIGNATURE)])
