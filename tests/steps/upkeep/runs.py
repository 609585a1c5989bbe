"""Functions by which tests of upkeep make runs, read the runs' records, and damage releases and landing."""

from pathlib import Path

from redress.settings import Settings
from redress.steps import Run
from redress.warehouse.releases.releases import Releases
from tests.made import SEASON

PAGE = "2021/pellonshire-statistics"
"""The address of the statistics page. Like an address at a site, it has no ending such as .html."""


def settings_of(home: Path) -> Settings:
    return Settings(home=home, additional_authorities=home / "councils.csv", read_batch_letters=4)


def season_run(settings: Settings, run_id: str = "again") -> Run:
    return Run.of_season(SEASON, run_id, settings)


def upkeep_run(settings: Settings, run_id: str = "upkeep") -> Run:
    return Run.of_upkeep(run_id, settings)


def told(run: Run) -> dict[str, str]:
    return {event["step"]: event["told"] for event in run.record.events() if event["state"] == "done"}


def is_new(run: Run) -> bool:
    """Return whether the run's record says that its release is new."""
    return bool(run.record.events()[-1]["counts"]["is_new"])


def counted(run: Run, count: str) -> int:
    return sum(event["counts"].get(count, 0) for event in run.record.events() if event["state"] == "done")


def current(releases: Releases) -> Path:
    folder = releases.current()
    assert folder is not None
    return folder


def flip(file: Path, at: float = 0.5) -> None:
    """Change one byte of a file, as a bad disk does."""
    content = bytearray(file.read_bytes())
    content[int(len(content) * at)] ^= 0xFF
    file.chmod(0o644)
    file.write_bytes(content)
    file.chmod(0o444)


def lose_season(settings: Settings, *, with_data_tables: bool = False) -> None:
    """Remove what is landed of the season. The data tables are removed only with `with_data_tables`."""
    for place in settings.landing_folder.glob("*/season=2021/*.parquet"):
        if with_data_tables or place.name != "data_table.parquet":
            place.unlink()
