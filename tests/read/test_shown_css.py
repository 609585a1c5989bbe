"""A style sheet hides a number of a web page only where a browser hides the number: comments, quotes, brackets and
selectors count as the CSS standards say, and what only some browsers understand withholds the number.
"""

import time

import pytest

from redress.model.letter import Verdict
from redress.read.files.media import media_applies
from redress.read.files.style_sheets import StyleSheets
from tests.read.shown import MEASURE, letter, page, seen

pytestmark = pytest.mark.needs("time")

HIDE = ".old{display:none}"
TWO = '<b class="old">2</b>7'
NEVER = [
    # style sheets that hide nothing
    f".x{{color:red}}; {HIDE}",
    f".x{{color:red}}}} {HIDE}",
    f".x{{width:calc(100% - 5px;}} {HIDE}",
    ".old{font-family:'Arial;\ndisplay:none}",
    ".old{--x:(a;display:none;b)}",
    ".old{--x:[a;display:none;b]}",
    ".old,{display:none}",
    ".2old,.old{display:none}",
    "#2x,.old{display:none}",
    "b::first-child{display:none}",
    "|b{display:none}",
    "@media (width < 1280px){b{display:none}}",
    "b:enabled{display:none}",
    "b:empty,b:checked{display:none}",
    ".old{display:none} :is(#i,#zz,b.old){display:inline}",
    "#p b{display:none} b:not(#zz):not(#yy){display:inline}",
    "p{b{display:none}} b:not(i):not(a):not(p){display:inline}",
    ".old{&{display:none} display:inline}",
    ".old{margin-left:-9999px;margin:0}",
    ".old{display:none} /* .old{display:none */ .old{display:inline}",
    ".old{background-color:#fff;background:white}",
]


@pytest.mark.parametrize("css", NEVER)
def test_a_number_that_a_style_sheet_does_not_hide_is_read_whole(css: str) -> None:
    assert seen(letter(page(TWO, head=f"<style>{css}</style>"))) == "27"


ALWAYS = {
    # the name of a case: what stands in place of the number, and the style sheet
    "a comment in a selector": (TWO, "b/**/.old{display:none}"),
    "the mark of a comment in a string": (TWO, f'.k{{content:"/*"}} {HIDE} /* x */'),
    "the mark of a comment in a URL": (TWO, f".k{{background:url(data:image/*;base64,AA)}} {HIDE} /* x */"),
    "a condition behind a line break": (TWO, f"@media\nscreen{{{HIDE}}}"),
    "a condition behind a tabulator": (TWO, f"@media\tscreen{{{HIDE}}}"),
    "an escaped name of a rule": (TWO, f"@m\\65 dia screen{{{HIDE}}}"),
    "the weight of an id in brackets": (TWO, ":is(#zz,b){display:none} p.k b.old{display:inline}"),
    "the weight of what must not be": (TWO, "b:not(#zz){display:none} p b.old{display:inline}"),
    "the weight of a rule within": (TWO, "#zz,p{b{display:none}} p b.old{display:inline}"),
    "a language in capitals": ('<b lang="en">2</b>7', "b[lang=EN]{display:none}"),
    "the beginning of a language": ('<b lang="en-gb">2</b>7', "b[lang^=EN]{display:none}"),
    "a direction in capitals": ('<b dir="ltr">2</b>7', "b[dir=LTR]{display:none}"),
    "an element with a comment alone": ("<b><!-- --></b><i>2</i>7", "b:empty + i{display:none}"),
    "the last of its kind": (TWO, "b:last-of-type{display:none}"),
    "beside another": ("<i></i><b>2</b>7", "i ~ b{display:none}"),
    "unless it is pointed at": (TWO, "b:not(:hover){display:none}"),
    "from a width on": (TWO, f"@media (width >= 1280px) and (min-height:300px){{{HIDE}}}"),
    "where there is a grid": (TWO, f"@supports (display: grid){{{HIDE}}}"),
    "below a class": (TWO, "p{& > .old{display:none}}"),
}


@pytest.mark.parametrize(("outcomes", "css"), ALWAYS.values(), ids=ALWAYS)
def test_a_number_that_a_style_sheet_hides_is_left_out(outcomes: str, css: str) -> None:
    assert seen(letter(page(outcomes, head=f"<style>{css}</style>"))) == "7"


@pytest.mark.parametrize("name", ["a&nbsp;old", "a&#x3000;old", "a&#x0b;old", "OLD"])
def test_only_the_spaces_of_html_divide_classes(name: str) -> None:
    assert seen(letter(page(f'<b class="{name}">2</b>7', head=f"<style>{HIDE}</style>"))) == "27"


def test_in_quirks_mode_only_the_letters_of_english_are_alike() -> None:
    css = "<style>.OLD{display:none} .É,.\u212a{display:none}</style>"
    text = page('<b class="old">2</b><b class="é">2</b><b class="k">7</b>', head=css)
    assert seen(letter(text.replace("<!doctype html>", ""))) == "27"


UNSURE = {
    # the name of a case: what stands in place of the number, and the style sheet
    "a sign too many": (TWO, "p > > .old{display:none}"),
    "a sign before": (TWO, "> .old{display:none}"),
    "a sign behind": (TWO, ".old, b >{display:none}"),
    "a tag behind": (TWO, "[class]b{display:none}"),
    "an unknown namespace": (TWO, "foo|b{display:none}"),
    "a namespace": (TWO, f'@namespace "http://www.w3.org/2000/svg"; {HIDE}'),
    "no word in the brackets": (TWO, "b:not(){display:none}"),
    "a name of old": (TWO, "b:matches(.old){display:none}"),
    "a value that is no word": (TWO, "b:not([class=2022]){display:none}"),
    "a list with an unknown part": (TWO, ".old,:selection{display:none}"),
    "a list with an unknown pseudo-element": (TWO, ".old,a::hover{display:none}"),
    "a list with a pseudo-element of one browser": (TWO, ".old,b::-apple-foo{display:none}"),
    "a count without a sign": (TWO, "b:nth-child(2n 1){display:none}"),
    "a count of some": (TWO, "b:nth-child(1 of .old){display:none}"),
    "a feature": (TWO, f"@supports (display:foo){{{HIDE}}}"),
    "a feature and no other": (TWO, f"@supports (display:grid) and (not (display:flex)){{{HIDE}}}"),
    "a selector as a feature": (TWO, f"@supports selector(:foo){{{HIDE}}}"),
    "a high window": (TWO, f"@media (min-height:5000px){{{HIDE}}}"),
    "a low window": (TWO, f"@media (max-height:5000px){{{HIDE}}}"),
    "a word too many": (TWO, f"@media only (min-width:100px){{{HIDE}}}"),
    "no space": (TWO, f"@media screen and(min-width:100px){{{HIDE}}}"),
    "an unknown feature": (TWO, f"@media (prefers-reduced-data:no-preference){{{HIDE}}}"),
    "a field without a value": ("<input placeholder=x hidden><b>2</b>7", ":placeholder-shown + b{display:none}"),
    "a field with a value": ("<input placeholder=x hidden><b>2</b>7", "input:not(:invalid) + b{display:none}"),
    "a field that is chosen": ("<i><input autofocus hidden></i><b>2</b>7", "i:focus-within + b{display:none}"),
    "a field in a disabled group": (
        "<fieldset disabled><input type=hidden><b>2</b>7</fieldset>",
        "input:disabled + b{display:none}",
    ),
    "an element of a script": ("<x-y></x-y><b>2</b>7", "x-y:defined + b{display:none}"),
    "a size that a font may set again": (TWO, ".old{font-size:0;font:foo}"),
    "a colour that a picture may set again": (TWO, ".old{background-color:#000;background:foo}"),
    "a line that is perhaps replaced": (TWO, ".old{text-decoration:line-through;text-decoration:foo}"),
    "as its parent": (TWO, ".old{display:none;display:inherit}"),
    "all unset": (TWO, ".old{display:none;all:unset}"),
    "a mark of a list": ("27", 'main::marker{content:"1"} p::marker{content:"1"}'),
    "a count of a list": ("27", '@counter-style decimal{system:cyclic;symbols:"1"}'),
    "a font": ("27", '@font-face{font-family:"\\5a ";src:url(data:font/woff2;base64,AA)}'),
    "an escaped import": ("27", '@\\69mport url("data:text/css,b{}");'),
    "a mark of XML": (TWO, f"<![CDATA[{HIDE}]]>"),
}


@pytest.mark.parametrize(("outcomes", "css"), UNSURE.values(), ids=UNSURE)
def test_a_number_that_some_browsers_hide_is_withheld(outcomes: str, css: str) -> None:
    read = letter(page(outcomes, head=f"<style>{css}</style>"))
    assert read.figure(MEASURE) is None
    assert seen(read) is not None


def test_usual_rules_put_no_number_in_doubt() -> None:
    css = """a::selection,b::selection{color:#fff} li::marker{color:#999} ::-webkit-scrollbar-thumb:hover{color:red}
    input::-webkit-inner-spin-button,button::-moz-focus-inner{display:none} *zoom:1; .x{*display:inline;_color:red}
    input:invalid,input:placeholder-shown,a:focus-within,option:checked{display:none} :-moz-placeholder{color:red}
    @supports (position:sticky){main{margin:0}} @media (max-device-width:480px){b{display:none}}
    @media not all and (min-width:600px){b{display:none}} @media screen and (-ms-high-contrast:active){b{color:red}}
    @keyframes k{from{opacity:0}} @page{margin:0} @property --x{syntax:"*";inherits:false}
    @font-face{font-family:Arial;src:url(a.woff2)} p{text-decoration:none;text-decoration:underline}
    html,:host{font-size:16px;color:#000} [hidden]:where(:not([hidden=until-found])){display:none!important}
    b{font-weight:400;font:bold 16px/1.5 "Open Sans",sans-serif} p:not(.y):hover > b{display:none}"""
    read = letter(page("<b>27</b>", head=f"<style>{css}</style>"))
    assert (seen(read), read.conflicts) == ("27", ())


@pytest.mark.parametrize(
    ("condition", "applies"),
    [
        ("", True),
        ("screen, print", True),
        ("not print", True),
        ("not (min-width: 2000px)", True),
        ("not screen and (min-width: 2000px)", True),
        ("print and (foo)", False),
        ("(min-width: 600px) and (max-width: 800px)", False),
        ("(max-device-width: 480px)", False),
        ("(max-device-width: 1000px)", None),
        ("(min-width: 600px) or (foo)", None),
        ("not (foo)", None),
        ("screen and", None),
        ("screen and (min-width: 600px) and", None),
        ("screen (min-width: 600px)", None),
        ("(" * 5000, None),
    ],
)
def test_a_condition_is_followed_only_as_far_as_it_is_known(condition: str, applies: bool | None) -> None:
    assert media_applies(condition) is applies


@pytest.mark.parametrize("style", ["b{width:" + "(" * 20_000 + "}", "b" + ":is(b" * 20_000 + "{}", "b{" * 20_000])
def test_brackets_without_end_are_refused_in_words_or_read(style: str) -> None:
    read = letter(page(head=f"<style>{style}</style>"))
    assert read.verdict is Verdict.EXTRACTED or "brackets" in read.reason
    read = letter(page(f"<b style='{style[2:]}'>27</b>"))
    assert read.verdict is Verdict.EXTRACTED or "brackets" in read.reason


@pytest.mark.needs("time")
def test_deep_pages_with_rules_of_many_ancestors_end_soon() -> None:
    css = "".join(f"b :is(p :is(main :is(b :is(b b))) b) b{number},* * * * b{{color:#000}}" for number in range(99))
    begun = time.process_time()
    read = letter(page("<b>" * 400 + "27" + "</b>" * 400, head=f"<style>{css}</style>"))
    assert read.verdict is Verdict.UNREADABLE
    assert time.process_time() - begun < 60


def test_a_rule_too_deep_in_others_is_left_out() -> None:
    sheets = StyleSheets()
    sheets.add("b{" * 30 + "display:none")
    assert sheets.doubt is None
