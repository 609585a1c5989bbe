"""Build the paragraphs of a letter's prose from the lines between the salutation and the signature.

Lines are grouped into columns, and then into paragraphs by the distance between lines, their type size and their
length. If a paragraph goes on in the next column or page, its pieces are joined. No name of an official is kept:
the address, the salutation, the signature, contact lines, and the addressee's name within a paragraph are left out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from redress.model.letter import Paragraph
from redress.read.layouts.known import landmark_count
from redress.read.page.document import SAME_SIZE_SHARE, Document
from redress.read.page.printed_lines import PrintedLine, around_all, lines_of, running_texts
from redress.read.signatory import SALUTATION, is_signature

LEAST_WORDS = 6
"""If a paragraph has fewer words, it is a heading, a label or a line of an address."""
LEAST_SMALL_SHARE = 0.5
"""At least this share of the words of a paragraph of prose begin with a small letter. In names and titles the share
is smaller."""
LANDMARKS_OF_STATISTICS = 3
"""If the letter has no signature, its prose ends before a page with at least this many landmarks of statistics."""
GAP_SHARE = 1.25
"""If the distance from one line to the next is greater than this, in units of the usual distance, and exceeds the
usual distance by more than 0.2 of the type size, the lines belong to two paragraphs."""
USUAL_PITCH_EMS = 1.3
WIDEST_PITCH_EMS = 2.2
"""The largest distance from one line to the next that can be the usual distance, in units of type size."""
SHORT_SHARE = 0.88
"""If a line ends before this share of its column's width, it may be the last line of a paragraph."""
INDENT_EMS = 0.9
"""If a line begins with a capital, is indented by more than this, in units of type size, and follows the end of a
sentence, the line begins a paragraph."""
LONG_LINE = 120
"""If any line of a text file is longer than this, in characters, each line is a paragraph."""
ADDRESSEE = "[addressee]"
"""The text that replaces the addressee's name in a paragraph."""

_FAREWELL = re.compile(
    r"(?:with\s+)?(?:very\s+)?(?:(?:kind(?:est)?|best|warm(?:est)?)\s+(?:personal\s+)?(?:regards|wishes)|regards"
    r"|best\s+wishes)[,.]?|yours(?:\s+(?:ever|truly|respectfully))?[,.]?",
    re.IGNORECASE,
)
"""Lines other than "Yours sincerely" with which letters end."""
_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+\.\w"
    r"|(?i:\b(?:tel(?:ephone)?|phone|fax|mobile|switchboard|e-?mail)\s*(?:no\.?|number)?\s*:)"
    r"|(?<![\d£,.])(?:\+44\s?\(?\d|\(?0\d{2,4}\)?[ -]?\d{3})[\d -]{3,}"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"
)
"""An e-mail address, a telephone number with or without its label, or a postcode."""
_ENDS = re.compile(r"[.!?:;][\"')\]]*$")
_STARTS_IN_SMALL = re.compile(r"[\"'(\[]*[a-z£%&\d]")
_DIVIDED = re.compile(r"(?<=[A-Za-z])-$")
_PREFIXES = frozenset(
    ["self", "non", "co", "re", "pre", "well", "long", "short", "multi", "cross", "inter", "post", "ex", "mid"]
)
"""Beginnings of words that keep their hyphen if a line break follows the hyphen."""


def paragraphs_of(document: Document, addressee_name: str | None) -> tuple[Paragraph, ...]:
    """Return the paragraphs of a letter's prose in the order of print; an empty tuple if there is no salutation.

    ADDRESSEE replaces `addressee_name` in each paragraph. Only prose counts: a paragraph has several words, most of
    them begin with a small letter, and it ends like a sentence. Headings, labels, tables and addresses are left
    out.
    """
    divided: list[list[PrintedLine]] = []
    for lines in _pages_of_prose(document):
        divided += _paragraphs(lines, is_text=document.page_count is None)
    words = Counter(word.strip(".,;:()").casefold() for one in document.segments for word in one.text.split())
    found = []
    for paragraph in _joined_again(divided):
        text = _without(_text(paragraph, words), addressee_name)
        if is_prose(text):
            found.append(_paragraph(paragraph, text))
    return tuple(found)


def is_prose(text: str) -> bool:
    """Return whether a text consists of sentences, and is neither a heading nor a contact line."""
    words: list[str] = re.findall(r"[A-Za-z][\w'-]*", text)
    if len(words) < LEAST_WORDS or not _ENDS.search(text) or _CONTACT.search(text):
        return False
    small_count = sum(word[0].islower() for word in words)
    return small_count >= LEAST_SMALL_SHARE * len(words)


def _without(text: str, name: str | None) -> str:
    """Return a text in which ADDRESSEE replaces the addressee's name. The name is found with all its parts, and
    also without first names, as in a salutation.
    """
    if not name:
        return text
    title, *names = name.split()
    spelled = {name, f"{title} {names[-1]}"} if names else {name}
    for one in sorted(spelled, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(one)}\b", ADDRESSEE, text)
    return text


def _paragraph(lines: Sequence[PrintedLine], text: str) -> Paragraph:
    first = lines[0]
    boxes = [line.box for line in lines if line.page == first.page and line.box is not None]
    return Paragraph(
        text,
        page=first.page if boxes else None,
        box=around_all(boxes) if boxes else None,
        line=first.number,
        is_ocr=any(line.is_ocr for line in lines),
    )


def _pages_of_prose(document: Document) -> Iterator[list[PrintedLine]]:
    """Yield, page by page, the lines between the salutation and the signature. The lines of a page are in order,
    column by column. If there is no signature, stop before the first page with statistics.
    """
    begun = False
    running = running_texts(document.pages)
    signed_later = any(_is_farewell(segment.text) for segment in document.segments)
    for page in document.pages:
        lines = lines_of(page, running)
        if not begun:
            salutation = next((line for line in lines if SALUTATION.fullmatch(line.text)), None)
            if salutation is None:
                continue
            begun = True
            lines = [line for line in lines if line.place[1] > salutation.place[1] + 0.5 * salutation.size]
        elif not signed_later and sum(landmark_count(line.text) for line in lines) >= LANDMARKS_OF_STATISTICS:
            return
        farewell = next((line for line in lines if _is_farewell(line.text)), None)
        if farewell is not None:
            yield [
                line for line in lines if line.column < farewell.column or line.place[3] <= farewell.place[1] + 1.0
            ]
            return
        yield lines


def _is_farewell(text: str) -> bool:
    return is_signature(text) or _FAREWELL.fullmatch(text.strip()) is not None


def _paragraphs(lines: Sequence[PrintedLine], *, is_text: bool) -> list[list[PrintedLine]]:
    """Divide the lines of one page into paragraphs. The lines come column by column. `is_text` says that the
    lines come from a text file or a web page, so that the distances between lines are not measured.
    """
    pitch_ems = 1.2 if is_text else _usual_pitch_ems(lines)
    is_one_a_line = is_text and max((len(line.text) for line in lines), default=0) > LONG_LINE
    reach: dict[int, tuple[float, float]] = {}
    for line in lines:
        left, right = reach.get(line.column, (line.place[0], line.place[2]))
        reach[line.column] = min(left, line.place[0]), max(right, line.place[2])
    found: list[list[PrintedLine]] = []
    for line in lines:
        if (
            found
            and found[-1][-1].column == line.column
            and not is_one_a_line
            and _goes_on(found[-1], line, pitch_ems, reach[line.column])
        ):
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _usual_pitch_ems(lines: Sequence[PrintedLine]) -> float:
    """Return the usual distance between two neighbouring lines of one column and type size, in units of type size.

    This is the smallest distance that occurs at least half as often as the most common distance. If no two lines
    can be compared, return USUAL_PITCH_EMS.
    """
    pitches = Counter(
        round((below.place[3] - above.place[3]) / max(above.size, 1.0), 1)
        for above, below in pairwise(lines)
        if above.column == below.column and _are_of_one_size(above, below)
    )
    usual = {pitch: count for pitch, count in pitches.items() if 0.8 <= pitch <= WIDEST_PITCH_EMS}
    if not usual:
        return USUAL_PITCH_EMS
    most = max(usual.values())
    return min(pitch for pitch, count in usual.items() if 2 * count >= most)


def _goes_on(
    paragraph: Sequence[PrintedLine], line: PrintedLine, pitch_ems: float, reach: tuple[float, float]
) -> bool:
    """Return whether a line belongs to the paragraph above it. `reach` has the left and right edge of the
    column.
    """
    above = paragraph[-1]
    size = max(above.size, 1.0)
    pitch = (line.place[3] - above.place[3]) / size
    if not 0.3 < pitch <= max(GAP_SHARE * pitch_ems, pitch_ems + 0.2) or not _are_of_one_size(above, line):
        return False
    width = max(reach[1] - reach[0], 1.0)
    is_short = above.place[2] - reach[0] < SHORT_SHARE * width
    starts_small = _STARTS_IN_SMALL.match(line.text) is not None
    if starts_small and not re.match(r"\d+[.)]\s", line.text):
        return True
    if _ENDS.search(above.text):
        is_indented = line.place[0] - min(one.place[0] for one in paragraph) > INDENT_EMS * size
        return not (is_short and _has_room_for(line, above, reach)) and not is_indented
    is_heading = len(paragraph) == 1 and len(above.text.split()) <= 2 * LEAST_WORDS
    return not (is_short and is_heading and _has_room_for(line, above, reach))


def _has_room_for(line: PrintedLine, above: PrintedLine, reach: tuple[float, float]) -> bool:
    """Return whether the first word of a line would have fitted at the end of the line above it."""
    characters_count = max(len(line.text), 1)
    first = len(line.text.split(" ", 1)[0]) + 1
    return (line.place[2] - line.place[0]) * first / characters_count <= reach[1] - above.place[2]


def _are_of_one_size(one: PrintedLine, other: PrintedLine) -> bool:
    return abs(one.size - other.size) <= SAME_SIZE_SHARE * max(one.size, other.size)


def _joined_again(paragraphs: Iterable[list[PrintedLine]]) -> list[list[PrintedLine]]:
    """Join the pieces of each paragraph that is divided by the end of a column or page, or by a picture."""
    joined: list[list[PrintedLine]] = []
    for paragraph in paragraphs:
        last = joined[-1] if joined else None
        if last is not None and _is_divided(last, paragraph):
            last.extend(paragraph)
        else:
            joined.append(paragraph)
    return joined


def _is_divided(first: Sequence[PrintedLine], second: Sequence[PrintedLine]) -> bool:
    """Return whether two pieces are one paragraph: the first piece does not end like a sentence, and the second
    begins in the middle of a sentence.
    """
    end, start = first[-1], second[0]
    if _ENDS.search(end.text) or len(end.text.split()) < 2:
        return False
    if _STARTS_IN_SMALL.match(start.text) is not None:
        return True
    is_apart = (end.page, end.column) != (start.page, start.column)
    return is_apart and len(first) > 1 and _ends_within_a_sentence(end.text)


def _ends_within_a_sentence(text: str) -> bool:
    """Return whether a text stops within a sentence: its last word begins with a small letter, or ends with a comma
    or a hyphen.
    """
    last = text.split()[-1]
    return last[0].islower() or last.endswith((",", "-"))


def _text(lines: Sequence[PrintedLine], words: Counter[str]) -> str:
    """Return the lines as running text. If a line break divides a word, the parts of the word are joined."""
    text = ""
    for line in lines:
        if not text:
            text = line.text
        elif _DIVIDED.search(text) and re.match(r"[a-z]", line.text):
            text = _rejoined(text, line.text, words)
        else:
            text = f"{text} {line.text}"
    return text


def _rejoined(text: str, following: str, words: Counter[str]) -> str:
    """Join a text that ends with a hyphen to the text that follows. `words` counts the words of the letter.

    If the letter has the word without this hyphen, the hyphen is left out. Otherwise the hyphen stays if the letter
    has the word with the hyphen, if the letter has both parts as words of their own, or if the part before the
    hyphen is a prefix or has another hyphen. In all other cases the hyphen is left out.
    """
    left = text.rsplit(None, 1)[-1][:-1].lstrip("\"'(").casefold()
    right = re.match(r"[\w'-]+", following)
    end = "" if right is None else right.group().casefold()
    if words[f"{left}{end}"]:
        return text[:-1] + following
    keeps = "-" in left or words[f"{left}-{end}"] or left in _PREFIXES or (words[left] and words[end])
    return (text if keeps else text[:-1]) + following
