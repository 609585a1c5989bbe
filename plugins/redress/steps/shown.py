"""Show pages: copy pages from the machine that wrote them to the place where people read them."""

from collections.abc import Callable
from pathlib import Path

from redress.files.locks import Lock
from redress.files.mirror import put_folder
from redress.files.places import Place
from redress.settings import Settings


def show_pages(
    settings: Settings, name: str, *, first_page: str = "index.html", is_right: Callable[[], bool] = lambda: True
) -> Place | None:
    """Copy a local folder of pages into the state, if several machines share the state. Return the place of the
    first page.

    `name` is the name of the folder. If the state is a folder of this machine, the pages are there already, and
    nothing is copied. A lock keeps two processes from copying the same pages at the same time. `is_right` is called
    right before the copying; if it returns False, the pages are out of date: copy nothing and return None.
    """
    place = settings.state_place / name
    if isinstance(place, Path):
        return place / first_page
    with Lock(place.with_name(f".{place.name}.lock")):
        if not is_right():
            return None
        put_folder(settings.pages_folder / name, place, last=first_page)
    return place / first_page
