"""Fetch the files of a season's references from their source, several at a time, and store them in the archive.

A reference names one letter, page, table or mapping at a source. A letter that cannot be fetched, for whatever
reason, does not stop the other letters. All fetching stops if the archive cannot be written, if the source cannot
be used, or if the source has failed many times in a row.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from threading import BoundedSemaphore

from redress.acquire.archive import Archive
from redress.acquire.cards import Card
from redress.acquire.outcomes import AcquisitionState, Outcome
from redress.acquire.source import (
    PASSING_CAUSES,
    FailureCause,
    FetchError,
    NotPublishedError,
    Reference,
    Source,
    SourceError,
    SourceUnavailableError,
)
from redress.model.authorities import Authorities
from redress.model.printable import printable
from redress.model.season import Season

_log = logging.getLogger(__name__)
STORING_AT_A_TIME = 4
"""How many more threads there are than fetches at a time, so that fetching goes on while files are written."""
LONGEST_DETAIL_CHARACTERS = 500
FAILURES_IN_A_ROW = 20
"""If this many references in a row fail, each with a cause in OF_THE_SOURCE, the source counts as down, and
nothing more is requested."""
OF_THE_SOURCE = PASSING_CAUSES | {FailureCause.SITE_SHAPE}
"""The causes that suggest a failure of the whole source, not of one letter."""


def acquire_references(
    source: Source, archive: Archive, references: Sequence[Reference], note: Callable[[Outcome], None]
) -> tuple[Outcome, ...]:
    """Fetch all references and store their bytes; return the outcome of each, in the order of the references.

    `note` is called with each outcome as it comes, one call at a time. If the archive has bytes of a reference from
    this source, the bytes are fetched only if they have changed. If a fetch fails, the outcome names the bytes that
    the reference's address gave earlier. Raise ArchiveError if the archive cannot be written, and SourceError if
    the source cannot be used; the files that were fetched before the error are archived and noted.
    """
    outcomes: dict[Reference, Outcome] = {}
    failures_in_a_row = 0
    waiting = iter(references)
    worker = _Worker(source, archive, BoundedSemaphore(source.fetches_at_a_time))
    threads_count = source.fetches_at_a_time + STORING_AT_A_TIME
    with ThreadPoolExecutor(threads_count, thread_name_prefix="acquire") as threads:
        # more references than threads, so that a thread that has finished finds its next reference waiting
        running = {threads.submit(worker.acquired, reference) for reference in islice(waiting, 2 * threads_count)}
        try:
            while running:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    outcome = future.result()
                    running.discard(future)
                    outcomes[outcome.reference] = outcome
                    note(outcome)
                    is_down = outcome.cause in OF_THE_SOURCE
                    failures_in_a_row = failures_in_a_row + 1 if is_down else 0
                    if failures_in_a_row >= FAILURES_IN_A_ROW:
                        raise SourceUnavailableError(
                            f"{source.name}: {failures_in_a_row} fetches failed one after the other, the last one "
                            f"({outcome.reference.address}) because: {outcome.detail}; nothing more has been "
                            "asked for. Run the season again later: what came is kept"
                        )
                running |= {threads.submit(worker.acquired, reference) for reference in islice(waiting, len(done))}
        except BaseException:
            threads.shutdown(wait=True, cancel_futures=True)
            _note_the_rest(running, note)
            raise
    return tuple(outcomes[reference] for reference in references)


def without_listing(outcomes: Iterable[Outcome], season: Season, authorities: Authorities) -> tuple[Outcome, ...]:
    """Return an outcome with the state NOT_LISTED for each authority that must get a letter and that the source
    does not list.

    If the source names no authority for any of its letters, return nothing: then only the letters themselves say
    which authority they are for.
    """
    listed = {outcome.reference.authority_id for outcome in outcomes} - {None}
    if not listed:
        return ()
    return tuple(
        Outcome(
            Reference(season, "", authority.authority_id),
            AcquisitionState.NOT_LISTED,
            detail=f"the source lists no letter to {authority.name}",
        )
        for authority in authorities.expected_in(season)
        if authority.authority_id not in listed
    )


@dataclass(frozen=True)
class _Worker:
    """What each thread does: look up a reference in the archive, fetch its bytes, and store them. All threads share
    one worker. The worker's `fetches` limits how many threads fetch at a time.
    """

    source: Source
    archive: Archive
    fetches: BoundedSemaphore

    def acquired(self, reference: Reference) -> Outcome:
        before = self.archive.latest(reference)
        if before is not None and before.source != self.source.name:
            before = None  # an address in another source says nothing about an address in this source
        try:
            with self.fetches:
                fetched = self.source.fetch(reference, None if before is None else before.known)
        except NotPublishedError as error:
            return _not_published(reference, error, before)
        except FetchError as error:
            return _failed(reference, error.cause, str(error), before)
        except OSError as error:
            return _failed(reference, FailureCause.FILE, error.strerror or str(error), before)
        except SourceError:
            raise
        except Exception as error:  # memory that runs out, or an answer that nobody thought of
            _log.exception("%s could not be fetched", printable(reference.address))
            detail = f"{type(error).__name__}: {error}"[:LONGEST_DETAIL_CHARACTERS]
            return _failed(reference, FailureCause.UNEXPECTED, detail, before)
        is_settled = fetched.status is not None  # a file costs nothing to read again, and may have been mended
        if fetched.content is None:
            if before is None:
                raise SourceError(
                    f"{self.source.name} says that {reference.address} is unchanged, and it was asked for all of it"
                )
            return _had(reference, AcquisitionState.UNCHANGED, before, is_settled=is_settled)
        card = self.archive.store(reference, fetched, self.source.name)
        is_new = before is None or before.sha256 != card.sha256
        state = AcquisitionState.FETCHED if is_new else AcquisitionState.UNCHANGED
        return _had(reference, state, card, is_settled=is_settled)


def _note_the_rest(running: Iterable[Future[Outcome]], note: Callable[[Outcome], None]) -> None:
    """Note the outcomes of the references that were being fetched when an error on another reference stopped all
    fetching.
    """
    for future in running:
        if future.done() and not future.cancelled() and future.exception() is None:
            note(future.result())


def _had(reference: Reference, state: AcquisitionState, card: Card, *, is_settled: bool) -> Outcome:
    found = card.found_address or card.address
    return Outcome(reference, state, card.sha256, found, is_settled=is_settled)


def _failed(reference: Reference, cause: FailureCause, detail: str, before: Card | None) -> Outcome:
    """Return the outcome of a failure. If the address gave bytes before, the outcome names these bytes."""
    if before is None:
        return Outcome(reference, AcquisitionState.FAILED, cause=cause, detail=detail)
    return Outcome(
        reference,
        AcquisitionState.FAILED,
        before.sha256,
        before.found_address or before.address,
        cause,
        f"{detail}; the bytes of {before.fetched_at[:10]} stand for it",
    )


def _not_published(reference: Reference, error: NotPublishedError, before: Card | None) -> Outcome:
    if before is None:
        return Outcome(reference, AcquisitionState.NOT_PUBLISHED, detail=str(error))
    kept = f"it was there on {before.fetched_at[:10]}, and the archive keeps it ({before.sha256[:12]})"
    return Outcome(reference, AcquisitionState.GONE, detail=f"{error}; {kept}")
