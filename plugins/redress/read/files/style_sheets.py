"""The style sheets inside a page: which declarations a browser with a wide screen applies to an element.

Only what decides whether, where and how an element's text is shown is kept. A selector with a part that is not
followed here (`:has()`, for instance) matches without that part, and its declarations are called unsure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from redress.read.files.selectors import STRING, Selector, read_selector, split

SCREEN_WIDTH_PX = 1280
MOST_COMPARED = 1_000_000
"""Comparisons of a selector with an element. No page that a person wrote needs more."""
MOST_NESTED_RULES = 8
LONGEST_SELECTORS = 100_000
"""The letters of all selectors of one rule inside another."""

Declarations = dict[str, str]

FOLLOWED = frozenset(
    {
        "-webkit-text-fill-color",
        "animation",
        "animation-name",
        "background",
        "background-color",
        "background-image",
        "bottom",
        "clip",
        "clip-path",
        "color",
        "content",
        "content-visibility",
        "direction",
        "display",
        "filter",
        "flex-direction",
        "float",
        "font",
        "font-size",
        "font-variant-position",
        "height",
        "left",
        "margin",
        "margin-left",
        "margin-top",
        "max-height",
        "max-width",
        "opacity",
        "order",
        "overflow",
        "overflow-y",
        "position",
        "right",
        "rotate",
        "scale",
        "text-decoration",
        "text-decoration-line",
        "text-indent",
        "top",
        "transform",
        "transition",
        "transition-property",
        "unicode-bidi",
        "vertical-align",
        "visibility",
        "white-space",
        "width",
    }
)
"""The properties that decide whether, where and how text is shown; other properties are left out."""

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_BRACE = re.compile(rf"{STRING}|\\.|[{{}};]", re.DOTALL)
_DECLARATION = re.compile(rf"(?:^|;)\s*([\w-]+)\s*:((?:{STRING}|[^;\"'])*)", re.DOTALL)
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)


class StyleError(Exception):
    """The style sheets take too long to follow; the message says so."""


@dataclass(frozen=True)
class _Rule:
    selector: Selector
    declarations: tuple[tuple[str, str, bool], ...]
    order: int


@dataclass
class StyleSheets:
    """The rules of all style sheets of a page, sorted by what the last part of their selectors names."""

    _rules: dict[str, list[_Rule]] = field(default_factory=dict)
    _count: int = 0
    _compared: int = 0

    def add(self, css: str) -> None:
        """Add the rules of a style sheet behind the earlier rules."""
        self._add(_COMMENT.sub(" ", css), None, 0)

    def declared(self, element: HtmlElement, generated: str | None = None) -> tuple[Declarations, Declarations]:
        """Return what is declared for an element, or for the text before or after it: what surely applies, and what
        may.
        """
        found: list[tuple[tuple[bool, int, tuple[int, int, int], int], str, str]] = []
        unsure: Declarations = {}
        for rule in self._candidates(element):
            self._compared += 1
            if self._compared > MOST_COMPARED:
                raise StyleError("its style sheets have more rules and elements than a page that a person reads")
            if rule.selector.generated != generated or not rule.selector.matches(element):
                continue
            for name, value, is_important in rule.declarations:
                if rule.selector.is_sure:
                    found.append(((is_important, 0, rule.selector.specificity, rule.order), name, value))
                else:
                    unsure[name] = value
        if generated is None and (style := element.get("style")):
            for name, value, is_important in _declarations(_COMMENT.sub(" ", style)):
                found.append(((is_important, 1, (0, 0, 0), 0), name, value))
        return {name: value for _, name, value in sorted(found, key=lambda one: one[0])}, unsure

    def _candidates(self, element: HtmlElement) -> Iterator[_Rule]:
        if not self._rules:
            return
        keys = ["*", element.tag.lower(), *(f".{name}" for name in (element.get("class") or "").split())]
        if identity := element.get("id"):
            keys.append(f"#{identity}")
        for key in dict.fromkeys(keys):
            yield from self._rules.get(key, ())

    def _add(self, css: str, outer: str | None, depth: int) -> None:
        if depth > MOST_NESTED_RULES:
            return
        for prelude, block in _statements(css):
            if prelude.startswith("@"):
                name, _, condition = prelude[1:].partition(" ")
                name = name.split("(")[0].lower()
                applies = (name == "media" and media_applies(prelude[len("@media") :])) or (
                    name in ("supports", "layer", "scope", "container") and not condition.strip().startswith("not")
                )
                if applies:
                    self._add(block, outer, depth + 1)
                    if outer is not None:
                        self._take(outer, block)
                continue
            selectors = prelude if outer is None else _inside(outer, prelude)
            self._take(selectors, block)
            if "{" in block:
                self._add(block, selectors, depth + 1)

    def _take(self, selectors: str, block: str) -> None:
        declarations = tuple(_declarations(_without_blocks(block)))
        if not declarations:
            return
        for text in split(selectors, ","):
            selector = read_selector(text)
            if selector is not None:
                self._count += 1
                self._rules.setdefault(selector.key, []).append(_Rule(selector, declarations, self._count))


def media_applies(condition: str) -> bool:
    """Return whether a wide screen fits one of the conditions of an `@media` rule, or of a `media` attribute."""
    return not condition.strip() or any(_medium_applies(text.strip().lower()) for text in split(condition, ","))


def _medium_applies(text: str) -> bool:
    is_not = text.startswith("not ")
    text = text.removeprefix("not ").removeprefix("only ")
    applies = all(_feature_applies(part.strip()) for part in re.split(r"\band\b", text))
    return applies != is_not


def _feature_applies(text: str) -> bool:
    if text in ("all", "screen"):
        return True
    width = re.fullmatch(r"\(\s*(min|max)-(?:device-)?width\s*:\s*(\d*\.?\d+)(px|r?em)\s*\)", text)
    if width:
        pixels = float(width[2]) * (1 if width[3] == "px" else 16)
        return pixels <= SCREEN_WIDTH_PX if width[1] == "min" else pixels >= SCREEN_WIDTH_PX
    range_of = re.fullmatch(r"\(\s*width\s*(<=?|>=?)\s*(\d*\.?\d+)(px|r?em)\s*\)", text)
    if range_of:
        pixels = float(range_of[2]) * (1 if range_of[3] == "px" else 16)
        return pixels >= SCREEN_WIDTH_PX if range_of[1].startswith("<") else pixels <= SCREEN_WIDTH_PX
    return (
        re.fullmatch(r"\(\s*(?:orientation\s*:\s*landscape|hover\s*:\s*hover|min-height.*)\s*\)", text) is not None
    )


def _statements(css: str) -> Iterator[tuple[str, str]]:
    """Yield the text before each block of a style sheet, with the block's content."""
    depth = begin = inside = 0
    prelude = ""
    for token in _BRACE.finditer(css):
        mark = token.group()
        if mark == "{":
            if depth == 0:
                prelude, inside = css[begin : token.start()].strip(), token.end()
            depth += 1
        elif mark == "}":
            depth -= depth > 0
            if depth == 0:
                if inside > begin:
                    yield prelude, css[inside : token.start()]
                begin = token.end()
        elif mark == ";" and depth == 0:
            begin = token.end()
    if depth:
        yield prelude, css[inside:]


def _without_blocks(css: str) -> str:
    """Return the declarations of a rule without the rules inside it."""
    if "{" not in css:
        return css
    kept: list[str] = []
    depth = begin = last = 0
    for token in _BRACE.finditer(css):
        mark = token.group()
        if mark == "{":
            if depth == 0:
                kept.append(css[begin:last])
            depth += 1
        elif mark == "}":
            depth -= depth > 0
            begin = last = token.end()
        elif mark == ";" and depth == 0:
            last = token.end()
    return "".join([*kept, css[begin:]] if depth == 0 else kept)


def _inside(outer: str, prelude: str) -> str:
    """Return the selectors of a rule that stands inside another rule."""
    if len(outer) * (1 + prelude.count("&") + prelude.count(",")) > LONGEST_SELECTORS:
        raise StyleError("its style sheets have longer selectors than those of a page that a person reads")
    return ",".join(
        text.replace("&", f":is({outer})") if "&" in text else f":is({outer}) {text}"
        for text in split(prelude, ",")
    )


def _declarations(css: str) -> Iterator[tuple[str, str, bool]]:
    for match in _DECLARATION.finditer(css):
        value = match[2].strip()
        plain = _IMPORTANT.sub("", value)
        name = match[1].lower()
        if name in FOLLOWED:
            yield name, plain if name == "content" else plain.lower(), plain != value
