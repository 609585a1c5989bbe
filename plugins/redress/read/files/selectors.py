"""The selectors of style sheets: tell whether a rule applies to an element."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

MOST_NESTED_SELECTORS = 8

Test = Callable[[HtmlElement], bool]

STRING = r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_NAME = r"(?:[\w-]|[^\x00-\x7f]|\\[0-9a-fA-F]{1,6}\s?|\\.)++"
_SIMPLE = re.compile(
    rf"(?:(?:{_NAME}|\*)?\|(?=[\w*]))?(?:\*|(?P<tag>{_NAME}))|#(?P<id>{_NAME})|\.(?P<class>{_NAME})"
    rf"|\[\s*(?P<attribute>{_NAME})\s*(?:(?P<operator>[~|^$*]?=)\s*(?P<value>{STRING}|[^\]\s]+)\s*(?P<flag>[iIsS])?\s*)?\]"
    rf"|::?(?P<pseudo>[\w-]+)(?P<opening>\()?",
    re.DOTALL,
)
_NTH = re.compile(r"(?:(?P<step>[+-]?\d{0,9})n)?\s*(?P<offset>[+-]?\s{0,9}\d{1,9})?")
_GENERATED = frozenset({"before", "after", "first-letter", "first-line"})
_NEVER = frozenset(
    {
        "-moz-focusring",
        "-moz-placeholder",
        "-moz-ui-invalid",
        "-ms-input-placeholder",
        "active",
        "backdrop",
        "file-selector-button",
        "focus",
        "focus-visible",
        "focus-within",
        "fullscreen",
        "hover",
        "invalid",
        "marker",
        "placeholder",
        "placeholder-shown",
        "selection",
        "target",
        "user-invalid",
        "visited",
    }
)
"""Pseudo-classes that hold only while somebody points, clicks or types, and pseudo-elements other than text."""

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

    def fits(self, element: HtmlElement) -> bool:
        """Return whether an element fits this part of the selector."""
        return all(test(element) for test in self.tests)


@dataclass(frozen=True)
class Selector:
    """One selector, with its weight (`specificity`): of two rules for an element, the rule with the greater weight
    applies.

    `generated` is "before" or "after" if the selector is about text that a style sheet adds there. It is
    "first-letter" or "first-line" if the selector is about that part of an element. If this module does not
    understand a part of a selector, the selector is not sure, and that part is ignored when an element is matched.
    """

    compounds: tuple[Compound, ...]
    specificity: tuple[int, int, int]
    generated: str | None = None
    is_sure: bool = True

    @property
    def key(self) -> str:
        """The id, class or tag that the selector's last part names, in small letters, or "*" if it names none."""
        return self.compounds[-1].key

    def matches(self, element: HtmlElement) -> bool:
        """Return whether the selector matches an element."""
        *before, last = self.compounds
        places = [element] if last.fits(element) else []
        combinator = last.combinator
        for compound in reversed(before):
            related = dict.fromkeys(other for place in places for other in _related(place, combinator))
            places = [other for other in related if compound.fits(other)]
            combinator = compound.combinator
        return bool(places)


def split(text: str, mark: str) -> list[str]:
    """Split a text at a mark, except inside brackets and quotation marks."""
    parts: list[str] = []
    depth = begin = 0
    for token in re.finditer(rf"{STRING}|\\.|[()\[\]]|{re.escape(mark)}", text, re.DOTALL):
        if token.group() in ("(", "["):
            depth += 1
        elif token.group() in (")", "]"):
            depth -= depth > 0
        elif token.group() == mark and depth == 0:
            parts.append(text[begin : token.start()])
            begin = token.end()
    return [*parts, text[begin:]]


def unescaped(text: str) -> str:
    """Return a name or a string of a style sheet with its escapes resolved."""
    return _ESCAPE.sub(lambda found: _character(found[1]) if found[1] else found[2], text)


def _character(code: str) -> str:
    number = int(code, 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def read_selector(text: str, depth: int = 0, *, ignores_case: bool = False) -> Selector | None:
    """Read a selector from its text. Return None if the selector matches no element when the page is first shown.
    A selector that cannot be read counts as a selector that may match every element. `ignores_case` says whether
    capital and small letters of ids and classes are alike, as in quirks mode (the CSS standard, Selectors 4).
    """
    flag = "i" if ignores_case else None
    position, text = 0, text.strip()
    compounds: list[Compound] = []
    specificity = [0, 0, 0]
    generated: str | None = None
    is_sure = True
    combinator = " "
    tests: list[Test] = []
    key = "*"
    while position < len(text):
        if space := re.compile(r"\s*([>+~])\s*|\s+").match(text, position):
            if tests:
                compounds.append(Compound(tuple(tests), key, combinator))
                tests, key = [], "*"
            combinator, position = space[1] or " ", space.end()
            continue
        part = _SIMPLE.match(text, position)
        if part is None:
            return Selector((Compound((_is_any,), "*"),), (0, 0, 0), is_sure=False)
        position = part.end()
        if part["tag"]:
            key = unescaped(part["tag"]).lower() if key == "*" else key
            specificity[2] += 1
            tests.append(_has_tag(unescaped(part["tag"]).lower()))
        elif part["id"]:
            key = f"#{unescaped(part['id'])}".lower()
            specificity[0] += 1
            tests.append(_has_attribute("id", "=", unescaped(part["id"]), flag))
        elif part["class"]:
            if not key.startswith("#") and part["class"] not in _SCRIPTED:
                key = f".{unescaped(part['class'])}".lower()
            specificity[1] += 1
            is_scripted = part["class"] in _SCRIPTED
            is_sure = is_sure and not is_scripted
            test = _has_attribute("class", "~=", unescaped(part["class"]), flag)
            tests.append(_is_any if is_scripted else test)
        elif part["attribute"]:
            specificity[1] += 1
            value = part["value"]
            if value is not None:
                value = unescaped(value[1:-1] if value[0] in "\"'" else value)
            tests.append(
                _has_attribute(unescaped(part["attribute"]).lower(), part["operator"], value, part["flag"])
            )
        elif part["pseudo"]:
            name = part["pseudo"].lower()
            argument = ""
            if part["opening"]:
                argument = _argument(text, position)
                position += len(argument) + 1
            if name in _GENERATED:
                generated = name
                tests = tests or [_is_any]
            elif name in _NEVER or part.group().startswith("::-"):
                return None
            else:
                specificity[1] += name != "where"
                pseudo = _pseudo(name, argument, depth + 1, ignores_case=ignores_case)
                is_sure = is_sure and pseudo is not None
                tests.append(pseudo or _is_any)
        else:
            tests.append(_is_any)
    if not tests:
        return None
    compounds.append(Compound(tuple(tests), key, combinator))
    return Selector(tuple(compounds), (specificity[0], specificity[1], specificity[2]), generated, is_sure)


def _argument(text: str, begin: int) -> str:
    """Return the text in the brackets that open directly before `begin`."""
    depth = 1
    for token in re.finditer(rf"{STRING}|\\.|[()]", text[begin:], re.DOTALL):
        depth += (token.group() == "(") - (token.group() == ")")
        if depth == 0:
            return text[begin : begin + token.start()]
    return text[begin:]


def _is_any(element: HtmlElement) -> bool:
    return True


def _has_tag(tag: str) -> Test:
    return lambda element: bool(element.tag.lower() == tag)


def _has_attribute(name: str, operator: str | None, searched: str | None, flag: str | None = None) -> Test:
    def test(element: HtmlElement) -> bool:
        value: str | None = element.get(name)
        if value is None or searched is None:
            return value is not None
        wanted = searched
        if flag in ("i", "I"):
            value, wanted = value.lower(), wanted.lower()
        return {
            "=": value == wanted,
            "~=": wanted in value.split(),
            "|=": value == wanted or value.startswith(f"{wanted}-"),
            "^=": bool(wanted) and value.startswith(wanted),
            "$=": bool(wanted) and value.endswith(wanted),
            "*=": bool(wanted) and wanted in value,
        }[operator or "="]

    return test


def _pseudo(name: str, argument: str, depth: int, *, ignores_case: bool) -> Test | None:
    """Return a test of whether an element has a pseudo-class. Return None if this module does not understand the
    pseudo-class.
    """
    simple: dict[str, Test] = {
        "root": lambda element: element.getparent() is None,
        "first-child": lambda element: _place(element) == 1,
        "last-child": lambda element: _place(element, from_end=True) == 1,
        "only-child": lambda element: _place(element) == 1 and _place(element, from_end=True) == 1,
        "empty": lambda element: not element.text and not len(element),
        "link": lambda element: element.tag == "a" and "href" in element.attrib,
        "any-link": lambda element: element.tag == "a" and "href" in element.attrib,
        "checked": lambda element: "checked" in element.attrib or "selected" in element.attrib,
        "disabled": lambda element: "disabled" in element.attrib,
        "enabled": lambda element: "disabled" not in element.attrib,
        "open": lambda element: "open" in element.attrib,
        "defined": lambda element: "-" not in element.tag,
    }
    if name in simple:
        return simple[name]
    if depth <= MOST_NESTED_SELECTORS and name in ("not", "is", "where", "matches", "-webkit-any"):
        parts = [part for part in split(argument, ",") if part.strip()]
        selectors = [read_selector(part, depth, ignores_case=ignores_case) for part in parts]
        if any(one is not None and (not one.is_sure or one.generated) for one in selectors):
            return None
        inner = [one for one in selectors if one is not None]  # what never applies matches nothing
        if name == "not":
            return lambda element: not any(one.matches(element) for one in inner)
        return lambda element: any(one.matches(element) for one in inner)
    if name in ("nth-child", "nth-last-child"):
        text = {"odd": "2n+1", "even": "2n"}.get(argument.strip().lower(), argument.strip().lower())
        nth = _NTH.fullmatch(text)
        if nth is None or not text:
            return None
        step = (
            0 if nth["step"] is None else int(nth["step"] + "1" if nth["step"] in ("", "+", "-") else nth["step"])
        )
        offset = int(re.sub(r"\s+", "", nth["offset"] or "0"))
        return lambda element: _is_nth(_place(element, from_end="last" in name) - offset, step)
    return None


def _is_nth(distance: int, step: int) -> bool:
    return distance == 0 if step == 0 else distance % step == 0 and distance // step >= 0


def _place(element: HtmlElement, *, from_end: bool = False) -> int:
    """Return the position of an element among the child elements of its parent, counted from 1."""
    return 1 + sum(1 for other in element.itersiblings(preceding=not from_end) if isinstance(other.tag, str))


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
