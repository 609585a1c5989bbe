"""Airflow's SMTP notifier with less patience: the dag processor ends a callback after 50 seconds, mid-sentence.

By itself it waits for a silent server for three minutes, six times 30 seconds.
"""

from functools import cached_property

from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.providers.smtp.notifications.smtp import SmtpNotifier

LONGEST_SILENCE_SECONDS = 15
MOST_RETRIES = 1


class PromptHook(SmtpHook):
    """A connection to the mail server that gives up after half a minute of silence at most."""

    @property
    def timeout(self) -> int:
        """The longest silence of the server, in seconds: what the connection says, but no more than ours."""
        return min(super().timeout, LONGEST_SILENCE_SECONDS)

    @property
    def smtp_retry_limit(self) -> int:
        """How often is tried again: what the connection says, but no more than ours."""
        return min(super().smtp_retry_limit, MOST_RETRIES)


class PromptNotifier(SmtpNotifier):
    """A notifier over such a connection."""

    @cached_property
    def hook(self) -> PromptHook:
        return PromptHook(smtp_conn_id=self.smtp_conn_id, auth_type=self.auth_type)
