"""A number of a text file counts only if an editor and the page that is made of the text's Markdown show the same
number, and a number that two lines or boxes of a text or page may share is never read in part.
"""

import time

import pytest

from redress.model.letter import Letter
from redress.read.files.markdown_html import hidden_lines
from redress.read.reader import read_letter
from tests.read.shown import letter, page, seen
from tests.read.test_shown_texts import TEXT, read

pytestmark = pytest.mark.needs("time")

WITHHELD = {
    # the name of a case: what stands in place of the count of outcomes
    "a line break": "2<br>7",
    "a power": "2**7",
    "an unpaired mark of strong type": "**27",
    "the mark of a note": "27**",
    "underlines": "2__7",
    "a raised mark with a tag": "27<sup>1<b>2</b></sup>",
    "a lowered mark with a tag": "27<sub>1<i>2</i></sub>",
    "a raised mark that never ends": "27<sup>1",
    "a power of HTML": "10<sup>3</sup>",
    "a raised mark within": "2<sup>1</sup>7",
    "a raised digit within": "2¹7",
    "a raised mark with a style": '27<sup style="all: unset">1</sup>',
    "a lowered digit": "27<sub>2</sub>",
    "a raised fraction": "27<sup>½</sup>",
    "small digits": "27<small>1</small>",
    "a link behind": "27[1](#n)",
    "a link within": "2[7](x)",
    "a footnote within": "2[^1]7",
    "a comment within": "2<!-- -->7",
    "two comments within": "2<!-- --><!-- -->7",
    "a short comment": "<!-->2<!-- -->7",
    "a comment that browsers end": "<!-- --!>2<!-- -->7",
    "struck text within": "2~~1~~7",
    "two struck texts within": "2<s>1</s><s>1</s>7",
    "signs for about": "~20/~27",
    "lowered in one dialect": "2~7~",
    "struck in one dialect": "~2~27",
    "a struck letter beside": "2\u033627",
    "a sign of HTML": "2&#55;",
    "only signs of HTML": "&#50;&#55;",
    "a sign without width": "2&ZeroWidthSpace;7",
    "a picture behind a mark": "27<b></b>![](1.png)",
    "a ring with two digits": "27㉑",
    "a digit with a comma": "1🄂027",
    "a digit with a point": "2⒈7",
}


@pytest.mark.parametrize("outcomes", WITHHELD.values(), ids=WITHHELD)
@pytest.mark.parametrize("name", ["letter.md", "letter.txt"])
def test_a_number_that_the_editor_and_the_page_show_differently_is_not_read(outcomes: str, name: str) -> None:
    text = read(outcomes, name)
    assert text.figure("compliance_outcomes_count") is None
    assert seen(text, "investigations_count") == "40"


@pytest.mark.parametrize(
    "outcomes", ["27㉑", "1🄂027", "27<sup>7</sup>", "2**7**", "2&#55;", "27[1](#n)", "2<!-- -->7"]
)
def test_a_doubtful_number_is_withheld_with_the_reason(outcomes: str) -> None:
    assert "is not certain" in (seen(read(outcomes)) or "")


READ = {
    "strong": "**27**",
    "strong with underlines": "__27__",
    "a link": "[27](x)",
    "a raised mark": "27<sup>1</sup>",
    "a raised mark with an id": '27<sup id="n">1</sup>',
    "a space of HTML": "27&nbsp;",
}


@pytest.mark.parametrize("outcomes", READ.values(), ids=READ)
def test_a_number_that_both_show_is_read(outcomes: str) -> None:
    assert seen(read(outcomes)) == "27"


def upheld(lines: str, name: str = "letter.md") -> Letter:
    return read_letter(TEXT.replace("33 upheld decisions", lines).encode(), name)


CUT = {
    # the name of a case: what stands in place of "33 upheld decisions"
    "a comma": "Total: 1,\n033 upheld decisions",
    "a point": "1.\n33 upheld decisions",
    "a dash": "1-\n33 upheld decisions",
    "a minus sign alone": "−\n33 upheld decisions",
    "words": "We made one hundred and\n33 upheld decisions",
    "thousands in words": "two thousand and\nthree upheld decisions",
    "a line break": "1<br>33 upheld decisions",
    "a line break of Markdown": "Total 1\\\n33 upheld decisions",
    "a sign of HTML": "Total 1&#44;\n033 upheld decisions",
    "a digit as a sign of HTML": "Total 1&#48;\n33 upheld decisions",
    "a tag": "<div>1,</div>\n333 upheld decisions",
    "a tag that goes on": "Total 1<span id=x>\n33 upheld decisions\n</span>",
    "code": "Total `1`\n33 upheld decisions",
    "a picture": "1![](3.png)\n3 upheld decisions",
    "struck from one paragraph to the next": "x ~~1\n- 3~~33 upheld decisions",
    "struck from a heading on": "# a ~~b\n1~~33 upheld decisions",
}


@pytest.mark.parametrize("lines", CUT.values(), ids=CUT)
@pytest.mark.parametrize("name", ["letter.md", "letter.txt"])
def test_no_number_is_read_without_the_beginning_that_the_line_above_may_have(lines: str, name: str) -> None:
    assert upheld(lines, name).figure("upheld_count") is None


BEHIND_A_LINE = {
    "a date": "They were decided by 31 March 2021.\n33 upheld decisions",
    "a season": "They were decided in 2020-21.\n33 upheld decisions",
    "a bracket": "1)\n33 upheld decisions",
    "a task": "- [x] 33 upheld decisions",
    "quotes": "> > 33 upheld decisions",
    "an address": "<https://example.org/1>\n33 upheld decisions",
    "less than": "a < b\n33 upheld decisions",
    "an empty script": "<script></script>\n33 upheld decisions",
}


@pytest.mark.parametrize("lines", BEHIND_A_LINE.values(), ids=BEHIND_A_LINE)
def test_a_whole_number_is_read_behind_a_line_that_is_no_part_of_it(lines: str) -> None:
    assert seen(upheld(lines), "upheld_count") == "33"


HIDDEN = {
    "a definition": "[//]: # (\n33 upheld decisions\n)",
    "a definition's title": '[x]: y "\n33 upheld decisions\n"',
    "a style sheet": "<style>p{display:none}</style>\n33 upheld decisions",
    "a style sheet by address": '33 upheld decisions\n<link rel=stylesheet href="data:text/css,p{display:none}">',
    "a script": '33 upheld decisions\n<script>document.body.innerHTML=""</script>',
    "a script by address": '33 upheld decisions\n<script src="x.js"></script>',
    "unpaired marks of struck text": "~~\n33 upheld decisions\n~~",
    "struck at length": f"<del>\n\n33 upheld decisions\n{'x ' * 400}\n\n</del>",
    "struck in struck text": "<s>a <s>b</s>\n33 upheld decisions\n</s>",
    "struck with a style": '<del style="all: unset">\n33 upheld decisions\n</del>',
    "a comment of programs": "<?x\n33 upheld decisions\n?>",
    "a part of XML": "<![CDATA[\n33 upheld decisions\n]]>",
    "within a tag": "<p\n33 upheld decisions\n>",
    "within a closing tag": "</p\n33 upheld decisions\n>",
    "a tag that never ends": "<p\n33 upheld decisions\n",
    "a comment that never ends": "<!-- a\n33 upheld decisions",
    "a comment within a line that has an empty line": "x <!-- a\n\n33 upheld decisions\n-->",
    "a comment of a dialect": "%%\n33 upheld decisions\n%%",
    "a container of a dialect": "::: hidden\n33 upheld decisions\n:::",
    "attributes of a dialect": "33 upheld decisions\n{: .hidden }",
}


@pytest.mark.parametrize("lines", HIDDEN.values(), ids=HIDDEN)
def test_a_number_that_only_an_editor_may_show_is_withheld(lines: str) -> None:
    assert "is not certain" in (seen(upheld(lines), "upheld_count") or "")


def test_what_stands_before_the_text_of_a_page_is_in_doubt() -> None:
    assert list(hidden_lines("---\ntitle: |\n  33 upheld decisions\n---\n\n33 upheld decisions")) == [1, 2, 3, 4]


BOXES = {
    # the name of a case: what stands in place of a web page's "<p>33 upheld decisions</p>"
    "a comma": '<p style="display:flex"><b>1,</b><b>333 upheld decisions</b></p>',
    "a point": '<p style="display:flex"><b>1.</b><b>33 upheld decisions</b></p>',
    "a sum": '<p><b style="float:left">£1,</b>033 upheld decisions</p>',
    "a cell with a comma": "<table><tr><td>1,</td><td>333 upheld decisions</td></tr></table>",
    "a cell with a minus sign": "<table><tr><td>-</td><td>33 upheld decisions</td></tr></table>",
    "words": '<p style="display:flex"><b>one hundred and</b><b>33 upheld decisions</b></p>',
}


@pytest.mark.parametrize("boxes", BOXES.values(), ids=BOXES)
def test_no_number_is_read_without_the_beginning_that_the_box_before_may_have(boxes: str) -> None:
    shown = letter(page().replace("<p>33 upheld decisions</p>", boxes))
    assert shown.figure("upheld_count") is None
    assert seen(shown, "investigations_count") == "40"


@pytest.mark.parametrize(("outcomes", "reason"), [("27㉑", "ring"), ("1🄂027", "ring"), ("2¹7", "raised")])
def test_no_number_of_a_page_is_read_beside_a_character_that_holds_another_number(
    outcomes: str, reason: str
) -> None:
    assert reason in (seen(letter(page(outcomes))) or "")


REPEATED = {
    "strokes": "~~a ",
    "strong type": "**a ",
    "underlines": "__a ",
    "tags": "<del>",
    "attributes": "<del class=x ",
    "raised marks": "<sup>1",
    "comments": "<!--",
    "tags that never end": "<p ",
    "scripts": "<script ",
    "definitions": "[x]:",
    "empty lines": "\n\n",
    "spaces": "      ",
    "backslashes": "\\",
    "signs of HTML": "&#55;",
    "code": "1`",
    "quotes": "> ",
    "strokes of Unicode": "2\u0336",
}


@pytest.mark.parametrize("repeated", REPEATED.values(), ids=REPEATED)
def test_repeated_marks_take_no_quadratic_time(repeated: str) -> None:
    began = time.process_time()
    read_letter((TEXT + "<del class=x " + repeated * (200_000 // len(repeated.encode()))).encode(), "letter.md")
    assert time.process_time() - began < 5
