"""The steps that take letters from the archive into landing: `read` (in batches), then `check`."""

from collections import Counter
from collections.abc import Iterable, Sequence

from redress.acquire.archive import Archive
from redress.acquire.outcomes import AcquisitionState, Outcome, Summary, now
from redress.acquire.source import ReferenceKind
from redress.check.decisions import read_decisions
from redress.check.source_doubt import doubt
from redress.check.witness_pages import set_pages_apart
from redress.files.places import remove_tree
from redress.model.landed import Acquisition, LandedLetter
from redress.model.letter import NOT_READ, Letter
from redress.model.reference import load_authorities
from redress.model.witness import WitnessKind
from redress.read.workers import File, Readers
from redress.settings import Settings
from redress.steps.acquiring import HOW_TO_START_OVER, Archived
from redress.steps.letter_changes import keep_before
from redress.steps.readings import ending, reader_identity
from redress.steps.run import Run, SeasonError, latest_landed_summary, shown_time
from redress.warehouse.landing import Landing
from redress.warehouse.landing_tables import write_checks


def read(run: Run, archived: Sequence[Archived], batch: int, *, anew: bool = False) -> str:
    """Read a batch of archived files. Return the name of the batch's readings, which `check` takes.

    Files of the season that this reader has already read are not read again, unless `anew` is set. If tesseract
    fails on a file that this reader has already read, the earlier reading is kept.
    """
    archive = Archive(run.settings.archive_address)
    part = f"read-{batch:04d}.parquet"
    with run.record.step(f"read {batch + 1}") as note:
        reader = reader_identity()
        sha256s = {file["sha256"] for file in archived}
        before = run.kept_readings.find(sha256s, reader)
        known = {} if anew else before
        new = [file for file in archived if (file["sha256"], ending(file["name"])) not in known]
        found = known | _newly_read(archive, new, run.settings)
        # a failure of tesseract says nothing about a letter, and must not remove the letter from the release
        not_read = {key for key, letter in found.items() if letter.reason.startswith(f"{NOT_READ}:")}
        found |= {key: before[key] for key in not_read & before.keys()}
        letters = [
            LandedLetter(run.season, file["address"], found[file["sha256"], ending(file["name"])])
            for file in archived
        ]
        run.part(part).write(letters, reader)
        figures = sum(len(landed.letter.figures) for landed in letters)
        note.message = f"{len(letters)} letters read, {figures} figures"
        if len(new) < len(archived):
            note.message += f"; {len(archived) - len(new)} of them are as they were read before"
        if stay := len(not_read & before.keys()):
            note.message += f"; tesseract failed on {stay} of them, whose earlier readings stay"
        if lost := len(not_read - before.keys()):
            note.message += (
                f"; tesseract failed on {lost} of them, which this reader has not read: put it right, run again"
            )
        note.facts = {"letters": len(letters), "newly_read": len(new), "figures": figures}
    return part


def check(run: Run, parts: Iterable[str]) -> dict[str, int]:
    """Check the letters of a season's batches in the gate, and land the letters. Return the number of letters by
    disposition.

    `parts` are the names that `read` returned. All checks are kept beside the run's record, whether the season is
    landed or refused. A refused season is kept in the run's own folder, for the report. If the run asked no source,
    landing keeps what it knows about the source. Raises SeasonError, and leaves landing as it was, if most files
    are refused (the source looks wrong), or if a run that asked its source later has landed other files.
    """
    with run.record.step("check") as note, run.writer_lock() as lock:
        from expectations.gate import gate  # Great Expectations takes seconds to import: only where it is used

        own = Summary.read(run.summary_path) if run.summary_path.exists() else None
        remove_tree(run.refused.folder)
        read_parts = [run.part(part).read() for part in parts]
        files = tuple(landed for _, read in read_parts for landed in read)
        authorities = load_authorities(additional=run.settings.additional_authorities)
        unique = _without_duplicates(files)
        letters, page_figures = set_pages_apart(unique, run.season, authorities)
        decisions = read_decisions(run.settings.landing_folder)
        has_asked = run.data_tables.folder.is_dir()
        tables = run.data_tables if has_asked else Landing(run.settings.landing_folder)
        witnesses = (*page_figures, *tables.witness_figures(run.season, WitnessKind.DATA_TABLE))
        gated = gate(run.season, letters, authorities, decisions, run.run_id, witnesses)
        write_checks(run.season, gated.checks, run.checks_path)
        why_not = doubt(run.season, gated.checks, gated.dispositions, run.settings)
        lock.require_held()
        if why_not is not None:
            run.refused.replace_season(run.season, letters, gated.checks, gated.dispositions)
            if own is not None:
                run.journal.end()  # the next run asks the source again, which may have been put right
            raise SeasonError(why_not)
        landing = Landing(run.settings.landing_folder)
        landed = latest_landed_summary(run.folder)
        if own is not None and landed is not None:
            _require_not_older(own, landed)
        keep_before(run)
        # a run that asked no source leaves what landing knows of the source, or restores what landing has lost
        acquired = own or (None if run.season in landing.seasons() else landed)
        if acquired is not None:
            landing.replace_acquisitions(run.season, _acquisitions(acquired))
        # a reader that was changed since `read` must not get the readings of the reader before
        reader = reader_identity()
        by_this_reader = (
            landed_letter for part_reader, read in read_parts if part_reader == reader for landed_letter in read
        )
        run.kept_readings.keep(by_this_reader, reader)
        landing.replace_season(run.season, letters, gated.checks, gated.dispositions, gated.validation)
        if own is not None:
            own.write(run.landed_path)
        landing.replace_witnesses(run.season, WitnessKind.STATISTICS_PAGE, page_figures)
        if has_asked:
            landing.take_witnesses(run.season, WitnessKind.DATA_TABLE, run.data_tables)
        counts = dict(Counter(str(disposed.disposition) for disposed in gated.dispositions))
        note.message = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        for sha256, found in gated.checks:
            if sha256 is None and not found.is_passed:
                note.message += f"; {found.severity}: {found.detail}"
        if len(files) > len(unique):
            note.message += f"; copies of another file, byte for byte: {len(files) - len(unique)}"
        if len(unique) > len(letters):
            note.message += f"; statistics pages beside a letter, taken as witnesses: {len(unique) - len(letters)}"
        note.facts = counts
    return counts


def _require_not_older(own: Summary, landed: Summary) -> None:
    """Raise SeasonError if another run has landed other files, and was still asking its source after this run began
    to ask.

    This happens if a person clears a task of an old run, or if two runs of a season go on side by side. If both
    runs asked at the same time, or a clock was ahead, nobody can say which run has the newer letters. Then the
    second run that wants to land has to start over.
    """
    clock = now()
    if landed.run_id == own.run_id or landed.had == own.had:
        return
    if max(landed.ended_at, own.began_at) > clock:
        raise SeasonError(
            f"run {landed.run_id} asked {landed.source} until {shown_time(landed.ended_at)}, this run began to ask "
            f"its source at {shown_time(own.began_at)}, and the clock says {shown_time(clock)}: a clock was ahead, "
            f"or is behind now, and nobody can say which run has the newer letters of season {own.season}. "
            "Landing stays as it is. Put the clock right and start a new run, which counts these runs as earlier"
        )
    if landed.ended_at > own.began_at:
        raise SeasonError(
            f"run {landed.run_id} asked {landed.source} after this one had begun to ask its source, and has landed "
            f"other files of season {own.season}. Landing stays as it is, so that older letters do not replace "
            f"newer ones; {HOW_TO_START_OVER}"
        )


def _acquisitions(summary: Summary) -> list[Acquisition]:
    """Return what the source gave for each authority whose letter the source lists or should list."""
    by_authority: dict[str, list[Outcome]] = {}
    for outcome in summary.outcomes:
        if outcome.reference.authority_id is not None and outcome.reference.kind is ReferenceKind.LETTER:
            by_authority.setdefault(outcome.reference.authority_id, []).append(outcome)
    return [_acquisition(authority_id, outcomes) for authority_id, outcomes in sorted(by_authority.items())]


def _acquisition(authority_id: str, outcomes: Sequence[Outcome]) -> Acquisition:
    """Return what a source gave for an authority: acquired if the archive has the letter, perhaps from an earlier
    run; else failed, not published, or not listed.
    """
    if any(outcome.is_had for outcome in outcomes):
        return Acquisition(authority_id, "acquired")
    for state in (AcquisitionState.FAILED, AcquisitionState.GONE, AcquisitionState.NOT_PUBLISHED):
        for outcome in outcomes:
            if outcome.state is state:
                told_state = "not_published" if state is AcquisitionState.GONE else str(state)
                return Acquisition(authority_id, told_state, None if outcome.cause is None else str(outcome.cause))
    return Acquisition(authority_id, str(AcquisitionState.NOT_LISTED))


def _newly_read(
    archive: Archive, archived: Sequence[Archived], settings: Settings
) -> dict[tuple[str, str], Letter]:
    """Read files in worker processes. Return the letter of each file, by the file's sha256 and the ending of its
    name. If there are no files, start no process.
    """
    if not archived:
        return {}
    files = (File(file["name"], archive.read(file["sha256"])) for file in archived)
    with Readers(settings.reading_limits) as readers:
        return {
            (one["sha256"], ending(one["name"])): letter
            for one, letter in zip(archived, readers.read(files), strict=True)
        }


def _without_duplicates(letters: Iterable[LandedLetter]) -> tuple[LandedLetter, ...]:
    """Return each letter once. Files with equal bytes are one letter, with the first of their addresses."""
    unique: dict[str, LandedLetter] = {}
    for landed in sorted(letters, key=lambda landed: landed.source_address):
        unique.setdefault(landed.letter.sha256, landed)
    return tuple(unique.values())
