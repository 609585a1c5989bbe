"""The place of the site's folder."""

from pathlib import Path

from redress.settings import Settings

INDEX_NAME = "index.html"
SITE_NAME = "site"


def site_folder(settings: Settings) -> Path:
    """Return the local folder in which the site is built."""
    return settings.pages_folder / SITE_NAME
