"""The archive: the bytes of every letter under their own hash, never changed, with a card beside them.

<archive>/sha256/ab/abcd....bin       the bytes
<archive>/sha256/ab/abcd....cards/    one card (JSON) for each season and address they came from
"""

import datetime as dt
import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from redress.seasons import Season

LICENCE = "free re-use with the source acknowledged, accurately reproduced (www.lgo.org.uk/copyright)"
CITATION = (
    "Local Government and Social Care Ombudsman, annual review letter of season {season}, "
    "© Commission for Local Administration in England"
)


class ArchiveError(Exception):
    """The archive does not hold what it should; the message says what and where."""


@dataclass(frozen=True)
class Card:
    """What is known of how a file came: nothing here decides what the warehouse holds."""

    sha256: str
    season: int
    source: str
    address: str
    size_bytes: int
    fetched_at: str
    licence: str
    citation: str


@dataclass(frozen=True)
class Archive:
    """A folder of files under their sha256."""

    folder: Path

    def store(self, content: bytes, season: Season, source: str, address: str, citation: str = CITATION) -> Card:
        """Keep the bytes under their hash and a card beside them; bytes that are there are not written again.

        `citation` says what the file is, with `{season}` where the season belongs; a letter unless told otherwise.
        Both are written to a temporary name and moved, so that a crash leaves no half file under a hash.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        place = self.bytes_path(sha256)
        if not place.exists():
            _write_whole(place, content)
        card_path = self._card_path(sha256, season, address)
        if card_path.exists():
            return _card(card_path)
        card = Card(
            sha256=sha256,
            season=season.year,
            source=source,
            address=address,
            size_bytes=len(content),
            fetched_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            licence=LICENCE,
            citation=citation.format(season=season),
        )
        _write_whole(card_path, json.dumps(asdict(card), indent=1, ensure_ascii=False).encode())
        return card

    def read(self, sha256: str) -> bytes:
        """The bytes of a hash. Raises ArchiveError where they are missing or are no longer what the hash says."""
        place = self.bytes_path(sha256)
        try:
            content = place.read_bytes()
        except FileNotFoundError:
            raise ArchiveError(f"the archive has no file {sha256}: fetch its season again") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ArchiveError(
                f"{place} has changed since it was stored: its bytes no longer have the hash in its name; "
                "delete the file and fetch its season again"
            )
        return content

    def cards(self, sha256: str) -> tuple[Card, ...]:
        """All cards of a file, in the order of season and address."""
        folder = self._cards_folder(sha256)
        return tuple(sorted((_card(path) for path in folder.glob("*.json")), key=lambda c: (c.season, c.address)))

    def bytes_path(self, sha256: str) -> Path:
        """Where the bytes of a hash lie, or would lie."""
        return self.folder / "sha256" / sha256[:2] / f"{sha256}.bin"

    def _cards_folder(self, sha256: str) -> Path:
        return self.folder / "sha256" / sha256[:2] / f"{sha256}.cards"

    def _card_path(self, sha256: str, season: Season, address: str) -> Path:
        # the address names the card by its hash, because a name from outside never becomes a path
        return self._cards_folder(sha256) / f"{season}-{hashlib.sha256(address.encode()).hexdigest()[:16]}.json"


def _card(path: Path) -> Card:
    return Card(**json.loads(path.read_text()))


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".incoming-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
