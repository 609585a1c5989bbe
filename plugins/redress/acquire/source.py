"""A source: what it has for a season, and the bytes of one reference. Each source is one small module.

A source lists and fetches. It keeps nothing, reads nothing that a letter says, and knows no archive: the loop in
season.py stores what comes, remembers what was had, and counts what failed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypedDict

from redress.model.file_kinds import is_pdf
from redress.model.season import Season


class ReferenceKind(StrEnum):
    """What a reference leads to."""

    LETTER = "letter"
    STATISTICS_PAGE = "statistics_page"
    """A council's own page of statistics (HTML), kept as a second witness."""
    DATA_TABLE = "data_table"
    """A table of many authorities (CSV, XLSX), kept as a second witness."""
    MAPPING = "mapping"
    """What the columns of a data table mean (YAML), written by whoever runs the project."""


@dataclass(frozen=True)
class Reference:
    """One thing that a source has, or should have, for a season.

    `address` is where the source starts from to fetch it, and with the season and the kind it is what the archive
    knows the thing by: it must be the same in every run. Where the letter's own address is only found by following
    links, it is the address of the page where that begins; `Fetched.address` then says where the bytes were.
    `authority_id` is the authority that the source has it for (authorities.csv), None where it does not say.
    """

    season: Season
    address: str
    authority_id: str | None = None
    kind: ReferenceKind = ReferenceKind.LETTER

    def as_json(self) -> "ReferenceJson":
        """The reference without its season, as it is handed on and kept."""
        return {"address": self.address, "authority_id": self.authority_id, "kind": str(self.kind)}

    @classmethod
    def from_json(cls, season: Season, stated: "ReferenceJson") -> "Reference":
        """The way back."""
        return cls(season, stated["address"], stated["authority_id"], ReferenceKind(stated["kind"]))


class ReferenceJson(TypedDict):
    """A reference as it stands in a file, or in what one task hands to another; its season is that of the run."""

    address: str
    authority_id: str | None
    kind: str


@dataclass(frozen=True)
class DataTableReference:
    """One data table that a source has beside a season's letters, and the mapping of its columns.

    `mapping_address` is where the mapping lies or, where `has_mapping` is not set, where it is to be written.
    """

    season: Season
    address: str
    mapping_address: str
    has_mapping: bool

    @property
    def table(self) -> Reference:
        """What to fetch the table by."""
        return Reference(self.season, self.address, kind=ReferenceKind.DATA_TABLE)

    @property
    def mapping(self) -> Reference:
        """What to fetch the mapping by, where there is one."""
        return Reference(self.season, self.mapping_address, kind=ReferenceKind.MAPPING)


@dataclass(frozen=True)
class Validators:
    """What a server said of the bytes it gave, to ask it later whether they changed; None where it did not say."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Known:
    """What the archive has of a reference already.

    `address` is where the bytes were had; the validators count for that address alone. A source whose links lead
    elsewhere by now fetches without them.
    """

    address: str
    validators: Validators


@dataclass(frozen=True)
class Fetched:
    """What came of a fetch.

    `content` is the whole of the bytes, or None where they are unchanged since `known` (a server's 304). `address`
    is where they were had, after links and redirects. `status` is the HTTP status, None where there is none.
    """

    content: bytes | None
    address: str
    status: int | None = None
    validators: Validators = Validators()


class Source(Protocol):
    """Where letters come from. `fetch` is called from several threads at once."""

    @property
    def name(self) -> str:
        """What kind of source this is, and where: "folder:/letters"."""

    @property
    def fetches_at_a_time(self) -> int:
        """How many calls of `fetch` the source takes side by side. It keeps to its own gaps between requests."""

    def references(self, season: Season) -> tuple[Reference, ...]:
        """The letters and statistics pages of a season, each once, in a fixed order.

        A source that starts from authorities gives a reference for each that should have a letter, whether it has
        one or not: `fetch` finds out. Raises SourceError where the list cannot be had.
        """

    def data_tables(self, season: Season) -> tuple[DataTableReference, ...]:
        """The data tables of a season, in a fixed order. Raises SourceError where the list cannot be had."""

    def fetch(self, reference: Reference, known: Known | None = None) -> Fetched:
        """The bytes of one reference; with `known`, only if they are others than those had before.

        Raises NotPublishedError where the source has no such thing, FetchError where it could not be had although
        the source tried again as often as it may, OSError where a file cannot be read, and SourceError where
        nothing else of this source can be had either.
        """


class FailureCause(StrEnum):
    """Why a fetch failed, to be counted by; the detail beside it is for people."""

    TIMED_OUT = "timed_out"
    CONNECTION = "connection"
    """No connection, or one that broke off, or a body shorter than announced."""
    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    REFUSED = "refused"
    """A 4xx other than 404, 410 and 429."""
    FORBIDDEN_BY_ROBOTS = "forbidden_by_robots"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    """A link or redirect to a host, scheme or network that is not fetched from, or redirects without end."""
    TOO_LARGE = "too_large"
    WRONG_CONTENT = "wrong_content"
    """Bytes that are not what was asked for, such as a page that says "not found" where a PDF should be."""
    SITE_SHAPE = "site_shape"
    """The site is not built as the settings say: no page at a council's address, or no clear link to its letter."""
    FILE = "file"
    """A file that cannot be read."""


PASSING_CAUSES = frozenset(
    {
        FailureCause.TIMED_OUT,
        FailureCause.CONNECTION,
        FailureCause.TOO_MANY_REQUESTS,
        FailureCause.SERVER_ERROR,
    }
)
"""What may be over by itself. Anything else is the same an hour later."""


class SourceError(Exception):
    """A source cannot be used as it is; the message says what was found and what to do."""


class SourceUnavailableError(SourceError):
    """A source that is down, or asks to be left alone for now: the same request may do later."""


def unusable(cause: FailureCause, told: str) -> SourceError:
    """The error of a source without which nothing can be done: it is down, or cannot be used as it is named."""
    return SourceUnavailableError(told) if cause in PASSING_CAUSES else SourceError(told)


class NotPublishedError(Exception):
    """The source has no such letter: a 404, a 410, or no link for the season; the message says which, and where."""


class FetchError(Exception):
    """One reference could not be had; others may be. The message says what was found and where."""

    def __init__(self, cause: FailureCause, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.cause = cause
        self.status = status


def check_is_pdf(content: bytes, address: str) -> None:
    """Raise FetchError where bytes are no PDF, whatever the server called them."""
    if is_pdf(content):
        return
    is_page = content.lstrip()[:1] == b"<"
    kind = 'a web page, perhaps one that says "not found",' if is_page else f"{len(content)} bytes of another kind"
    raise FetchError(FailureCause.WRONG_CONTENT, f"{address} gave {kind} where a letter's PDF is expected")
