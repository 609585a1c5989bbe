"""Settings: places and limits, read from the environment (REDRESS_...) or from a file named .env."""

import datetime as dt
import os
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticUseDefault
from pydantic_settings import BaseSettings, SettingsConfigDict

from redress.files.places import Place, is_address, place_at, whole_address

PROJECT_FOLDER = Path(__file__).resolve().parents[2]
"""The folder of this project: dags, dbt_project and samples lie in it."""

_UNUSABLE_CATEGORIES = ("Cc", "Cs", "Zl", "Zp")
"""Control characters, bytes that are not UTF-8, and separators of lines and paragraphs (Unicode's categories)."""
DAY_SECONDS = 86_400
"""The most seconds that the settings allow for a limit or a wait: a day. A limit without end, or too large for the
system, would stop a run without a message."""
CLOCK_SHARE = 10
"""A letter's limit by the clock is this many times its limit of processor time, because a worker on a busy machine
may get only a tenth of a processor."""


@dataclass(frozen=True)
class Limits:
    """The limits on reading letters: the processor time for each letter, the memory of each worker process, and the
    number of worker processes. `memory_mebibytes` limits a worker's whole address space.
    """

    time_seconds: float = 60.0
    """The limit of processor time for one letter, in seconds. It is not a limit by the clock, so that a busy
    machine changes no verdict."""
    memory_mebibytes: int = 2048
    workers: int = 0
    """The number of worker processes; 0 means one worker for each core."""

    @property
    def clock_seconds(self) -> float:
        """The longest time by the clock, in seconds, that a worker may take for a letter. A worker that takes
        longer is stopped.
        """
        return CLOCK_SHARE * self.time_seconds

    @property
    def worker_count(self) -> int:
        return self.workers or len(os.sched_getaffinity(0))


class Settings(BaseSettings):
    """Everything that a person can set. A place that is not set lies below `state` or `home`. If `state` is not
    set, `home` takes the place of `state`.
    """

    model_config = SettingsConfigDict(env_prefix="REDRESS_", env_file=".env", extra="ignore")

    home: Path = Field(
        default=PROJECT_FOLDER / "var",
        validate_default=True,
        description="the working folder; the rest lies below it unless set",
    )
    state: str | Path | None = Field(
        default=None,
        description="what runs hand on and keep: a folder, or s3://bucket/prefix, which workers without a common "
        "disk share; `home` then is each machine's own scratch folder",
    )
    archive: str | Path | None = Field(
        default=None, description="the letters as they came, never changed: a folder, or s3://bucket/prefix"
    )
    landing: str | Path | None = Field(
        default=None, description="what each letter states, as Parquet: a folder, or s3://bucket/prefix"
    )
    warehouse: str | Path | None = Field(
        default=None,
        description="the releases, and `current`: a folder, or s3://bucket/prefix, to which they go from `home`",
    )
    releases_kept: int = Field(
        default=10, ge=2, description="how many releases are kept; the current one and one that is read always are"
    )
    build_site: bool = Field(
        default=True,
        description="each run builds the site after its release; false leaves that to `redress site`",
    )
    serve_url: SecretStr | None = Field(
        default=None, description="the PostgreSQL database that serves releases: postgresql://user@host/database"
    )
    bi_url: SecretStr | None = Field(
        default=None,
        description="the PostgreSQL database that `make bi` shows, with a reader's login; else the file",
    )
    additional_authorities: Path | None = Field(
        default=None, description="a CSV of further councils, such as the invented ones of the samples"
    )
    source: str = Field(
        default="",
        description="the source of letters where a command names none, in the form that `redress run --from` takes",
    )
    contact: str = Field(default="", description="an e-mail address or web page by which to reach whoever fetches")
    site_url: str = Field(default="https://www.lgo.org.uk", description="the Ombudsman's site")
    allowed_hosts: frozenset[str] = Field(
        default=frozenset(), description='further hosts that may be fetched from, as JSON: ["files.example.org"]'
    )
    site_council_page: str = Field(
        default="/your-councils-performance/{slug}/statistics", description="the path of a council's page"
    )
    site_slugs: dict[str, str] = Field(
        default_factory=dict, description="slugs that are not as the name gives them, as JSON, by authority_id"
    )
    site_letters_link_texts: tuple[str, ...] = Field(
        default=("View annual letters", "Annual letter archive"),
        description="the words of the link from a council's page to its annual letters, as JSON",
    )
    site_data_tables_page: str = Field(
        default="/information-centre/reports/annual-review-reports/local-government-complaint-reviews",
        description="the path of the page with the data tables; empty to do without",
    )
    data_table_mappings: Path | None = Field(
        default=None, description="what the columns of fetched data tables mean: <season>/<name of the table>.yml"
    )
    fetch_at_a_time: int = Field(default=1, ge=1, le=50, description="requests side by side")
    fetch_gap_seconds: float = Field(
        default=2.0, ge=0, le=DAY_SECONDS, description="the least time from one request to the next"
    )
    fetch_connect_timeout_seconds: float = Field(
        default=10.0, gt=0, le=DAY_SECONDS, description="the most for a connection"
    )
    fetch_read_timeout_seconds: float = Field(
        default=30.0, gt=0, le=DAY_SECONDS, description="the longest silence of a server"
    )
    fetch_timeout_seconds: float = Field(
        default=180.0, gt=0, le=DAY_SECONDS, description="the most for a whole request"
    )
    fetch_attempts: int = Field(default=5, ge=1, le=100, description="how often an address is tried")
    fetch_backoff_seconds: float = Field(
        default=2.0, ge=0, le=DAY_SECONDS, description="the first wait between tries; it doubles"
    )
    fetch_longest_wait_seconds: float = Field(
        default=120.0,
        ge=0,
        le=DAY_SECONDS,
        description="the longest wait between tries; a site that asks for more is left alone",
    )
    fetch_largest_mebibytes: int = Field(
        default=50, ge=1, le=65_536, description="the most that one address may give"
    )
    read_batch_letters: int = Field(default=50, ge=1, description="letters to a task of a season's run")
    stop_above_refused_pct: float = Field(
        default=50, ge=0, le=100, description="a season stops where more of its files are refused than this"
    )
    stop_from_files_count: int = Field(
        default=10, ge=1, description="and where it has at least so many files: fewer can be refused by chance"
    )
    stop_above_failed_pct: float = Field(
        default=10, ge=0, le=100, description="a season stops where more of its letters cannot be had than this"
    )
    stop_from_failed_count: int = Field(
        default=5, ge=1, description="and where at least so many cannot: a few are retried alone"
    )
    resume_within_hours: float = Field(
        default=24,
        ge=0,
        le=87_600,
        description="how long after its beginning an interrupted run is still continued; later it starts over",
    )
    letters_expected_by: str = Field(
        default="09-30",
        description="month and day of a season's year after which letters that are missing are warned about",
    )
    alert_emails: str = Field(
        default="", description="whom alerts are mailed to, with commas between; empty for nobody"
    )

    read_time_seconds: float = Field(
        default=60.0, gt=0, le=DAY_SECONDS, description="the most processor time that one letter may take"
    )
    read_memory_mebibytes: int = Field(
        default=2048, ge=512, le=1_048_576, description="the memory of a reading process"
    )
    read_workers: int = Field(
        default=0, ge=0, le=256, description="letters read side by side; 0 is one for each core"
    )

    @field_validator(
        "home",
        "state",
        "archive",
        "landing",
        "warehouse",
        "additional_authorities",
        "data_table_mappings",
        mode="before",
    )
    @classmethod
    def _is_not_set_if_empty(cls, stated: object) -> object:
        """Treat an empty place as not set: an empty path would mean the working folder of the person who runs a
        command.
        """
        if isinstance(stated, str) and not stated.strip():
            raise PydanticUseDefault
        return stated

    @field_validator("letters_expected_by")
    @classmethod
    def _is_a_day_of_each_year(cls, stated: str) -> str:
        try:
            dt.date.fromisoformat(f"2001-{stated}")  # 2001 has no 29 February, as most years
        except ValueError:
            raise ValueError(f'"{stated}" is no day of each year; expected month and day, such as 09-30') from None
        return stated

    @field_validator("home", "state", "warehouse")
    @classmethod
    def _is_where_duckdb_can_write(cls, stated: str | Path | None) -> str | Path | None:
        """Refuse a folder if DuckDB would write its files elsewhere, or could not write them.

        DuckDB inserts the name of its log before a question mark, treats a backslash as a slash, and accepts only
        names in UTF-8. Control characters and line separators are refused because they would spoil messages.
        """
        place = str(stated or "").removeprefix("file://")
        names = "" if "://" in place else f"{Path(place).absolute()}{Path(place).resolve()}"
        for sign in names:
            if sign in "?\\" or unicodedata.category(sign) in _UNUSABLE_CATEGORIES:
                raise ValueError(
                    f"no warehouse can be built below {str(stated)!a}, because of {sign!a} in the name of a "
                    "folder: rename the folder, or name another one"
                )
        return stated

    @field_validator("archive", "landing", "warehouse")
    @classmethod
    def _is_reached_by_all(cls, stated: str | Path | None, info: ValidationInfo) -> str | Path | None:
        """If several machines share the state, refuse a local folder for a part of the state."""
        state = str(info.data.get("state") or "")
        if is_address(state) and stated is not None and not is_address(stated):
            raise ValueError(
                f"{stated} is a folder of this machine, and several machines share the state in {state} "
                "(REDRESS_STATE): leave this out, or name an address of the object store"
            )
        return stated

    @cached_property
    def alert_recipients(self) -> tuple[str, ...]:
        """The mail addresses that get alerts, each once."""
        return tuple(dict.fromkeys(address.strip() for address in self.alert_emails.split(",") if address.strip()))

    def letters_due_date(self, year: int) -> dt.date:
        """Return the day of a season's year by which all letters of the season are expected."""
        return dt.date.fromisoformat(f"{year}-{self.letters_expected_by}")

    @cached_property
    def reading_limits(self) -> Limits:
        return Limits(self.read_time_seconds, self.read_memory_mebibytes, self.read_workers)

    @cached_property
    def state_address(self) -> str:
        """Where the state lies: the whole path of a local folder, or an address in an object store."""
        return whole_address(self.state or self.home)

    @cached_property
    def is_shared(self) -> bool:
        """Whether the state lies in an object store. If so, several machines can share the state, and each can do
        some steps of a run.
        """
        return is_address(self.state_address)

    @cached_property
    def state_place(self) -> Place:
        return place_at(self.state_address)

    @cached_property
    def archive_address(self) -> str:
        """Where the archive lies: the whole path of a local folder, or an address in an object store."""
        return whole_address(self.archive or f"{self.state_address}/archive")

    @cached_property
    def landing_folder(self) -> Place:
        return self.state_place / "landing" if self.landing is None else place_at(self.landing)

    @cached_property
    def warehouse_folder(self) -> Path:
        """The local folder of releases. Releases that go to an object store are first made in this folder."""
        if self.warehouse is not None and not is_address(self.warehouse):
            return Path(whole_address(self.warehouse))
        return (self.home if self.is_shared else Path(self.state_address)).absolute() / "warehouse"

    @cached_property
    def warehouse_store_address(self) -> str | None:
        """The object store that releases go to, or None if they stay in the local folder."""
        stated = whole_address(self.warehouse or f"{self.state_address}/warehouse")
        return stated if is_address(stated) else None

    @cached_property
    def data_table_mappings_folder(self) -> Path:
        return (self.data_table_mappings or self.home / "data_table_mappings").absolute()

    @cached_property
    def page_cache_folder(self) -> Path:
        """The folder of the Ombudsman's pages as they were last fetched. The folder can be deleted."""
        return (self.home / "pages").absolute()

    @cached_property
    def scratch_folder(self) -> Path:
        """The folder of this machine's build files and logs. The folder can be deleted."""
        return (self.home / "work").absolute()

    @cached_property
    def work_folder(self) -> Place:
        """The folder for what each step hands on to later steps, and for readings that later runs use. The folder
        can be deleted.
        """
        return self.state_place / "work"

    @cached_property
    def pages_folder(self) -> Path:
        """The local folder in which pages for people are written. If the state is in an object store, the pages are
        copied there afterwards.
        """
        return self.home.absolute() if self.is_shared else Path(self.state_address)

    @cached_property
    def data_docs_folder(self) -> Path:
        """The local folder of Great Expectations' pages about the last run of each season."""
        return self.pages_folder / "data_docs"

    @cached_property
    def runs_folder(self) -> Place:
        """The folder of the records of runs: when each step began and ended, and what the step did."""
        return self.state_place / "runs"

    @cached_property
    def writer_locks(self) -> tuple[Place, ...]:
        """The locks that a process takes, in this order, before it changes landing or the warehouse. A season's run
        of the command line keeps the locks from its check until its release is current.

        The second lock lies with the releases, because another home may use this warehouse. If the state is shared,
        the warehouse folder belongs to this machine alone and needs no lock.
        """
        own = self.state_place / "warehouse_writer.lock"
        return (own,) if self.is_shared else (own, self.warehouse_folder / "writer.lock")
