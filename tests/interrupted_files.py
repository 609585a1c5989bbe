"""A program that replaces a file or a folder, and ends itself with SIGKILL at a given point on the way.

    python -m tests.interrupted_files file|folder PATH CONTENT KILL_AT

The points are the audit events in COUNTED, which Python raises when it works with files. The process ends itself at
the event with the number KILL_AT, counted from 1, before Python has done anything, and nothing can clean up. With
KILL_AT 0 the process goes on to its end, and prints how many events there were.
"""

import sys
from pathlib import Path

from redress.files.replacing import replaced, replaced_folder
from tests.interrupted import KillPoint

COUNTED = frozenset({"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree", "ctypes.dlsym"})
NAMES = ("one", "two")


def main(kind: str, path: Path, content: str, kill_at: int) -> None:
    """Replace a file with a new content, or a folder with a folder of two files that both have the content."""
    point = KillPoint(kill_at)
    point.at_audit_events(COUNTED)
    if kind == "file":
        with replaced(path, is_synced=True) as incoming:
            incoming.write_text(content)
    else:
        with replaced_folder(path) as incoming:
            for name in NAMES:
                (incoming / name).write_text(content)
    print(point.count)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
