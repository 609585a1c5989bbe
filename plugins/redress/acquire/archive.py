"""The archive: the bytes of every file under their hash, never changed, with cards that say how the file came.

<archive>/sha256/ab/abcd....bin         the bytes
<archive>/sha256/ab/abcd....cards/      one card (JSON) for each season, kind and address the bytes came from
<archive>/addresses/2021/....json       the card of what an address gave last: an index made from the cards

A letter that changes at its address becomes another file with its own card; the earlier file stays.
"""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from redress.acquire.cards import (
    CITATIONS,
    LICENCE,
    Card,
    address_key,
    address_name,
    as_json,
    bytes_name,
    card_name,
    cards_folder,
    file_name,
)
from redress.acquire.source import Fetched, Reference
from redress.files.lines import stated_json
from redress.files.store import StoreError, WholeFiles
from redress.model.season import Season

VERIFYING_AT_A_TIME = 8
MENDS_IT = "redress archive verify --rebuild-addresses mends it"


class ArchiveError(Exception):
    """The archive is damaged, incomplete, or cannot be used; the message says what is wrong, and where."""


@dataclass(frozen=True)
class ArchiveFault:
    """One fault that was found in the archive, and where it was found."""

    place: str
    detail: str


@dataclass(frozen=True)
class Verified:
    """The result of looking at the whole archive: the number of files and cards, and the faults."""

    files_count: int
    cards_count: int
    findings: tuple[ArchiveFault, ...]


class Archive:
    """An archive: files under their sha256, in a local folder or at the address of an object store
    ("s3://bucket/prefix").
    """

    def __init__(self, address: str | Path) -> None:
        self._files = WholeFiles(str(address))

    @property
    def address(self) -> str:
        return self._files.address

    def store(self, reference: Reference, fetched: Fetched, source: str) -> Card:
        """Keep fetched bytes under their hash, put a card beside them, and put the card into the index of
        addresses. Return the card.

        Bytes that are in the archive are not written again, and an unchanged card is not written either. The bytes
        are written first and the index last. If a crash leaves some of these files unwritten, they are written the
        next time the same bytes are stored. Raise ArchiveError if the archive cannot be written, and ValueError if
        `fetched` has no bytes.
        """
        if fetched.content is None:
            raise ValueError(f"{reference.address} is unchanged: there are no bytes to store")
        sha256 = hashlib.sha256(fetched.content).hexdigest()
        latest = self.latest(reference)
        now = _now()
        while latest is not None and latest.fetched_at == now:  # of two equal times neither is the later
            now = _now()
        card = Card(
            sha256=sha256,
            season=reference.season.year,
            kind=str(reference.kind),
            authority_id=reference.authority_id,
            source=source,
            address=reference.address,
            found_address=fetched.address,
            size_bytes=len(fetched.content),
            first_fetched_at=now,
            fetched_at=now,
            status=fetched.status,
            etag=fetched.validators.etag,
            last_modified=fetched.validators.last_modified,
            licence=LICENCE,
            citation=CITATIONS[reference.kind].format(season=reference.season),
        )
        with _archive_errors():
            if self._files.size_bytes(bytes_name(sha256)) != len(fetched.content):
                self._files.write(bytes_name(sha256), fetched.content, is_synced=True)
            if latest is not None and latest.fetched_at > now:  # the clock was ahead then, or is behind now
                latest = self._put_before(now, latest, self._cards_of(latest))
            before = self._whole_card(card_name(card))
            if before is not None:
                card = replace(card, first_fetched_at=before.first_fetched_at or before.fetched_at)
                if latest == before == replace(card, fetched_at=before.fetched_at):
                    return before
            self._files.write(card_name(card), as_json(card))
            self._files.write(address_name(card), as_json(card))
        return card

    def latest(self, reference: Reference) -> Card | None:
        """Return the card of the latest file that came from a reference's address, as the index of addresses has
        it. Return None if the index has no whole card of this address, or if the archive does not have all the
        file's bytes.
        """
        with _archive_errors():
            name = f"addresses/{reference.season}/{address_key(reference.kind, reference.address)}.json"
            card = self._whole_card(name)
            if card is None or self._files.size_bytes(bytes_name(card.sha256)) != card.size_bytes:
                return None
            return card

    def holds(self, sha256: str) -> bool:
        """Return whether the archive has a file under a hash. The content of the file is not checked; `read` checks
        it.
        """
        with _archive_errors():
            return self._files.size_bytes(bytes_name(sha256)) is not None

    def read(self, sha256: str) -> bytes:
        """Return the bytes with a hash. Raise ArchiveError if they are missing or no longer have the hash."""
        with _archive_errors():
            try:
                content = self._files.read(bytes_name(sha256))
            except FileNotFoundError:
                raise ArchiveError(
                    f"the archive {self.address} has no file {sha256}: fetch its season again"
                ) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ArchiveError(
                f"{self.bytes_address(sha256)} has changed since it was stored: its bytes no longer have the hash "
                "in its name; delete the file and fetch its season again"
            )
        return content

    def cards(self, sha256: str) -> tuple[Card, ...]:
        """Return all cards of the bytes with a hash, ordered by season and address."""
        with _archive_errors():
            found = [self._card(name) for name in self._files.names(cards_folder(sha256))]
        return tuple(sorted((card for card in found if card), key=lambda card: (card.season, card.address)))

    def season_cards(self, season: Season) -> tuple[Card, ...]:
        """Return the latest card of each address of a season, in the order of addresses.

        The cards themselves are read, not the index of addresses. Raise ArchiveError if a card cannot be read or
        lies in a wrong place, or if the archive has a file that does not belong there: then nobody knows which
        cards belong to the season.
        """
        with _archive_errors():
            listing = self._list()
        if listing.findings:
            first = listing.findings[0]
            raise ArchiveError(
                f"the archive {self.address} is not in order, and what it has of season {season} is not sure: "
                f"{first.place}: {first.detail}; redress archive verify tells all, put that right first"
            )
        found = (card for card in listing.latest.values() if card.season == season.year)
        return tuple(sorted(found, key=lambda card: (card.address, card.kind)))

    def bytes_address(self, sha256: str) -> str:
        """Return where the archive keeps the bytes with a hash, or would keep them: a path or an object store's
        address.
        """
        return self._files.place(bytes_name(sha256))

    def clear_incoming(self) -> int:
        """Remove half-written files of writers that have ended; return the number of files removed."""
        return self._files.clear_incoming()

    def rebuild_addresses(self) -> int:
        """Write the index of addresses from the cards; return the number of entries that changed.

        If the time on a card lies in the future, because a clock was wrong, the card gets an earlier time. Several
        such cards of one address keep their order.
        """
        with _archive_errors():
            listing = self._list()
            for name, cards in listing.to_come.items():
                latest, now = listing.latest[name], _now()
                before = now if latest in cards else latest.fetched_at
                listing.latest[name] = self._put_before(before, latest, cards)
            wrong = [card for name, card in listing.latest.items() if self._whole_card(name) != card]
            for card in wrong:
                self._files.write(address_name(card), as_json(card))
        return len(wrong)

    def verify(self) -> Verified:
        """Hash every file, compare files, cards and the index of addresses with each other, and return the faults
        found.
        """
        with _archive_errors():
            listing = self._list()
            findings = [*listing.findings, *self._unlike_their_hash(listing)]
            findings += (
                self._finding(name, "bytes without a card: nothing says where they came from")
                for name, sha256 in sorted(listing.sha256s.items())
                if sha256 not in listing.carded
            )
            findings += (
                self._finding(name, f"a card without its bytes, {card.sha256}: fetch season {card.season} again")
                for name, card in sorted(listing.cards.items())
                if bytes_name(card.sha256) not in listing.sha256s
            )
            findings += (
                self._finding(
                    card_name(card),
                    f"it says that its bytes came at {card.fetched_at}, which is still to come: a clock was ahead, "
                    f"or is behind now; {MENDS_IT}",
                )
                for cards in listing.to_come.values()
                for card in cards
            )
            findings += self._wrong_addresses(listing)
        return Verified(len(listing.sha256s), len(listing.cards), tuple(findings))

    def _unlike_their_hash(self, listing: "_Listing") -> Iterator[ArchiveFault]:
        with ThreadPoolExecutor(VERIFYING_AT_A_TIME) as threads:
            names = sorted(listing.sha256s)
            hashes = threads.map(lambda name: hashlib.sha256(self._files.read(name)).hexdigest(), names)
            for name, sha256 in zip(names, hashes, strict=True):
                if sha256 != listing.sha256s[name]:
                    yield self._finding(
                        name, f"the bytes have the hash {sha256}; delete the file and fetch its season again"
                    )

    def _wrong_addresses(self, listing: "_Listing") -> Iterator[ArchiveFault]:
        indexed = dict(listing.latest)
        for name in self._files.names("addresses"):
            try:
                card = self._card(name)
            except ArchiveError as error:
                yield ArchiveFault(self._files.place(name), f"{error}; {MENDS_IT}")
                indexed.pop(name, None)
                continue
            expected = indexed.pop(name, None)
            if expected is None:
                yield self._finding(name, "an address that no card speaks of: delete it")
            elif card != expected:
                yield self._finding(name, f"it is not the latest card of {expected.address}; {MENDS_IT}")
        for name, card in indexed.items():
            yield self._finding(name, f"missing, although there is a card of {card.address}; {MENDS_IT}")

    def _finding(self, name: str, detail: str) -> ArchiveFault:
        return ArchiveFault(self._files.place(name), detail)

    def _list(self) -> "_Listing":
        """List all bytes and all cards of the archive. Add a fault for each card that cannot be read or lies in a
        wrong place, and for each file that does not belong in the archive.
        """
        listing = _Listing()
        for name in self._files.names("sha256"):
            path = PurePosixPath(name)
            if path.suffix == ".bin" and bytes_name(path.stem) == name:
                listing.sha256s[name] = path.stem
                continue
            if path.parent.suffix != ".cards" or path.suffix != ".json":
                listing.findings.append(self._finding(name, "no file of the archive's: take it away"))
                continue
            try:
                card = self._card(name)
            except ArchiveError as error:
                listing.findings.append(ArchiveFault(self._files.place(name), str(error)))
                continue
            if card is None or card_name(card) != name:
                listing.findings.append(self._finding(name, "a card of other bytes, or of another address"))
                continue
            listing.cards[name] = card
        for name in listing.to_come:  # a time in the future does not say which card is the latest
            indexed = self._whole_card(name)
            if indexed is not None and card_name(indexed) in listing.cards:
                listing.latest[name] = listing.cards[card_name(indexed)]
        return listing

    def _cards_of(self, card: Card) -> list[Card]:
        """Return all cards that have the same season, kind and address as a given card."""
        names = (name for name in self._files.names("sha256") if PurePosixPath(name).name == file_name(card))
        return [found for name in names if (found := self._whole_card(name)) is not None]

    def _put_before(self, time: str, latest: Card, cards: Iterable[Card]) -> Card:
        """Write each of the given cards again whose time is in the future, with a time before `time`.

        `cards` are cards of one address, and `latest` is the card of the bytes that this address gave last. If
        `latest` is written again, it gets the last of the new times. Return `latest`, with its new time if it has
        one.
        """
        now = _now()
        ahead = [card for card in cards if card.fetched_at > now]
        ahead.sort(key=lambda card: (card.sha256 == latest.sha256, card.fetched_at), reverse=True)
        for place, card in enumerate(ahead, start=1):
            passed = replace(card, first_fetched_at=None, fetched_at=_before(time, place))
            self._files.write(card_name(passed), as_json(passed))
            latest = passed if card.sha256 == latest.sha256 else latest
        return latest

    def _card(self, name: str) -> Card | None:
        """Return the card in a file; None if there is no such file. Raise ArchiveError if the file is no card."""
        try:
            content = self._files.read(name)
        except FileNotFoundError:
            return None
        try:
            stated = stated_json(content)
            return Card(**{field.name: stated[field.name] for field in fields(Card) if field.name in stated})
        except (ValueError, TypeError) as error:
            raise ArchiveError(
                f"{self._files.place(name)} is no card ({error}); delete it and fetch its season again"
            ) from error

    def _whole_card(self, name: str) -> Card | None:
        """Return the card in a file. Return None if there is no file, or if the file is no whole card, for example
        after a power cut.
        """
        try:
            return self._card(name)
        except ArchiveError:
            return None


class _Listing:
    """The content of an archive. `sha256s` has the hash of each file of bytes, and `cards` has each card, both by
    the file's name. `findings` are the faults.
    """

    def __init__(self) -> None:
        self.sha256s: dict[str, str] = {}
        self.cards: dict[str, Card] = {}
        self.findings: list[ArchiveFault] = []

    @cached_property
    def carded(self) -> frozenset[str]:
        return frozenset(card.sha256 for card in self.cards.values())

    @cached_property
    def latest(self) -> dict[str, Card]:
        """The latest card of each address, by the name of the address's entry in the index."""
        by_address: dict[str, list[Card]] = defaultdict(list)
        for card in self.cards.values():
            by_address[address_name(card)].append(card)
        return {name: max(cards, key=lambda card: card.fetched_at) for name, cards in by_address.items()}

    @cached_property
    def to_come(self) -> dict[str, list[Card]]:
        """For each address, its cards with a time later than now (a clock was wrong). The key is the name of the
        address's entry in the index.
        """
        now, by_address = _now(), defaultdict(list)
        for card in self.cards.values():
            if card.fetched_at > now:
                by_address[address_name(card)].append(card)
        return dict(by_address)


@contextmanager
def _archive_errors() -> Iterator[None]:
    """During the block, raise each StoreError as an ArchiveError."""
    try:
        yield
    except StoreError as error:
        raise ArchiveError(str(error)) from error


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


def _before(time: str, places: int) -> str:
    """Return the time that is `places` milliseconds earlier than `time`."""
    return (dt.datetime.fromisoformat(time) - dt.timedelta(milliseconds=places)).isoformat(timespec="milliseconds")
