"""A mail server on loopback: a real SMTP server that keeps the mails that it gets."""

import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class MailServer:
    """A server's port, and the mails that came to the server with their recipients, in the order of coming."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    @property
    def connection(self) -> str:
        """Airflow's connection to this server, as JSON for an environment variable."""
        return (
            f'{{"conn_type": "smtp", "host": "127.0.0.1", "port": {self.port}, "extra": '
            '{"disable_ssl": true, "disable_tls": true, "from_email": "redress@example.org", "retry_limit": 0}}'
        )

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server during the block."""
    server = MailServer(free_port())
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def free_port() -> int:
    """Return a port of 127.0.0.1 at which nothing listens now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def html_of(mail: EmailMessage) -> str:
    """Return the HTML of a mail."""
    part = mail.get_body(("html",))
    assert part is not None
    text: str = part.get_content()
    return text
