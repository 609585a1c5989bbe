"""Landing keeps a check of a season as a whole without a letter, and returns the check without a letter."""

from pathlib import Path

import pytest

from redress.check.letter_rules import check_letter
from redress.check.rule import Check, Severity
from redress.model.landed import Disposition, Fate
from redress.model.season import Season
from redress.warehouse.landing import Landing
from tests.made import landed, letter

pytestmark = pytest.mark.needs("dbt")

SEASON = Season(2021)
FEWER = Check("letters_as_expected", Severity.WARNING, False, "letters to 1 of 2 councils have come")


def test_a_check_of_the_season_comes_back_without_a_letter_and_decides_the_hash(tmp_path: Path) -> None:
    one = letter("one")
    checks: list[tuple[str | None, Check]] = [(one.sha256, check) for check in check_letter(one)]
    dispositions = [Disposition(one.sha256, Fate.ACCEPTED, "every critical rule passed")]
    landing = Landing(tmp_path)
    landing.replace_season(SEASON, [landed(one)], checks, dispositions)
    without = landing.content_hash()
    landing.replace_season(SEASON, [landed(one)], [*checks, (None, FEWER)], dispositions)
    assert landing.checks(SEASON) == {one.sha256: check_letter(one), None: (FEWER,)}
    assert landing.content_hash() != without
