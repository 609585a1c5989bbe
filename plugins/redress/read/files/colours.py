"""The colours of style sheets, and whether text in a colour is readable on its background."""

import colorsys
import re

from lxml.html import HtmlElement
from PIL import ImageColor

Colour = tuple[float, float, float, float]
"""Red, green, blue and opacity, each from 0 to 1."""

BLACK: Colour = (0, 0, 0, 1)
WHITE: Colour = (1, 1, 1, 1)
LEAST_CONTRAST = 1.5
"""The least ratio of brightness between readable text and its background; black on white has 21."""

_FUNCTION = re.compile(r"(rgb|hsl)a?\(([\d.%\s,/]+|[\d.]+deg[\d.%\s,/]+)\)")
_NUMBER = re.compile(r"(\d{1,6}(?:\.\d{0,9})?|\.\d{1,9})(%?)")

_OF_NO_COLOUR = re.compile(
    r"(?:repeat(?:-[xy])?|no-repeat|scroll|fixed|local|none|center|top|left|right|bottom|0|0%|0px|padding-box|border-box)"
)

_PLACE = re.compile(r"center|top|left|right|bottom|0|0%|0px")
_OPPOSITES = (frozenset({"left", "right"}), frozenset({"bottom", "top"}))
_SIDES = frozenset({"top", "left", "right", "bottom"})
LINK = "#0000ee"
"""The colour of links that nobody has visited. Source: the HTML standard, "Phrasing content"."""
_OF_A_FIELD = {"color": "black", "background-color": "white", "font-size": "13.333px"}
_OF_BROWSERS = {
    "button": {**_OF_A_FIELD, "background-color": "#efefef"},
    "dialog": {"color": "black", "background-color": "white"},
    "input": _OF_A_FIELD,
    "mark": {"color": "black", "background-color": "yellow"},
    "select": _OF_A_FIELD,
    "textarea": _OF_A_FIELD,
}
"""What the style sheet of a browser declares for an element. Source: the HTML standard, "Rendering"."""
_SIZES_OF_OLD = ("10px", "13px", "16px", "18px", "24px", "32px", "48px")
_WITH_BACKGROUND = re.compile(r"body|table|tbody|td|tfoot|th|thead|tr")


def colour_of(text: str) -> Colour | None:
    """Return the colour that a word or a function of a style sheet means; None if this module does not know it."""
    if text == "transparent":
        return (0, 0, 0, 0)
    if function := _FUNCTION.fullmatch(text):
        return _of_parts(function[1], _NUMBER.findall(function[2].replace("deg", "")))
    if not re.fullmatch(r"#[0-9a-f]{3,8}|[a-z]{3,20}", text):
        return None
    try:
        parts = ImageColor.getrgb(text)
    except ValueError:
        return None
    red, green, blue, *opacity = (part / 255 for part in parts)
    return (red, green, blue, opacity[0] if opacity else 1)


def _of_parts(name: str, parts: list[tuple[str, str]]) -> Colour | None:
    if len(parts) not in (3, 4):
        return None
    first, second, third = (float(number) for number, _ in parts[:3])
    opacity = min(1.0, float(parts[3][0]) / (100 if parts[3][1] else 1)) if len(parts) == 4 else 1.0
    if name == "hsl":
        red, green, blue = colorsys.hls_to_rgb(first % 360 / 360, min(1, third / 100), min(1, second / 100))
        return (red, green, blue, opacity)
    most = 100 if parts[0][1] else 255
    return (min(1, first / most), min(1, second / most), min(1, third / most), opacity)


def over(colour: Colour, behind: Colour) -> Colour:
    """Return the colour that is seen if a colour lies over an opaque colour."""
    red, green, blue = (
        colour[3] * above + (1 - colour[3]) * below for above, below in zip(colour[:3], behind[:3], strict=True)
    )
    return (red, green, blue, 1)


def contrast(text: Colour, behind: Colour) -> float:
    """Return the ratio of brightness between text and an opaque colour behind it, from 1 to 21."""
    darker, brighter = sorted((_brightness(over(text, behind)), _brightness(behind)))
    return (brighter + 0.05) / (darker + 0.05)


def _brightness(colour: Colour) -> float:
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def background_of(declared: dict[str, str], behind: Colour | None) -> Colour | None:
    """Return the colour behind an element's text; `behind` is the colour behind the element itself. Return None if
    the colour is not known, for instance because a picture is there.
    """
    picture = declared.get("background-image", "none")
    values = [declared[name] for name in ("background", "background-color") if name in declared]
    if picture not in ("none", "initial", "unset"):
        return None
    for value in values:
        all_parts = re.findall(r"[^\s(]+(?:\([^()]*\))?", value)
        parts = [one for one in all_parts if not _OF_NO_COLOUR.fullmatch(one)]
        places = [one for one in all_parts if _PLACE.fullmatch(one)]
        if (
            len(places) > 2
            or any(pair <= set(places) for pair in _OPPOSITES)
            or (len(set(places)) < len(places) and places[0] in _SIDES)
        ):
            return None
        if not parts or value in ("inherit", "initial", "unset"):
            continue
        colour = colour_of(parts[0]) if len(parts) == 1 else None
        if colour is None or (behind is None and colour[3] < 1):
            return None
        behind = over(colour, behind or WHITE)
    return behind


def is_surely_behind(declared: dict[str, str], *, is_shown: bool) -> bool:
    """Return whether the background that a style declares certainly lies behind all text of the element. The
    background may lie elsewhere if the style sets the size of the element's box, or if no box is shown.
    """
    if not is_shown or declared.get("display") == "contents":
        return False
    if {"background", "background-color"} <= declared.keys():
        return False
    return all(
        declared[name] == "auto"
        or re.fullmatch(r"100%|100v[wh]|(?:\d{2}|100)(?:\.\d+)?%|\d{3,4}(?:\.\d+)?px|\d{2}r?em", declared[name])
        for name in ("width", "max-width", "inline-size")
        if name in declared
    ) and all(
        declared[name] in ("auto", "100%", "none")
        for name in ("height", "max-height", "block-size")
        if name in declared
    )


def first_colours(element: HtmlElement, link: str, stated: dict[str, str]) -> dict[str, str]:
    """Return the declarations of colours, and of a size, that an element has without a style sheet: those that
    browsers give to links, fields and marked text, and those that attributes such as `bgcolor` name in old pages.
    `link` is the colour of the page's links, and `stated` is what style sheets declare.

    A picture in the attribute `background` is returned as `url()`.
    """
    tag = element.tag.lower()
    found = dict(_OF_BROWSERS.get(tag, {}))
    if tag == "a" and "href" in element.attrib:
        found["color"] = link
    if tag in ("font", "hr") and element.get("color"):
        found["color"] = _old_colour(element.get("color"))
    if tag == "font" and (size := re.fullmatch(r"\s*([+-]?)(\d).*", element.get("size", ""), re.DOTALL)):
        step = int(size[2]) if not size[1] else 3 + int(size[1] + size[2])
        found["font-size"] = _SIZES_OF_OLD[max(1, min(7, step)) - 1]
    if tag == "body" and element.get("text"):
        found["color"] = _old_colour(element.get("text"))
    if _WITH_BACKGROUND.fullmatch(tag):
        if element.get("bgcolor"):
            found["background-color"] = _old_colour(element.get("bgcolor"))
        if element.get("background"):
            found["background-image"] = "url()"
    if "background" in stated:
        found.pop("background-color", None)
    return found


def link_colour(body: HtmlElement, link: str) -> str:
    """Return the colour of the links of a page, which the attribute `link` of its body may name."""
    return _old_colour(body.get("link")) if body.get("link") else link


def _old_colour(value: str) -> str:
    value = value.strip().lower()
    return f"#{value}" if re.fullmatch(r"[0-9a-f]{6}", value) else value


def text_colour(declared: dict[str, str], parent: Colour | None) -> Colour | None:
    """Return the colour of an element's text; None if the colour is not known. `parent` is the colour of the text
    around the element.
    """
    value = declared.get("-webkit-text-fill-color", declared.get("color", "inherit"))
    if value in ("inherit", "unset", "currentcolor"):
        return parent
    return BLACK if value == "initial" else colour_of(value)
