"""A page of the site gives the same bytes as a PDF at any time, also where fontTools cuts the fonts."""

from pathlib import Path

import pytest

from redress.report.site.printed import _printed
from tests.report.site.pages import needs_pango

PAGE = "<!doctype html><title>Season</title><p>Upheld: 12 of 18, <a href='elsewhere.html'>67%</a>.</p>"


@needs_pango
def test_a_page_gives_the_same_pdf_later_where_fonttools_cuts_the_fonts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "season.html").write_text(PAGE, encoding="utf-8")
    monkeypatch.setattr("weasyprint.pdf.fonts.harfbuzz_subset", None)
    printed = []
    for now in (1_700_000_000.0, 1_800_000_000.0):
        monkeypatch.setattr("fontTools.misc.timeTools.time.time", lambda now=now: now)
        printed.append(_printed(tmp_path / "season.html", tmp_path))
    assert printed[0].startswith(b"%PDF")
    assert printed[0] == printed[1]
