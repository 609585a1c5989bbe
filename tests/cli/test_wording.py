"""The command `redress wording` explains the new words of a season in the archive."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from redress.acquire.archive import Archive
from redress.acquire.source import Fetched, Reference
from redress.cli import app
from redress.model.season import Season
from redress.settings import Settings
from tests.read.wording.changes import RATE_WORDS, words
from tests.read.wording.printed import councils_of, printed
from tests.shared import made_once

pytestmark = pytest.mark.needs("processes")

COUNT = 24


def wording(home: Path, *arguments: str) -> Result:
    authorities = str(home / "authorities-17.csv")
    return CliRunner().invoke(
        app, ["wording", *arguments], env={"REDRESS_HOME": str(home), "REDRESS_ADDITIONAL_AUTHORITIES": authorities}
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an archive that has the letters of a season, one sentence of them reworded, and another file."""

    def make(home: Path) -> None:
        archive = Archive(Settings(home=home).archive_address)
        files = [(letter.name, letter.file) for letter in printed(2022, COUNT, words(RATE_WORDS))]
        for name, content in (*files, ("minutes.txt", b"Minutes of a meeting")):
            archive.store(Reference(Season(2022), name), Fetched(content, name), "test")
        councils_of(home, 400)

    return made_once(tmp_path_factory, "wording-home", make)


def test_the_sentence_its_proof_the_line_to_paste_and_the_trial_are_printed(home: Path) -> None:
    done = wording(home, "2022")
    assert done.exit_code == 0, done.output
    said = " ".join(done.stdout.split())
    assert (
        f"Season 2022 (2021-22): {COUNT} letters, {COUNT} of them of an unknown layout or with incomplete" in said
    )
    assert (
        f"uphold_rate_pct, proven: upheld / investigations is the stated rate in {COUNT} of {COUNT} letters" in said
    )
    assert "nearest known: {uphold_rate_pct:percent} of complaints we investigated were upheld" in said
    assert "plugins/redress/read/layouts/three_statistics.py, UPHOLD (proven)" in said
    assert 'Sentence("{uphold_rate_pct:percent} of the cases that we looked into showed fault"),' in said
    assert f"uphold_rate_pct: {COUNT} (was 0) letters" in said
    assert f"blocks_complete 0 (was {COUNT})" in said


def test_the_json_says_the_same_in_one_object(home: Path) -> None:
    done = wording(home, "2022", "--json")
    assert done.exit_code == 0, done.output
    (line,) = done.stdout.splitlines()
    told = json.loads(line)
    assert (told["season"], told["letters"], told["incomplete_letters"]) == (2022, COUNT, COUNT)
    first = told["additions"][0]
    assert first["strength"] == "proven"
    assert told["trial"]["figures"] == {"uphold_rate_pct": {"before": 0, "after": COUNT}}
    proposals = [one for sentence in told["sentences"] for slot in sentence["slots"] for one in slot["proposals"]]
    assert [(one["figure"], one["strength"], one["held"]) for one in proposals] == [
        ("uphold_rate_pct", "proven", COUNT)
    ]
    assert told["golden"]["uphold_rate_pct"] is not None


def test_a_season_without_letters_in_the_archive_is_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["wording", "2026"], env={"REDRESS_HOME": str(tmp_path)})
    assert done.exit_code == 1
    assert "has no letter of season 2026" in done.stderr
    assert "redress run 2026 --from SOURCE" in done.stderr
