"""Markdown with untrusted text in it: text, code and tables that stay what they are."""

import re
from collections.abc import Iterable, Sequence

from redress.model.printable import printable

_EMPHASIS = re.compile(r"[*~]|(?<![^\W_])_|_(?![^\W_])")
"""What begins or ends emphasis; "_" within a word, such as the name of a rule, does not."""


def text(words: str) -> str:
    """Text of others on one line of Markdown, where it stays text: no link, code, emphasis, HTML or cell more."""
    return _EMPHASIS.sub(r"\\\g<0>", as_markdown(words))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[str] = ()) -> list[str]:
    """The lines of a table; cells are Markdown. `right` names the columns that are set to the right."""
    to_the_right = frozenset(right)
    return [
        f"| {' | '.join(columns)} |",
        "|" + "".join("---:|" if column in to_the_right else "---|" for column in columns),
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def code(words: str) -> str:
    """Text of others, such as a command with a path in it, as code on one line of Markdown."""
    shown = printable(words)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    return f"{fence}{shown}{fence}" if len(fence) == 1 else f"{fence} {shown} {fence}"


_MARKDOWN = re.compile(r"[\\`\[\]|]")
"""What begins code or a link in Markdown, or ends a table's cell, and the character that hides such."""


def as_markdown(text: str) -> str:
    """The text on one line of Markdown, where it can become neither a link, nor code, nor HTML, nor a cell more."""
    plain = printable(text).replace("&", "&amp;").replace("<", "&lt;")
    return _MARKDOWN.sub(r"\\\g<0>", plain)
