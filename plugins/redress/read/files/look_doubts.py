"""Doubts whether a browser shows an element's text: because of the element's class, because of a script, or because
of the place that a style gives the element.

A style sheet outside the page is not known, and scripts are not run. So the words are read with a doubt, and a
figure with such words is withheld.
"""

import re

from lxml.html import HtmlElement

from redress.read.files.harmless_styles import LEAST_SIZE_PX, is_harmless, pixels
from redress.read.files.style_sheets import Declarations

PIECES_OF_A_NUMBER = 1000
LETTERS_OF_A_NUMBER = 40
"""An element that holds only a number has at most LETTERS_OF_A_NUMBER characters, with one space in place of
several, in at most PIECES_OF_A_NUMBER pieces of text."""

_DOUBTFUL_CLASSES = frozenset(
    {
        "assistive-text",
        "carousel-item",
        "collapse",
        "collapsed-content",
        "d-none",
        "display-none",
        "dropdown-menu",
        "element-invisible",
        "govuk-!-display-none",
        "h-0",
        "hidden",
        "hidden-visually",
        "hide",
        "invisible",
        "is-hidden",
        "js-hidden",
        "max-h-0",
        "modal",
        "off-left",
        "off-screen",
        "offscreen",
        "opacity-0",
        "print-only",
        "scale-0",
        "screen-reader",
        "screenreader",
        "show-for-sr",
        "tab-pane",
        "text-hide",
        "text-transparent",
        "tooltip",
        "u-hidden",
        "visible-print",
        "visible-print-block",
        "visible-print-inline",
        "w-0",
    }
)
_HIDING_CLASS = re.compile(
    r".+[-_](?:hidden|hide|invisible)|.*(?:visually-?hidden|sr-only|screen-?reader-?(?:only|text)).*"
)
_OTHER_HIDING = re.compile(r"overflow(?:-[xy])?-hidden|not-.*|.*-(?:sm|md|lg|xl|xxl)-(?:hidden|hide)|aria-hidden")
"""Classes that hide only what overflows, or that hide something only on other screens."""
_SHOWING_CLASSES = frozenset({"active", "show", "in", "is-active", "open", "current", "selected"})
_SHOWN_WHEN_CHOSEN = frozenset({"carousel-item", "collapse", "dropdown-menu", "modal", "tab-pane", "tooltip"})
_CLOAKS = re.compile(
    r"(?:x|v)-(?:cloak|show|if)|ng-(?:cloak|show|hide|if)|amp-access(?:-hide)?|data-ng-(?:show|hide|if)"
)
_COUNTER_CLASS = re.compile(
    r"(?:.*[-_])?(?:counter|countup|count-?up|counterup|purecounter|numscroller|ticker|timer|count)(?:[-_].*)?",
    re.IGNORECASE,
)
_WHEEL_CLASS = re.compile(r"odometer.*|flip-?(?:clock|counter|digit).*|digit-?(?:wheel|reel|roll).*", re.IGNORECASE)
_TARGET = re.compile(
    r"aria-(?:label|valuenow|valuetext)|data-(?:.*-)?(?:target|count|counter|counto|countto|countup|to|end|stop|max|final|value|val|number|num|figure|stat"
    r"|percent|percentage|pct|rate|total|odometer|animate|nums)(?:-.*)?",
    re.IGNORECASE,
)
"""The attributes that hold the number to which a script counts up."""
_BEGINNING = re.compile(r"from|start|begin|initial|min")
_MEASURES_OF_PRINT = frozenset(
    {
        "border",
        "cellpadding",
        "cellspacing",
        "class",
        "colspan",
        "height",
        "id",
        "rowspan",
        "size",
        "tabindex",
        "width",
    }
)
_BOUND = re.compile(
    r"(?:ng-bind|v-text|v-html|x-text|x-html|:text-?content|data-bind|data-text|data-i18n)", re.IGNORECASE
)
_SHOWN_CLASS = re.compile(r"(?!.*print)(?:\w+:|d-\w+-|show-).*(?:block|inline|flex|grid).*")
"""Classes that show an element on wide screens and hide it on narrow screens."""
_MOVING = re.compile(r"rotate|scale[xy]?\(\s*-|matrix|^\s*-|\ddeg")
_LENGTHS = frozenset({"height", "max-height", "max-width", "width"})
_SIZE_OF_A_FIELD = re.compile(
    r"(?:max-)?(?:width|height|block-size|inline-size)|padding.*|text-indent|zoom|line-height|letter-spacing"
)
_WIDE = re.compile(
    r"auto|none|normal|(?:[5-9]\d|100)%|(?:1?\d|0?\.\d+)(?:px)?(?: 1?\d(?:px)?)*|(?:0?\.\d+|1)r?em|1\.\d+"
)
"""Sizes with which a field shows the whole of a short value, and narrow paddings."""
LETTERS_OF_A_FIELD = 20
"""A browser shows so many letters of a field that has no size of its own. Source: the HTML standard, "size"."""
_AROUND = ("box-shadow", "outline", "outline-offset", "outline-width")
_SIDES = ("bottom", "left", "right", "top")
MOST_PULLED_PX = 8.0
"""If a negative margin pulls an element further than this over a neighbour, the neighbour may be hidden."""
FIELDS_OF_TIME = frozenset({"date", "datetime-local", "month", "time", "week"})
_NUMBER_ALONE = re.compile(r"\s*[£]?([\d,. ]*\d)\s*%?\s*", re.ASCII)

_STRUCK = re.compile(r"del|s|strike")
_STRUCK_CLASSES = frozenset({"line-through", "strike", "strikethrough", "text-decoration-line-through"})
_LINES = ("text-decoration", "text-decoration-line")
_PLAIN_LINE = re.compile(
    r"(?:line-through|underline|overline|solid|double|dotted|dashed|wavy|auto|from-font|currentcolor|black|red|\s)+"
)
_CHANGES_OF_LINES = frozenset(
    {"-webkit-text-decoration", "all", "text-decoration-color", "text-decoration-thickness"}
)
"""Properties that may remove a line through a text or make it invisible, beside those of _LINES."""
_BOXES = re.compile(r"button|input|meter|output|progress|select|textarea")

BY_CLASS = 'its class "{}" usually hides it'
BY_STRUCK_CLASS = "its class usually strikes it out"
COUNTED = "a script of the page puts another number in its place"
CLOAKED = "a script of the page decides whether it is shown"
SCRIPT = "a script of the page may change it"
WHEEL = "its digits are wheels, which a script turns"
FOLDED = "a browser opens only one of several parts with the same name"
CUT = "a part of it may be cut off"
OTHER_VALUE = "a browser may show something else in place of its value"
COMPOSED = "it is a formula, or its parts are put together in another order"
MOVED = "its style moves or turns it"
UNSTRUCK = "it is marked as deleted, and its style may strike nothing out"


def short_text(element: HtmlElement) -> str | None:
    """Return the text of an element, with one space in place of several. Return None if the text is too long for a
    number or a mark.
    """
    text = ""
    for count, piece in enumerate(element.itertext()):
        text = re.sub(r"\s+", " ", text + piece)
        if len(text) > LETTERS_OF_A_NUMBER or count >= PIECES_OF_A_NUMBER:
            return None
    return text


def doubt_by_class(classes: list[str], declared: Declarations) -> str | None:
    """Return the doubt about an element with a class that usually hides the element, or that shows its number as
    turning wheels of digits. Return None if there is no doubt.
    """
    names = {name.lower() for name in classes}
    if any(_WHEEL_CLASS.fullmatch(name) for name in names):
        return WHEEL
    if _STRUCK_CLASSES & names and not any(name in declared for name in _LINES):
        return BY_STRUCK_CLASS
    if "display" in declared or "visibility" in declared or any(_SHOWN_CLASS.fullmatch(name) for name in names):
        return None
    hiding = {name for name in names if _HIDING_CLASS.fullmatch(name) and not _OTHER_HIDING.fullmatch(name)}
    hiding |= _DOUBTFUL_CLASSES & names
    if _SHOWING_CLASSES & names:
        hiding -= _SHOWN_WHEN_CHOSEN
    return BY_CLASS.format(min(hiding)) if hiding else None


def doubt_by_script(element: HtmlElement, classes: list[str]) -> str | None:
    """Return the doubt about an element that a script may fill, show or hide, such as a counter that starts at 0.
    Return None if there is no doubt.
    """
    if any(_BOUND.fullmatch(name) for name in element.attrib):
        return COUNTED
    if any(_CLOAKS.fullmatch(name) for name in element.attrib):
        return CLOAKED
    if element.tag == "math" or any("shadowrootmode" in child.attrib for child in element.iterchildren("template")):
        return COMPOSED
    is_counter = "-" in element.tag or any(_COUNTER_CLASS.fullmatch(name) for name in classes)
    numbers = {
        name: found[1]
        for name, value in element.attrib.items()
        if name not in _MEASURES_OF_PRINT and (found := _NUMBER_ALONE.fullmatch(value[:LETTERS_OF_A_NUMBER]))
    }
    if not is_counter and not numbers:
        return None
    text = short_text(element)
    held = _NUMBER_ALONE.fullmatch(text) if text is not None else None
    if held is None:
        return None
    value = _number(held[1])
    if value == 0 and is_counter:
        return COUNTED
    others = {name: number for name, text in numbers.items() if (number := _number(text)) is not None}
    if value == 0 or value is None:
        return COUNTED if any(others.values()) else None
    if any(_is_about(number, value) for name, number in others.items() if not _BEGINNING.search(name)):
        return None
    return COUNTED if any(_TARGET.fullmatch(name) for name in others) else None


def _is_about(number: float, shown: float) -> bool:
    """Return whether `shown`, the number that the page shows, is another number as it is, rounded, or as a
    percentage.
    """
    return abs(number - shown) < 1 or abs(100 * number - shown) < 1


def _number(text: str) -> float | None:
    try:
        return float(re.sub(r"[, ]", "", text))
    except ValueError:
        return None


def doubt_by_place(element: HtmlElement, declared: Declarations, *, is_inline: bool) -> str | None:
    """Return the doubt about text that a style moves, turns or partly cuts off, or that is marked as deleted but
    has no line through it. Return None if there is no doubt.
    """
    if has_line_through(element.tag.lower(), declared) is None:
        return UNSTRUCK
    is_turned = element.tag == "bdo" and element.get("dir", "").strip().lower() != "ltr"
    if is_turned or element.tag == "marquee" or declared.get("unicode-bidi", "").endswith("override"):
        return MOVED
    if declared.get("flex-direction", "").endswith("-reverse") or "order" in declared:
        return MOVED
    if _MOVING.search(" ".join(declared.get(name, "") for name in ("transform", "rotate", "scale"))):
        return MOVED
    is_cut = declared.get("overflow", declared.get("overflow-y")) in ("hidden", "clip") and bool(
        _LENGTHS & declared.keys()
    )
    is_placed = (
        declared.get("position") in ("absolute", "fixed")
        or declared.get("float", "none") != "none"
        or "translate" in declared.get("transform", "")
    )
    return MOVED if is_inline and (is_cut or is_placed) else None


def doubt_by_tag(element: HtmlElement, tag: str, declared: Declarations) -> str | None:
    """Return the doubt about an element of which a browser may show only a part, or something other than its text.
    Return None if there is no doubt.
    """
    if tag == "details" and "name" in element.attrib and "open" in element.attrib:
        return FOLDED
    if tag in ("html", "body") and any(
        declared.get(name, "").split(" ")[-1] in ("clip", "hidden") for name in ("overflow", "overflow-y")
    ):
        return CUT
    is_cell = tag in ("td", "th") or declared.get("display") == "table-cell"
    if is_cell and any(
        declared.get(name, "visible") != "visible" for name in ("overflow", "overflow-x", "overflow-y")
    ):
        return CUT
    if tag not in ("input", "select", "textarea"):
        return None
    if any(_SIZE_OF_A_FIELD.fullmatch(name) and not _WIDE.fullmatch(value) for name, value in declared.items()):
        return CUT
    if tag == "textarea":
        return CUT if "\n" in (element.text or "") or len(element.text or "") > LETTERS_OF_A_FIELD else None
    if tag == "select":
        return None
    value, kind = element.get("value", ""), element.get("type", "").strip().lower()
    if kind in FIELDS_OF_TIME or (kind == "number" and not re.fullmatch(r"-?\d+(?:\.\d+)?", value, re.ASCII)):
        return OTHER_VALUE
    return None if _holds(element.get("size", str(LETTERS_OF_A_FIELD)), value) else CUT


def _holds(size: str, value: str) -> bool:
    """Return whether a field of so many letters, which its page states, holds a value."""
    return re.fullmatch(r"\s*\d{1,4}\s*", size, re.ASCII) is not None and len(value) <= int(size)


def may_cover(tag: str, declared: Declarations) -> bool:
    """Return whether an element may lie over other parts of the page and hide them: it is pulled over them, or it
    has a background and is moved out of its place, or what is drawn around it is wide.
    """
    if any(not is_harmless(name, declared[name]) for name in _AROUND if name in declared):
        return True
    margins = [declared[name] for name in ("margin", "margin-top", "margin-bottom") if name in declared]
    pulled = (abs(pixels(one) or 0) for margin in margins for one in _upright(margin) if one.startswith("-"))
    if max(pulled, default=0) > MOST_PULLED_PX:
        return True
    background = " ".join(declared.get(name, "") for name in ("background", "background-color", "background-image"))
    if not re.sub(r"none|transparent|inherit|initial|unset|\s", "", background):
        return False
    position = "fixed" if tag == "dialog" else declared.get("position", "static")
    if position == "relative":
        return any(declared.get(side, "auto") not in ("auto", "0", "0px") for side in _SIDES)
    if position in ("fixed", "sticky"):
        return tag == "dialog" or _is_over_the_window(declared)
    return position == "absolute" or "-" in re.sub(r"[a-z]-", "", " ".join(margins))


def may_added_cover(declared: Declarations) -> bool:
    """Return whether content that a style sheet adds may lie over other parts of the page. A thin line does not."""
    if declared.get("content", "none") in ("none", "normal") or declared.get("display") == "none":
        return False
    sizes = (pixels(declared.get(name, "")) for name in ("height", "width"))
    is_thin = any(size is not None and size <= LEAST_SIZE_PX for size in sizes)
    return not is_thin and declared.get("opacity") != "0" and may_cover("", declared)


def _upright(margin: str) -> list[str]:
    """Return the margins above and below an element from the value of `margin`, `margin-top` or `margin-bottom`."""
    return margin.split()[::2]


def _is_over_the_window(declared: Declarations) -> bool:
    """Return whether a fixed or sticky element may be higher than a bar at the edge of the window."""
    sides = {name for name in declared if name.startswith("inset") or name in ("bottom", "top")}
    return len(sides) > 1 or any(name.startswith("inset") for name in sides) or bool(_LENGTHS & declared.keys())


def has_line_through(tag: str, declared: Declarations) -> bool | None:
    """Return whether an element itself draws a line through its text. Return None if it may draw the line, but its
    style may remove the line or make it invisible.
    """
    values = [declared[name] for name in _LINES if name in declared]
    if not _STRUCK.fullmatch(tag) and not any("line-through" in value for value in values):
        return False
    is_plain = all("line-through" in value and _PLAIN_LINE.fullmatch(value) for value in values)
    return True if is_plain and not _CHANGES_OF_LINES & declared.keys() else None


def is_struck(tag: str, declared: Declarations, *, is_parent_struck: bool) -> bool:
    """Return whether an element's text is struck out by a line of the element or of its parent."""
    return (is_parent_struck and not _is_beside_the_line(tag, declared)) or has_line_through(tag, declared) is True


def _is_beside_the_line(tag: str, declared: Declarations) -> bool:
    """Return whether the line through an element's text is not drawn through this part of the text: through a box
    within the line of text, and through what floats or stands elsewhere. Source: CSS Text Decoration, 2.
    """
    return (
        _BOXES.fullmatch(tag) is not None
        or declared.get("display", "").startswith("inline-")
        or declared.get("float", "none") != "none"
        or declared.get("position") in ("absolute", "fixed")
    )
