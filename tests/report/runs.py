"""What the tests of reports share: a step that fails, and the sections of a report."""

import re

import pytest

from redress.steps.record import RunRecord


def section(text: str, title: str) -> str:
    """Return the section of a report with a title; it must be there."""
    _, _, rest = text.partition(f"\n## {title}\n")
    assert rest, f"the report has no section {title}"
    return rest.partition("\n## ")[0]


def fail(record: RunRecord, step: str, message: str) -> None:
    """Make a step of a run fail with a message."""
    with pytest.raises(OSError, match=re.escape(message.partition("\n")[0])), record.step(step):
        raise OSError(message)
