"""Run records: the names of a run's files."""

from redress.steps.record import NAME_CHARACTERS, record_name


def test_an_id_of_airflows_is_a_name_that_is_no_path() -> None:
    assert record_name("manual__2026-07-21T06:00:00+00:00") == "manual__2026-07-21T06-00-00+00-00"
    assert record_name("../../etc/passwd") == "--..-etc-passwd"
    assert record_name(".hidden") == "-hidden"


def test_ids_that_are_too_long_for_a_file_are_cut_and_still_told_apart() -> None:
    one, other = (record_name("x" * 249 + end) for end in "ab")
    assert one != other
    assert len(one) == len(other) == NAME_CHARACTERS
    assert len(f".{one}.acquired.json.1234567") < 255
