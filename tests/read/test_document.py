"""A document has the lines that the eye sees, whatever the order of the words in the file."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.read.files.text import document_from_text
from redress.read.page.document import Document, plain
from tests.paper import BOLD, HEIGHT, OPEN_FACE, WIDTH, Ink, pdf, shuffled_words, stack
from tests.read.documents import measured


def lines(*pages: list[Ink]) -> list[str]:
    return texts(measured(pdf(*pages)))


def texts(document: Document) -> list[str]:
    return [segment.text for segment in document.segments]


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("satisﬁed oﬃce", "satisfied office"),
        ("53\u00a0%", "53 %"),
        ("council’s “own” words", 'council\'s "own" words'),
        ("2020–21", "2020-21"),
        ("14²", "14"),
        ("re\u00adcommend", "recommend"),
        ("１２", "12"),
        ("\ufeffDear", "Dear"),
    ],
)
def test_text_has_one_spelling(printed: str, read: str) -> None:
    assert plain(printed) == read


@given(st.text())
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize("unseen", ["\x00", "\x1b", "\x7f", "\x9b", "\u200e", "\u202e", "\u2066", "\u200b"])
def test_what_has_no_print_is_no_part_of_a_text(unseen: str) -> None:
    assert plain(f"Wexmarsh{unseen} Council") == "Wexmarsh Council"


def test_words_out_of_order_make_the_same_lines() -> None:
    page = stack(["A heading", "The first line of a paragraph\nand its second line.", "53% of it"])
    assert lines(shuffled_words(page)) == [ink.text for ink in page]


def test_a_number_and_its_sign_in_two_runs_are_one_word() -> None:
    number = Ink("53", 72, 100)
    sign = number.right("%")
    assert lines([sign, number, sign.right(" of complaints")]) == ["53% of complaints"]


def test_bold_printed_twice_is_one_text() -> None:
    ink = Ink("53% of complaints", 72, 100)
    assert lines([ink, replace(ink, x=72.3), replace(ink, x=72.5, top=100.2)]) == ["53% of complaints"]


def test_a_bold_number_stays_in_its_line() -> None:
    start = Ink("an average of ", 72, 100)
    number = start.right("53%", font=BOLD)
    assert lines([start, number, number.right(" in similar authorities", font=start.font)]) == [
        "an average of 53% in similar authorities"
    ]


def test_columns_are_not_read_across() -> None:
    left, right = stack(["One left\nTwo left"], x=72), stack(["One right\nTwo right"], x=330)
    assert lines([left[0], right[0], left[1], right[1]]) == ["One left", "One right", "Two left", "Two right"]


def test_a_large_number_does_not_tie_two_small_lines_together() -> None:
    page = [Ink("67%", 72, 100, 30), Ink("of complaints", 150, 102, 10), Ink("were upheld", 150, 118, 10)]
    assert sorted(lines(page)) == ["67%", "of complaints", "were upheld"]


def test_a_large_number_joins_the_words_beside_it_on_its_base_line() -> None:
    number = Ink("67%", 72, 100, 20)
    beside = replace(number.right("of complaints", gap=4), size=10, top=107.8)
    assert lines([number, beside, Ink("below", 72, 130, 10)]) == ["67% of complaints", "below"]


@pytest.mark.parametrize("number", ["14", "14%"])
def test_a_raised_footnote_mark_is_no_part_of_its_number(number: str) -> None:
    before = Ink(number, 72, 100)
    mark = replace(before.right("2"), size=6, top=98.5)
    assert lines([before, mark, replace(before.right(" decisions"), x=mark.x + mark.width)]) == [
        f"{number} decisions"
    ]


def test_a_small_number_on_the_base_line_stays() -> None:
    before = Ink("section", 72, 100)
    assert "2" in " ".join(lines([before, replace(before.right("2", gap=3), size=8, top=103)]))


def test_ligatures_quotes_and_fixed_spaces_of_a_page_become_plain() -> None:
    ink = Ink("we were satisﬁed\u00a0the council’s 53\u00a0%", 72, 100, font=OPEN_FACE)
    assert lines([ink]) == ["we were satisfied the council's 53 %"]


@pytest.mark.parametrize("turn", [90, 180, 270])
@pytest.mark.parametrize("is_content", [False, True], ids=["page", "content"])
def test_turned_text_is_read_in_its_own_direction(turn: int, is_content: bool) -> None:
    page = stack(["A heading", "The first line of a paragraph\nand its second line.", "53% of it"])
    content = pdf(page, **{"content_turn" if is_content else "page_rotate": turn})
    document = measured(content)
    assert texts(document) == [ink.text for ink in page]
    assert (document.pages[0].width, document.pages[0].height) == (WIDTH, HEIGHT)


def test_every_box_of_a_turned_page_lies_on_the_page_as_shown() -> None:
    document = measured(pdf(stack(["some words of a page"] * 12), page_rotate=90))
    for segment in document.segments:
        for word in segment.words:
            assert word.box is not None
            x0, top, x1, bottom = word.box
            assert 0 <= x0 < x1 <= HEIGHT
            assert 0 <= top < bottom <= WIDTH


def test_page_numbers_and_running_lines_are_left_out() -> None:
    pages = [
        [Ink("Annual letter, part 1", 72, 30, 8), *stack([f"Body of page {n}"]), Ink(f"Page {n} of 3", 280, 810, 8)]
        for n in (1, 2, 3)
    ]
    assert lines(*pages) == ["Body of page 1", "Body of page 2", "Body of page 3"]


def test_a_line_in_the_margin_of_one_page_only_stays() -> None:
    pages = [[Ink("A note at the top", 72, 30), *stack(["Body"])], stack(["More"])]
    assert lines(*pages) == ["A note at the top", "Body", "More"]


def test_a_number_in_the_body_is_no_page_number() -> None:
    assert lines(stack(["12", "upheld decisions"])) == ["12", "upheld decisions"]


def test_text_outside_the_page_is_not_read() -> None:
    assert lines([Ink("on the page", 72, 100), Ink("beyond it", WIDTH + 40, 100)]) == ["on the page"]


def test_a_stamp_along_the_edge_does_not_turn_the_page() -> None:
    content = pdf(stack(["A letter with many more words than its stamp has"]))
    assert texts(measured(content)) == ["A letter with many more words than its stamp has"]


def test_a_documents_pages_are_counted() -> None:
    document = measured(pdf(stack(["one"]), stack(["two"]), stack(["three"])))
    assert document.page_count == 3
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert document.text == "one two three"


# --- Text files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("an average of **53%** in", "an average of 53% in"),
        ("## Complaints upheld", "Complaints upheld"),
        ("- 53% of complaints", "53% of complaints"),
        ("> quoted", "quoted"),
        ("<u>Complaints upheld</u>", "Complaints upheld"),
        ("map, [Your council's performance](#), along", "map, Your council's performance, along"),
        ("![a picture](p.png)", "a picture"),
        ("__53%__", "53%"),
        ("\u00a0Dear\u00a0Ms Trewhitt", "Dear Ms Trewhitt"),
    ],
)
def test_the_marks_of_markdown_are_taken_off(raw: str, read: str) -> None:
    assert texts(document_from_text(raw)) == [read]


def test_a_word_of_a_text_knows_its_line() -> None:
    document = document_from_text("first\r\n\r\nthird line\n\tfourth")
    assert [(segment.text, segment.words[0].line) for segment in document.segments] == [
        ("first", 1),
        ("third line", 3),
        ("fourth", 4),
    ]


def test_columns_of_a_text_are_not_read_across() -> None:
    assert texts(document_from_text("Upheld        Not upheld")) == ["Upheld", "Not upheld"]


@given(st.text(max_size=300))
def test_any_text_has_a_document_of_its_words(text: str) -> None:
    words = " ".join(texts(document_from_text(text))).split()
    assert all(word.strip() for word in words)
