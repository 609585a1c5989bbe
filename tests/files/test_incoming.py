"""Half-written files of a writer that is gone are cleared; files that are being written, or are not ours, stay."""

import os
from pathlib import Path

from redress.files.store import INCOMING, WholeFiles


def test_what_a_writer_that_is_gone_left_is_cleared_and_what_is_being_written_is_not(tmp_path: Path) -> None:
    files = WholeFiles(str(tmp_path))
    files.write("a", b"a")
    host = os.uname().nodename
    gone, alive = f"{2**22 + 1}@{host}@x", f"{os.getpid()}@{host}@y"
    foreign, old = "1@elsewhere@x", "1@elsewhere@y"
    for name in (gone, alive, foreign, old):
        (tmp_path / INCOMING / name).write_bytes(b"half a lett")
    os.utime(tmp_path / INCOMING / old, (0, 0))
    assert files.clear_incoming() == 2
    assert {path.name for path in (tmp_path / INCOMING).iterdir()} == {alive, foreign}


def test_files_of_others_among_the_incoming_letters_stay_however_old_they_are(tmp_path: Path) -> None:
    files = WholeFiles(str(tmp_path / "archive"))
    files.write("a", b"a")
    incoming, elsewhere = tmp_path / "archive" / INCOMING, tmp_path / "elsewhere"
    gone = f"{2**22 + 1}@{os.uname().nodename}@x"
    theirs = ("letter.pdf", "someone@example.org", f"{gone}.pdf", "1@a@b@x")
    for name in theirs:
        (incoming / name).write_bytes(b"a letter")
        os.utime(incoming / name, (0, 0))
    (incoming / gone).symlink_to(incoming / "letter.pdf")
    assert files.clear_incoming() == 0
    assert {path.name for path in incoming.iterdir()} == {*theirs, gone}
    incoming.rename(elsewhere)
    (elsewhere / gone).unlink()
    (elsewhere / gone).write_bytes(b"of another archive")
    incoming.symlink_to(elsewhere)
    assert files.clear_incoming() == 0
    assert (elsewhere / gone).exists()
