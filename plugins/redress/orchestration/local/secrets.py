"""The secrets of Airflow and Superset on this machine, in files that only their owner may read."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from redress.files.replacing import replaced

OTHERS = 0o077
"""The bits of a file's mode that give rights to anybody but the owner."""


@dataclass(frozen=True)
class Secrets:
    """The secrets that Airflow's processes share, and the password of Airflow's one user."""

    password: str
    api_secret_key: str
    jwt_secret: str
    fernet_key: str

    @classmethod
    def kept_in(cls, file: Path) -> "Secrets":
        """Load the secrets from their private file. At first use, create the file."""
        new = cls(
            secrets.token_urlsafe(12),
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(64),
            Fernet.generate_key().decode(),
        )
        return cls(**json.loads(kept_private(file, json.dumps(new.__dict__, indent=1))))


def kept_private(file: Path, new: str) -> str:
    """Return the text of a private file. If there is no file yet, create it with the text `new`."""
    if not file.exists():
        write_private(file, new)
    text = file.read_text(encoding="utf-8")
    if file.is_symlink() or file.stat().st_mode & OTHERS:  # a backup that was put back, for instance
        write_private(file, text)
    return text


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may ever read, from the first byte on.

    If there is a file or a link at that place, the new file replaces the file or the link. The new file does not
    get the old file's mode, and the file that a link leads to is not changed.
    """
    with replaced(file) as incoming:
        descriptor = os.open(incoming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as output:
            output.write(text)
