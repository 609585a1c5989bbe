"""The style sheets inside a page: find the declarations that a browser with a wide screen applies to an element.

A declaration is unsure if it is not certain that a browser applies it. If it is not known whether a selector
matches an element (a selector with `:has()`, for instance), the declarations are unsure. The declarations of a rule
that a browser may leave out (in `@layer`, for instance) are unsure too, and so are those about the first letter or
line of an element.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml.html import HtmlElement
from tinycss2 import parse_blocks_contents, parse_rule_list, parse_stylesheet, serialize

from redress.read.files.element_tests import words
from redress.read.files.media import has_feature, screen_fits
from redress.read.files.selectors import Selector, Tokens, bounded, read_selectors, split, tokens_of
from redress.read.files.shorthands import reset_by

MOST_COMPARED = 1_000_000
"""The most comparisons of a selector with an element. No page that a person wrote needs more."""
MOST_STEPS = 3_000_000
"""The most elements that are visited to compare selectors, and the most tokens of selectors, times ten."""
MOST_NESTED_RULES = 8
LONGEST_SELECTORS = 100_000
"""The most tokens in all selectors of one rule that stands inside another rule."""

Declarations = dict[str, str]

IMPORTED = "its style sheet imports another, which is not followed here"
OWN_COUNTER = "its style sheet has a counter of its own, which may put a number before it"
OWN_FONT = "its style sheet has a font of its own, which may hide it or change it"
SCRIPTED = "-script"
"""The name of an invented declaration, which says that a script changes the element."""

_TOO_MANY_BRACKETS = "a style of it has more brackets in one another than that of a page that a person reads"
_UNSURE_RULES = frozenset({"container", "layer", "scope"})
_GROUPS = frozenset({"media", "supports", *_UNSURE_RULES})


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


Declared = tuple[str, str, bool]
"""The name and the value of a declaration, and whether it is marked as important."""
_Weight = tuple[bool, int, tuple[int, int, int], int]


@dataclass(frozen=True)
class _Rule:
    selector: Selector
    declarations: tuple[Declared, ...]
    order: int
    is_sure: bool


@dataclass(frozen=True)
class _Outer:
    """The rule around declarations or other rules: its selectors as one `:is(...)`, the number of their tokens, and
    the selectors as they were read.
    """

    tokens: Tokens
    size: int
    read: list[Selector | None]


@dataclass
class StyleSheets:
    """The rules of all style sheets of a page. `doubt` is the doubt about the whole page if a style sheet is not
    followed. `ignores_case` is as for `read_selectors`.

    `_rules` finds the rules by the tag, class or id that the last part of a selector names, in small letters.
    """

    ignores_case: bool = False
    doubt: str | None = None
    _rules: dict[str, list[_Rule]] = field(default_factory=dict)
    _count: int = 0
    _compared: int = 0
    _steps: int = 0

    def add(self, css: str, *, is_sure: bool = True) -> None:
        """Add the rules of a style sheet after the earlier rules. `is_sure` says whether a browser certainly
        applies the style sheet. Raise StyleError if the selectors of a rule are too long.
        """
        if "<![CDATA[" in css:  # browsers leave out this mark inside a drawing, and only there
            css, is_sure = css.replace("<![CDATA[", " ").replace("]]>", " "), False
        nodes = parse_stylesheet(bounded(css), skip_comments=True, skip_whitespace=True)
        has_namespaces = any(_at_name(node) == "namespace" for node in nodes)
        try:
            self._add(nodes, None, 0, is_sure=is_sure and not has_namespaces)
        except RecursionError as error:
            raise StyleError(_TOO_MANY_BRACKETS) from error

    def add_scripted(self, selector: Selector) -> None:
        """Note that a script of the page changes the elements that a selector matches."""
        self._rules.setdefault(selector.key, []).append(_Rule(selector, ((SCRIPTED, "", False),), 0, False))

    def style_of(self, element: HtmlElement) -> Style:
        """Return the style that the rules and the element's own `style` attribute declare. Raise StyleError after
        too many comparisons of selectors with elements.
        """
        found: dict[str | None, list[tuple[_Weight, str, str]]] = {}
        unsure: Declarations = {}
        for rule in self._candidates(element):
            self._compared += 1
            if self._compared > MOST_COMPARED:
                self._refuse()
            matches = rule.selector.matches(element, self._spend)
            if matches is False:
                continue
            generated = rule.selector.generated
            for name, value, is_important in rule.declarations:
                if matches and rule.is_sure and generated in (None, "before", "after"):
                    weight = (is_important, 0, rule.selector.specificity, rule.order)
                    found.setdefault(generated, []).append((weight, name, value))
                elif generated != "marker" or name == "content":
                    is_gap = generated == "first-letter" and name.startswith(("margin", "padding"))
                    unsure[f"::first-letter {name}" if is_gap else name] = value
        if style := element.get("style"):
            nodes = parse_blocks_contents(bounded(style), skip_comments=True, skip_whitespace=True)
            try:
                own = list(_declarations(nodes))
            except RecursionError as error:
                raise StyleError(_TOO_MANY_BRACKETS) from error
            for name, value, is_important in own:
                found.setdefault(None, []).append(((is_important, 1, (0, 0, 0), 0), name, value))
        declared, before, after = (_cascaded(found.get(where, ()), unsure) for where in (None, "before", "after"))
        return Style(declared, unsure, before, after)

    def _refuse(self) -> None:
        raise StyleError("its style sheets have more rules and elements than a page that a person reads")

    def _spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > MOST_STEPS:
            self._refuse()

    def _candidates(self, element: HtmlElement) -> Iterator[_Rule]:
        if not self._rules:
            return
        keys = ["*", element.tag.lower(), *(f".{name.lower()}" for name in words(element.get("class")))]
        if identity := element.get("id"):
            keys.append(f"#{identity.lower()}")
        for key in dict.fromkeys(keys):
            yield from self._rules.get(key, ())

    def _add(self, nodes: Iterable[Any], outer: _Outer | None, depth: int, *, is_sure: bool) -> None:
        """Add rules, and declarations of the rule around them, in the order in which they stand."""
        if depth > MOST_NESTED_RULES:
            return
        together: list[Any] = []
        for node in nodes:
            if node.type == "declaration":
                together.append(node)
                continue
            self._take(outer, together, is_sure=is_sure)
            together = []
            if node.type == "qualified-rule":
                self._add_rule(node, outer, depth, is_sure=is_sure)
            elif node.type == "at-rule":
                self._add_at_rule(node, outer, depth, is_sure=is_sure)
        self._take(outer, together, is_sure=is_sure)

    def _add_rule(self, node: Any, outer: _Outer | None, depth: int, *, is_sure: bool) -> None:
        prelude: Tokens | None = node.prelude if outer is None else self._inside(outer, node.prelude)
        if prelude is None:
            return
        read = read_selectors(prelude, ignores_case=self.ignores_case)
        if read is not None:
            around = tokens_of(":is()")
            around[1].arguments = list(prelude)
            inner = _Outer(around, _size(prelude), read)
            self._add(_contents(node), inner, depth + 1, is_sure=is_sure)

    def _add_at_rule(self, node: Any, outer: _Outer | None, depth: int, *, is_sure: bool) -> None:
        name = _at_name(node)
        if name == "import":
            self.doubt = IMPORTED
        elif name == "font-face" and "data:" in serialize(node.content or ()).lower():
            self.doubt = self.doubt or OWN_FONT
        elif name == "counter-style":
            self.doubt = self.doubt or OWN_COUNTER
        if name not in _GROUPS or node.content is None:
            return
        applies = None
        if name == "media":
            applies = screen_fits(node.prelude)
        elif name == "supports":
            applies = has_feature(node.prelude)
        if applies is False:
            return
        nodes = (
            _contents(node)
            if outer is not None
            else parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
        )
        self._add(nodes, outer, depth + 1, is_sure=is_sure and applies is True)

    def _take(self, outer: _Outer | None, nodes: list[Any], *, is_sure: bool) -> None:
        declarations = tuple(_declarations(nodes))
        if outer is None or not declarations:
            return
        # a browser leaves out the whole rule if it does not know a part of its selectors
        selectors = [one for one in outer.read if one is not None]
        is_known = is_sure and all(one.is_sure for one in selectors)
        for selector in selectors:
            self._count += 1
            self._rules.setdefault(selector.key, []).append(_Rule(selector, declarations, self._count, is_known))

    def _inside(self, outer: _Outer, prelude: Tokens) -> list[Any] | None:
        """Return the full selectors of a rule that stands inside another rule; None if a selector is missing."""
        parts = split(prelude)
        if not all(parts):
            return None
        size = _size(prelude) + outer.size * (_count(prelude, "&") + len(parts))
        if size > LONGEST_SELECTORS:
            raise StyleError("its style sheets have longer selectors than those of a page that a person reads")
        self._spend(10 * size)
        comma, space = tokens_of(", ")
        full: list[Any] = []
        for part in parts:
            has_place = _count(part, "&") > 0
            full += [comma, *_filled(part, outer.tokens)] if has_place else [comma, *outer.tokens, space, *part]
        return full[1:]


def _at_name(node: Any) -> str | None:
    return node.lower_at_keyword if node.type == "at-rule" else None


def _contents(node: Any) -> list[Any]:
    return list(parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True))


def _within(token: Any) -> Tokens:
    """Return the tokens in the brackets of a token."""
    return getattr(token, "arguments", None) or getattr(token, "content", None) or ()


def _size(tokens: Tokens) -> int:
    return sum(1 + _size(_within(token)) for token in tokens)


def _count(tokens: Tokens, sign: str) -> int:
    return sum((token == sign) + _count(_within(token), sign) for token in tokens)


def _filled(tokens: Tokens, outer: Tokens) -> list[Any]:
    """Return tokens with the selectors of the outer rule in place of each "&"."""
    full: list[Any] = []
    for one in tokens:
        if one.type == "function":
            one.arguments = _filled(one.arguments, outer)
        full += outer if one == "&" else [one]
    return full


def _declarations(nodes: Iterable[Any]) -> Iterator[Declared]:
    for node in nodes:
        if node.type != "declaration" or _has_error(node.value):
            continue
        value = serialize(node.value).strip()
        if value:
            yield node.lower_name, value if node.lower_name == "content" else value.lower(), node.important


def _has_error(tokens: Tokens) -> bool:
    """Return whether a value has what no value may have. The end of the style sheet may be in a string or a URL."""
    return any(
        (one.type == "error" and not one.kind.startswith("eof-")) or _has_error(_within(one)) for one in tokens
    )


def _cascaded(found: Iterable[tuple[_Weight, str, str]], unsure: Declarations) -> Declarations:
    """Return the declarations that apply in the end. If it is not certain that a declaration replaces an earlier
    one or removes it, add the earlier one to `unsure`.
    """
    declared: Declarations = {}
    for _, name, value in sorted(found, key=lambda one: one[0]):
        for reset, is_certain in reset_by(name, value, declared):
            earlier = declared.pop(reset)
            if not is_certain:
                unsure.setdefault(reset, earlier)
        declared[name] = value
    return declared
