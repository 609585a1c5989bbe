"""Functions by which tests of reports make a step of a run fail, and find a section of a report."""

import re

import pytest

from redress.steps.record import RunRecord


def section(text: str, title: str) -> str:
    """Return the section with a title from a report, and require that the report has the section."""
    _, _, rest = text.partition(f"\n## {title}\n")
    assert rest, f"the report has no section {title}"
    return rest.partition("\n## ")[0]


def fail(record: RunRecord, step: str, message: str) -> None:
    """Make a step of a run fail with a message."""
    with pytest.raises(OSError, match=re.escape(message.partition("\n")[0])), record.step(step):
        raise OSError(message)
