"""Markdown as one page of HTML that runs nothing and loads nothing."""

import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What a browser lets the page do: it may use its own styles, and may load nothing and run nothing."""

STYLES = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #ffffff;
  --shade: #f4f6f8; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #a3acb5; --line: #3d444d; --paper: #14171a;
  --shade: #1f2429; --link: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: .5rem 0 1rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
a { color: var(--link); }
p, ul { max-width: 46rem; }
ul { padding-left: 1.25rem; }
li { margin: .4rem 0; }
code { font: .875em/1.4 ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; background: var(--shade);
  padding: .1em .35em; border-radius: .25rem; }
.scroll { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top;
  overflow-wrap: normal; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
th:empty { padding: 0; }
td:first-child { min-width: 9rem; }
td[style*="right"] { white-space: nowrap; }
th:first-child, td:first-child { position: sticky; left: 0; background: var(--paper); }
tbody tr:nth-child(even) td { background: var(--shade); }
@media (max-width: 40rem) { body { padding: .5rem .875rem 3rem; } h1 { font-size: 1.25rem; }
  th, td { padding: .3rem .5rem; } table { font-size: .875rem; }
  td:first-child { min-width: 6rem; max-width: 10rem; overflow-wrap: anywhere; }
  td:last-child:not([style]) { min-width: 8.5rem; overflow-wrap: anywhere; } }
@media print { body { max-width: none; } .scroll { overflow: visible; } }
"""


def html_page(markdown: str, way_up: tuple[str, str] | None = None) -> str:
    """Return Markdown as one page of HTML, with its styles inside.

    `way_up` has the words and the address of a link to the parent page. For what becomes of HTML and pictures in
    the Markdown see `titled_html`.
    """
    title, body = titled_html(markdown)
    if way_up is not None:
        words, address = way_up
        body = f'<nav><a href="{escape(address)}">{escape(words)}</a></nav>\n{body}'
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_SECURITY_POLICY}">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLES}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def titled_html(markdown: str) -> tuple[str, str]:
    """Return the title of a Markdown text (its first heading or paragraph), and the text as HTML. HTML inside the
    Markdown is shown as text, and pictures are left out.
    """
    parser = (
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_block", "html_inline"])
    )
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    tokens = parser.parse(markdown)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", _anchor(_plain(inline)))
    title = next((_plain(token) for token in tokens if token.type == "inline"), "")
    return title, parser.renderer.render(tokens, parser.options, {})


def _plain(inline: Token) -> str:
    """Return the words of a heading, a paragraph or a cell, without Markdown's marks, such as marks of emphasis."""
    return "".join(child.content for child in inline.children or ())


def _anchor(heading: str) -> str:
    """Return the anchor of a heading in its page, made as viewers of Markdown make anchors."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _table_open(
    renderer: RendererHTML, tokens: Sequence[Token], place: int, options: object, environment: object
) -> str:
    """Return the opening tags of a table, and of a box in which a reader can scroll the table alone. The box has
    the heading above the table as its name for screen readers.

    If the only heading above the table is the title, which may be a long sentence, the name is made of the headings
    of the table's columns.
    """
    above = next((index for index in range(place, 0, -1) if tokens[index].type == "heading_close"), None)
    if above is None or tokens[above].tag == "h1":
        end = next(index for index in range(place, len(tokens)) if tokens[index].type == "thead_close")
        name = ", ".join(_plain(token) for token in tokens[place:end] if token.type == "inline")
    else:
        name = _plain(tokens[above - 1])
    return f'<div class="scroll" role="region" aria-label="{escape(name)}" tabindex="0">\n<table>\n'


def _table_close(
    renderer: RendererHTML, tokens: Sequence[Token], place: int, options: object, environment: object
) -> str:
    return "</table>\n</div>\n"
