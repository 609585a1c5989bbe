"""Find a letter inside a pack (a file with other papers): which pages are the Ombudsman's letter, and which are a
committee's papers.

Councils publish the letter inside a committee paper: a report stands before it and may quote last year's figures,
stamps stand on it, and other appendices follow it. The letter begins on the page with its salutation and ends with
its statistics pages. The lines of text alone show which pages these are, so that the places of words need not be
measured on the hundreds of pages of a pack.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from redress.model.letter import Verdict
from redress.read.files.page_text import PageText
from redress.read.page.document import squeezed
from redress.read.signatory import SALUTATION, is_signature, is_signed_by_the_ombudsman

MOST_PAGES = 500
"""If a file has more pages, no letter is looked for in it."""
MOST_PAGES_MEASURED = 40
"""If no letter begins in a file's text, and the text does not show that the file is no letter, all pages are read
if the file has at most this many. Of a longer file only the pages that are pictures, and a few pages after each
picture, are read, because measuring the places of words on many pages takes minutes."""
MOST_PICTURES = 6
"""The most pages that are read from their pictures in search of a letter."""
PAGES_BEFORE_STATISTICS = 3
"""How many pages after the page with the signature may be pages of prose before the statistics begin (there may be
more blank pages). Also how many pages are read after each picture that may be a page of a letter."""
LANDMARKS_OF_STATISTICS = 3
"""If a page has at least this many landmarks, it has statistics. A page of prose may have one or two."""
MOST_PAGES_LEFT = 5
"""If a letter begins on the file's first page, its last page of statistics and all pages after that page belong to
the letter, as long as these pages are at most this many and nothing else begins on them."""
LINES_OF_A_LABEL = 4
"""A page's label, such as "Appendix 2", stands on one of this many first lines, or of this many last lines, of the
page."""
MOST_LABEL_WORDS = 12
MOST_SALUTATION_WORDS = 8

SENDER = re.compile(r"localgovernment(?:(?:and|&)socialcare)?ombudsman|lgsco|lgo\.org\.uk", re.IGNORECASE)
_ANY_OMBUDSMAN = re.compile(r"ombudsman|lgsco|lgo\.org|commissionforlocal", re.IGNORECASE)
LEAST_WORDS_OF_A_LINE = 3
"""If the lines of a text have fewer words on average, the lines may not be in reading order."""
OMBUDSMAN = re.compile(r"\bombudsman\b", re.IGNORECASE)
ANNUAL_LETTER = re.compile(
    r"annual\s+(?:review\s+)?letter|annual\s+(?:review|summary)|summary\s+of\s+(?:\w+\s+)?(?:statistics|complaints)"
    r"|local\s+authority\s+report",
    re.IGNORECASE,
)
NO_SENDER = "nothing in the text names the Local Government Ombudsman as its sender"
NOT_ANNUAL = "the text is not that of an annual letter of the Ombudsman"
NO_LETTER_AT_ALL = "it has neither the salutation nor the signature of a letter, nor statistics that are known"
_BODY = re.compile(r"\b(?:council|authority|corporation|borough|city\s+of|county\s+of)\b", re.IGNORECASE)
_LABEL = re.compile(
    r"\b(?P<kind>appendix|annex(?:e|ure)?|enclosure|attachment|(?:agenda\s+)?item)\s*"
    r"(?:no\.?\s*)?(?P<id>\d{1,3}[a-z]?|[A-Z]\d{0,2})\b",
    re.IGNORECASE,
)
_OF_A_COMMITTEE = re.compile(
    r"\s*(?:report\s+(?:to|of|by|author|title)\b|minutes\s+of\b|agenda\b(?!\s+item)|present\s*:|apologies\b"
    r"|background\s+papers\b|recommendations?\s*:)",
    re.IGNORECASE,
)


class NoLetterError(Exception):
    """A file gives no letter, for instance because it is not a letter or holds several letters. `verdict` and
    `reason` say what was found.
    """

    def __init__(self, verdict: Verdict, reason: str, page_count: int) -> None:
        super().__init__(reason)
        self.verdict = verdict
        self.reason = reason
        self.page_count = page_count


@dataclass(frozen=True)
class _Found:
    """A letter in a file: its first and its last page, counted from zero, and the lines of its address."""

    first: int
    last: int
    address: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """The pages to read, by number. `otherwise` is the error to raise if these pages give no letter."""

    numbers: tuple[int, ...]
    otherwise: NoLetterError | None = None


def letter_pages(pages: Sequence[PageText]) -> Wanted:
    """Return the pages to read: the letter's pages or, if no letter begins in the file's text, the pages that may
    hold a letter nevertheless.

    Raise NoLetterError if the text shows that the file is no letter, if several letters begin in it, or if it has
    too many pages.
    """
    if len(pages) > MOST_PAGES:
        raise NoLetterError(
            Verdict.NOT_A_LETTER,
            f"it has {len(pages)} pages, and files of more than {MOST_PAGES} are not searched for a letter",
            len(pages),
        )
    own = pages_of_the_one_letter(pages)
    return Wanted(own) if own else _pages_without_a_letter(pages)


def statistics_apart(pages: Sequence[PageText], own: Collection[int]) -> int | None:
    """Return the number of the first page with statistics that is not one of the letter's own pages. Return None if
    there is no such page.
    """
    apart = (p.number for p in pages if p.number not in own and p.landmark_count >= LANDMARKS_OF_STATISTICS)
    return next(apart, None)


def pages_of_the_one_letter(pages: Sequence[PageText]) -> tuple[int, ...]:
    """Return the page numbers of the only letter in a file. Return an empty tuple if no letter begins in the file.

    Raise NoLetterError if several letters begin in the file.
    """
    found = list(_letters(pages))
    if len(found) > 1:
        raise NoLetterError(
            Verdict.UNKNOWN_LAYOUT,
            f"the file holds {len(found)} letters of the Ombudsman: "
            + "; ".join(f"{_place(pages, one)}, {_addressed(one)}" for one in found)
            + ". Give each letter a file of its own",
            len(pages),
        )
    return tuple(page.number for one in found for page in pages[one.first : one.last + 1])


def _letters(pages: Sequence[PageText]) -> Iterator[_Found]:
    """Yield the Ombudsman's annual letters that begin in a file. A letter begins at a salutation."""
    lines = [(index, line) for index, page in enumerate(pages) for line in page.lines]
    greetings = [place for place, (_, line) in enumerate(lines) if _is_greeting(line)]
    for place, following in pairwise([*greetings, len(lines)]):
        first = lines[place][0]
        above = tuple(line for index, line in lines[:place] if index == first)
        body = lines[place:following]
        signed = next((at for at, (_, line) in enumerate(body) if is_signature(line)), None)
        signature_page = first if signed is None else body[signed][0]
        signatory = (
            [] if signed is None else [line for index, line in body[signed + 1 :] if index == signature_page]
        )
        is_the_ombudsmans = is_signed_by_the_ombudsman(signatory)
        limit = lines[following][0] if following < len(lines) else len(pages)
        last = _last_page(pages, first, signature_page, limit)
        letter = " ".join([*above, *(line for index, line in body if index <= signature_page)])
        if signed is None or is_the_ombudsmans is None:
            is_the_ombudsmans = SENDER.search(squeezed(letter)) is not None
        if is_the_ombudsmans and ANNUAL_LETTER.search(letter):
            yield _Found(first, last, above)


def _is_greeting(line: str) -> bool:
    return SALUTATION.fullmatch(line) is not None and len(line.split()) <= MOST_SALUTATION_WORDS


def _last_page(pages: Sequence[PageText], first: int, signature_page: int, limit: int) -> int:
    """Return the index of a letter's last page, on which its statistics end.

    The statistics may begin a few pages after the signature, and then go on without a gap. They end before a page
    with a label that the letter's pages do not have, and before a page that begins like a committee's paper.
    But if the letter begins on the file's first page and has no labels, its first page of statistics may have a
    label, such as "Appendix 1". A letter without statistics keeps the few pages after its signature, because these
    may show statistics as a picture or in an unknown layout.

    `limit` is the index of the page on which another letter begins. If no other letter follows, `limit` is the
    number of pages.
    """
    own = pages[first : signature_page + 1]
    labels = frozenset[str]().union(*(_labels(page) for page in own))
    has_statistics = any(page.landmark_count >= LANDMARKS_OF_STATISTICS for page in own)
    last = end = signature_page
    for index in range(signature_page + 1, limit):
        page = pages[index]
        is_labelled_otherwise = bool(_labels(page) - labels) and (bool(labels) or has_statistics or first > 0)
        if is_labelled_otherwise or _is_of_a_committee(page):
            limit = index
            break
        if page.landmark_count:
            last, has_statistics = index, True
            labels |= _labels(page)
        elif page.lines and index - last > (0 if has_statistics else PAGES_BEFORE_STATISTICS):
            break
        end = index
    is_the_rest_of_the_file = first == 0 and limit == len(pages) and len(pages) - last <= MOST_PAGES_LEFT
    if is_the_rest_of_the_file:
        return len(pages) - 1
    return last if has_statistics else end


def _labels(page: PageText) -> frozenset[str]:
    """Return the labels on the first and last lines of a page, such as "appendix 2" and "item 9"."""
    return frozenset(
        f"{match['kind'].split()[-1]} {match['id']}".casefold()
        for line in (*page.lines[:LINES_OF_A_LABEL], *page.lines[-LINES_OF_A_LABEL:])
        if len(line.split()) <= MOST_LABEL_WORDS
        for match in _LABEL.finditer(line)
    )


def _is_of_a_committee(page: PageText) -> bool:
    return any(_OF_A_COMMITTEE.match(line) for line in page.lines[: 2 * LINES_OF_A_LABEL])


def _place(pages: Sequence[PageText], one: _Found) -> str:
    first, last = pages[one.first].number, pages[one.last].number
    return f"page {first}" if first == last else f"pages {first} to {last}"


def _addressed(one: _Found) -> str:
    named = (line for line in one.address if _BODY.search(line) and not SENDER.search(squeezed(line)))
    return f'to "{next(named, "(no authority named)")}"'


def _pages_without_a_letter(pages: Sequence[PageText]) -> Wanted:
    """Return the pages to read if no annual letter of the Ombudsman begins in a file's text.

    Return all pages if all are pictures, or if the file is short and its text does not show that it is no letter.
    Otherwise return the pages that are pictures. If the text does not show that the file is no letter, also return
    a few pages after each picture. Raise NoLetterError if there are no pictures or too many.
    """
    pictures = [index for index, page in enumerate(pages) if page.is_picture]
    reason = _why_not_a_letter(pages)
    if len(pictures) == len(pages) or (reason is None and len(pages) <= MOST_PAGES_MEASURED):
        return Wanted(tuple(page.number for page in pages))
    refusal = _refusal(pages, len(pictures), reason)
    if not 0 < len(pictures) <= MOST_PICTURES:
        raise refusal
    near = PAGES_BEFORE_STATISTICS if reason is None else 0
    looked_at = {index + step for index in pictures for step in range(near + 1)}
    return Wanted(tuple(page.number for index, page in enumerate(pages) if index in looked_at), refusal)


def _refusal(pages: Sequence[PageText], picture_count: int, reason: str | None) -> NoLetterError:
    if 2 * picture_count >= len(pages):
        return NoLetterError(
            Verdict.UNREADABLE,
            f"scanned: {picture_count} of {len(pages)} pages are pictures without text that could be read",
            len(pages),
        )
    said = reason or f"no annual letter of the Ombudsman begins in the text of its {len(pages)} pages"
    unread = f"; {picture_count} of its pages are pictures without text that could be read" if picture_count else ""
    return NoLetterError(Verdict.NOT_A_LETTER, said + unread, len(pages))


def _why_not_a_letter(pages: Sequence[PageText]) -> str | None:
    """If the text of a file shows that the file is not an annual letter, return the reason in words. Otherwise
    return None. Pictures are not looked at.
    """
    lines = [line for page in pages for line in page.lines]
    if not lines or not all(page.is_legible or page.is_picture for page in pages):
        return None
    words = squeezed(" ".join(lines))
    if not _ANY_OMBUDSMAN.search(words):
        return NO_SENDER
    if sum(len(line.split()) for line in lines) < LEAST_WORDS_OF_A_LINE * len(lines):
        return None  # the words may be drawn in any order
    if any(page.landmark_count for page in pages):
        return None
    if not ANNUAL_LETTER.search(" ".join(lines)):
        return NOT_ANNUAL
    is_a_letter = any(_is_greeting(line) or is_signature(line) for line in lines)
    return None if is_a_letter else NO_LETTER_AT_ALL
