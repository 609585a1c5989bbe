"""Tests of one element for selectors: of its attributes, of its place among its siblings, and of its state.

A test has three answers: True, False, and None if the answer is not known.
"""

import re
from collections.abc import Callable, Iterable

from lxml.html import HtmlElement

Spend = Callable[[int], None]
"""Takes a number of steps of work, and raises an exception if the work takes too long."""
Test = Callable[[HtmlElement, Spend], bool | None]

_SPACES = re.compile(r"[ \t\n\f\r]+")
_FOLDED_ATTRIBUTES = frozenset(
    {
        "accept", "accept-charset", "align", "alink", "axis", "bgcolor", "charset", "checked", "clear", "codetype",
        "color", "compact", "declare", "defer", "dir", "direction", "disabled", "enctype", "face", "frame",
        "hreflang", "http-equiv", "lang", "language", "link", "media", "method", "multiple", "nohref", "noresize",
        "noshade", "nowrap", "readonly", "rel", "rev", "rules", "scope", "scrolling", "selected", "shape", "target",
        "text", "type", "valign", "valuetype", "vlink",
    }
)  # fmt: skip
"""The attributes whose values are compared without regard to capital letters. Source: the HTML standard, "Case-
sensitivity of selectors"."""
_CONTROLS = frozenset({"button", "fieldset", "input", "optgroup", "option", "select", "textarea"})
_CHECKED_AT_LOAD = frozenset({"form", *_CONTROLS})


def both(answers: Iterable[bool | None]) -> bool | None:
    """Return False if one answer is False, else None if one is not known, else True."""
    found: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        found = found and answer
    return found


def either(answers: Iterable[bool | None]) -> bool | None:
    return negated(both(negated(answer) for answer in answers))


def negated(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def is_unknown(element: HtmlElement, spend: Spend) -> None:
    return None


def is_never(element: HtmlElement, spend: Spend) -> bool:
    return False


def ascii_lower(text: str) -> str:
    """Return a text with the capital letters of English as small letters; other letters stay."""
    return re.sub("[A-Z]+", lambda found: found[0].lower(), text)


def words(text: str | None) -> list[str]:
    """Split the value of an attribute at the spaces of the HTML standard."""
    return [word for word in _SPACES.split(text or "") if word]


def has_attribute(name: str, operator: str | None, searched: str | None, is_exact: bool | None = None) -> Test:
    is_folded = is_exact is False or (is_exact is None and name in _FOLDED_ATTRIBUTES)
    wanted = ascii_lower(searched or "") if is_folded else searched or ""

    def test(element: HtmlElement, spend: Spend) -> bool:
        value: str | None = element.get(name)
        if value is None or operator is None:
            return value is not None
        if is_folded:
            value = ascii_lower(value)
        return {
            "=": value == wanted,
            "~=": wanted in words(value),
            "|=": value == wanted or value.startswith(f"{wanted}-"),
            "^=": bool(wanted) and value.startswith(wanted),
            "$=": bool(wanted) and value.endswith(wanted),
            "*=": bool(wanted) and wanted in value,
        }[operator]

    return test


def is_nth(distance: int, step: int) -> bool:
    return distance == 0 if step == 0 else distance % step == 0 and distance // step >= 0


def _place_among(*, is_of_type: bool, is_from_end: bool) -> Callable[[HtmlElement, Spend], int]:
    """Return a function that counts the position of an element among the child elements of its parent, or among
    those of its tag, from 1.
    """

    def place(element: HtmlElement, spend: Spend) -> int:
        others = element.itersiblings(preceding=not is_from_end)
        count = 1 + sum(1 for one in others if (one.tag == element.tag if is_of_type else isinstance(one.tag, str)))
        spend(count // 10)  # to pass by an element is less work than to compare it
        return count

    return place


PLACES = {
    "nth-child": _place_among(is_of_type=False, is_from_end=False),
    "nth-last-child": _place_among(is_of_type=False, is_from_end=True),
    "nth-of-type": _place_among(is_of_type=True, is_from_end=False),
    "nth-last-of-type": _place_among(is_of_type=True, is_from_end=True),
}


def _is_first(*names: str) -> Test:
    return lambda element, spend: all(PLACES[name](element, spend) == 1 for name in names)


def _is_empty(element: HtmlElement, spend: Spend) -> bool:
    return not element.text and all(not isinstance(child.tag, str) and not child.tail for child in element)


def _is_link(element: HtmlElement, spend: Spend) -> bool:
    return element.tag in ("a", "area") and "href" in element.attrib


def _is_checked(element: HtmlElement, spend: Spend) -> bool | None:
    kind = element.get("type", "").lower()
    if element.tag == "option":
        return True if "selected" in element.attrib else None
    if element.tag != "input" or kind not in ("checkbox", "radio") or "checked" not in element.attrib:
        return False
    if kind == "checkbox":
        return True
    group = [
        one for one in element.getroottree().iter("input") if "checked" in one.attrib and one.get("type") == "radio"
    ]
    spend(len(group))
    return None if sum(one.get("name") == element.get("name") for one in group) > 1 else True


def _is_disabled(element: HtmlElement, spend: Spend) -> bool | None:
    if element.tag not in _CONTROLS:
        return None if "-" in element.tag else False
    if "disabled" in element.attrib:
        return True
    holders = element.iterancestors("fieldset", "optgroup", "select")
    return None if any("disabled" in one.attrib for one in holders) else False


def _is_enabled(element: HtmlElement, spend: Spend) -> bool | None:
    return negated(_is_disabled(element, spend)) if element.tag in _CONTROLS or "-" in element.tag else False


def _may_hold_at(tags: frozenset[str]) -> Test:
    return lambda element, _: None if element.tag in tags or "-" in element.tag else False


def _is_focused(element: HtmlElement, spend: Spend) -> bool | None:
    return None if "autofocus" in element.attrib else False


def _is_focused_within(element: HtmlElement, spend: Spend) -> bool | None:
    for one in element.iter("*"):
        spend(1)
        if "autofocus" in one.attrib:
            return None
    return False


PSEUDO_CLASSES: dict[str, Test] = {
    "any-link": _is_link,
    "checked": _is_checked,
    "default": _may_hold_at(_CHECKED_AT_LOAD),
    "defined": lambda element, _: None if "-" in element.tag else True,
    "disabled": _is_disabled,
    "empty": _is_empty,
    "enabled": _is_enabled,
    "first-child": _is_first("nth-child"),
    "first-of-type": _is_first("nth-of-type"),
    "focus": _is_focused,
    "focus-visible": _is_focused,
    "focus-within": _is_focused_within,
    "in-range": _may_hold_at(_CHECKED_AT_LOAD),
    "indeterminate": _may_hold_at(_CHECKED_AT_LOAD | {"progress"}),
    "invalid": _may_hold_at(_CHECKED_AT_LOAD),
    "last-child": _is_first("nth-last-child"),
    "last-of-type": _is_first("nth-last-of-type"),
    "link": _is_link,
    "only-child": _is_first("nth-child", "nth-last-child"),
    "only-of-type": _is_first("nth-of-type", "nth-last-of-type"),
    "optional": _may_hold_at(_CHECKED_AT_LOAD),
    "out-of-range": _may_hold_at(_CHECKED_AT_LOAD),
    "placeholder-shown": _may_hold_at(_CHECKED_AT_LOAD),
    "read-only": is_unknown,
    "read-write": is_unknown,
    "required": _may_hold_at(_CHECKED_AT_LOAD),
    "root": lambda element, _: element.getparent() is None,
    "valid": _may_hold_at(_CHECKED_AT_LOAD),
}
"""The pseudo-classes that every browser knows."""
AT_NO_TIME = frozenset({"active", "host", "hover", "target", "visited"})
"""Pseudo-classes that hold only after somebody has pointed, clicked or typed, or in a tree that a script adds.
Every browser knows them."""
OF_BROWSERS_AT_NO_TIME = frozenset(
    {
        "-moz-focusring", "-moz-full-screen", "-moz-placeholder", "-moz-ui-invalid", "-ms-fullscreen",
        "-ms-input-placeholder", "-webkit-autofill", "-webkit-full-screen", "fullscreen", "user-invalid",
    }
)  # fmt: skip
