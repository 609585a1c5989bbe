"""A paragraph that other councils' letters have, nearly word for word, is shared; any other is the letter's own."""

import dataclasses
from collections.abc import Sequence

import pytest

from redress.check.sharing import Sharing, shared_paragraphs
from redress.model.landed import Disposition, Fate
from redress.model.letter import Paragraph
from tests.made import landed, letter, sha256

NAMES = (
    "Pellonshire County Council",
    "Wexmarsh District Council",
    "Dunshire County Council",
    "Ostlebridge Council",
)
SHARED = (
    "This year, we continue to place our focus on the outcomes of complaints and what can be learned from them. We "
    "publish this letter to {name} on 28 July 2021, with 12 others, and we thank the officers of {name} for all "
    "their work."
)
OWN = (
    "I was disappointed that your authority completed two remedies late, and that a family waited for seven months "
    "before free early education was given to them."
)


def counted(*prose: Sequence[str], councils: Sequence[str] = NAMES) -> list[list[int]]:
    """Return, for each letter and each of its paragraphs, how many councils share the paragraph. `prose` has the
    paragraphs of each letter, and `councils` the councils that the letters are to, in the same order.
    """
    letters = [
        dataclasses.replace(letter(f"{number}", authority=name), paragraphs=tuple(map(Paragraph, paragraphs)))
        for number, (name, paragraphs) in enumerate(zip(councils, prose, strict=True))
    ]
    dispositions = [Disposition(one.sha256, Fate.ACCEPTED, "", one.header.authority_name) for one in letters]
    found = shared_paragraphs([landed(one) for one in letters], dispositions)
    assert {one.compared_count for one in found.values()} == {len(set(councils))}
    return [[found[one.sha256, place].shared_by_count for place in range(len(one.paragraphs))] for one in letters]


def test_what_stands_in_one_letter_alone_is_its_own() -> None:
    everywhere = [SHARED.format(name=name) for name in NAMES]
    found = counted([everywhere[0]], [everywhere[1], OWN], [everywhere[2]], [everywhere[3]])
    assert found == [[4], [4, 1], [4], [4]]


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("28 July 2021", "1 August 2022"),
        ("12 others", "1,300 others"),
        ("This year, we continue", "This year we still continue"),
        ("the outcomes of complaints", "the outcome of a complaint"),
        ("learned from them. We publish", "learned from them.  We publish"),
        ("officers", "officers and members"),
        ("and what can be learned from them", "and on what can be learnt from them"),
    ],
)
def test_a_small_edit_makes_no_paragraph_an_own_one(said: str, says: str) -> None:
    plain = [SHARED.format(name=name) for name in NAMES]
    assert said in plain[1]
    edited = plain[1].replace(said, says)
    assert counted([plain[0]], [edited], [plain[2]], [plain[3]]) == [[4], [4], [4], [4]]


def test_a_paragraph_of_three_letters_is_shared_by_three() -> None:
    plain = [SHARED.format(name=name) for name in NAMES]
    found = counted([plain[0], OWN], [plain[1], OWN], [plain[2]], [plain[3], OWN.replace("two", "9")])
    assert found == [[4, 3], [4, 3], [4], [4, 3]]


def test_a_shared_paragraph_in_two_pieces_is_shared() -> None:
    plain = [SHARED.format(name=name) for name in NAMES]
    first, second = plain[1].split(" We publish")
    assert counted([plain[0]], [first, f"We publish{second}"], [plain[2]], [plain[3]])[1] == [4, 4]


def test_a_shared_paragraph_with_a_sentence_put_in_is_an_own_one() -> None:
    plain = [SHARED.format(name=name) for name in NAMES]
    assert counted([plain[0]], [f"{plain[1]} {OWN}"], [plain[2]], [plain[3]]) == [[4], [1], [4], [4]]


def test_a_letter_that_is_issued_again_counts_with_the_first_as_one_council() -> None:
    councils = (NAMES[0], NAMES[0], *NAMES[1:3])
    plain = [SHARED.format(name=name) for name in councils]
    found = counted([plain[0], OWN], [plain[1], OWN], [plain[2]], [plain[3]], councils=councils)
    assert found == [[3, 1], [3, 1], [3], [3]]


def test_a_letter_of_an_unknown_council_stands_for_a_council() -> None:
    letters = [dataclasses.replace(letter(name), paragraphs=(Paragraph(OWN),)) for name in ("a", "b")]
    found = shared_paragraphs([landed(one) for one in letters], [Disposition(sha256("a"), Fate.QUARANTINED, "")])
    assert set(found.values()) == {Sharing(2, 2)}


def test_a_season_without_paragraphs_compares_nothing() -> None:
    assert shared_paragraphs([landed(letter("one"))], []) == {}


def test_the_same_pattern_about_two_services_is_two_statements() -> None:
    councils = (*NAMES, "Oxgarth County Council", "Crindlebury District Council")
    told = "Replies about {matter} came late to my staff in eleven cases that we looked into."
    others = [[SHARED.format(name=name)] for name in councils[2:]]
    first, second = ([told.format(matter=matter)] for matter in ("school transport", "housing repairs"))
    assert counted(first, second, *others, councils=councils)[:2] == [[1], [1]]
