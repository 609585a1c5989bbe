"""Pages from templates: Jinja2, with every value escaped, so that a name from a letter is shown and never run."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from redress.report.site.jobs import HERE


def page(path: str, values: Mapping[str, Any]) -> bytes:
    """Return a page of the site. `values` names the template and holds what stands in it.

    Addresses in `values` start at the site's folder; a template puts `root` before them, the way from the page to
    that folder. Raises UndefinedError where a template asks for a value that is not there.
    """
    root = "../" * path.count("/")
    template = _environment().get_template(values["template"])
    return template.render(root=root, path=path, **values).encode("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates", encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
