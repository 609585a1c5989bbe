"""An update of a PDF is read if the file's index names the update; otherwise the letter is held back."""

import pytest

from redress.check.letter_rules import check_letter
from redress.model.letter import Letter
from redress.read.files.file_index import doubt_of_the_index
from tests.paper import HEIGHT, WIDTH
from tests.read.invented import FIGURES, LETTER, STATISTICS, changed, figures, read
from tests.read.written import Sheet, stream, text_of, update, written

BOX = f"/MediaBox [0 0 {WIDTH} {HEIGHT}]"
FIRST = written(Sheet(LETTER, BOX), Sheet(STATISTICS, BOX))
CORRECTED = {16: stream(text_of(changed("30 compliance", "31 compliance")))}
"""The object that the update replaces, by its number: the content of the second page, with 31 outcomes instead of
30."""
PLACE = int(FIRST.rsplit(b"startxref\n", 1)[1].split()[0])
UPDATED = update(FIRST, CORRECTED, previous=PLACE)
OUTCOMES = "compliance_outcomes_count"


def _is_held_back(letter: Letter) -> bool:
    return any(check.severity.value == "critical" and not check.is_passed for check in check_letter(letter))


def test_an_update_that_the_index_names_is_read() -> None:
    letter = read(UPDATED)
    assert figures(letter) == {**FIGURES, OUTCOMES: 31}
    assert letter.conflicts == ()


@pytest.mark.parametrize(
    "content",
    [
        FIRST + UPDATED[len(FIRST) :].partition(b"xref")[0],
        FIRST + UPDATED[len(FIRST) :].partition(b"xref")[0] + b"%%EOF\n",
        UPDATED.rpartition(b"startxref")[0] + b"startxref\n%d\n%%%%EOF\n" % PLACE,
        (b"Received: by mail\r\n" * 9) + FIRST + UPDATED[len(FIRST) :].partition(b"xref")[0],
    ],
    ids=["no index", "an end, and no index", "the index before is named as the last", "no index, in a mail"],
)
def test_an_update_that_no_index_names_holds_the_letter_back(content: bytes) -> None:
    letter = read(content)
    assert _is_held_back(letter)
    assert any("object 16 stands behind its last index" in conflict.detail for conflict in letter.conflicts)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.96, 0.99])
def test_an_update_that_is_cut_off_is_read_whole_or_held_back(share: float) -> None:
    letter = read(UPDATED[: len(FIRST) + int(share * (len(UPDATED) - len(FIRST)))])
    assert _is_held_back(letter) or figures(letter)[OUTCOMES] == 31


def test_ordinary_files_are_consistent() -> None:
    """A PDF for the web has its last index at the beginning of the file, and an index can itself be an object."""
    web = (
        b"%PDF-1.7\n1 0 obj\n<< /Linearized 1 >>\nendobj\n2 0 obj\n<< /Type /XRef >>\nendobj\nstartxref\n0\n%%EOF\n"
        b"3 0 obj\n<< >>\nendobj\n4 0 obj\n<< /Type /XRef >>\nendobj\nstartxref\n44\n%%EOF\n"
    )
    assert web.index(b"2 0 obj") == 44
    assert doubt_of_the_index(web) is None
    assert doubt_of_the_index(web + b"5 0 obj\n<< >>\nendobj\n") is not None
    assert doubt_of_the_index(FIRST) is None
    assert doubt_of_the_index(b"\r\n\r\n" + FIRST) is None
    assert doubt_of_the_index(UPDATED.replace(b"startxref\n", b"startxref\n9")) is None
