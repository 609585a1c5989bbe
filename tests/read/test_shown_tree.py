"""A broken web page is mended as browsers mend it, before its figures are read."""

import pytest

from redress.model.letter import Verdict
from redress.read.files.html import NotHtmlError, document_from_html
from redress.read.files.html_tree import MOST_ATTRIBUTES, MOST_NESTED, tree_of
from tests.read.shown import PERIOD, letter, page, seen

pytestmark = pytest.mark.needs("time")

BROKEN = {
    # the name of a case: what stands in place of the number, the style sheet, and the number that a browser shows
    "an element closed in its own tag": ("<b hidden/>2</b>7", "", "7"),
    "a struck element closed in its own tag": ("<s/>2</s>7", "", "7"),
    "a zero in an attribute's name": ("<b hid\0den>2</b>7", "", "27"),
    "a zero in an element's name": ("<\0b hidden>2</b>7", "", None),
    "a zero in a class": ('<b class="o\0ld">2</b>7', ".old{display:none}", "27"),
    "a form feed between classes": ('<b class="a\fold">2</b>7', ".old{display:none}", "7"),
    "a vertical tab in a class": ('<b class="a\vold">2</b>7', ".old{display:none}", "27"),
    "a link in a link": ("<a hidden>2<a>7</a>", "", "7"),
    "a hidden cell in no table": ("<td hidden>2</td>7", "", "27"),
    "a hidden row in no table": ("<tr hidden>2</tr>7", "", "27"),
    "a hidden caption in no table": ("<caption hidden>2</caption>7", "", "27"),
    "a hidden frame in no frameset": ("2<frameset hidden>7</frameset>", "", "27"),
    "an element without content": ("<b><wbr hidden>2</b>7", "", "27"),
    "a sound of the 1990s": ("<b><bgsound hidden>2</b>7", "", "27"),
    "an image by its long name": ("<image hidden>2</image>7", "", "27"),
    "what a template holds": ("<template><td>1</td></p></template>27", "", "27"),
    "templates in a template": ("<template><template></template>1</template>27", "", "27"),
    "a script in a template": ("<template><script>'</template>'</script></template>27", "", "27"),
    "an end of a template that is none": ("</template>27", "", "27"),
}


@pytest.mark.parametrize(("outcomes", "css", "text"), BROKEN.values(), ids=BROKEN)
def test_the_number_of_a_broken_page_is_the_one_that_a_browser_shows(
    outcomes: str, css: str, text: str | None
) -> None:
    assert seen(letter(page(outcomes, head=f"<style>{css}</style>"))) == text


STATED = f"Statistics are based on a total of 27 compliance outcomes {PERIOD}"
SHOWN_LINES = {
    # the name of a case: what stands in place of the line with the number, and the style sheet
    "a cell by an implied part of a table": (f"<table><tr><td>{STATED}</table>", "table>tr>td{display:none}"),
    "a part of a table that follows no caption": (
        f"<table><caption>x</caption><tr><td>{STATED}</table>",
        "caption+tr{display:none}",
    ),
    "a paragraph that a section ends": (f"<p hidden>x<section>{STATED}</section>", ""),
    "a paragraph that a search ends": (f"<p hidden>x<search>{STATED}</search>", ""),
    "a paragraph that a table ends": (f"<p hidden>x<table><tr><td>{STATED}</table>", ""),
    "a form in a hidden table": (f"<table><form hidden><tr><td>{STATED}</table>", ""),
}
HIDDEN_LINES = {
    "a hidden element that is not ended": (f"<p><b hidden>note</p><p>{STATED}</p>", ""),
    "a struck element that is not ended": (f"<p><s>note</p><p>{STATED}</p>", ""),
    "an invisible element that is not ended": (f"<ul><li><i style=visibility:hidden>x<li>{STATED}</ul>", ""),
    "a transparent link that is not ended": (f"<p><a style=opacity:0>x</p><p>{STATED}</p>", ""),
    "by an implied part of a table": (f"<table><tr><td>{STATED}</table>", "tbody td{display:none}"),
    "by a part that follows a caption": (
        f"<table><caption>x</caption><tr><td>{STATED}</table>",
        "caption+tbody{display:none}",
    ),
    "by a first row": (f"<table><caption>x</caption><tr><td>{STATED}</table>", "tr:first-child{display:none}"),
    "by the paragraph before": (f"<p>x<figure>{STATED}</figure>", "p+figure{display:none}"),
    "in a second body": (f"<p>{STATED}</p><body hidden>", ""),
    "in a second root": (f"<p>{STATED}</p><html hidden>", ""),
    "behind the end of a body in a hidden element": (f"<div hidden>x</body>{STATED}</div>", ""),
    "behind a paragraph in a hidden element": (f"<span hidden>x<p></span>{STATED}</p>", ""),
    "in a table that does not end a paragraph": (f"<p hidden>x<table><tr><td>{STATED}</table>", "quirks"),
}


def _page(line: str, css: str) -> str:
    whole = page().replace(f"<p>{STATED}</p>", line).replace("</head>", f"<style>{css}</style></head>")
    return whole.replace("<!doctype html>", "" if css == "quirks" else "<!doctype html>")


@pytest.mark.parametrize(("line", "css"), SHOWN_LINES.values(), ids=SHOWN_LINES)
def test_a_line_that_a_browser_shows_in_a_broken_page_is_read(line: str, css: str) -> None:
    assert seen(letter(_page(line, css))) == "27"


@pytest.mark.parametrize(("line", "css"), HIDDEN_LINES.values(), ids=HIDDEN_LINES)
def test_a_line_that_a_browser_hides_in_a_broken_page_is_not_read(line: str, css: str) -> None:
    assert letter(_page(line, css)).figure("compliance_outcomes_count") is None


@pytest.mark.parametrize("mixed", ["<textarea></textarea>", "<b hidden>"])
def test_a_list_with_elements_that_only_some_browsers_allow_is_a_doubt(mixed: str) -> None:
    read = letter(page(f"<select hidden><option>1{mixed}</select>27"))
    assert "browsers treat in different ways" in (seen(read) or "")


def test_two_line_breaks_of_an_end_tag_are_lines() -> None:
    assert letter(page("2</br>7")).figure("compliance_outcomes_count") is None


@pytest.mark.parametrize(
    ("doctype", "text"),
    [
        ("<!doctype foo>", "7"),
        ("<!doctype html foo>", "7"),
        ('<!DOCTYPE html SYSTEM "http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd">', "7"),
        ('<!DOCTYPE HTML PUBLIC "-//w3c//dtd html 4.01//en">', "27"),
        ('<!DOCTYPE html PUBLIC "-//ACME//DTD X//EN">', "27"),
        ('<!DOCTYPE HTML PUBLIC "ISO/IEC 15445:2000//DTD HTML//EN">', "27"),
    ],
)
def test_a_page_is_shown_as_in_the_nineties_only_where_the_standard_says_so(doctype: str, text: str) -> None:
    old = page('<b class="OLD">2</b>7', head="<style>.old{display:none}</style>")
    assert seen(letter(old.replace("<!doctype html>", doctype))) == text


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("<i>" * (MOST_NESTED + 1), "nested more than"),
        ("".join(f"<p><b id={number}></p>" for number in range(MOST_NESTED + 1)), "nested more than"),
        (f"<b {' '.join(f'a{number}' for number in range(MOST_ATTRIBUTES + 2))}>", "attributes"),
        ("<table>" + "x<b></b>" * 10_000, "outside their cells"),
        (f"&#{'9' * 5000};", "cannot be taken apart"),
    ],
)
def test_a_page_that_would_take_too_long_is_refused_in_words(broken: str, reason: str) -> None:
    read = letter(page(broken))
    assert (read.verdict, reason in read.reason) == (Verdict.UNREADABLE, True), read.reason


def test_a_text_that_is_put_together_from_too_many_pieces_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redress.read.files.html_tree.MOST_COPIED", 100_000)
    with pytest.raises(NotHtmlError, match="more signs"):
        document_from_html(page("&" * 1000).encode())


def test_a_line_of_a_broken_page_keeps_its_number_in_the_file() -> None:
    root = tree_of("<p><b>x</p>\n <p\nclass=a>y</p>\n<table>\n<tr><td>z</table>").root
    assert [(one.tag, one.sourceline) for one in root.iter("p", "b", "tbody", "td")] == [
        ("p", 1),
        ("b", 1),
        ("b", 2),
        ("p", 3),
        ("tbody", 5),
        ("td", 5),
    ]


def test_a_page_of_very_many_lines_is_read() -> None:
    assert seen(letter(page(head="\n" * 70_000))) == "27"
