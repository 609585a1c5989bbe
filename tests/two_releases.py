"""A home of several seasons with two releases, built once for all modules that ask what became of its letters.

1. Four seasons of letters whose files say something else than their pages show
   (tests/integration/planted_letters.py) are landed.
2. Season 2021 (tests/report/letters.py) is run as `first`, which publishes the first release, and again as `again`.
3. A person accepts a planted letter that contradicts itself.
4. Season 2021 is run as `later`, with other letters, which publishes the second release.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from redress.acquire.sources.folder import FolderSource
from redress.cli import app
from redress.model.landed import Disposition, Fate
from redress.model.reference import AUTHORITY_COLUMNS
from redress.model.season import Season
from redress.report import write_report
from redress.settings import Settings
from redress.steps import Run, acquire_and_read, check, run_season
from redress.warehouse.landing import Landing
from redress.warehouse.releases.releases import Releases
from tests.integration import planted_letters
from tests.made import SAMPLE_AUTHORITIES, SEASON
from tests.report import letters

CONTRADICTION = Season(2020)
"""The season of the planted letters that contradict themselves."""
BY, WHY = "Q. Zantippe-Orr", "the council counts 22 of 24 as well; the rate is misprinted"
"""Who accepts the letter that contradicts itself, and the reason."""


@dataclass(frozen=True)
class TwoReleases:
    """The home with the two releases. Tests only read this home; a test that changes anything works in a copy."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(home=self.folder / "home", additional_authorities=self.folder / "councils.csv")

    @property
    def first_letters(self) -> FolderSource:
        """The letters of the run `first`."""
        return FolderSource(self.folder / "first")

    @property
    def first(self) -> Path:
        """The first release, in which the letter that is accepted later is held back."""
        (found,) = (one for one in self.second.parent.iterdir() if one.is_dir() and one != self.second)
        return found

    @property
    def second(self) -> Path:
        """The second release, which is current."""
        current = Releases(self.settings.warehouse_folder).current()
        assert current is not None
        return current

    @property
    def accepted(self) -> Disposition:
        """What became of the letter that a person accepted."""
        fates = Landing(self.settings.landing_folder).dispositions(CONTRADICTION).values()
        (found,) = (one for one in fates if one.decided_by)
        return found


def make_two_releases(folder: Path) -> None:
    """Make, in an empty folder, the home that the docstring of this module describes."""
    _write_councils(folder / "councils.csv")
    made = TwoReleases(folder)
    planted = planted_letters.write(folder / "planted")
    for year in sorted({one.year for one in planted_letters.LETTERS}):
        run = Run.of_season(Season(year), "planted", made.settings)
        check(run, acquire_and_read(run, planted))
    first = letters.write(folder / "first", letters.first_letters())
    _run("first", first, made.settings)
    _run("again", first, made.settings)
    _accept_the_contradiction(made.settings)
    _run("later", letters.write(folder / "later", letters.later_letters()), made.settings)


def _run(name: str, source: FolderSource, settings: Settings) -> None:
    run = Run.of_season(SEASON, name, settings)
    run_season(run, source)
    write_report(run)


def _accept_the_contradiction(settings: Settings) -> None:
    """Accept, by the command line, the one letter that waits because it contradicts itself."""
    fates = Landing(settings.landing_folder).dispositions(CONTRADICTION).values()
    held = (one for one in fates if one.disposition is Fate.QUARANTINED)
    (waiting,) = (one for one in held if "the letter contradicts itself" in one.reason)
    words = ["quarantine", "accept", waiting.letter_sha256[:12], "--reason", WHY, "--by", BY]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("REDRESS_HOME", str(settings.home))
        environment.setenv("REDRESS_ADDITIONAL_AUTHORITIES", str(settings.additional_authorities))
        done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output


def _write_councils(file: Path) -> None:
    """Write the councils of season 2021, and the councils of the planted letters, which end on 31 December 2020."""
    with SAMPLE_AUTHORITIES.open(encoding="utf-8", newline="") as samples:
        rows = [row | {"valid_to_date": "2020-12-31"} for row in csv.DictReader(samples)]
    rows += [
        {
            "authority_id": f"T-{name}",
            "authority_name": f"{name} District Council",
            "short_name": name,
            "council_type_id": "district",
            "region_name": "North East",
        }
        for name in letters.NAMES
    ]
    with file.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, AUTHORITY_COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
