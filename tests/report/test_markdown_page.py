"""Untrusted text in a report stays text, and a page runs and loads nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from redress.model.markdown import code, table, text
from redress.model.printable import printable
from redress.report.markdown_page import html_page

HOSTILE = (
    "[press](javascript:alert(1))",
    "![picture](https://example.org/seen.png)",
    "<https://example.org>",
    "<script>alert(1)</script>",
    "`code` and ``more``",
    "*a* **b** _c_ __d__ ~~e~~",
    r"a | b \| c \\| d",
    "&amp; &#60;b&#62; &copy;",
    "[reference]: https://example.org",
    "uphold_rate_pct",
    "2021/it's \u202e reversed.pdf",
    "two\nlines\r\n# and a heading",
    "\x1b[31mred",
    "ends with \\",
)
MARKS = st.text(alphabet=st.sampled_from("ab1 _*~`[]()<>!|\\&;#:-+.\n\r\t\"'/@é\u202e\x1b"), max_size=40)


def cell(words: str) -> html.HtmlElement:
    """Put an untrusted text into a table on a page, and return the table's cell with the text."""
    page = html.fromstring(html_page("\n".join(table(["name", "number"], [[text(words), "7"]]))))
    cells = page.xpath("//td")
    assert len(cells) == 2
    assert cells[1].text == "7"
    found: html.HtmlElement = cells[0]
    return found


@pytest.mark.parametrize("words", HOSTILE)
def test_what_others_wrote_is_shown_letter_for_letter(words: str) -> None:
    assert cell(words).text == printable(words)
    assert len(cell(words)) == 0


@given(MARKS)
def test_no_text_becomes_anything_but_text_in_a_cell(words: str) -> None:
    shown = cell(words)
    assert len(shown) == 0
    assert (shown.text or "").split() == printable(words).split()


@given(MARKS)
def test_no_text_becomes_anything_but_text_after_the_beginning_of_a_line(words: str) -> None:
    page = html.fromstring(html_page(f"# x\n\n- name: {text(words)}"))
    [item] = page.xpath("//li")
    assert len(item) == 0
    assert (item.text or "").split() == ["name:", *printable(words).split()]


def test_a_page_has_no_script_loads_nothing_and_forbids_both() -> None:
    page = html.fromstring(
        html_page("# A *title*\n\n![x](https://example.org/x.png) <b>bold</b>\n\n<script>1</script>")
    )
    assert page.xpath("//script | //img | //link | //iframe | //b | //@src | //@onload") == []
    [policy] = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "default-src 'none'" in policy
    assert page.xpath("//title")[0].text == "A title"
    assert "url(" not in page.xpath("//style")[0].text


def test_headings_can_be_linked_to_by_their_words() -> None:
    page = html.fromstring(html_page("[on](#rules-that-failed)\n\n## Rules that failed"))
    assert page.xpath("//h2/@id") == ["rules-that-failed"]


def test_numbers_stand_to_the_right_and_a_wide_table_scrolls_by_itself() -> None:
    page = html.fromstring(html_page("\n".join(table(["name", "number"], [["a", "1"]], right=["number"]))))
    assert page.xpath("//div[@class='scroll']/table//td/@style") == ["text-align:right"]
    style = page.xpath("//style")[0].text
    assert 'td[style*="right"] { white-space: nowrap; }' in style  # "12.3 s" stays on one line


def test_a_table_that_scrolls_is_a_part_of_the_page_with_a_name() -> None:
    rows = "\n".join(table(["name", "number"], [["a", "1"]]))
    page = html.fromstring(html_page(f'# How it ended\n\n{rows}\n\n## Steps *and* "times"\n\nText.\n\n{rows}'))
    names = [part.get("aria-label") for part in page.xpath("//div[@role='region'][@tabindex='0'][table]")]
    assert names == ["name, number", 'Steps and "times"']
    assert len(page.xpath("//table")) == 2


def test_a_page_leads_to_the_one_above_it_where_there_is_one() -> None:
    page = html.fromstring(html_page("# A title", ("All <reports>", "../index.html")))
    assert [(link.text, link.get("href")) for link in page.xpath("//body/nav/a")] == [
        ("All <reports>", "../index.html")
    ]
    assert html.fromstring(html_page("# A title")).xpath("//nav") == []


@pytest.mark.parametrize("words", ["redress run 2021", "a`b", "``", "`a b`", "HOME='/a b/<c>' x", "a | b"])
def test_a_command_is_shown_as_code_letter_for_letter(words: str) -> None:
    page = html.fromstring(html_page(f"# x\n\n- Look at it: {code(words)}"))
    [shown] = page.xpath("//li/code")
    assert shown.text == words
