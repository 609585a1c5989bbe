"""Commands in a report, which work as they are pasted into a terminal in the project's folder."""

import shlex
from pathlib import Path

from redress.markdown_page import code
from redress.settings import Settings


def command(settings: Settings, words: str) -> str:
    """A command of `redress`, as Markdown, with the home and the councils of a run where they are not the default.

    A terminal has neither the environment that Airflow was started with nor that of `make run`.
    """
    stated = {
        "REDRESS_HOME": (settings.home, Settings.model_fields["home"].default),
        "REDRESS_ADDITIONAL_AUTHORITIES": (settings.additional_authorities, None),
    }
    set_here = [
        f"{name}={_quoted(value)}" for name, (value, default) in stated.items() if value != default and value
    ]
    return code(" ".join([*set_here, ".venv/bin/redress", words]))


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
