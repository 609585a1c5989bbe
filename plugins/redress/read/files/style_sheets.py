"""The style sheets inside a page: find the declarations that a browser with a wide screen applies to an element.

A declaration is unsure if it is not certain that a browser applies it. If this module does not understand a part of
a selector (`:has()`, for instance), the selector matches without that part, and its declarations are unsure. The
declarations of a rule that a browser may leave out (in `@layer`, for instance) are unsure too, and so are those
about the first letter or line of an element.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from redress.read.files.selectors import STRING, Selector, read_selector, split, unescaped

SCREEN_WIDTH_PX = 1280
MOST_COMPARED = 1_000_000
"""The most comparisons of a selector with an element. No page that a person wrote needs more."""
MOST_NESTED_RULES = 8
LONGEST_SELECTORS = 100_000
"""The most characters in all selectors of one rule that stands inside another rule."""

Declarations = dict[str, str]

IMPORTED = "its style sheet imports another, which is not followed here"
SCRIPTED = "-script"
"""The name of an invented declaration, which says that a script changes the element."""

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_BRACE = re.compile(rf"{STRING}|\\.|[{{}};]", re.DOTALL)
_DECLARATION = re.compile(
    rf"(?:^|;)\s*((?:[\w-]|\\[0-9a-fA-F]{{1,6}}\s?|\\.)++)\s*:((?:{STRING}|[^;\"'])*)", re.DOTALL
)
_IMPORT = re.compile(r"@import\b", re.IGNORECASE)
_OWN_FONT = re.compile(r"@font-face\s*\{([^{}]*)\}", re.IGNORECASE)
_OF_A_BROWSER = re.compile(r":-(?:moz|ms|o|khtml)-")
_UNSURE_RULES = frozenset({"layer", "container", "scope"})
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)


_FIT = re.compile(
    r"\(\s*(?:orientation\s*:\s*landscape|(?:any-)?hover(?:\s*:\s*hover)?|(?:any-)?pointer(?:\s*:\s*fine)?|color"
    r"|min-height.*|prefers-color-scheme\s*:\s*light|prefers-[\w-]+\s*:\s*no-preference)\s*\)"
)
_UNFIT = re.compile(
    r"print|speech|aural|braille|embossed|handheld|projection|tty|tv|\(\s*(?:monochrome|orientation\s*:\s*portrait"
    r"|(?:any-)?hover\s*:\s*none|(?:any-)?pointer\s*:\s*(?:none|coarse)|prefers-color-scheme\s*:\s*dark"
    r"|prefers-contrast\s*:\s*\w+|prefers-reduced-[\w-]+(?:\s*:\s*reduce)?|forced-colors\s*:\s*active"
    r"|-ms-high-contrast.*|max-height.*)\s*\)"
)


class StyleError(Exception):
    """Following the style sheets takes too long; the message says so."""


@dataclass(frozen=True)
class Style:
    """The declarations for an element. `declared` are those that certainly apply to the element. `before` and
    `after` are those that certainly apply to the text that style sheets add before and after it. `unsure` are those
    that may apply.
    """

    declared: Declarations = field(default_factory=dict)
    unsure: Declarations = field(default_factory=dict)
    before: Declarations = field(default_factory=dict)
    after: Declarations = field(default_factory=dict)


@dataclass(frozen=True)
class _Rule:
    selector: Selector
    declarations: tuple[tuple[str, str, bool], ...]
    order: int
    is_sure: bool


@dataclass
class StyleSheets:
    """The rules of all style sheets of a page. `doubt` is the doubt about the whole page if a style sheet is not
    followed. `ignores_case` is as for `read_selector`.

    `_rules` finds the rules by the tag, class or id that the last part of a selector names, in small letters.
    """

    ignores_case: bool = False
    doubt: str | None = None
    _rules: dict[str, list[_Rule]] = field(default_factory=dict)
    _own_fonts: set[str] = field(default_factory=set)
    _count: int = 0
    _compared: int = 0

    def add(self, css: str, *, is_sure: bool = True) -> None:
        """Add the rules of a style sheet after the earlier rules. `is_sure` says whether a browser certainly
        applies the style sheet. Raise StyleError if the selectors of a rule are too long.
        """
        plain = _COMMENT.sub(" ", css)
        if _IMPORT.search(plain):
            self.doubt = IMPORTED
        for block in _OWN_FONT.findall(plain):
            family = re.search(r"font-family\s*:\s*[\"']?([^;\"']+)", block, re.IGNORECASE)
            if family and "data:" in block:
                self._own_fonts.add(family[1].strip().lower())
        self._add(plain, None, 0, is_sure=is_sure)

    def add_scripted(self, selector: Selector) -> None:
        """Note that a script of the page changes the elements that a selector matches."""
        self._rules.setdefault(selector.key, []).append(_Rule(selector, ((SCRIPTED, "", False),), 0, False))

    def style_of(self, element: HtmlElement) -> Style:
        """Return the style that the rules and the element's own `style` attribute declare. Raise StyleError after
        too many comparisons of selectors with elements.
        """
        found: dict[str | None, list[tuple[tuple[bool, int, tuple[int, int, int], int], str, str]]] = {}
        unsure: Declarations = {}
        for rule in self._candidates(element):
            self._compared += 1
            if self._compared > MOST_COMPARED:
                raise StyleError("its style sheets have more rules and elements than a page that a person reads")
            if not rule.selector.matches(element):
                continue
            generated = rule.selector.generated
            for name, value, is_important in rule.declarations:
                if rule.is_sure and rule.selector.is_sure and generated in (None, "before", "after"):
                    weight = (is_important, 0, rule.selector.specificity, rule.order)
                    found.setdefault(generated, []).append((weight, name, value))
                else:
                    unsure[name] = value
        if style := element.get("style"):
            for name, value, is_important in _declarations(_COMMENT.sub(" ", style)):
                found.setdefault(None, []).append(((is_important, 1, (0, 0, 0), 0), name, value))
        declared, before, after = (
            {name: value for _, name, value in sorted(found.get(where, ()), key=lambda one: one[0])}
            for where in (None, "before", "after")
        )
        families = f"{declared.get('font-family', '')} {declared.get('font', '')}"
        if any(font in families for font in self._own_fonts):
            unsure["src"] = families
        return Style(declared, unsure, before, after)

    def _candidates(self, element: HtmlElement) -> Iterator[_Rule]:
        if not self._rules:
            return
        keys = ["*", element.tag.lower(), *(f".{name}" for name in (element.get("class") or "").lower().split())]
        if identity := element.get("id"):
            keys.append(f"#{identity.lower()}")
        for key in dict.fromkeys(keys):
            yield from self._rules.get(key, ())

    def _add(self, css: str, outer: str | None, depth: int, *, is_sure: bool) -> None:
        if depth > MOST_NESTED_RULES:
            return
        for prelude, block in _statements(css):
            if prelude.startswith("@"):
                name, _, condition = prelude[1:].partition(" ")
                name = name.split("(")[0].lower()
                if name not in ("media", "supports", *_UNSURE_RULES):
                    continue
                applies = media_applies(prelude[len("@media") :]) if name == "media" else True
                if name in _UNSURE_RULES or (name == "supports" and condition.strip().startswith("not")):
                    applies = None
                if applies is not False:
                    is_known = is_sure and applies is not None
                    self._add(block, outer, depth + 1, is_sure=is_known)
                    if outer is not None:
                        self._take(outer, block, is_sure=is_known)
                continue
            selectors = prelude if outer is None else _inside(outer, prelude)
            self._take(selectors, block, is_sure=is_sure)
            if "{" in block:
                self._add(block, selectors, depth + 1, is_sure=is_sure)

    def _take(self, selectors: str, block: str, *, is_sure: bool) -> None:
        declarations = tuple(_declarations(_without_blocks(block)))
        if not declarations:
            return
        each = (read_selector(text, ignores_case=self.ignores_case) for text in split(selectors, ","))
        read = [selector for selector in each if selector is not None]
        # a browser leaves out the whole rule if it does not know a part of its selectors
        is_known = is_sure and not _OF_A_BROWSER.search(selectors) and all(selector.is_sure for selector in read)
        for selector in read:
            self._count += 1
            self._rules.setdefault(selector.key, []).append(_Rule(selector, declarations, self._count, is_known))


def media_applies(condition: str) -> bool | None:
    """Return whether a wide, bright screen fits the condition of an `@media` rule or a `media` attribute; None if
    this is not known.
    """
    if not condition.strip():
        return True
    found = {_medium_applies(text.strip().lower()) for text in split(condition, ",")}
    return True if True in found else None if None in found else False


def _medium_applies(text: str) -> bool | None:
    is_not = text.startswith("not ")
    text = text.removeprefix("not ").removeprefix("only ")
    found = {_feature_applies(part.strip()) for part in re.split(r"\band\b", text)}
    applies = False if False in found else None if None in found else True
    return None if applies is None else applies != is_not


def _feature_applies(text: str) -> bool | None:
    if text in ("all", "screen"):
        return True
    if _UNFIT.fullmatch(text):
        return False
    width = re.fullmatch(r"\(\s*(min|max)-(?:device-)?width\s*:\s*(\d*\.?\d+)(px|r?em)\s*\)", text)
    if width:
        pixels = float(width[2]) * (1 if width[3] == "px" else 16)
        return pixels <= SCREEN_WIDTH_PX if width[1] == "min" else pixels >= SCREEN_WIDTH_PX
    range_of = re.fullmatch(r"\(\s*width\s*(<=?|>=?)\s*(\d*\.?\d+)(px|r?em)\s*\)", text)
    if range_of:
        pixels = float(range_of[2]) * (1 if range_of[3] == "px" else 16)
        return pixels >= SCREEN_WIDTH_PX if range_of[1].startswith("<") else pixels <= SCREEN_WIDTH_PX
    return True if _FIT.fullmatch(text) else None


def _statements(css: str) -> Iterator[tuple[str, str]]:
    """Yield each statement of a style sheet: the text before its block, and the content of the block."""
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
    """Return the content of a rule without the rules inside it."""
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
    """Return the full selectors of a rule that stands inside another rule. `outer` has the selectors of the other
    rule.
    """
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
        name = unescaped(match[1]).lower()
        yield name, plain if name == "content" else unescaped(plain).lower(), plain != value
