"""Markdown: write tables, and write untrusted text so that no markup in it has an effect."""

import re
from collections.abc import Iterable, Sequence

from redress.model.printable import printable

_EMPHASIS = re.compile(r"[*~]|(?<![^\W_])_|_(?![^\W_])")
"""The characters that begin or end emphasis. An "_" within a word, such as a rule's name, does neither, so it
does not match."""


def text(words: str) -> str:
    """Escape untrusted text for one line of Markdown, so that the text makes no link, code, emphasis, HTML or
    further table cell.
    """
    return _EMPHASIS.sub(r"\\\g<0>", as_markdown(words))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[str] = ()) -> list[str]:
    """Return the lines of a Markdown table. The cells are Markdown already. `right` names the right-aligned
    columns.
    """
    to_the_right = frozenset(right)
    return [
        f"| {' | '.join(columns)} |",
        "|" + "".join("---:|" if column in to_the_right else "---|" for column in columns),
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def code(words: str) -> str:
    """Return untrusted text, such as a command with a path, as code on one line of Markdown."""
    shown = printable(words)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    return f"{fence}{shown}{fence}" if len(fence) == 1 else f"{fence} {shown} {fence}"


_MARKDOWN = re.compile(r"[\\`\[\]|]")
"""The characters that begin code or a link in Markdown, end a table's cell, or escape another character."""


def as_markdown(text: str) -> str:
    """Escape untrusted text for one line of Markdown, as `text` does, but leave characters of emphasis
    unescaped.
    """
    plain = printable(text).replace("&", "&amp;").replace("<", "&lt;")
    return _MARKDOWN.sub(r"\\\g<0>", plain)
