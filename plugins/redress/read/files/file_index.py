"""Look for objects of a PDF after its last index. A file with such objects is inconsistent, and viewers may
disagree.

To change a PDF, a program appends objects and an index of them. If objects follow the last index, such a change was
cut off or went wrong. Viewers then show the file without the change, but programs that repair files show the
change.
"""

import re

_OBJECT = re.compile(rb"[\r\n][ \t]*(\d{1,10})[ \t]+\d{1,5}[ \t]+obj\b")
_FIRST_LINE = re.compile(rb"\s*(?:xref|\d{1,10}\s+\d{1,5}\s+obj)\b")
"""The words with which an index begins. An index is a table, or an object that holds a stream."""
_NAMED_PLACE = re.compile(rb"startxref\s+(\d{1,12})\b")
_BYTES_OF_A_BEGINNING = 2048


def doubt_of_the_index(content: bytes) -> str | None:
    """If objects stand after the last index of a PDF, return a sentence that says so. Otherwise return None.

    Also return None if the file does not name the place of its index, or if there is no index at the named place.
    Viewers then search the whole file for objects; if several objects have the same number, viewers use the last.
    This reader does the same.
    """
    last = content.rfind(b"startxref")
    place = _NAMED_PLACE.match(content, last) if last >= 0 else None
    if place is None:
        return None
    index = _beginning_of_the_index(content, int(place[1]))
    if index is None:
        return None
    if b"/Linearized" in content[:_BYTES_OF_A_BEGINNING] and index < content.find(b"startxref"):
        index = place.end()  # a file for the web begins with its last index
    found = _OBJECT.search(content, index)
    if found is None:
        return None
    return (
        f"the file is inconsistent: object {int(found[1])} stands behind its last index, so that viewers may show "
        "another page than the one that is read here; ask for the file again"
    )


def _beginning_of_the_index(content: bytes, place: int) -> int | None:
    """Return the offset after the words with which the index begins. Return None if there is no index at `place`,
    the place that the file names.

    The place may be counted from the file's header ("%PDF-") and not from its first byte: if the file came by mail,
    lines of the mail can stand before the header.
    """
    header = max(content.find(b"%PDF-", 0, _BYTES_OF_A_BEGINNING), 0)
    matches = (_FIRST_LINE.match(content, start) for start in (place, place + header))
    return next((match.end() for match in matches if match), None)
