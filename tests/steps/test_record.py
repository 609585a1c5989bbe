"""The id of a run becomes a name that any file can have, and no line of a run's record is cut or lost."""

from pathlib import Path

import pytest

from redress.steps.record import NAME_CHARACTERS, RunRecord, last_failure, record_name


def test_an_id_of_airflows_is_a_name_that_is_no_path() -> None:
    assert record_name("manual__2026-07-21T06:00:00+00:00") == "manual__2026-07-21T06-00-00+00-00"
    assert record_name("../../etc/passwd") == "--..-etc-passwd"
    assert record_name(".hidden") == "-hidden"


def test_ids_that_are_too_long_for_a_file_are_cut_and_still_told_apart() -> None:
    one, other = (record_name("x" * 249 + end) for end in "ab")
    assert one != other
    assert len(one) == len(other) == NAME_CHARACTERS
    assert len(f".{one}.acquired.json.1234567") < 255


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x0b", "\x1c", "\r", "\ud800"])
def test_no_character_of_a_message_cuts_its_line(tmp_path: Path, character: str) -> None:
    record = RunRecord(tmp_path / "runs" / "run.jsonl")
    message = f"https://a.example/{character}.pdf is not there"
    with record.step("data tables") as note:
        note.message, note.facts = message, {"address": message}
    with pytest.raises(OSError, match="is not there"), record.step("check"):
        raise OSError(message)
    assert [event["state"] for event in record.events()] == ["began", "done", "began", "failed"]
    assert record.events()[1]["told"] == record.events()[1]["counts"]["address"] == message
    failure = last_failure(record)
    assert failure is not None
    assert failure.message == f"OSError: {message}"
    assert record.damaged_lines() == ()


def test_an_event_after_half_a_line_is_never_lost(tmp_path: Path) -> None:
    record = RunRecord(tmp_path / "run.jsonl")
    record.path.write_text('{"at": "2021-07-28", "step": "plan", "st')
    with record.step("plan"):
        pass
    assert [event["state"] for event in record.events()] == ["began", "done"]
    assert record.damaged_lines() == (1,)
