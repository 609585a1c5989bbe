"""Each of a few hundred broken and foreign files gets a verdict, and no wrong figure passes the rules.

A damaged letter may still be readable, for example if the damage is in its metadata. Then each of its figures is a
figure of the whole letter, or a critical rule fails. A foreign file is refused.
"""

import random
import re
import zlib
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from redress.check.letter_rules import check_letter
from redress.check.rule import Severity
from redress.model.letter import Letter, Verdict
from redress.read.reader import read_letter
from redress.read.workers import File, Readers
from redress.settings import Limits
from tests.made import PROJECT
from tests.paper import Ink, pdf, stack
from tests.read.invented import LETTER, STATISTICS
from tests.read.test_workers import pdf_with_content

pytestmark = pytest.mark.needs("time")

SEED = 20210721
TRUNCATIONS, FLIPS, EMPTIED, FOREIGN = 120, 120, 40, 60
LETTERS = [
    pdf(LETTER, STATISTICS),
    *(p.read_bytes() for p in sorted((PROJECT / "samples" / "letters").rglob("*.pdf"))),
]


def stated(letter: Letter) -> set[tuple[str, str | None, str]]:
    return {(figure.measure, figure.category, figure.text) for figure in letter.figures}


@cache
def true_figures() -> Mapping[bytes, set[tuple[str, str | None, str]]]:
    """Return the figures that each letter states, by the letter's bytes; letters without figures are left out."""
    return {content: told for content in LETTERS if (told := stated(read_letter(content, "letter.pdf")))}


@cache
def whole_letters() -> list[bytes]:
    """Return the letters for the tests to damage: the letters that state figures."""
    return list(true_figures())


def chance_of(number: int) -> random.Random:
    """Return a random generator, which makes the same damage in every run of the tests."""
    return random.Random(SEED + number)  # noqa: S311 - nothing is kept secret with it


def truncations() -> Iterator[tuple[int, bytes]]:
    """Yield letters that are cut off at a random place, each with its letter's index in `whole_letters()`."""
    chance, whole = chance_of(0), whole_letters()
    for _ in range(TRUNCATIONS):
        which = chance.randrange(len(whole))
        yield which, whole[which][: chance.randrange(1, len(whole[which]))]


def flips() -> Iterator[tuple[int, bytes]]:
    """Yield letters in which 1 to 59 bits are flipped, each with its letter's index in `whole_letters()`."""
    chance, whole = chance_of(1), whole_letters()
    for _ in range(FLIPS):
        which = chance.randrange(len(whole))
        content = bytearray(whole[which])
        for _ in range(chance.randrange(1, 60)):
            content[chance.randrange(8, len(content))] ^= 1 << chance.randrange(8)
        yield which, bytes(content)


def emptied() -> Iterator[tuple[int, bytes]]:
    """Yield letters with an object or a stream emptied, each with its letter's index in `whole_letters()`."""
    chance, whole = chance_of(2), whole_letters()
    for number in range(EMPTIED):
        which = chance.randrange(len(whole))
        pattern = rb"(\d+ 0 obj\s*)<<.*?>>" if number % 2 else rb"(stream\r?\n).*?(?=\r?\n?endstream)"
        places = list(re.finditer(pattern, whole[which], re.DOTALL))
        place = chance.choice(places)
        filling = b"<< >>" if number % 2 else b""
        yield which, whole[which][: place.end(1)] + filling + whole[which][place.end() :]


SENDERS = (
    "Housing Ombudsman Service",
    "Parliamentary and Health Service Ombudsman",
    "Public Services Ombudsman for Wales",
    "Scottish Public Services Ombudsman",
    "Financial Ombudsman Service",
    "Wexmarsh District Council",
    "Local Government Association",
    "Wexmarsh Citizens Advice",
)
SENTENCES = (
    "67% of complaints we investigated were upheld.",
    "This compares to an average of 53% in similar organisations.",
    "2 upheld decisions",
    "We received 118 complaints about your service in the year to 31 March 2021.",
    "In 97% of cases you carried out what we recommended.",
    "Complaints upheld",
    "Annual report on complaints 2020-21",
    "12 complaints were resolved at the first stage, and 4 at the second.",
)


def foreign() -> Iterator[bytes]:
    """Yield letters about complaints from other senders, with figures that resemble the Ombudsman's."""
    chance = chance_of(3)
    for _ in range(FOREIGN):
        sender = chance.choice(SENDERS)
        told = chance.sample(SENTENCES, chance.randrange(3, len(SENTENCES)))
        lines = [sender, "21 July 2021", "Dear Ms Trewhitt", *told, "Yours sincerely", f"for the {sender}"]
        yield pdf(stack(lines))


def odd() -> Iterator[bytes]:
    """Yield files that are no letter at all, and PDFs with pages of an absurd size, content or number."""
    chance = chance_of(4)
    yield b""
    yield b"%PDF-1.7"
    yield b"<html><body>Not found</body></html>"
    yield b"%PDF-1.7\n" + chance.randbytes(50_000)
    yield from (chance.randbytes(2**size) for size in range(4, 16))
    for points in (0.0, 1.0, 14_400.0, 2_000_000.0):
        content = pdf_with_content(zlib.compress(b"BT /F1 12 Tf 72 72 Td (67% of complaints) Tj ET"))
        yield content.replace(b"[0 0 595 842]", f"[0 0 {points} {points}]".encode())
    yield pdf_with_content(zlib.compress(b"q " * 50_000 + b"Q " * 50_000))
    yield pdf_with_content(b"not deflated at all")
    yield pdf(*([[Ink("67% of complaints we investigated were upheld.", 72, 72)]] * 60))


def read_all(files: list[bytes]) -> list[Letter]:
    with Readers(Limits(time_seconds=20)) as readers:
        return list(readers.read(File(f"{number}.pdf", content) for number, content in enumerate(files)))


@pytest.mark.needs("time")
@pytest.mark.parametrize("damage", [truncations, flips, emptied], ids=lambda damage: damage.__name__)
def test_a_damaged_letter_says_what_it_said_or_is_refused(damage: object) -> None:
    assert callable(damage)
    damaged = list(damage())
    letters = read_all([content for _, content in damaged])
    assert len(letters) == len(damaged)
    for (which, _), letter in zip(damaged, letters, strict=True):
        passes = all(c.is_passed for c in check_letter(letter) if c.severity is Severity.CRITICAL)
        if letter.verdict is Verdict.EXTRACTED and passes:
            assert stated(letter) <= true_figures()[whole_letters()[which]]
        if letter.verdict is Verdict.UNREADABLE:
            assert re.match("empty|not a PDF|encrypted|damaged|timed out|out of memory|scanned", letter.reason)
        assert letter.reason


def test_no_letter_of_somebody_else_is_read_as_the_ombudsmans() -> None:
    letters = read_all(list(foreign()))
    assert len(letters) == FOREIGN
    assert {letter.verdict for letter in letters} == {Verdict.NOT_A_LETTER}


def test_files_of_every_other_kind_state_nothing() -> None:
    files = list(odd())
    letters = read_all(files)
    assert len(letters) == len(files)
    for letter in letters:
        assert letter.verdict in (Verdict.UNREADABLE, Verdict.NOT_A_LETTER), letter.reason
        assert letter.figures == ()


def test_there_are_letters_to_damage() -> None:
    assert len(whole_letters()) > 5
