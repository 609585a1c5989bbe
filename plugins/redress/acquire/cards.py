"""Cards of the archive: how a file came, and the names under which the archive keeps files, cards and its index."""

import hashlib
import json
from dataclasses import asdict, dataclass

from redress.acquire.source import Known, ReferenceKind, Validators

LICENCE = "free re-use with the source acknowledged, accurately reproduced (www.lgo.org.uk/copyright)"
_OMBUDSMAN = "Local Government and Social Care Ombudsman, {what}, © Commission for Local Administration in England"
CITATIONS = {
    ReferenceKind.LETTER: _OMBUDSMAN.format(what="annual review letter of season {season}"),
    ReferenceKind.STATISTICS_PAGE: _OMBUDSMAN.format(what="a council's statistics page, season {season}"),
    ReferenceKind.DATA_TABLE: _OMBUDSMAN.format(
        what="data tables beside the annual review letters of season {season}"
    ),
    ReferenceKind.MAPPING: "What the columns of a data table of season {season} mean, "
    "written by whoever runs this project",
}


@dataclass(frozen=True)
class Card:
    """How a file came into the archive.

    `address` is the address that was asked for. `found_address` is where the bytes were, after links and redirects.
    `first_fetched_at` and `fetched_at` are the first and the last time, in UTC, at which the address gave these
    bytes.
    """

    sha256: str
    season: int
    source: str
    address: str
    size_bytes: int
    fetched_at: str
    licence: str
    citation: str
    kind: str = ReferenceKind.LETTER
    authority_id: str | None = None
    found_address: str | None = None
    first_fetched_at: str | None = None
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None

    @property
    def known(self) -> Known:
        """Return what a source needs to fetch the file only if it has changed: the address of the bytes, and the
        validators (ETag, Last-Modified) that the server gave with them.
        """
        return Known(self.found_address or self.address, Validators(self.etag, self.last_modified))


def as_json(card: Card) -> bytes:
    """Return the content of a card's file."""
    return json.dumps(asdict(card), indent=1, ensure_ascii=False).encode()


def bytes_name(sha256: str) -> str:
    """Return the name of the file that holds the bytes with a hash."""
    return f"sha256/{sha256[:2]}/{sha256}.bin"


def cards_folder(sha256: str) -> str:
    """Return the name of the folder that holds the cards of the bytes with a hash."""
    return f"sha256/{sha256[:2]}/{sha256}.cards"


def card_name(card: Card) -> str:
    """Return the name of a card's file."""
    return f"{cards_folder(card.sha256)}/{file_name(card)}"


def file_name(card: Card) -> str:
    """Return the last part of the path of a card's file. It is made from the card's season, kind and address."""
    return f"{card.season}-{address_key(ReferenceKind(card.kind), card.address)}.json"


def address_name(card: Card) -> str:
    """Return the name of a card's entry in the index of addresses."""
    return f"addresses/{card.season}/{address_key(ReferenceKind(card.kind), card.address)}.json"


def address_key(kind: ReferenceKind, address: str) -> str:
    """Return a part of a file's name that stands for an address: a hash of the address and, for all kinds but
    letters, of the kind. An address from outside must never become a path.
    """
    text = address if kind is ReferenceKind.LETTER else f"{kind} {address}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
