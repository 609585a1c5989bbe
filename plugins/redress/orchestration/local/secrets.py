"""The secrets of Airflow on this machine, in files that only their owner may read."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet


@dataclass(frozen=True)
class Secrets:
    """The secrets that Airflow's processes share, and the password of Airflow's one user."""

    password: str
    api_secret_key: str
    jwt_secret: str
    fernet_key: str

    @classmethod
    def kept_in(cls, file: Path) -> "Secrets":
        """Load the secrets from their private file, creating it on first use."""
        if not file.exists():
            new = cls(
                secrets.token_urlsafe(12),
                secrets.token_urlsafe(32),
                secrets.token_urlsafe(64),
                Fernet.generate_key().decode(),
            )
            write_private(file, json.dumps(new.__dict__, indent=1))
        return cls(**json.loads(file.read_text()))


def write_private(file: Path, text: str) -> None:
    """Write a file that from its first byte on only its owner may read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as output:
        output.write(text)
