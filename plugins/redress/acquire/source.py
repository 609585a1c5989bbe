"""What every source of letters offers: the list of its references for a season, and the bytes of one reference.

Each source is one small module. It lists references and fetches bytes; it does not read letters, or use the
archive. `acquire_references` in fetching.py stores the files, reports each outcome, and counts failures.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypedDict

from redress.model.file_kinds import is_cut_page, is_pdf, is_whole_pdf
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
    """One letter, statistics page, data table or mapping that a source has, or should have, for a season.

    `address` is where the source begins to fetch. The archive finds a reference by its season, kind and address, so
    the address must stay the same in every run. If a letter is found by following links, `address` is the page
    where the links begin, and `Fetched.address` is where the bytes were. `authority_id` is the id (in
    authorities.csv) of the authority that the source states; None if the source states no authority.
    """

    season: Season
    address: str
    authority_id: str | None = None
    kind: ReferenceKind = ReferenceKind.LETTER

    def as_json(self) -> "ReferenceJson":
        """Return the reference without its season, in the form that tasks and files hold."""
        return {"address": self.address, "authority_id": self.authority_id, "kind": str(self.kind)}

    @classmethod
    def from_json(cls, season: Season, stated: "ReferenceJson") -> "Reference":
        """Make a reference of a season from the JSON that `as_json` returned. For other JSON, raise TypeError if
        the address or the authority has a wrong type, ValueError if the kind is unknown, and KeyError if a field is
        missing.
        """
        address, authority_id = stated["address"], stated["authority_id"]
        if not isinstance(address, str) or not isinstance(authority_id, str | None):
            raise TypeError("the address or the authority of a reference is no text")
        return cls(season, address, authority_id, ReferenceKind(stated["kind"]))


class ReferenceJson(TypedDict):
    """A reference as JSON, in the form that files keep and tasks hand on. The season is left out, because it is the
    run's.
    """

    address: str
    authority_id: str | None
    kind: str


@dataclass(frozen=True)
class DataTableReference:
    """One data table that a source has beside a season's letters, and the table's mapping: the file that says what
    the table's columns mean.

    `mapping_address` is where the mapping lies or, if `has_mapping` is False, where a person should write the
    mapping.
    """

    season: Season
    address: str
    mapping_address: str
    has_mapping: bool

    @property
    def table(self) -> Reference:
        """Return the reference by which the table is fetched."""
        return Reference(self.season, self.address, kind=ReferenceKind.DATA_TABLE)

    @property
    def mapping(self) -> Reference:
        """Return the reference by which the mapping is fetched, whether the mapping exists or not."""
        return Reference(self.season, self.mapping_address, kind=ReferenceKind.MAPPING)


@dataclass(frozen=True)
class Validators:
    """The values of the headers ETag and Last-Modified that a server sent with bytes. A later request sends them
    back, so that the server answers with bytes only if the bytes have changed. A field is None if the server did
    not send the header.
    """

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Known:
    """What the archive knows about a reference, so that a source need not fetch unchanged bytes again.

    `address` is where the bytes were fetched; the validators hold for that address only. If a source's links now
    lead to another address, the source fetches without validators.
    """

    address: str
    validators: Validators


@dataclass(frozen=True)
class Fetched:
    """The result of a fetch.

    `content` has all bytes. It is None if the bytes have not changed since the archive got them, for example if the
    server answered 304. `address` is where the bytes were, after links and redirects. `status` is the HTTP status;
    None if the bytes did not come by HTTP.
    """

    content: bytes | None
    address: str
    status: int | None = None
    validators: Validators = Validators()


class Source(Protocol):
    """A place where letters come from. `fetch` is called from several threads at once."""

    @property
    def name(self) -> str:
        """The kind of source and its place, such as "folder:/letters"."""

    @property
    def fetches_at_a_time(self) -> int:
        """The number of calls of `fetch` that may run at the same time. The source itself keeps gaps between
        requests.
        """

    def references(self, season: Season) -> tuple[Reference, ...]:
        """Return a reference to each letter and statistics page of a season, each once, in a fixed order.

        A source that works from the list of authorities gives a reference for each authority that should have a
        letter; `fetch` finds out whether the letter exists. Raise SourceError if the source's manifest, folder or
        pages cannot be read.
        """

    def data_tables(self, season: Season) -> tuple[DataTableReference, ...]:
        """Return a reference to each data table of a season, in a fixed order. Raise SourceError if the source's
        manifest, folder or pages cannot be read.
        """

    def fetch(self, reference: Reference, known: Known | None = None) -> Fetched:
        """Return the bytes of one reference. If `known` is given, return the bytes only if they have changed.

        Raise NotPublishedError if the source has nothing for the reference, FetchError if the bytes could not be
        fetched or are not what was expected, OSError if a file cannot be read, and SourceError if no other
        reference of this source can be fetched either.
        """


class FailureCause(StrEnum):
    """Why a fetch failed, in one word, so that failures can be counted. The error's message has the details for
    people.
    """

    TIMED_OUT = "timed_out"
    CONNECTION = "connection"
    """There was no connection, the connection broke off, or the answer was shorter than announced."""
    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    REFUSED = "refused"
    """A status other than 200 that no other cause covers, such as 403. (404 and 410 are a NotPublishedError.)"""
    FORBIDDEN_BY_ROBOTS = "forbidden_by_robots"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    """A link or redirect leads to a host, scheme or network from which nothing is fetched, or redirects do not
    end."""
    TOO_LARGE = "too_large"
    WRONG_CONTENT = "wrong_content"
    """The bytes are not the expected content, such as a page "not found" in place of a PDF, or a PDF or a page
    without its end."""
    SITE_SHAPE = "site_shape"
    """The site is not built as the settings say: no page at a council's address, or no clear link to its letter."""
    FILE = "file"
    """A local file cannot be read."""
    UNEXPECTED = "unexpected"
    """An error that nobody expected; the log has the traceback."""


PASSING_CAUSES = frozenset(
    {
        FailureCause.TIMED_OUT,
        FailureCause.CONNECTION,
        FailureCause.TOO_MANY_REQUESTS,
        FailureCause.SERVER_ERROR,
    }
)
"""The causes that are likely to pass, so that the same request may succeed later. Any other cause is likely to
stay."""


class SourceError(Exception):
    """A source cannot be used; the message says what was found and what to do."""


class SourceUnavailableError(SourceError):
    """A source is down, or asks to be left alone for now. The same request may succeed later."""


def unusable(cause: FailureCause, message: str) -> SourceError:
    """Return the error for a source that cannot be used: SourceUnavailableError if the cause may pass, otherwise
    SourceError.
    """
    return SourceUnavailableError(message) if cause in PASSING_CAUSES else SourceError(message)


class NotPublishedError(Exception):
    """The source has nothing for a reference: no page, no link for the season, no object in a store, or a server
    that answers 404 or 410. The message says which of these was found, and where.
    """


class FetchError(Exception):
    """One reference could not be fetched; other references may succeed. The message says what was found and
    where.
    """

    def __init__(self, cause: FailureCause, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.cause = cause
        self.status = status


def check_is_pdf(content: bytes, address: str) -> None:
    """Raise FetchError if bytes are not a whole PDF, whatever type the server stated."""
    if is_pdf(content):
        if is_whole_pdf(content):
            return
        raise FetchError(
            FailureCause.WRONG_CONTENT,
            f"{address} gave {len(content)} bytes of a PDF without its end; if the server has no more of it, put "
            "the file into a folder of letters",
        )
    is_page = content.lstrip()[:1] == b"<"
    kind = 'a web page, perhaps one that says "not found",' if is_page else f"{len(content)} bytes of another kind"
    raise FetchError(FailureCause.WRONG_CONTENT, f"{address} gave {kind} where a letter's PDF is expected")


def check_is_whole_page(content: bytes, address: str) -> None:
    """Raise FetchError if a web page lacks its end, whatever length the server announced."""
    if is_cut_page(content):
        raise FetchError(
            FailureCause.WRONG_CONTENT,
            f"{address} gave {len(content)} bytes of a web page without its end (</html>), so that a number at its "
            "end may be cut; fetch it again later, or save the page from a browser into a folder of letters",
        )
