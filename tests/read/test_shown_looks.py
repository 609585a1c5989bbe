"""What a style only may hide, move or cover is read with a doubt, and only what it surely hides is left out."""

import pytest

from tests.read.shown import MEASURE, SMALL, letter, page, seen

pytestmark = pytest.mark.needs("time")

NORMAL = "sup{font-size:75%;line-height:0;position:relative;vertical-align:baseline;top:-.5em}"
SHOWN = {
    # the name of a case: what stands in place of the number, and the style sheet
    "a mark as most pages shape it": ("27<sup>7</sup>", NORMAL),
    "a small mark by its class": ('27<a class="footnote-ref" href="#f"><sup>3</sup></a>', ""),
    "put away by its edge": ('27<i style="position:absolute;left:-10000px"><b>2</b></i>', ""),
    "no filter lets it through": ('<i style="filter:opacity(0)">2</i>27', ""),
    "of no scale": ('<i style="display:inline-block;transform:scale(0)">2</i>27', ""),
    "of no text": ('<b style="display:inline-block;content-visibility:hidden">2</b>27', ""),
    "of a larger nothing": ('<b style="font-size:0"><i style="font-size:larger">2</i></b>27', ""),
    "of an old size again": ('<b style="font-size:0">2<font size="3">27</font></b>', ""),
    "a field of its own size": ('<b style="font-size:0">2<input value="27"></b>', ""),
    "a link of a page's colour": ('<a href="/x">27</a>', "body{background:#fff;color:#222}"),
    "a point before it": ("27", "h1::after{content:'•';color:#00f;margin-right:9px}"),
    "harmless in a layer": ("<b>27</b>", "@layer a{*{margin:0;padding:0;box-sizing:border-box;line-height:1.5}}"),
    "hidden in a layer as well": ("<b hidden>2</b>27", "@layer a{[hidden]{display:none!important}}"),
    "beside a heading with a line under it": (
        "27",
        "h2::after{content:'';position:absolute;left:0;height:3px;background:#005}",
    ),
    "beside a bar that stays": ("27", "header{position:sticky;top:0;background:#fff}"),
}


@pytest.mark.parametrize(("outcomes", "css"), SHOWN.values(), ids=SHOWN)
def test_the_number_that_a_browser_shows_is_read(outcomes: str, css: str) -> None:
    assert seen(letter(page(outcomes, head=f"<style>{css}</style>"))) == "27"


def _added(style: str) -> tuple[str, str]:
    return "<b>7</b>", f"b::before{{content:'2';{style}}}"


DOUBTFUL = {
    # the name of a case: what stands in place of the number, and the style sheet
    "transparent in a layer": ("<b>2</b>7", "@layer a{b{opacity:0}}"),
    "of no size in a layer": ("<b>2</b>7", "@layer a{b{font:0 a}}"),
    "of no content in a layer": (
        '<b style="display:inline-block">2</b>7',
        "@layer a{b{content-visibility:hidden}}",
    ),
    "raised in a layer": ("27<b>1</b>", "@layer a{b{vertical-align:super}}"),
    "seen again in a layer": ("<b>2</b>7", "b{visibility:hidden} @layer a{b{visibility:visible!important}}"),
    "of a size again in a layer": ("<b>2</b>7", "b{font-size:0} @layer a{b{font-size:16px!important}}"),
    "without its first line": ("27", "p::first-line{opacity:0}"),
    "with a first letter of no size": ("27", "p::first-letter{font:0 a}"),
    "with a raised first letter": ("27", "p::first-letter{vertical-align:super}"),
    "hidden, and all unset": ("<b hidden>2</b>7", "b{all:unset}"),
    "hidden, and all as before": ("<b>2</b>7", "b{display:none} p b{all:revert}"),
    "not visible, and all as first": ("<b>2</b>7", "b{visibility:hidden;all:initial}"),
    "of no size, and all as first": ("<b>2</b>7", "b{font-size:0;all:initial}"),
    "indented in a line": ('<b style="text-indent:-999em">2</b>7', ""),
    "of no width in a line": ('<b style="width:0;overflow:hidden">2</b>7', ""),
    "of no height in a line": ('<b style="max-height:0;overflow:hidden">2</b>7', ""),
    "of no scale in a line": ('<b style="transform:scale(0)">2</b>7', ""),
    "pulled up in a line": ('<b style="margin-top:-9999px">2</b>7', ""),
    "of no content in a line": ('<b style="content-visibility:hidden">2</b>7', ""),
    "hidden until found": ('<b hidden="until-found">2</b>7', ""),
    "sticky": ('<b style="position:sticky;left:-9999px">2</b>7', ""),
    "at its left and at its right": ('<b style="position:relative;left:0;right:-9999px">2</b>7', ""),
    "pulled and pushed": ('<b style="margin-left:-60em;padding-left:60em">2</b>7', ""),
    "a filter that shows": ('<b style="filter:opacity(0.9)">2</b>7', ""),
    "a circle that shows": ('<b style="display:inline-block;clip-path:circle(0.9em)">2</b>7', ""),
    "of some width": ('<b style="display:inline-block;width:9px;overflow:hidden">2</b>7', ""),
    "of a width without a unit": ('<b style="display:inline-block;width:1;overflow:hidden">2</b>7', ""),
    "of no height, and padded": ('<b style="display:inline-block;height:0;padding:9px;overflow:hidden">2</b>7', ""),
    "moved and moved back": (
        '<b style="position:absolute;left:-9999px"><i style="position:absolute;left:9999px">2</i></b>7',
        "",
    ),
    "drawn beside what is cut off": (
        '<b style="display:inline-block;width:0;overflow:hidden"><i style="position:absolute">2</i></b>7',
        "",
    ),
    "translated and back": (
        '<b style="display:inline-block;transform:translateX(1000px)">'
        '<i style="display:inline-block;transform:translateX(-1000px)">2</i></b>7',
        "",
    ),
    "not indented within": (
        '<b style="display:inline-block;text-indent:-999em"><i style="display:block;text-indent:0">2</i></b>7',
        "",
    ),
    "a mark put down": ("2<sup>7</sup>", "sup{vertical-align:baseline;font-size:100%}"),
    "a mark reset": ("33<sup>4</sup>", "sub,sup{font:inherit;vertical-align:baseline}"),
    "a mark as first": ("33<sup style='all:initial'>4</sup>", ""),
    "a mark in a row": ("<span style='display:inline-flex'>2<sup>7</sup></span>", ""),
    "ruby text without its word": ("2<rt>7</rt>", ""),
    "ruby text in the line": ("<ruby>27<rt>1</rt></ruby>", "rt{display:inline}"),
    "raised by nearly nothing": ("2<b>7</b>", "b{vertical-align:.1px}"),
    "raised to the top of the text": ("2<b>7</b>", "b{vertical-align:text-top}"),
    "raised by a font": ("2<b>7</b>", "b{font-variant-position:super}"),
    "a mark only by its class": ('27<a class="footnote-ref" href="#f">3</a>', ""),
    "a mark only by its other class": ("2<a class='noteref'>7</a>", ""),
    "a mark only by its role": ("2<b role='doc-noteref'>7</b>", ""),
    "a bracket of ruby text that is shown": ("<ruby>2<rp>7</rp></ruby>", "rp{display:inline}"),
    "a title that is shown": ("2<title style='display:inline'>7</title>", ""),
    "a script that is shown": ("2<script type='x/y' style='display:inline'>7</script>", ""),
    "an option alone": ("2<option style='display:inline'>7</option>", ""),
    "an option that is disabled": ("<select><option disabled>12<option>27</select>", ""),
    "an option with a label": ("<select><option label='27'>12</option></select>", ""),
    "several options": ("<select multiple><option>12<option>27</select>", ""),
    "three options": ("<select size=3><option>12<option selected>27</select>", ""),
    "an option with parts": ("<select><option>2<b hidden>7</b></option></select>", ""),
    "usually struck": ('<b class="strike">2</b>27', ""),
    "usually for screen readers": ('27<b class="sr-only">3</b>', ""),
    "put before it, not visible": _added("visibility:hidden"),
    "put before it, transparent": _added("opacity:0"),
    "put before it, of no size": _added("font-size:0"),
    "put before it, white": _added("color:white"),
    "put before it, of no content": _added("content-visibility:hidden"),
    "put before it, as a block": _added("display:block"),
    "put before it, as a cell": _added("display:table-cell"),
    "put before it, floating": _added("float:left"),
    "put before it, small": _added("font-size:60%"),
    "put before it, raised": _added("vertical-align:.5em"),
    "put before it, of no width": _added("display:inline-block;width:0"),
    "put before it, of a size": ("<b>9</b>7", "b{font-size:0} b::before{content:'2';font-size:16px}"),
    "put before a field": ('<input value="7">', "input::before{content:'2'}"),
    "a digit for a quotation mark": ("<b>7</b>", "b{quotes:'2' ''} b::before{content:open-quote}"),
    "a digit for a mark of a list": ("<b>27</b>", "b{display:list-item;list-style:inside foo}"),
    "white on a box of no height": ("27", "p{height:0;background:#000;color:#fff}"),
    "white in a box that is not drawn": ("27", "p{display:contents;background:#000;color:#fff}"),
    "white on a narrow box": ("<b>27</b>", "b{display:inline-block;width:18px;background:#000;color:#fff}"),
    "a link on blue": ('<a href="#x">27</a>', "p{background:#00e}"),
    "marked text of a pale colour": ("<mark>27</mark>", "p{background:#000;color:#ff0} mark{color:inherit}"),
    "a field of a pale colour": ('<input value="27">', "p{background:#000;color:#fff} input{color:inherit}"),
    "white on blue that no browser draws": ('<b bgcolor="navy"><font color="white">27</font></b>', ""),
    "on a colour with three places": ("27", "p{color:#fff;background:black center top left}"),
    "paler and paler": ("<b><i><u>27</u></i></b>", "b,i,u{opacity:.7}"),
    "of the size of the page": ("<b>27</b>", "html{font-size:1px} body{font-size:16px} b{font-size:1rem}"),
    "small in small": ("<small>" * 8 + "27", ""),
    "smaller and smaller": ("<b>" * 8 + "27", "b{font-size:smaller}"),
    "under its outline": ("<b>27</b>", "b{outline:20px solid #fff;outline-offset:-20px}"),
    "under the outline of another": ("27", "h2{outline:50px solid #fff}"),
    "under the shadow of another": ("27", "h2{position:relative;box-shadow:0 30px 0 10px #fff}"),
    "of no height": ("27", "p{height:0;margin:0}"),
    "of little width": ("<b>27</b>", "b{display:inline-block;width:8px}"),
    "in a narrow cell": ("27", "p{display:table-cell;overflow:hidden}"),
    "in a narrow column": ("27", "main{display:grid;grid-template-columns:1px 1fr}"),
    "turned by what is around it": ('<i dir="rtl"><bdo>72</bdo></i>', ""),
    "a text that runs": ("<marquee>27</marquee>", ""),
    "a field that is narrow": ('<input value="27" style="width:8px">', ""),
    "a field for one letter": ('<input value="12345" size="1">', ""),
    "a field with a wide padding": ('<input value="27" style="width:100px;padding-left:100px">', ""),
    "a field for a date": ('<input type="date" value="27">', ""),
    "a field for a number": ('<input type="number" value="1,027">', ""),
    "a list that is narrow": ("<select style='width:8px'><option>27</select>", ""),
    "under a box": ("27", "header{position:fixed;inset:0;background:#fff}"),
    "under a box at its place": ("27", "header{position:absolute;height:900px;background:#fff}"),
    "under what is pulled up": ("27", "h2{margin-top:-40px}"),
    "under the outline of what is put before another": (
        "27",
        "h2::after{content:'';position:relative;outline:50px solid #fff}",
    ),
    "under what is put before another": ("27", "h2::after{content:'';position:absolute;inset:0;background:#fff}"),
    "behind a button with a digit": ("<input type=button value=2>7", ""),
    "behind a field that proposes a digit": ("<input placeholder=2>7", ""),
    "beyond the window": ("27", "body{overflow:hidden}"),
    "beyond the window at its right": ("27", "main{width:2000px} body{overflow-x:hidden}"),
    "with a gap before a digit": ('2<b style="padding-left:100px">7</b>', ""),
    "with a wide first digit": ('<b style="display:inline-block;width:100px">2</b>7', ""),
    "on a page of dark colours": ("27", "</style><meta name=color-scheme content=dark><style>"),
}


@pytest.mark.parametrize(("outcomes", "css"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_a_number_that_a_browser_may_show_otherwise_is_withheld(outcomes: str, css: str) -> None:
    assert letter(page(outcomes, head=f"<style>{css}</style>")).figure(MEASURE) is None


@pytest.mark.parametrize(
    ("line", "body"),
    [
        (
            '<div style="color:#fff;background:#000"><dialog open style="color:inherit">LINE</dialog></div>',
            "<body>",
        ),
        ("<details name=a open><summary>x</summary>LINE</details>", "<body>"),
        ('<table><tr style="visibility:collapse"><td style="visibility:visible">LINE</table>', "<body>"),
        ('<table><col bgcolor="#000000"><tr><td>LINE</table>', "<body>"),
        (
            '<table><tr><td bgcolor="#000000" style="background:#fff"><font color="white">LINE</font></table>',
            "<body>",
        ),
        ('<table style="table-layout:fixed"><tr><td width=1 style="overflow:hidden">LINE</table>', "<body>"),
        ('<p><a href="#x">LINE</a></p>', '<body link="white">'),
        (
            '<div style="visibility:hidden;background:#000"><p style="visibility:visible;color:#fff">LINE</div>',
            "<body>",
        ),
        ('<div style="background:#000;color:#fff"><div style="float:left">LINE</div></div>', "<body>"),
        ("<textarea rows=1>x\nLINE</textarea>", "<body>"),
        ("<dialog open>x</dialog><p>LINE</p>", "<body>"),
    ],
)
def test_a_line_that_a_browser_may_show_otherwise_is_withheld(line: str, body: str) -> None:
    text = page().replace("<p>33 upheld decisions</p>", line.replace("LINE", "33 upheld decisions"))
    assert "is not certain" in (seen(letter(text.replace("<body>", body)), "upheld_count") or "")


def test_white_letters_in_a_blue_cell_of_an_old_page_are_read() -> None:
    cell = '<table><tr><td bgcolor="navy"><font color="white">33 upheld decisions</font></table>'
    assert seen(letter(page().replace("<p>33 upheld decisions</p>", cell)), "upheld_count") == "33"


def test_the_heading_for_screen_readers_is_left_out_only_where_the_page_hides_it() -> None:
    hidden = page(head=f"<style>.sr-only{SMALL}</style>").replace("<h1>", '<h1><i class="sr-only">Old </i>')
    assert letter(hidden).header.authority_name == "Pellonshire County Council"


@pytest.mark.parametrize(
    ("css", "reason"),
    [
        ("p::first-letter{padding-right:100px}", "may hide it"),
        ("p{font-size:calc(1rem + 2px)}", "size of its letters is not known"),
        ("@counter-style foo{system:fixed;symbols:'1'}", "a counter of its own"),
    ],
)
def test_a_number_is_withheld_for_the_true_reason(css: str, reason: str) -> None:
    assert reason in (seen(letter(page(head=f"<style>{css}</style>"))) or "")


def test_an_ornament_that_a_style_sheet_puts_before_each_line_takes_nothing_away() -> None:
    assert seen(letter(page(head="<style>p::before{content:'» '}</style>"))) == "27"


@pytest.mark.parametrize(
    "column", ["display:table-column;visibility:collapse", "display:table-column-group;background:#000"]
)
def test_a_style_that_hides_or_colours_a_column_withholds_what_stands_in_it(column: str) -> None:
    table = (
        f'<div style="display:table"><div style="{column}"></div><div style="display:table-row">'
        '<div style="display:table-cell">33 upheld decisions</div></div></div>'
    )
    read = letter(page().replace("<p>33 upheld decisions</p>", table))
    assert "columns" in (seen(read, "upheld_count") or "")


@pytest.mark.parametrize(("doctype", "is_read"), [("<!doctype html>", True), ("", False)])
def test_a_table_of_a_page_in_quirks_mode_need_not_have_the_colour_around_it(doctype: str, is_read: bool) -> None:
    table = '<div style="color:#060606;background:#fff"><table><tr><td>33 upheld decisions</table></div>'
    text = page().replace("<p>33 upheld decisions</p>", table).replace("<!doctype html>", doctype)
    assert (letter(text).figure("upheld_count") is not None) == is_read


SPANNED = {
    # the name of a case: the rows of a table that shows "133" if there is no space around the text of its cells
    "a number over two rows": "<tr><td rowspan=2 valign=bottom>1<td>x<tr><td>33 upheld decisions",
    "a sentence over two rows": "<tr><td>x<td rowspan=2 valign=bottom>33 upheld decisions<tr><td>1",
}


@pytest.mark.parametrize("rows", SPANNED.values(), ids=SPANNED)
@pytest.mark.parametrize(
    ("css", "attributes", "text"),
    [("", " cellspacing=0 cellpadding=0", None), ("td{padding:0}", " cellspacing=0", None), ("", "", "33")],
)
def test_a_cell_over_several_rows_is_no_part_of_a_number_only_where_there_is_a_space_between(
    rows: str, css: str, attributes: str, text: str | None
) -> None:
    table = f"<table{attributes}>{rows}</table>"
    read = letter(page(head=f"<style>{css}</style>").replace("<p>33 upheld decisions</p>", table))
    figure = read.figure("upheld_count")
    assert (None if figure is None else figure.text) == text
