"""A figure of a web page is read as a browser shows the figure, or not at all."""

import pytest

from redress.check.letter_rules import check_letter
from redress.check.rule import Severity
from tests.read.shown import MEASURE, SMALL, letter, page, seen

pytestmark = pytest.mark.needs("time")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_page_without_its_end_is_held_back(encoding: str) -> None:
    whole = page()
    assert letter(whole.encode(encoding)).conflicts == ()
    cut = letter(whole[: whole.index("7 compliance outcomes") + 1].encode(encoding))
    assert any("ends without </html>" in conflict.detail for conflict in cut.conflicts), cut.reason
    failed = [check for check in check_letter(cut) if not check.is_passed and check.severity is Severity.CRITICAL]
    assert failed


SHOWN = {
    # the name of a case: what stands in place of the number, and the style sheet
    "a raised mark": ("27<sup>1</sup>", ""),
    "a raised link": ('27<sup><a href="#n2">2</a></sup>', ""),
    "a lowered mark": ("27<sub>a</sub>", ""),
    "a mark of ruby text": ("<ruby>27<rp>(</rp><rt>5</rt><rp>)</rp></ruby>", ""),
    "a mark raised by its style": ('27<a href="#f" style="vertical-align: super">1</a>', ""),
    "a mark raised by a rule": ('27<span class="n">1</span>', ".n { font-size: .7em; vertical-align: 0.5em }"),
    "a mark by its role": ('27<a role="doc-noteref" href="#f">[3]</a>', ""),
    "deleted": ("<del>25</del> 27", ""),
    "deleted without a space": ("<del>25</del><ins>27</ins>", ""),
    "no longer true": ("<s>2</s>27", ""),
    "struck": ("<strike>9</strike>27", ""),
    "struck inline": ('<span style="text-decoration: red line-through">2</span>27', ""),
    "struck by a rule": ('<i class="was">2</i>27', ".was{text-decoration-line:line-through}"),
    "struck below a struck element": ('<i class="was"><b>2</b></i>27', ".was{text-decoration:line-through}"),
    "struck letters of Unicode": ("2̶9̶ 27", ""),
    "hidden": ("<span hidden>2</span>27", ""),
    "not displayed": ('<span style="DISPLAY : None">2</span>27', ""),
    "not visible": ('<span style="visibility:hidden">2</span>27', ""),
    "visible in what is not": (
        '<span style="visibility:hidden">2<b style="visibility:visible">27</b>4</span>',
        "",
    ),
    "transparent": ('<span style="opacity:0">2</span>27', ""),
    "of no size": ('<span style="font-size:0">2</span>27', ""),
    "of a size again": ('<span style="font-size:0">3<b style="font-size:16px">27</b></span>', ""),
    "of no size still": ('<span style="font-size:0">3<b style="font-size:200%">4</b></span>27', ""),
    "clipped": ('<span style="position:absolute;clip:rect(0 0 0 0)">2</span>27', ""),
    "clipped by a path": ('<span style="clip-path: inset(50%)">2</span>27', ""),
    "off the screen": ('<span class="x">2</span>27', ".x{position:absolute; left:-9999px}"),
    "indented away": ('<b style="display:inline-block;text-indent:-999em">2</b>27', ""),
    "cut to nothing": ('<i style="display:inline-block;width:0;overflow:hidden">2</i>27', ""),
    "for screen readers": ('27<span class="govuk-visually-hidden">3</span>', ""),
    "for screen readers, of another house": ('27<span class="foo sr-only">3</span>', f".sr-only{SMALL}"),
    "not for screen readers": ('<b aria-hidden="true">27</b><i class="sr-only">27</i>', f".sr-only{SMALL}"),
    "by class": ('<span class="old">2</span>27', ".old{display:none}"),
    "by a longer rule": ('<span class="old">2</span>27', "main > p span.old:first-child{display:none!important}"),
    "by an attribute": ('<span data-year="2022">2</span>27', '[data-year="2022"] { display: none }'),
    "by all but one": ('<b class="t">2</b><b class="t on">27</b>', ".t:not(.on){display:none}"),
    "by what stands before": ('<input type="checkbox" id="o"><b>2</b>27', "#o:not(:checked) + b{display:none}"),
    "by place": ("<b>5</b><b>27</b><b>4</b>", "p b:nth-child(2n+1){display:none}"),
    "by a rule inside a rule": ('<i class="old">2</i>27', "main { p { .old { display: none } } }"),
    "by a screen's rule": ('<i class="old">2</i>27', "@media screen and (min-width: 40em) {.old{display:none}}"),
    "for print alone": ('<b class="p">2</b><b class="s">27</b>', "@media print{.s{display:none}} .p{display:none}"),
    "not on a small screen": ('<b class="w">27</b>', "@media (max-width:600px){.w{display:none}}"),
    "the later rule": ('<b class="w">27</b>', ".w{display:none} .w{display:inline}"),
    "the stronger rule": ('<b class="w" id="k">27</b>', "#k{display:inline} .w{display:none}"),
    "a rule for pointing": ('<b class="w">27</b>', ".w:hover{display:none}"),
    "a comment in a rule": ('<b class="w">27</b>', "/* .w{display:none} */ .v{display:none}"),
    "shown although hidden": ('<b hidden style="display:inline">27</b>', ""),
    "a closed dialog": ("<dialog>5</dialog>27", ""),
    "a template and a comment": ("<!-- 12 --><template>9</template><noscript>12</noscript>27", ""),
    "comments of old browsers": ("<!--[if IE]> 12 <![endif]-->27", ""),
    "a style for where no script runs": ("<noscript><style>b{display:none}</style></noscript><b>27</b>", ""),
    "a script's text": ("<script>1</script>27", ""),
    "a chosen option": ("<select><option>12<option selected>27<option>29</select>", ""),
    "a field": ('<input value="27" readonly>', ""),
    "put before it": ("<b class='n'>7</b>", ".n::before{content:'2'}"),
    "put before it by code": ("<b class='n'>7</b>", r".n:before{content:'\32 '}"),
    "put before any element": ("<b>7</b>", "p ::before{content:'2'}"),
    "put before any child": ("<b>7</b>", "p > ::before{content:'2'}"),
    "put before any element of a rule": ("<b>7</b>", "p{::before{content:'2'}}"),
    "put behind it from an attribute": ('<b class="n" data-n="7">2</b>', ".n::after{content:attr(data-n)}"),
    "spans": ('<span class="d">2</span><span class="d">7</span>', ""),
    "a part in bold": ("<b>2</b>7", ""),
    "a place to break": ("2<wbr>7", ""),
    "no width": ("2&#8203;7", ""),
    "a chart's data": ('<b data-max="100" data-value="27.4">27</b>', ""),
    "a chart's share": ('<b data-percent="0.27">27</b>', ""),
    "shown on wide screens, by class": ('<b class="d-none d-md-inline">27</b>', ""),
    "a table's cell": ('<b colspan="2" tabindex="5">27</b>', ""),
    "a script that has counted": ('<span class="counter" data-target="27">27</span>', ""),
}


@pytest.mark.parametrize(("outcomes", "css"), SHOWN.values(), ids=SHOWN)
def test_the_number_that_a_browser_shows_is_read(outcomes: str, css: str) -> None:
    assert seen(letter(page(outcomes, head=f"<style>{css}</style>"))) == "27"


@pytest.mark.parametrize(
    ("doctype", "text"),
    [
        ("<!DOCTYPE html>", "227"),
        ('<!DOCTYPE html SYSTEM "about:legacy-compat">', "227"),
        ('<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">', "227"),
        ('<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/loose.dtd">', "227"),
        ('<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN">', "227"),
        ('<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">', "27"),
        ('<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">', "27"),
        ("", "27"),
    ],
)
@pytest.mark.parametrize("css", [".old{display:none}", "#gone{display:none}", "b:is(.old, #old){display:none}"])
def test_a_class_and_an_id_in_other_letters_are_hidden_only_where_a_browser_hides_them(
    doctype: str, text: str, css: str
) -> None:
    old = page('<b class="Old" id="Gone">2</b><b class="new">27</b>', head=f"<style>{css}</style>")
    assert old.startswith("<!doctype html>")
    assert seen(letter(old.replace("<!doctype html>", doctype))) == text


WITHHELD = {
    # the name of a case: what stands in place of the number, the style sheet, and a part of the reason
    "counted up": ('<span class="counter" data-target="27">0</span>', "", "a script of the page"),
    "counted up without a class": ('<b data-count-to="27">0</b>', "", "a script of the page"),
    "counted up from another number": ('<b data-end-value="27">5</b>', "", "a script of the page"),
    "counted up around it": ('<b data-to="27"><i>0</i></b>', "", "a script of the page"),
    "counted up between many blanks": (
        '<b class="counter" data-target="27">' + " <i> </i>" * 9 + "0</b>",
        "",
        "a script of the page",
    ),
    "counted up from nowhere": ('<span class="js-counter">0</span>', "", "a script of the page"),
    "counted up by an element of its own": ('<count-up end="27">0</count-up>', "", "a script of the page"),
    "counted up from where it starts": ('<b data-start="5" data-end="27">5</b>', "", "a script of the page"),
    "told to screen readers otherwise": ('<span aria-label="27">0</span>', "", "a script of the page"),
    "a formula": ("<math><msup><mn>27</mn><mn>1</mn></msup></math>", "", "a formula"),
    "put together anew": (
        '<b><template shadowrootmode="open">2<slot></slot></template>7</b>',
        "",
        "in another order",
    ),
    "hidden by a value of elsewhere": ("<b>2</b>7", ":root{--d:none} p b{display:var(--d)}", "may hide it"),
    "hidden where scripts run": ('<b class="v">2</b>7', ".js .v{display:none}", "may hide it"),
    "without colour": ('<b style="-webkit-text-fill-color:transparent">2</b>7', "", "colour"),
    "faded in later": ('<b style="opacity:0;transition:opacity 1s">27</b>', "", "an animation"),
    "bound to a script": ('<span x-text="outcomes">0</span>', "", "a script of the page"),
    "wheels": (
        '<i class="odometer-digit"><i class="odometer-digit-spacer">8</i><i class="odometer-value">2</i></i>7',
        "",
        "wheels",
    ),
    "a link to a note": ('27<a href="#note1">1</a>', "", "do not look alike"),
    "a smaller digit": ("27<small>1</small>", "", "do not look alike"),
    "a digit of another size": ('27<b style="font-size:60%">1</b>', "", "do not look alike"),
    "digits around a raised one": ("2<sup>1</sup>7", "", "do not look alike"),
    "a picture of a digit": ('<img alt="2" src="2.png">7', "", "a picture"),
    "a drawn digit": ("2<svg><text>7</text></svg>", "", "a picture"),
    "turned": ('<bdo dir="rtl">72</bdo>', "", "moves or turns"),
    "turned by a rule": ('<b class="r">72</b>', ".r{direction:rtl;unicode-bidi:bidi-override}", "moves or turns"),
    "turned by characters": ("&#8238;72&#8236;", "", "direction of print"),
    "placed elsewhere": ('2<b style="position:absolute;left:3px">7</b>', "", "moves or turns"),
    "upside down": ('<b style="display:inline-block;transform:rotate(180deg)">27</b>', "", "moves or turns"),
    "cut to one line": (
        '<b style="display:inline-block;height:1em;overflow:hidden">2<br>7</b>',
        "",
        None,
    ),
    "white on white": ('<b style="color:#FFF">2</b>7', "", "colour"),
    "white in an old page": ('<font color="White">27</font>', "", "colour"),
    "for print alone, by class": ('<b class="d-none d-print-inline">2</b>7', "", "usually hides it"),
    "of no colour": ('<b class="t">2</b>7', ".t{color:transparent}", "colour"),
    "usually hidden": ('<b class="d-none">2</b>7', "", 'its class "d-none" usually hides it'),
    "hidden by a rule that is not followed": ("<b>2</b>7", "p:has(b) b{display:none}", "may hide it"),
    "deleted, and not struck": ('<del style="text-decoration:none">2</del>27', "", "strike nothing out"),
    "deleted, and underlined": ('<del style="text-decoration:underline">2</del>27', "", "strike nothing out"),
    "deleted, and as first": ("<del>2</del>27", "del{text-decoration:initial}", "strike nothing out"),
    "deleted, and as its parent": ("<s>2</s>27", "s{text-decoration:inherit}", "strike nothing out"),
    "deleted, and all unset": ("<del>2</del>27", "del{all:unset}", "strike nothing out"),
    "struck, and not struck": ("<b>2</b>27", "b{text-decoration:line-through;text-decoration-line:none}", "strike"),
    "struck by a line of no colour": ("<del>2</del>27", "del{text-decoration-color:transparent}", "strike"),
    "struck by a pale line": ("<b>2</b>27", "b{text-decoration:line-through #fff}", "strike nothing out"),
    "a box in a struck line": ("<del><b>2</b></del>27", "b{display:inline-block}", "strike nothing out"),
    "a floating part of a struck line": ("<del><b>2</b></del>27", "b{float:left}", "strike nothing out"),
    "a button in a struck line": ("<del><button>2</button></del>27", "", "strike nothing out"),
    "perhaps struck": ("<b>27</b>", "@supports not (a:b){b{text-decoration:line-through}}", "may hide it"),
    "perhaps not struck": ("<s>2</s>27", "@supports not (a:b){s{text-decoration:none}}", "may hide it"),
    "put before it and struck": ("<b>7</b>", "b::before{content:'2';text-decoration:line-through}", "strike"),
    "faded in": ('<b style="opacity:0;animation:show 1s forwards">27</b>', "", "an animation"),
    "two lines": ("2<br>7", "", None),
    "blocks": ("<b>2</b><b>7</b>", "b{display:block}", None),
    "a flexible row": ('<span style="display:flex"><b>2</b><b>7</b></span>', "", None),
    "struck and not corrected": ("<del>27</del>", "", None),
    "a fraction": ("27&frac12;", "", None),
    "ringed": ("27①", "", "ring"),
    "lowered digits of Unicode": ("27₁", "", "lowered"),
    "raised digits that are no footnote": ("2⁷", "", "the mark of no footnote"),
}


@pytest.mark.parametrize(("outcomes", "css", "reason"), WITHHELD.values(), ids=WITHHELD)
def test_a_number_that_a_browser_may_show_otherwise_is_withheld(
    outcomes: str, css: str, reason: str | None
) -> None:
    read = letter(page(outcomes, head=f"<style>{css}</style>"))
    assert seen(read) is None if reason is None else reason in (seen(read) or "")
    assert seen(read, "investigations_count") == "40"


UNKNOWN = {
    # the name of a case: what stands in place of the number, the style sheet, and a part of the reason
    "of no opacity": ('<b style="color:#0000">27</b>', "", "colour"),
    "of a pale colour": ("<b>27</b>", "b{color:hsl(0, 0%, 100%)}", "colour"),
    "of nearly white": ("<b>27</b>", "b{color:#fefefe}", "colour"),
    "of an unknown colour": ("<b>27</b>", "b{color:oklch(1 0 0)}", "not known"),
    "on its own colour": ("<b>27</b>", "main{background:#123456;color:#fff} b{color:rgb(18 52 86)}", "colour"),
    "on a picture": ("<b>27</b>", "b{background:url(x.png)}", "not known"),
    "tiny": ('<b style="font-size:.1px">27</b>', "", "too small"),
    "tiny by steps": ("<b><i>27</i></b>", "b,i{font-size:60%}", "too small"),
    "of a computed size": ('<b style="font-size:calc(0px)">27</b>', "", "is not known"),
    "indented by its width": ("<b>27</b>", "b{text-indent:100%;white-space:nowrap;overflow:hidden}", "text-indent"),
    "of no block size": ("<b>27</b>", "b{display:block;block-size:0;overflow:hidden}", "overflow"),
    "scrolled away": ("<b>27</b>", "b{display:inline-block;height:1px;overflow-y:scroll}", "height"),
    "folded in a grid": ("<b>27</b>", "p{display:grid;grid-template-rows:0fr}", "grid-template-rows"),
    "moved by another name": ("<b>27</b>", "b{translate:-999px}", "translate"),
    "moved by its inset": ("<b>27</b>", "b{position:relative;inset-inline-start:-999px}", "inset"),
    "drawn over another": ('<b style="margin-left:1ch">7</b><b style="margin-left:-2ch">2</b>', "", "margin-left"),
    "masked": ("<b>27</b>", "main{mask:linear-gradient(#0000,#0000)}", "mask"),
    "blurred": ("<b>27</b>", "b{filter:blur(40px)}", "filter"),
    "behind the page": ("<b>27</b>", "b{position:relative;z-index:-1}", "z-index"),
    "zoomed": ("<b>27</b>", "b{zoom:.001}", "zoom"),
    "raised by its font": ('27<b style="font-variant:super">9</b>', "", "font-variant"),
    "raised by its place": ('27<b style="position:relative;bottom:.5em">9</b>', "", "bottom"),
    "floating before a digit": ('7<b style="float:inline-start">2</b>', "", "moves or turns"),
    "hidden before a value that is none": ("<b>27</b>", "b{display:none;display:foo}", "display: foo"),
    "of a computed opacity": ("<b>27</b>", "b{opacity:calc(0)}", "opacity"),
    "hidden in a layer": ("<b>27</b>", "@layer a{b{display:none}}", "may hide it"),
    "shown in a layer": ("<b>27</b>", "b{display:none} @layer a{b b,b{display:inline}}", "may hide it"),
    "hidden where a feature is missing": ("<b>27</b>", "@supports not (a:b){b{display:none}}", "may hide it"),
    "hidden on some screens": ("<b>27</b>", "@media (min-resolution:2dppx){b{display:none}}", "may hide it"),
    "by a list with an unknown part": ("<b>27</b>", "b{display:none} b,:foo{display:inline}", "may hide it"),
    "by a list with a part for one browser": (
        "<b>27</b>",
        "b{display:none} b,:-moz-x{display:inline}",
        "may hide it",
    ),
    "hidden by another sheet": ("<b>27</b>", '@import "other.css";', "imports another"),
    "without its first letter": ("<b>27</b>", "p::first-letter{font-size:0}", "may hide it"),
    "by keyframes": ("<b>27</b>", "@keyframes k{to{opacity:0}} b{animation:k 1s forwards}", "animation"),
    "counted by the style": ("<b>7</b>", "b::before{counter-increment:q 2;content:counter(q)}", "content"),
    "drawn by the style": ("<b>7</b>", "b::before{content:url(2.svg)}", "content"),
    "covered by the style": ("<b>27</b>", 'b::after{content:"";position:absolute;left:0}', "position"),
    "of a font of the page's own": (
        "<b>27</b>",
        "@font-face{font-family:Z;src:url(data:font/woff2;base64,AA)} b{font-family:Z}",
        "may hide it or change it",
    ),
    "in a tab, by class": ('<b class="tab-pane">27</b>', "", "usually hides it"),
    "by a class of another house": ('<b class="cdk-visually-hidden">27</b>', "", "usually hides it"),
    "decided by a script": ("<b x-cloak>27</b>", "", "a script of the page"),
    "changed by a script": (
        '<b id="r">27</b><script>document.getElementById("r").textContent = "29"</script>',
        "",
        "a script of the page",
    ),
    "written by a script": ('<script>document.write("1")</script>27', "", "a picture"),
    "a picture without a description": ('<img src="2.png" alt="">7', "", "a picture"),
    "a picture behind it": ('2<img src="7.png" alt="seven">', "", "a picture"),
    "a picture from elsewhere": ('<svg><use href="#two"/></svg>7', "", "a picture"),
    "an icon": ('<i class="icon-2"></i>7', "", "a picture or an icon"),
}


@pytest.mark.parametrize(("outcomes", "css", "reason"), UNKNOWN.values(), ids=UNKNOWN)
def test_no_number_is_read_whose_style_is_not_known_to_be_harmless(outcomes: str, css: str, reason: str) -> None:
    read = letter(page(outcomes, head=f"<style>{css}</style>"))
    assert reason in (seen(read) or "")


def test_a_page_in_an_ordinary_dress_is_read() -> None:
    css = """:root{--blue:#005} *,*::before,*::after{box-sizing:border-box} html{font:100%/1.5 Arial,sans-serif}
    body{margin:0;color:#0b0c0c;background:#fff;-webkit-text-size-adjust:100%}
    a{color:#1d70b8;text-decoration:underline}
    main{max-width:960px;margin:0 auto;padding:1.5em 15px;display:flex;flex-direction:column;gap:20px}
    h1,h2{font-weight:700;line-height:1.2;letter-spacing:-.5px;margin:0 0 .5em;text-transform:uppercase}
    p{border-left:4px solid #b1b4b6;border-radius:4px;box-shadow:0 1px 3px rgba(0,0,0,.2);transition:all .2s}
    b{float:none;display:inline-block;background:#005;color:white;vertical-align:middle;padding:2px 6px}
    ::-webkit-input-placeholder{color:inherit;opacity:.5} :-ms-input-placeholder{color:#999}
    button::-moz-focus-inner{padding:0} p::after{content:"";display:table;clear:both} @media print{b{color:#fff}}
    @media (max-width:600px){b{left:-9px}}"""
    read = letter(page("<b>27</b>", head=f"<style>{css}</style>"))
    assert (seen(read), seen(read, "uphold_rate_pct"), read.conflicts) == ("27", "83%", ())


def test_a_style_of_no_style_sheet_shows_nothing() -> None:
    css = '<style>.old{display:none}</style><style type="text/x-later">.old{display:inline}</style>'
    assert seen(letter(page('<b class="old">2</b>27', head=css))) == "27"


def test_a_mark_behind_the_per_cent_sign_does_not_lose_the_figure() -> None:
    read = letter(page(average='99<span class="pc"><sup>%</sup></span><sup>2</sup>'))
    assert seen(read, "compliance_rate_type_average_pct") == "99%"


def test_decimal_places_that_are_set_high_are_part_of_the_number() -> None:
    assert seen(letter(page(average="98<sup>.6</sup>%")), "compliance_rate_type_average_pct") == "98.6%"


@pytest.mark.parametrize("space", ["\u202f", "\u2009", "\u00a0", "&thinsp;", "&#x2007;"])
def test_the_spaces_between_thousands_are_part_of_the_number(space: str) -> None:
    figure = letter(page(f"1{space}027")).figure(MEASURE)
    assert figure is not None
    assert figure.value == 1027


def test_thousands_with_a_plain_space_are_never_read_in_part() -> None:
    assert seen(letter(page("1 027"))) is None


ENCODED = {
    "UTF-16 by its mark": ("utf-16", "utf-8"),
    "UTF-16 without a mark": ("utf-16-le", "utf-8"),
    "UTF-8 that is called UTF-16": ("utf-8", "utf-16"),
    "Windows-1252 that is called Latin-1": ("cp1252", "iso-8859-1"),
    "an encoding that nobody knows": ("utf-8", "x-nonsense"),
}


@pytest.mark.parametrize(("encoding", "called"), ENCODED.values(), ids=ENCODED)
def test_a_page_is_decoded_as_a_browser_decodes_it(encoding: str, called: str) -> None:
    text = page().replace("utf-8", called).replace("Pellonshire County Council", "Pellonshire – Council")
    read = letter(text.encode(encoding))
    assert seen(read) == "27"
    assert read.header.authority_name == "Pellonshire - Council"


def test_what_is_put_in_a_page_with_no_space_between_is_read_apart() -> None:
    text = page().replace(
        "<p>33 upheld decisions</p>",
        "<p>33 upheld decisions<a href='/d'>View all upheld decisions</a></p>"
        "<p><a href='/d'>View upheld decisions</a>Adjusted for Pellonshire County Council's population, this "
        "is <b>4.6</b> upheld decisions per 100,000 residents.<span>The average for authorities of this type "
        "is</span> 4.5 upheld decisions per 100,000 residents.</p>",
    )
    text = text.replace(
        "<p>100% of cases", "<p><span>100% of cases were implemented by Pellonshire</span>100% of cases"
    )
    read = letter(text)
    measures = ("upheld_count", "upheld_per_100k", "upheld_per_100k_type_average", "compliance_rate_pct")
    assert [seen(read, measure) for measure in measures] == ["33", "4.6", "4.5", "100%"]


def test_an_introduction_with_no_space_behind_it_stays_one() -> None:
    text = page().replace("<p>83%", "<p><b>Nationally, in the year before</b>83%")
    assert seen(letter(text), "uphold_rate_pct") is None


def test_doubtful_words_around_a_number_make_it_doubtful() -> None:
    text = page().replace("<p>33 upheld", '<p>33 <span class="d-none">upheld</span>')
    assert "usually hides it" in (seen(letter(text), "upheld_count") or "")


def test_a_page_with_a_doubtful_number_is_held_back_for_that_reason() -> None:
    read = letter(page('<b data-to="27">0</b>'))
    refusing = [
        check for check in check_letter(read) if check.severity is Severity.CRITICAL and not check.is_passed
    ]
    assert [check.rule for check in refusing] == ["readings_agree"]
    assert "a script of the page puts another number in its place" in refusing[0].detail


def test_no_type_of_authorities_has_an_average_of_zero() -> None:
    reason = seen(letter(page(average="<b id='average'>0</b>%")), "compliance_rate_type_average_pct")
    assert reason is not None
    assert reason.endswith("no type of authorities has an average of 0")


def test_the_heading_is_what_is_seen_of_it() -> None:
    text = page(head=f"<style>i{SMALL}</style>").replace("<h1>", '<h1><i class="sr-only">Wexmarsh </i>')
    assert letter(text).header.authority_name == "Pellonshire County Council"


def test_lines_of_a_page_that_keeps_its_line_breaks_are_lines() -> None:
    body = page("27").split("<main>")[1].replace("<p>", "").replace("</p>", "\n")
    for tag in ("h1", "h2"):
        body = body.replace(f"<{tag}>", "").replace(f"</{tag}>", "\n")
    read = letter(f"<h1>Pellonshire County Council</h1><pre>LGSCO\n{body}</pre>")
    assert (seen(read), seen(read, "uphold_rate_pct")) == ("27", "83%")


def test_a_page_has_its_season_from_its_periods_before_measures_are_judged() -> None:
    assert "upheld_per_100k" in dict(letter(page()).absences)
    earlier = letter(page().replace("2023", "2020").replace("2024", "2021"))
    assert letter(page()).absence("upheld_per_100k") != earlier.absence("upheld_per_100k")
