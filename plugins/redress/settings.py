"""Settings: where things lie and what limits hold, by environment (REDRESS_...) or a file named .env."""

from functools import cached_property
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from redress.letters.limits import Limits

PROJECT_FOLDER = Path(__file__).resolve().parents[2]
"""The folder of this project: dags, dbt_project and samples lie in it."""


class Settings(BaseSettings):
    """Everything a person can set. A folder that is not set lies below `home`."""

    model_config = SettingsConfigDict(env_prefix="REDRESS_", env_file=".env", extra="ignore")

    home: Path = Field(
        default=PROJECT_FOLDER / "var", description="the working folder; the rest lies below it unless set"
    )
    archive: Path | None = Field(default=None, description="the letters as they came, never changed")
    landing: Path | None = Field(default=None, description="what each letter states, as Parquet")
    warehouse: Path | None = Field(default=None, description="the releases, and `current`")
    additional_authorities: Path | None = Field(
        default=None, description="a CSV of further councils, such as the invented ones of the samples"
    )
    source: str = Field(default="", description="where letters come from if a command does not say: folder:<path>")
    read_batch_letters: int = Field(default=50, ge=1, description="letters to a task of a season's run")
    stop_above_refused_pct: float = Field(
        default=50, ge=0, le=100, description="a season stops where more of its files are refused than this"
    )
    stop_from_files_count: int = Field(
        default=10, ge=1, description="and where it has at least so many files: fewer can be refused by chance"
    )

    read_time_seconds: float = Field(default=60.0, gt=0, description="the most that reading one letter may take")
    read_memory_mebibytes: int = Field(default=2048, ge=512, description="the memory of a reading process")
    read_workers: int = Field(default=0, ge=0, description="letters read side by side; 0 is one for each core")

    @cached_property
    def reading_limits(self) -> Limits:
        return Limits(self.read_time_seconds, self.read_memory_mebibytes, self.read_workers)

    @cached_property
    def archive_folder(self) -> Path:
        return (self.archive or self.home / "archive").absolute()

    @cached_property
    def landing_folder(self) -> Path:
        return (self.landing or self.home / "landing").absolute()

    @cached_property
    def warehouse_folder(self) -> Path:
        return (self.warehouse or self.home / "warehouse").absolute()

    @cached_property
    def work_folder(self) -> Path:
        """What a run hands from step to step, build files and logs: nothing that has to be kept."""
        return (self.home / "work").absolute()

    @cached_property
    def data_docs_folder(self) -> Path:
        """Great Expectations' pages about the last run of each season."""
        return (self.home / "data_docs").absolute()

    @cached_property
    def runs_folder(self) -> Path:
        """The records of runs: when each step began and ended, and what it did."""
        return (self.home / "runs").absolute()

    @cached_property
    def writer_lock(self) -> Path:
        """The lock that a run of the command line holds from reading landing to the swap."""
        return (self.home / "warehouse_writer.lock").absolute()
