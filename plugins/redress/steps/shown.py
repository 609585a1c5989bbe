"""Show pages: put what a machine has written to where people read it."""

from collections.abc import Callable
from pathlib import Path

from redress.files.locks import Lock
from redress.files.mirror import put_folder
from redress.files.places import Place
from redress.settings import Settings


def show_pages(
    settings: Settings, name: str, *, first_page: str = "index.html", is_right: Callable[[], bool] = lambda: True
) -> Place | None:
    """Put the pages in a folder of this machine into the shared state; return the first page as people read it.

    Pages of a local state are where people read them already. Two processes do not put the same pages at the same
    time. Return None, and put nothing, if `is_right` says that these pages are not the right ones any more.
    """
    place = settings.state_place / name
    if isinstance(place, Path):
        return place / first_page
    with Lock(place.with_name(f".{place.name}.lock")):
        if not is_right():
            return None
        put_folder(settings.pages_folder / name, place, last=first_page)
    return place / first_page
