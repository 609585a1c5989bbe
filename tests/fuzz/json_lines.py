"""Fuzz journals and run records: chance adds damaged lines, and every good line is read without an error."""

import json
import tempfile
from pathlib import Path

from hypothesis import strategies as st

from redress.acquire.journal import Journal
from redress.acquire.outcomes import AcquisitionState, Outcome, outcome_as_json
from redress.acquire.source import Reference
from redress.files.lines import add_json_line
from redress.steps.record import RunRecord, failure_reason, last_failure, step_line, step_summaries
from tests.fuzz.running import Clock, Counts, FindingError, draw_until
from tests.made import SEASON

JOURNAL, RECORD = "outcomes.jsonl", "record.jsonl"

_texts = st.text(st.characters(exclude_categories=()), max_size=10)
_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_texts, inner, max_size=3)),
    max_leaves=6,
)
_outcome_fields = ("address", "authority_id", "kind", "state", "sha256", "found_address", "cause", "detail")
_event_fields = ("at", "step", "state", "seconds", "told", "counts", "error")


def _events(state: str) -> dict[str, object]:
    return {"at": "2026-01-01T00:00:00.000+00:00", "step": "read", "state": state, "seconds": 1.5, "told": "a"}


def _outcome(number: int) -> Outcome:
    reference = Reference(SEASON, f"https://letters.example/{number}.pdf")
    return Outcome(reference, AcquisitionState.FETCHED, "0" * 64, reference.address)


@st.composite
def _spoiled_objects(draw: st.DrawFn) -> bytes:
    """Draw a line of a journal or record in which some values are odd or missing. Some lines are cut."""
    stated: dict[str, object] = draw(
        st.one_of(
            st.fixed_dictionaries({}, optional=dict.fromkeys(_outcome_fields, _values)),
            st.fixed_dictionaries({}, optional=dict.fromkeys(_event_fields, _values)),
            st.builds(
                lambda whole, name, value: {**whole, name: value},
                st.sampled_from([_events("began"), _events("done"), _events("failed")]),
                st.sampled_from(_event_fields),
                _values,
            ),
            st.builds(
                lambda name, value: {**outcome_as_json(_outcome(999)), name: value},
                st.sampled_from(_outcome_fields),
                _values,
            ),
        )
    )
    line = json.dumps(stated, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    return line[: draw(st.integers(0, len(line)))] if draw(st.integers(0, 3)) == 0 else line


_damaged = st.one_of(
    st.binary(max_size=60),
    _spoiled_objects(),
    _spoiled_objects(),
    _values.map(lambda value: json.dumps(value).encode()),
    st.sampled_from(
        (
            b"[" * 5_000,
            b'{"a":' * 5_000,
            b"9" * 5000,
            b"\xff\xfe",
            b"\x00" * 100,
            b'{"at": "\xed\xa0\x80"}',
            b"NaN",
        )
    ),
).map(lambda line: line.replace(b"\n", b" "))


EVENT_LINES = [
    json.dumps(stated).encode() for stated in (outcome_as_json(_outcome(999)), _events("began"), _events("done"))
]
"""Whole lines of a journal and of a record. They are the first inputs of a guided run."""


def fuzz(clock: Clock, seed: int) -> Counts:
    """Read journals and records until the time is over. Raise FindingError at the first fault."""
    counts: Counts = Counts()
    with tempfile.TemporaryDirectory() as folder:

        def check(lines: list[bytes | None]) -> None:
            counts["inputs"] += 2
            counts["damaged lines"] += len(lines) - lines.count(None)
            check_journal(Path(folder) / JOURNAL, lines)
            check_record(Path(folder) / RECORD, lines)

        draw_until(clock, seed, st.lists(st.one_of(st.none(), _damaged), min_size=1, max_size=8), check)
    return counts


def check_journal(path: Path, lines: list[bytes | None]) -> None:
    """Write a journal to a file, and raise FindingError unless the journal gives each good outcome.

    Each None in `lines` stands for a good outcome; the other lines are damaged.
    """
    good = [_outcome(number) for number, line in enumerate(lines) if line is None]
    objects = [outcome_as_json(_outcome(number)) if line is None else line for number, line in enumerate(lines)]
    content = _write(path, objects)
    try:
        found = Journal(path.parent, SEASON).outcomes()
    except Exception as error:
        raise FindingError(f"the journal raises {error!r}"[:300], content, path.suffix) from error
    if lost := [outcome for outcome in good if found.get(outcome.reference) != outcome]:
        raise FindingError(f"the journal loses {lost}", content, path.suffix)


def check_record(path: Path, lines: list[bytes | None]) -> None:
    """Write a record to a file, and raise FindingError unless the record gives each good event, and its summaries
    and its printed lines can be made. `lines` is as for `check_journal`.
    """
    objects = [
        {**_events("done"), "step": f"good {number}"} if line is None else line for number, line in enumerate(lines)
    ]
    content = _write(path, objects)
    record = RunRecord(path)
    try:
        events = record.events()
        summaries = {summary.name: summary for summary in step_summaries(record)}
        for event in events:
            if event["state"] != "began":
                step_line(event)
        last_failure(record), failure_reason(record), record.damaged_lines()
    except Exception as error:
        raise FindingError(f"the record raises {error!r}"[:300], content, path.suffix) from error
    good = [str(event["step"]) for event in objects if isinstance(event, dict)]
    if lost := [name for name in good if name not in summaries or summaries[name].state != "done"]:
        raise FindingError(f"the record loses {lost}", content, path.suffix)


def _write(path: Path, objects: list[bytes] | list[dict[str, object]] | list[bytes | dict[str, object]]) -> bytes:
    """Write damaged lines (bytes) and good lines (objects) to a new file, and return the file's bytes.

    A damaged line is written without a line feed. `add_json_line` of the program adds each good line, and first
    ends a damaged line before it.
    """
    path.unlink(missing_ok=True)
    for one in objects:
        if isinstance(one, bytes):
            with path.open("ab") as file:
                file.write(one)
        else:
            add_json_line(path, one)
    return path.read_bytes()
