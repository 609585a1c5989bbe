"""The selectors of style sheets: tell whether a rule applies to an element.

The libraries tinycss2 and cssselect2 take a selector apart. Whether an element fits a part of a selector has three
answers: True, False, and None if this is not known, as for `:has()` or a part that this module does not understand.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cssselect2 import parser
from lxml.html import HtmlElement
from tinycss2 import parse_component_value_list
from tinycss2.nth import parse_nth

from redress.read.files.element_tests import (
    AT_NO_TIME,
    OF_BROWSERS_AT_NO_TIME,
    PLACES,
    PSEUDO_CLASSES,
    Spend,
    Test,
    both,
    either,
    has_attribute,
    is_never,
    is_nth,
    is_unknown,
    negated,
)

MOST_NESTED_SELECTORS = 20
MOST_TOKENS = 300
"""The most words and signs of a selector that is taken apart."""

Tokens = Sequence[Any]
Specificity = tuple[int, int, int]

STRING = r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_ENDLESS_NUMBER = re.compile(r"\d{1000,}")
_GENERATED = frozenset({"before", "after", "first-letter", "first-line"})
_NO_TEXT = frozenset(
    {"backdrop", "cue", "file-selector-button", "grammar-error", "placeholder", "selection", "spelling-error"}
)
"""Pseudo-elements that every browser knows and that have no text of the page."""
_WITH_TEXT = frozenset({"details-content", "marker"})
_NOT_IN_A_SELECTOR = frozenset(
    {"() block", "at-keyword", "dimension", "error", "number", "percentage", "string", "unicode-range", "url"}
    | {"{} block"}
)
"""The kinds of tokens that no selector has outside its brackets. A browser leaves out a rule with such a token."""

_SCRIPTED = frozenset({"has-js", "js", "js-enabled", "javascript", "no-javascript", "no-js", "nojs"})
"""Classes that a script sets or removes when the page opens. A rule with such a class may or may not apply."""


@dataclass(frozen=True)
class Compound:
    """The part of a selector that is about one element. `key` is the id, class or tag that the part names, in small
    letters, or "*".

    `combinator` is the sign between this part and the part on its left, such as ">": it says how the elements of
    the two parts are related.
    """

    tests: tuple[Test, ...]
    key: str
    combinator: str = " "

    def fits(self, element: HtmlElement, spend: Spend) -> bool | None:
        """Return whether an element fits this part of the selector; None if this is not known."""
        return both(test(element, spend) for test in self.tests)


@dataclass(frozen=True)
class Selector:
    """One selector, with its weight (`specificity`): of two rules for an element, the rule with the greater weight
    applies.

    `generated` is "before" or "after" if the selector is about text that a style sheet adds there. It is the name
    of another pseudo-element, such as "first-letter", if the selector is about that part of an element. If it is
    not certain that every browser knows all parts of the selector, the selector is not sure.
    """

    compounds: tuple[Compound, ...]
    specificity: Specificity
    generated: str | None = None
    is_sure: bool = True

    @property
    def key(self) -> str:
        """The id, class or tag that the selector's last part names, in small letters, or "*" if it names none."""
        return self.compounds[-1].key

    def matches(self, element: HtmlElement, spend: Spend) -> bool | None:
        """Return whether the selector matches an element; None if this is not known."""
        *before, last = self.compounds
        places = {element: last.fits(element, spend)}
        combinator = last.combinator
        for compound in reversed(before):
            related: dict[HtmlElement, bool | None] = {}
            # what is reached from a sure place need not be reached again from an unsure place
            for place, answer in sorted(places.items(), key=lambda one: one[1] is None):
                if answer is False:
                    continue
                for other in _related(place, combinator):
                    if other in related:
                        break
                    spend(1)
                    related[other] = both((answer, compound.fits(other, spend)))
            places, combinator = related, compound.combinator
        return either(places.values())


def tokens_of(css: str) -> list[Any]:
    """Return the tokens of a piece of a style sheet, without the comments."""
    return list(parse_component_value_list(bounded(css), skip_comments=True))


def bounded(css: str) -> str:
    """Return a style sheet with no number that is too long for Python."""
    return _ENDLESS_NUMBER.sub("9" * 300, css)


def split(tokens: Tokens) -> list[list[Any]]:
    """Split tokens at the commas outside brackets, and leave out the spaces around each part."""
    parts: list[list[Any]] = [[]]
    for one in tokens:
        if one == ",":
            parts.append([])
        elif one.type != "whitespace" or parts[-1]:
            parts[-1].append(one)
    for part in parts:
        while part and part[-1].type == "whitespace":
            part.pop()
    return parts


def unescaped(text: str) -> str:
    """Return a name or a string of a style sheet with its escapes resolved."""
    return _ESCAPE.sub(lambda found: _character(found[1]) if found[1] else found[2], text)


def _character(code: str) -> str:
    number = int(code, 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def read_selector(text: str, *, ignores_case: bool = False) -> Selector | None:
    """Read one selector from its text. Return None if the selector is about no text of the page. `ignores_case` is
    as for `read_selectors`.
    """
    read = read_selectors(tokens_of(text), ignores_case=ignores_case)
    if read is None or len(read) > 1:
        return _NOT_UNDERSTOOD
    return read[0]


def read_selectors(tokens: Tokens, *, ignores_case: bool = False) -> list[Selector | None] | None:
    """Read the selectors of a rule. Return None if no browser applies the rule. In the list, None stands for a
    selector that is about no text of the page.

    A selector that cannot be read counts as a selector that may match every element. `ignores_case` says whether
    capital and small letters of ids and classes are alike, as in quirks mode (the CSS standard, Selectors 4).
    """
    parts = split(tokens)
    if any(_is_never_valid(part) for part in parts):
        return None
    return [_Reader(ignores_case).read(part) for part in parts]


def _is_never_valid(part: Tokens) -> bool:
    return not part or any(
        one.type in _NOT_IN_A_SELECTOR or one == ";" or (one.type == "hash" and not one.is_identifier)
        for one in part
    )


def _parsed(tokens: Tokens, depth: int = 0, *, is_relative: bool = False) -> list[Any] | None:
    """Return a list of selectors as cssselect2 takes it apart. Return None if cssselect2 does not understand one of
    the selectors, also of those in brackets, or if one is very long. In brackets, cssselect2 itself leaves out what
    it does not understand.
    """
    for one in tokens:
        if one.type != "function":
            continue
        is_list = one.lower_name in ("is", "where", "not", "has")
        if len(one.arguments) > MOST_TOKENS and not is_list:
            return None
        if is_list and _parsed(one.arguments, depth + 1, is_relative=one.lower_name == "has") is None:
            return None
    parts = split(tokens)
    if depth > MOST_NESTED_SELECTORS or any(len(part) > MOST_TOKENS for part in parts):
        return None
    try:
        parsed = [one for part in parts for one in parser.parse(part, relative=is_relative)]
    except (parser.SelectorError, AttributeError):  # cssselect2 raises AttributeError where a selector ends early
        return None
    return parsed if all(one.pseudo_element is None for one in parsed) else None


@dataclass
class _Reader:
    """Reads one selector. `is_known` becomes False if it is not certain that every browser knows the selector."""

    ignores_case: bool
    is_known: bool = True

    def read(self, part: Tokens) -> Selector | None:
        part, name, is_whole = _without_pseudo_element(part)
        if name is not None and (name in _NO_TEXT or name.startswith("-webkit-")):
            return None
        self.is_known = is_whole and (name is None or name in _GENERATED)
        parsed = _parsed(part)
        if parsed is None:
            return _NOT_UNDERSTOOD
        if name is not None and name not in _GENERATED | _WITH_TEXT:
            return _OF_ONE_BROWSER
        return self._selector(parsed[0], name)

    def _selector(self, tree: Any, generated: str | None = None) -> Selector:
        compounds: list[Compound] = []
        ids, classes, tags = tree.specificity
        rest = tree.parsed_tree
        while isinstance(rest, parser.CombinedSelector):
            compounds.append(self._compound(rest.right, rest.combinator))
            rest = rest.left
        compounds.append(self._compound(rest, " "))
        specificity = (ids, classes, tags + (generated is not None))
        return Selector(tuple(reversed(compounds)), specificity, generated, self.is_known)

    def _compound(self, compound: Any, combinator: str) -> Compound:
        keys = [_key(simple) for simple in compound.simple_selectors]
        key = min(keys, key=_rank, default="*")
        return Compound(tuple(self._test(simple) for simple in compound.simple_selectors), key, combinator)

    def _test(self, simple: Any) -> Test:
        flag = False if self.ignores_case else None
        match simple:
            case parser.LocalNameSelector():
                tag = simple.lower_local_name
                return lambda element, _: bool(element.tag.lower() == tag)
            case parser.IDSelector():
                return has_attribute("id", "=", simple.ident, flag)
            case parser.ClassSelector():
                is_scripted = simple.class_name in _SCRIPTED
                return is_unknown if is_scripted else has_attribute("class", "~=", simple.class_name, flag)
            case parser.AttributeSelector(namespace=""):
                return has_attribute(simple.lower_name, simple.operator, simple.value, simple.case_sensitive)
            case parser.NamespaceSelector(namespace=""):
                return is_never  # each element of a page has a namespace
            case parser.PseudoClassSelector():
                return self._pseudo(simple.name)
            case parser.FunctionalPseudoClassSelector():
                return self._nth(simple.name, simple.arguments)
            case parser.NegationSelector():
                inner = [self._selector(one) for one in simple.selector_list]
                return lambda element, spend: negated(either(one.matches(element, spend) for one in inner))
            case parser.MatchesAnySelector() | parser.SpecificityAdjustmentSelector():
                inner = [self._selector(one) for one in simple.selector_list]
                return lambda element, spend: either(one.matches(element, spend) for one in inner)
        self.is_known = False
        return is_unknown

    def _pseudo(self, name: str) -> Test:
        self.is_known = self.is_known and (name in PSEUDO_CLASSES or name in AT_NO_TIME)
        if name in AT_NO_TIME or name in OF_BROWSERS_AT_NO_TIME:
            return is_never
        return PSEUDO_CLASSES.get(name, is_unknown)

    def _nth(self, name: str, arguments: Tokens) -> Test:
        nth = parse_nth(arguments) if name in PLACES else None
        if nth is None:
            self.is_known = self.is_known and name in ("dir", "lang")
            return is_unknown
        step, offset = nth
        place = PLACES[name]
        return lambda element, spend: is_nth(place(element, spend) - offset, step)


def _without_pseudo_element(part: Tokens) -> tuple[Tokens, str | None, bool]:
    """Return a selector without its pseudo-element, the name of the pseudo-element (None if the selector has none),
    and whether the selector ends with the pseudo-element.
    """
    for index, sign in enumerate(part[:-1]):
        if sign != ":":
            continue
        begin = index + 2 if part[index + 1] == ":" else index + 1
        named: Any = part[begin] if begin < len(part) else None
        name = getattr(named, "lower_value" if getattr(named, "type", "") == "ident" else "lower_name", None)
        if name is None or (begin == index + 1 and (name not in _GENERATED or named.type != "ident")):
            continue
        origin = list(part[:index])
        if not origin or origin[-1].type == "whitespace" or origin[-1] in (">", "+", "~"):
            origin += tokens_of("*")
        return origin, name, begin + 1 == len(part)
    return part, None, True


def _key(simple: Any) -> str:
    """Return the id, class or tag that a part of a selector names, in small letters; "*" if it names none."""
    match simple:
        case parser.LocalNameSelector():
            return str(simple.lower_local_name)
        case parser.IDSelector():
            return f"#{simple.ident}".lower()
        case parser.ClassSelector() if simple.class_name not in _SCRIPTED:
            return f".{simple.class_name}".lower()
        case parser.MatchesAnySelector(selector_list=[only]):
            tree = only.parsed_tree
            last = tree.right if isinstance(tree, parser.CombinedSelector) else tree
            return min(map(_key, last.simple_selectors), key=_rank, default="*")
    return "*"


def _rank(key: str) -> int:
    return {"#": 0, ".": 1, "*": 3}.get(key[:1], 2)


_NOT_UNDERSTOOD = Selector((Compound((is_unknown,), "*"),), (0, 0, 0), is_sure=False)
_OF_ONE_BROWSER = Selector((Compound((is_never,), "*"),), (0, 0, 0), is_sure=False)


def _related(element: HtmlElement, combinator: str) -> Iterator[HtmlElement]:
    """Yield the elements that may match the part of a selector on the left of a combinator, such as ">" or "+"."""
    if combinator in (" ", ">"):
        for ancestor in element.iterancestors():
            yield ancestor
            if combinator == ">":
                return
    else:
        for sibling in element.itersiblings(preceding=True):
            if isinstance(sibling.tag, str):
                yield sibling
                if combinator == "+":
                    return
