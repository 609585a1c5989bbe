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
        """Return the secrets that their private file holds. At first use, make the secrets and the file."""
        new = cls(
            secrets.token_urlsafe(12),
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(64),
            Fernet.generate_key().decode(),
        )
        return cls(**json.loads(kept_private(file, json.dumps(new.__dict__, indent=1))))


def kept_private(file: Path, new: str) -> str:
    """Return the text of a private file. If there is no file yet, create it with the text `new`. If the file is a
    link, or if its mode gives rights to others, replace it by a private file with the same text.
    """
    if not file.exists():
        write_private(file, new)
    text = file.read_text(encoding="utf-8")
    if file.is_symlink() or file.stat().st_mode & OTHERS:  # a backup that was put back, for instance
        write_private(file, text)
    return text


def write_private(file: Path, text: str) -> None:
    """Write a text to a file that only its owner may ever read, from the first byte on.

    If there is a file or a link at that place, the new file replaces it. The new file does not get the mode of the
    old file. If there was a link, the file to which it led is not changed.
    """
    with replaced(file) as incoming:
        descriptor = os.open(incoming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as output:
            output.write(text)
