"""Where the site lies."""

from pathlib import Path

from redress.settings import Settings

INDEX_NAME = "index.html"


def site_folder(settings: Settings) -> Path:
    """Return the folder of the site."""
    return (settings.home / "site").absolute()
