"""Text that others wrote does no harm on a screen, in Markdown, in names of batches and runs, or in a database."""

import os
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from redress.model.markdown import as_markdown
from redress.model.printable import printable
from redress.model.season import Season
from redress.warehouse.landing import Landing
from tests.made import landed, letter

SEASON = Season(2021)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("St Helens – Wyre’s", "St Helens – Wyre’s"),
        ("a\nb", r"a\nb"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\u202eabc", r"\u202eabc"),
        (os.fsdecode(b"\xff"), r"\udcff"),
    ],
)
def test_only_what_has_no_print_is_shown_otherwise(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("[x](javascript:1)", r"\[x\](javascript:1)"),
        (r"a\|b", r"a\\\|b"),
        ("`code`", r"\`code\`"),
        ("<b>&amp;", "&lt;b>&amp;amp;"),
        ("a\r\nb", r"a\\r\\nb"),
        ("uphold_rate: 33 of 40", "uphold_rate: 33 of 40"),
    ],
)
def test_text_in_markdown_stays_text_on_its_line(text: str, markdown: str) -> None:
    assert as_markdown(text) == markdown


@pytest.mark.needs("airflow")
def test_the_name_of_a_batch_fits_airflows_database() -> None:
    from redress.orchestration.context import batch_name  # Airflow takes seconds to import

    items = [{"address": f"2021/{letter * 250}.pdf"} for letter in "ab"]
    name = batch_name(122, items)
    assert name.startswith("123: aaa")
    assert len(name) <= 250


def test_a_nul_in_a_letter_does_not_reach_a_database(tmp_path: Path) -> None:
    Landing(tmp_path).replace_season(SEASON, [landed(letter(authority="Null\0 Council"))], [], [])
    [back] = Landing(tmp_path).letters(SEASON)
    assert back.letter.header.authority_name == r"Null\x00 Council"


@pytest.mark.needs("airflow")
def test_the_name_of_a_run_is_no_way_out_of_its_folder() -> None:
    from redress.orchestration import context as airflow_run

    started_by_hand = SimpleNamespace(run_type="manual", logical_date=None)
    context = {"run_id": "..", "params": {"season": SEASON.year}, "dag_run": started_by_hand}
    with patch.object(airflow_run, "get_current_context", lambda: context):
        run = airflow_run.season_run()
    assert run.work_folder.resolve().parent == (run.settings.work_folder / "seasons" / str(SEASON)).resolve()
