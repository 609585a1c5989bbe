"""Whether a browser surely hides an element of a page. The list of sure ways is short; text that a page hides in
any other way is read with a doubt.
"""

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from redress.read.files.style_sheets import Declarations

MOST_OPTIONS = 10_000
"""A list of options with more options than this is in doubt."""

_CLASSES_FOR_READERS = frozenset({"govuk-visually-hidden", "nhsuk-u-visually-hidden"})
"""The classes with which the pages of the British state show text only to screen readers. Only their own style
sheets use these names, so it is known what those sheets do, although the page does not hold them."""
_SHOWING = frozenset({"all", "clip", "clip-path", "display", "height", "position", "width"})
_NEVER_DRAWN = re.compile(r"audio|canvas|embed|iframe|meter|object|param|progress|source|svg|template|track|video")
"""The elements whose text no style shows: the text belongs to a picture, or to browsers that do not know the
element."""
_HIDDEN_BY_BROWSERS = re.compile(r"area|datalist|head|link|meta|noembed|noframes|noscript|rp|script|style|title")
"""The elements that the style sheet of every browser hides. A page's own style can show them."""
_PARTS_OF_A_TABLE = re.compile(r"caption|col|colgroup|t(?:able|body|d|foot|h|head|r)")
_FADING = frozenset({"animation", "animation-name", "transition", "transition-property"})
_FAR = re.compile(r"-(?:(\d{1,6})(?:\.\d+)?(?:px|pt)|(\d{1,6})(?:\.\d+)?r?em)")
FAR_PX = 2000
FAR_EM = 125
"""Text that is moved at least so far to the left, or upwards, is out of every window."""
_CLIPPED = re.compile(
    r"rect\(\s*[01]?(?:px)?[\s,]+[01]?(?:px)?[\s,]+[01]?(?:px)?[\s,]+[01]?(?:px)?\s*\)"
    r"|inset\(\s*(?:100|[5-9]\d)(?:\.\d+)?%\s*\)|circle\(\s*0(?:px|%)?\s*\)"
    r"|polygon\(\s*0(?:px)?\s+0(?:px)?(?:\s*,\s*0(?:px)?\s+0(?:px)?)*\s*\)"
)
_LENGTHS = ("height", "max-height", "width", "max-width")
_TINY = re.compile(r"0(?:\.0+)?(?:px|r?em)?|1px")
_SCALED_AWAY = re.compile(r"scale[xy]?\(\s*0(?:\.0+)?\s*\)")
_MOVING_BACK = re.compile(
    r"(?:margin|padding|inset|min-|max-inline|max-block).*|transform|translate|scale|right|bottom"
)
_NOTHING = re.compile(r"-?[01](?:px)?(?: -?[01](?:px)?)*")


@dataclass(frozen=True)
class Choice:
    """What a `select` element shows: one option, or what is not known (None)."""

    option: HtmlElement | None


def is_hidden(element: HtmlElement, tag: str, declared: Declarations, *, is_boxed: bool) -> bool:
    """Return whether a browser surely shows nothing of an element and of all that is in the element. `is_boxed`
    says whether the element has a box of its own, that is, whether it is not a part of a line of text.
    """
    if _NEVER_DRAWN.fullmatch(tag) or (tag == "input" and element.get("type", "").strip().lower() == "hidden"):
        return True
    if _is_folded(element, tag):
        return True
    if "all" in declared or tag == "option":
        return False
    classes = (element.get("class") or "").lower().split()
    if _CLASSES_FOR_READERS.intersection(classes) and not _SHOWING & declared.keys():
        return True
    display = declared.get("display")
    if display is not None:
        return display == "none" or (display != "contents" and _is_cut_away(declared, is_boxed=is_boxed))
    return (
        _HIDDEN_BY_BROWSERS.fullmatch(tag) is not None
        or ("hidden" in element.attrib and not is_hidden_until_found(element))
        or "popover" in element.attrib
        or (tag == "dialog" and "open" not in element.attrib)
        or _is_cut_away(declared, is_boxed=is_boxed)
    )


def is_hidden_until_found(element: HtmlElement) -> bool:
    """Return whether a browser shows an element when a person searches for its text. Some browsers always show the
    text of such an element if it is a part of a line.
    """
    return bool(element.get("hidden", "").strip().lower() == "until-found")


def is_shown_by_its_style(tag: str, declared: Declarations) -> bool:
    """Return whether a page's own style may show an element that the style sheet of every browser hides."""
    return _HIDDEN_BY_BROWSERS.fullmatch(tag) is not None and bool({"all", "display"} & declared.keys())


def is_closed(element: HtmlElement) -> bool:
    """Return whether an element is a closed `details` element, of which only the first summary is seen."""
    return element.tag == "details" and "open" not in element.attrib


def _is_folded(element: HtmlElement, tag: str) -> bool:
    """Return whether an element is hidden content of a closed `details` element. The first summary is not
    hidden.
    """
    parent = element.getparent()
    if parent is None or not is_closed(parent):
        return False
    return tag != "summary" or next(parent.iterchildren("summary")) is not element


def _is_cut_away(declared: Declarations, *, is_boxed: bool) -> bool:
    """Return whether an element is transparent, clipped to nothing, or made infinitely small."""
    if is_transparent(declared) and not _FADING & declared.keys():
        return True
    if re.fullmatch(r"opacity\(\s*0%?\s*\)", declared.get("filter", "")):
        return True
    if _CLIPPED.fullmatch(declared.get("clip-path", "")):
        return True
    if declared.get("position") in ("absolute", "fixed") and _CLIPPED.fullmatch(declared.get("clip", "")):
        return True
    return is_boxed and (
        declared.get("content-visibility") == "hidden"
        or _SCALED_AWAY.fullmatch(declared.get("transform", "")) is not None
    )


def is_transparent(declared: Declarations) -> bool:
    """Return whether a style makes an element so transparent that nobody sees the element."""
    opacity = re.fullmatch(r"(\d*\.?\d+)(%?)", declared.get("opacity", ""))
    return opacity is not None and float(f"0{opacity[1]}") <= (5 if opacity[2] else 0.05)


def is_put_away(element: HtmlElement, tag: str, declared: Declarations, *, is_boxed: bool) -> bool:
    """Return whether a style surely moves an element out of the window, or cuts it to nothing. The style of an
    element within may bring that element back.
    """
    if not is_boxed or {"animation", "animation-name"} & declared.keys() or "all" in declared:
        return False
    moved = (name for name in declared if _MOVING_BACK.fullmatch(name))
    if not all(
        _NOTHING.fullmatch(declared[name]) or declared[name] in ("auto", "none")
        for name in moved
        if name not in _LENGTHS
    ):
        return False
    if declared.get("position") in ("absolute", "fixed") and any(
        _is_far(declared, side) for side in ("left", "top")
    ):
        return True
    if _is_far(declared, "text-indent") and not len(element) and "direction" not in declared:
        return True
    is_part = _PARTS_OF_A_TABLE.fullmatch(tag) if "display" not in declared else "table" in declared["display"]
    hides = declared.get("overflow") == "hidden" and not {"overflow-x", "overflow-y"} & declared.keys()
    return not is_part and hides and any(_TINY.fullmatch(declared.get(name, "")) for name in _LENGTHS)


def _is_far(declared: Declarations, name: str) -> bool:
    """Return whether a length moves text out of every window."""
    found = _FAR.fullmatch(declared.get(name, ""))
    return found is not None and (int(found[1]) >= FAR_PX if found[1] else int(found[2]) >= FAR_EM)


def choice_of(select: HtmlElement) -> Choice:
    """Return what a `select` element shows. It is not known if the element shows several options, or if an option
    has more than its text.
    """
    options: list[HtmlElement] = []
    for part in select.iterdescendants():
        if len(options) > MOST_OPTIONS or part.tag not in ("option", "optgroup"):
            return Choice(None)
        if {"disabled", "hidden", "style"} & set(part.attrib) or (part.tag == "option" and "label" in part.attrib):
            return Choice(None)
        if part.tag == "option":
            if part.getparent().tag == "option":
                return Choice(None)
            options.append(part)
    if "multiple" in select.attrib or select.get("size", "1").strip() != "1" or not options:
        return Choice(None)
    return Choice(([option for option in options if "selected" in option.attrib] or options[:1])[-1])
