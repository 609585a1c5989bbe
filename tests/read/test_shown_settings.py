"""A web page's encoding, style sheets and fields are taken as a browser takes them, or its figures are withheld."""

import pytest

from tests.read.shown import MEASURE, letter, page, seen

pytestmark = pytest.mark.needs("time")

DECLARED = {
    # the name of a case: what the page declares, the number in the page, and the number that a browser shows
    "UTF-7": ('<meta charset="utf-7">', "27+ADE-", None),
    "an encoding of Python": ('<meta charset="unicode_escape">', "\\x3127", None),
    "another encoding of Python": ('<meta charset="raw_unicode_escape">', "\\u003127", None),
    "an encoding without a number": ('<meta charset="hz">', "27~\n 9", None),
    "an encoding that is not read": ('<meta charset="iso-2022-kr">', "27", None),
    "late": (f'<!--{"x" * 6000}--><meta charset="windows-1252">', "1\u2009027", None),
    "in a comment": ('<!--<meta charset="windows-1252">--><meta charset="utf-8">', "1\u2009027", "1\u2009027"),
    "in a description": (
        '<meta name="description" content="charset=koi8-r"><meta charset="utf-8">', "1\u2009027", "1\u2009027"
    ),
    "UTF-8": ('<meta charset="utf-8">', "1\u2009027", "1\u2009027"),
    "by a content": ('<meta content="text/html; charset=utf8" http-equiv=Content-Type>', "27", "27"),
}  # fmt: skip


@pytest.mark.parametrize(("declared", "number", "text"), DECLARED.values(), ids=DECLARED)
def test_a_page_is_decoded_by_the_encodings_of_browsers_alone(declared: str, number: str, text: str | None) -> None:
    read = letter(page(number).replace('<meta charset="utf-8">', declared))
    figure = read.figure(MEASURE)
    assert (None if figure is None else figure.value) == (None if text is None else int(text.replace("\u2009", "")))


HIDING = "<style>.old{display:none}</style>"
DOUBTED = {
    # the name of a case: the page's head, and a part of the reason
    "one of two titles": (
        '<style title="a">i{color:red}</style><style title="b">.old{display:none}</style>',
        "style",
    ),
    "a title beside a link's": (
        '<link rel="stylesheet" title="a" href="a.css"><style title="b">b{}</style>',
        "style",
    ),
    "the title that is asked for": ('<meta http-equiv="default-style" content="b">', "style sheets"),
    "no styles": (f"<meta http-equiv=Content-Security-Policy content=\"style-src 'none'\">{HIDING}", "forbids"),
    "its own styles": (
        f"<meta http-equiv=Content-Security-Policy content=\"default-src 'self'\">{HIDING}",
        "forbids",
    ),
    "styles by number": (
        f"<meta http-equiv=Content-Security-Policy content=\"style-src 'unsafe-inline' 'nonce-1'\">{HIDING}",
        "forbids",
    ),
    "dark colours": ('<meta name="color-scheme" content="dark">', "dark colours"),
}


@pytest.mark.parametrize(("head", "reason"), DOUBTED.values(), ids=DOUBTED)
def test_a_page_whose_styles_are_not_sure_to_apply_is_in_doubt(head: str, reason: str) -> None:
    assert reason in (seen(letter(page("<b>27</b>", head=head))) or "")


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="alternate stylesheet" title="High contrast" href="a.css"><style>b{color:red}</style>',
        '<meta http-equiv="Content-Security-Policy" content=upgrade-insecure-requests><style>b{color:red}</style>',
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'self'; style-src 'self' 'unsafe-inline'\">"
        "<style>b{color:red}</style>",
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'self'\">",
        '<meta name="color-scheme" content="light dark"><meta http-equiv="refresh" content="900">',
        '<style title="a">b{color:red}</style>',
    ],
)
def test_ordinary_settings_of_a_page_take_no_figure_away(head: str) -> None:
    assert seen(letter(page("<b>27</b>", head=head))) == "27"


def test_a_style_whose_type_begins_with_a_space_is_no_style() -> None:
    head = '<style type=" text/css">.old{display:none}</style>'
    assert seen(letter(page('<b class="old">2</b>7', head=head))) == "27"


FIELDS = {
    # the name of a case: what stands in place of the number, and the number that a browser surely shows
    "a number with a comma": ('<input type="number" value="1,027">', None),
    "a number with spaces": ('<input type="number" value=" 27 ">', None),
    "a number": ('<input type="number" value="27">', "27"),
    "a time": ('<input type="time" value="27">', None),
    "a month": ('<input type="month" value="27">', None),
    "text that is put before a field": ('<input class="n" value="7">', None),
    "text that is put before a text area": ('<textarea class="n">7</textarea>', None),
    "text that is put before a place to break": ('<wbr class="n">7', "7"),
    "text that is put before an option": ('<select><option class="n">7</select>', None),
}


@pytest.mark.parametrize(("number", "text"), FIELDS.values(), ids=FIELDS)
def test_a_field_is_read_as_it_is_shown(number: str, text: str | None) -> None:
    figure = letter(page(number, head="<style>.n::before{content:'2'}</style>")).figure(MEASURE)
    assert (None if figure is None else figure.text) == text


SVG = '<svg width="9" height="14"><text y="14">1</text></svg>'
LINE = "<p>33 upheld decisions</p>"
BESIDE = {
    "that floats": f'<svg style="float:left" width="9"><text>1</text></svg>{LINE}',
    "that floats by its attribute": f'<img align="left" src="1.png">{LINE}',
    "in the cell before": f"<table><tr><td>{SVG}<td>33 upheld decisions</table>",
    "in a flexible box": f'<div style="display:flex">{SVG}{LINE}</div>',
    "in a flexible box, from a file": f'<div style="display:flex"><img src="1.png">{LINE}</div>',
    "of a button": "<p><input type=button value=1>33 upheld decisions</p>",
    "of an empty field": "<p><input placeholder=1>33 upheld decisions</p>",
    "of a date": "<p><input type=month value=2024-01>33 upheld decisions</p>",
}


@pytest.mark.parametrize("line", BESIDE.values(), ids=BESIDE)
def test_a_number_with_a_picture_on_its_left_is_withheld(line: str) -> None:
    assert "a picture or an icon" in (seen(letter(page().replace(LINE, line)), "upheld_count") or "")


@pytest.mark.parametrize(
    "line",
    [
        f"<p>{SVG}</p>{LINE}",
        f"<table><tr><td>x<td>{SVG}<tr><td>33 upheld decisions<td>x</table>",
        f'<svg style="float:left" width="9"></svg><p>Complaints</p>{LINE}',
        f"<form><input placeholder='Search'><input type=submit value=Search></form>{LINE}",
    ],
)
def test_a_picture_that_stands_elsewhere_takes_no_figure_away(line: str) -> None:
    assert seen(letter(page().replace(LINE, line)), "upheld_count") == "33"


@pytest.mark.parametrize(
    "column", ['<col style="background:#000">', '<colgroup bgcolor="black">', "<col class=dark>"]
)
def test_a_coloured_column_puts_its_table_in_doubt(column: str) -> None:
    table = f"<table>{column}<tr><td>33 upheld decisions</table>"
    read = letter(page(head="<style>.dark{background-color:#000}</style>").replace(LINE, table))
    assert read.figure("upheld_count") is None
    assert seen(read) == "27"
