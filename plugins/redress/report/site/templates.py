"""Make pages from templates of Jinja2. Every value is escaped, so that text from a letter is shown and never run.
The notes of a release are the one exception: `titled_html` has made them into HTML, and has escaped their text.

If a character changes the direction of reading, its code is shown instead, because the character would reverse the
numbers after it.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from redress.model.printable import printable
from redress.report.site.jobs import HERE


def page(path: str, values: Mapping[str, Any]) -> bytes:
    """Return a page of the site. `values` has the name of the template and the values for the template.

    Addresses in `values` are relative to the site's folder. A template puts `root`, the way from the page to that
    folder, before each address. Raises UndefinedError if a template asks for a value that is not there.
    """
    root = "../" * path.count("/")
    template = _environment().get_template(values["template"])
    return template.render(root=root, path=path, **values).encode("utf-8")


_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _unturned(value: Any) -> Any:
    if isinstance(value, str) and _TURNS.search(value):
        return type(value)(_TURNS.sub(lambda found: printable(found[0]), value))
    return value


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates", encoding="utf-8"),
        autoescape=True,
        finalize=_unturned,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
