"""Replace a file or a folder, and be killed at a given point on the way: run as a process of its own.

    python -m tests.interrupted_files file|folder PATH CONTENT KILL_AT

KILL_AT counts what Python does with files (its audit events): before that one the process ends itself with SIGKILL,
so that nothing can clean up. 0 lets the process go on to its end, and prints how many there were.
"""

import sys
from pathlib import Path

from redress.files.replacing import replaced, replaced_folder
from tests.interrupted import KillPoint

COUNTED = frozenset({"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree", "ctypes.dlsym"})
NAMES = ("one", "two")


def main(kind: str, path: Path, content: str, kill_at: int) -> None:
    """Replace a file by a content, or a folder by one of two files that both have the content."""
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
