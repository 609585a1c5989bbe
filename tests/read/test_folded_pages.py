"""Figures that a web page folds away are not read, and no style sheet keeps a page from its verdict."""

import pytest

from redress.model.letter import Verdict
from tests.read.shown import MEASURE, PERIOD, letter, page, seen

LAST_YEAR = (
    "<h2>Complaints upheld</h2><p>50% of complaints we investigated were upheld.</p><p>Statistics are based on a "
    f"total of 2 investigations {PERIOD}</p>"
)
FOLDED = {
    "a tab": '<style>.tab-pane:not(.active){display:none}</style><div class="tab-pane fade">LAST</div>',
    "details": "<details><summary>Last year</summary>LAST</details>",
    "a dialog": "<dialog>LAST</dialog>",
    "a popover": '<div popover id="last">LAST</div>',
    "an accordion": '<div style="max-height:0;overflow:hidden">LAST</div>',
}


@pytest.mark.parametrize("folded", FOLDED.values(), ids=FOLDED)
def test_last_years_figures_that_nobody_sees_are_not_read(folded: str) -> None:
    read = letter(page().replace("<h2>", folded.replace("LAST", LAST_YEAR) + "<h2>", 1))
    assert seen(read, "uphold_rate_pct") == "83%"


@pytest.mark.parametrize("number", ["29", "<!-- -->29", "<p></p>29", "<summary></summary>29"])
def test_no_bare_text_in_closed_details_is_read(number: str) -> None:
    """Text that stands directly in `details`, in no element of its own, is folded away as well."""
    assert letter(page(f"<details>{number}</details>")).figure(MEASURE) is None


def test_last_years_figures_that_are_seen_are_a_conflict() -> None:
    tab = f'<div role="tabpanel" class="tab-pane">{LAST_YEAR}</div><h2>'
    read = letter(page().replace("<h2>", tab, 1))
    assert "50%" in (seen(read, "uphold_rate_pct") or "")


@pytest.mark.parametrize(
    "css",
    [
        ":not(" * 1000 + ") b{display:none}",
        "a{" * 1000 + "display:none",
        "b " * 5000 + "{display:none}",
        f"b{{left:-{'9' * 5000}px;opacity:1.2.3;color:rgb({'9' * 5000},1,1)}}",
        f"b:nth-child({'9' * 5000}n+\t1){{display:none}}",
        "b:nth-child( n + \t1 ), :is(){display:none",
        "@media (min-width:1.2.3px){b{display:none}} \\",
        f"[{'é' * 500} {{color:red}} b{{text-decoration:{'a' * 500}!}}",
        "b{" + "\\61" * 500 + "!}",
        "b::before{content:'\\110000 \\d800 ' attr(style) counter(x)}",
    ],
)
def test_no_style_sheet_stops_the_reading(css: str) -> None:
    assert letter(page("<b style=':;{}'>27</b>", head=f"<style>{css}</style>")).verdict is Verdict.EXTRACTED


def test_selectors_that_grow_without_bound_are_refused_in_words() -> None:
    read = letter(page(head=f"<style>b{{{'&' * 1000}{{{'&' * 1000}{{color:red}}}}}}</style>"))
    assert read.verdict is Verdict.UNREADABLE
    assert "selectors" in read.reason


def test_a_page_with_endless_rules_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redress.read.files.style_sheets.MOST_COMPARED", 1000)
    css = "".join(f"p:not(.a{number}) *{{display:none}}" for number in range(100))
    read = letter(page(head=f"<style>{css}</style>"))
    assert read.verdict is Verdict.UNREADABLE
    assert "style sheets" in read.reason
