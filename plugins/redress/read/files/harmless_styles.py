"""The styles that certainly do not hide, move or change text. If an element has any other style, its text is in
doubt.

The list has harmless styles, because no list could have all styles that hide text. `looks.py` judges colours,
because whether a colour is harmless depends on its background.
"""

import re
from collections.abc import Callable
from functools import cache

LEAST_SIZE_PX = 8.0
"""Type smaller than this, in pixels, is hard to read, or is not meant to be read. An element or a line that is
lower than this may hide its text, and so may an element that is narrower."""
MOST_SIZE_PX = 200.0
MOST_MARGIN_PX = 200.0
WINDOW_WIDTH_PX = 1280.0
"""The width of the window, as of a wide screen. What is wider may be cut off at the edge of the window."""
LEAST_BOX_PX = 16.0
LEAST_TRACK_PX = 32.0
"""A box that is narrower or lower than LEAST_BOX_PX, or a column or row of a grid that is narrower or lower than
LEAST_TRACK_PX, may let its text run over the text beside it."""
MOST_OUTLINE_PX = 4.0
MOST_SPREAD_PX = 8.0
"""An outline, or a shadow that is not transparent, may hide text if it reaches farther than this."""
MOST_LETTER_SPACE_PX = 5.0

Check = Callable[[str], bool]

_PIXELS = {
    "": 1.0, "px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "%": 12.8, "vw": 12.8, "vh": 7.2, "ch": 8.0, "ex": 8.0
}  # fmt: skip
_LENGTH = re.compile(r"([+-]?(?:\d{1,6}(?:\.\d{0,9})?|\.\d{1,9}))(px|pt|r?em|%|vw|vh|ch|ex)?")
_LENGTHS_WITHIN = re.compile(r"(?<![\w#.-])[+-]?(?:\d{1,6}(?:\.\d{0,9})?|\.\d{1,9})(?:px|pt|r?em|%|vw|vh|ch|ex)?\b")
_RESETS = frozenset({"inherit", "initial", "unset"})
_SIZES = frozenset({"aspect-ratio", "block-size", "flex", "flex-basis", "height", "inline-size", "width"})
_SIZES_WITHIN = re.compile(r"max-(?:height|width|block-size|inline-size)|.*line-clamp|columns?|column-count")


def pixels(length: str) -> float | None:
    """Return a length in pixels, as in a window of 1280 by 720 pixels with letters of 16 pixels. Return None if the
    text is not a length, or is a number other than zero without a unit.
    """
    found = _LENGTH.fullmatch(length)
    if found is None or (not found[2] and float(found[1]) != 0):
        return None
    return float(found[1]) * _PIXELS[found[2] or ""]


def first_doubtful(declared: dict[str, str]) -> str | None:
    """Return the first declaration that may hide, move or change text, such as "display: none". Return None if
    there is none.
    """
    for name, value in declared.items():
        if not is_harmless(name, value):
            return f"{name}: {value}"[:60]
    return _cut(declared) or next((f"{name}: 0" for name in declared if _is_of_no_size(name, declared[name])), None)


def _cut(declared: dict[str, str]) -> str | None:
    """Return a declaration of `overflow` that may cut off text. Return None if there is none, or if the element has
    neither a size nor text that must stay on one line.
    """
    has_size = any(name in _SIZES or _SIZES_WITHIN.fullmatch(name) for name in declared)
    if not has_size and declared.get("white-space") != "nowrap":
        return None
    cutting = (one for one in declared.items() if one[0].startswith("overflow") and one[0] not in _WORDS)
    return next((f"{name}: {value}" for name, value in cutting if value not in ("visible", *_RESETS)), None)


def _is_of_no_size(name: str, value: str) -> bool:
    return (
        value in ("0", "0px")
        and re.fullmatch(r"(?:max-)?(?:width|height|block-size|inline-size)", name) is not None
    )


def is_harmless(name: str, value: str) -> bool:
    """Return whether a declaration certainly does not hide, move or change text."""
    if name.startswith("--") or name in _HANDLED or name in _ANY:
        return True
    if value in _RESETS and name != "all" and (name, value) != ("display", "inherit"):
        return True
    if name in _WORDS:
        return re.fullmatch(r"[a-z -]+", value) is not None
    if name in _EXACT:
        return re.fullmatch(_EXACT[name], value) is not None
    if _is_of_no_size(name, value):
        return True
    check = _check(name)
    return check is not None and check(value)


@cache
def _check(name: str) -> Check | None:
    for pattern, check in _CHECKS.items():
        if re.fullmatch(pattern, name):
            return check
    return None


def _lengths(least: float, most: float, *words: str) -> Check:
    """Return a check of a value. The value passes if it consists only of these words and of lengths from `least` to
    `most`.
    """

    def check(value: str) -> bool:
        return all(
            part in words or ((length := pixels(part)) is not None and least <= length <= most)
            for part in value.replace(",", " ").split()
        )

    return check


def _is_line_height(value: str) -> bool:
    number = re.fullmatch(r"(\d{1,3}(?:\.\d{0,9})?|\.\d{1,9})(%?)", value)
    if number:
        return 0.8 <= float(number[1]) / (100 if number[2] else 1) <= 5
    return value == "normal" or _lengths(LEAST_SIZE_PX, MOST_SIZE_PX)(value)


def _is_font(value: str) -> bool:
    line = re.search(r"/\s*(\S+)", value)
    return "(" not in value and (line is None or _is_line_height(line[1]))


def is_inert(name: str, value: str) -> bool:
    """Return whether a declaration leaves text as it is, whether or not a browser follows the declaration."""
    return _INERT.fullmatch(name) is not None and is_harmless(name, value)


def _is_outline(value: str) -> bool:
    lengths = [pixels(one) or 0 for one in _LENGTHS_WITHIN.findall(re.sub(r"\([^()]*\)|#[0-9a-f]+", "", value))]
    return re.search(r"(?:calc|var|min|max|clamp|env)\(", value) is None and all(
        0 <= one <= MOST_OUTLINE_PX for one in lengths
    )


def _is_shadow(value: str) -> bool:
    """Return whether a shadow around a box hides no text beside the box: it is near, or it is transparent."""
    if not _is_border(value):
        return False
    lengths = [
        abs(pixels(one) or 0) for one in _LENGTHS_WITHIN.findall(re.sub(r"\([^()]*\)|#[0-9a-f]+", "", value))
    ]
    is_faint = re.search(r"(?:,|/)\s*0?\.[0-4]\d*\s*\)", value) is not None
    return all(one <= MOST_SPREAD_PX for one in lengths) or (
        is_faint and all(one <= MOST_SPREAD_PX for one in lengths[3::4])
    )


def _is_border(value: str) -> bool:
    if re.search(r"(?:calc|var|min|max|clamp|env|url|gradient)\(|\binset\b", value):
        return False
    plain = re.sub(r"\([^()]*\)", "", value)
    return all(abs(pixels(one) or 0) <= 60 for one in _LENGTHS_WITHIN.findall(plain))


def _is_shadow_of_text(value: str) -> bool:
    plain = re.sub(r"\([^()]*\)|#[0-9a-f]+", "", value)
    return value == "none" or (
        re.search(r"calc|var", value) is None
        and all(abs(pixels(one) or 0) <= 3 for one in _LENGTHS_WITHIN.findall(plain))
    )


def _is_grid(value: str) -> bool:
    plain = re.sub(r"minmax\(\s*0(?:px)?\s*,", "minmax(1fr,", value)
    tracks = (pixels(one) for one in re.findall(r"[\d.]+(?:px|r?em|pt)\b", plain))
    if any(one is None or one < LEAST_TRACK_PX for one in tracks):
        return False
    return re.fullmatch(r"[a-z0-9.%\s(),-]*", plain) is not None and not re.search(
        r"(?:^|[\s(,])0?\.?0+(?:fr|[a-z%]+)?(?![\d.])|calc|var|clamp|subgrid", plain
    )


def _is_opacity(value: str) -> bool:
    number = re.fullmatch(r"(\d{0,3}\.?\d{1,9})(%?)", value)
    if number is None:
        return False
    opacity = float(number[1]) / (100 if number[2] else 1)
    return opacity >= 0.6 or opacity <= 0.05  # what is transparent is not seen, and looks.py says so


def _is_z_index(value: str) -> bool:
    return re.fullmatch(r"auto|\d{1,10}", value) is not None


_HANDLED = frozenset(
    {
        "background",
        "background-color",
        "background-image",
        "color",
        "font-size",
        "overflow",
        "overflow-block",
        "overflow-inline",
        "overflow-x",
        "overflow-y",
    }
)
"""The properties that other functions judge. Here any value of these properties passes."""

_ANY = frozenset(
    {
        "-moz-osx-font-smoothing", "-ms-overflow-style", "-webkit-appearance", "-webkit-font-smoothing",
        "-webkit-overflow-scrolling", "-webkit-tap-highlight-color", "accent-color", "appearance",
        "backface-visibility", "background-attachment", "background-origin", "background-position",
        "background-repeat", "background-size", "caret-color", "counter-increment", "counter-reset",
        "counter-set", "cursor", "fill", "font-display", "font-family", "object-fit", "object-position",
        "orphans", "outline-color", "page", "pointer-events", "scrollbar-color", "scrollbar-gutter",
        "scrollbar-width", "stroke", "tab-size", "touch-action", "transition", "transition-delay",
        "transition-duration", "transition-property", "transition-timing-function", "user-select",
        "-webkit-user-select", "-moz-user-select", "-ms-user-select", "widows", "will-change",
    }
)  # fmt: skip
_WORDS = frozenset(
    {
        "-ms-flex-wrap", "align-content", "align-items", "align-self", "border-collapse", "box-sizing",
        "-webkit-box-sizing", "-moz-box-sizing", "break-after", "break-before", "break-inside", "caption-side",
        "clear", "empty-cells", "flex-wrap", "font-kerning", "font-style", "hyphens", "isolation",
        "justify-content", "justify-items", "justify-self", "line-break", "overflow-anchor", "overflow-wrap",
        "page-break-after", "page-break-before", "page-break-inside", "place-content", "place-items",
        "place-self", "resize", "speak", "table-layout", "text-align", "text-align-last", "text-justify",
        "text-rendering", "text-transform", "text-wrap", "white-space", "white-space-collapse", "word-break",
        "word-wrap",
    }
)  # fmt: skip
_DECORATION = r"(?:[a-z-]|#[0-9a-f]{3,8}|rgba?\([\d.%\s,/]*\)|[0-4](?:\.\d+)?px|\s)+"
_MARKERS = r"none|disc|circle|square|decimal(?:-leading-zero)?|(?:lower|upper)-(?:alpha|latin|roman|greek)"
_INERT = re.compile(
    r"--.*|(?:margin|padding|scroll|border|transition)(?:-.+)?|(?:-moz-|-webkit-|-ms-)?(?:box-sizing|user-select)"
    r"|-moz-osx-font-smoothing|-webkit-(?:font-smoothing|tap-highlight-color)|(?:-webkit-|-ms-)?text-size-adjust"
    r"|accent-color|caret-color|cursor|font-(?:display|family|kerning|style|weight)|hyphens|line-height|object-fit"
    r"|orphans|page-break-.+|pointer-events|tab-size|text-(?:align|rendering)|touch-action|widows|will-change"
)
"""The properties that change nothing of what a person reads, whether or not a browser follows them."""
_EXACT = {
    "-ms-text-size-adjust": r"none|auto|100%",
    "-webkit-text-size-adjust": r"none|auto|100%",
    "animation": "none",
    "animation-name": "none",
    "backdrop-filter": "none",
    "background-clip": "(?:border|padding|content)-box",
    "clip": "auto",
    "clip-path": "none",
    "color-scheme": "normal|(?:only )?light|light dark",
    "contain": "none",
    "content": "normal|none",
    "content-visibility": "visible|auto",
    "direction": "ltr",
    "display": r"none|block|inline|inline-block|table(?:-cell|-row|-caption|-(?:row|header|footer)-group)?"
    r"|inline-table|(?:inline-)?(?:flex|grid)|list-item|flow-root|contents",
    "filter": "none",
    "flex": r"none|auto|[\d.]+(?: [\d.]+)?(?: (?:auto|[\d.]+(?:px|%|r?em)?))?",
    "flex-basis": r"auto|[\d.]+(?:px|%|r?em)?",
    "flex-direction": "row|column",
    "flex-flow": "(?:row|column)?(?: ?(?:no)?wrap)?",
    "flex-grow": r"[\d.]+",
    "flex-shrink": r"[\d.]+",
    "float": "left|right|none",
    "font-feature-settings": r"normal|(?:[\"'](?:[tlp]num|kern|c?lig|liga|calt)[\"'](?: (?:0|1|on|off))?,? ?)+",
    "font-stretch": r"[a-z-]+|\d{2,3}%",
    "font-variant": "normal|none|small-caps|(?:(?:tabular|lining|proportional)-nums ?)+",
    "font-variant-ligatures": "[a-z -]+",
    "font-variant-numeric": "normal|(?:(?:tabular|lining|proportional)-nums ?)+",
    "font-variant-position": "normal",
    "font-weight": r"[a-z]+|\d{1,4}",
    "grid-column": r"auto|1 ?/ ?-1|span \d{1,2}",
    "list-style": rf"(?:(?:{_MARKERS}|inside|outside) ?)+",
    "list-style-image": "none",
    "list-style-position": "[a-z]+",
    "list-style-type": _MARKERS,
    "mix-blend-mode": "normal",
    "position": "static|relative",
    "quotes": "auto|none",
    "rotate": "none",
    "scale": "none|1",
    "text-decoration": _DECORATION,
    "text-decoration-color": _DECORATION,
    "text-decoration-line": "[a-z -]+",
    "text-decoration-skip-ink": "[a-z]+",
    "text-decoration-style": "[a-z]+",
    "text-decoration-thickness": r"auto|from-font|[0-4](?:\.\d+)?px|0?\.[012]\d*r?em|max\(1px, ?0?\.0625rem\)",
    "text-overflow": "clip|ellipsis",
    "text-underline-offset": r"auto|[0-6](?:\.\d+)?px|0?\.[0-4]\d*r?em",
    "transform": "none",
    "translate": "none",
    "unicode-bidi": "normal|isolate|embed|plaintext",
    "visibility": "visible|hidden",
    "writing-mode": "horizontal-tb",
    "zoom": "1|100%|normal",
}
_CONTENTS = ("auto", "none", "fit-content", "min-content", "max-content")
_CHECKS: dict[str, Check] = {
    r"margin(?:-.+)?|padding(?:-.+)?": _lengths(0, MOST_MARGIN_PX, "auto"),
    r"scroll-.+": lambda value: True,
    r"outline(?:-(?:width|style|offset))?": _is_outline,
    r"(?:-webkit-|-moz-)?box-shadow": _is_shadow,
    r"border(?:-.+)?|(?:-webkit-|-moz-)border-radius": _is_border,
    r"text-shadow": _is_shadow_of_text,
    r"min-(?:width|height|block-size|inline-size)": _lengths(0, WINDOW_WIDTH_PX, *_CONTENTS),
    r"max-(?:width|height|block-size|inline-size)": _lengths(LEAST_BOX_PX, 3 * WINDOW_WIDTH_PX, *_CONTENTS),
    r"width|height|block-size|inline-size": _lengths(LEAST_BOX_PX, WINDOW_WIDTH_PX, *_CONTENTS),
    r"(?:top|left|right|bottom|inset)(?:-.+)?|inset-.+": _lengths(0, 0, "auto"),
    r"gap|(?:grid-)?(?:row|column)-gap|grid-gap": _lengths(0, MOST_MARGIN_PX, "normal"),
    r"grid-template-(?:columns|rows)|grid-auto-(?:columns|rows)": _is_grid,
    r"grid-auto-flow": lambda value: value in ("row", "column"),
    r"letter-spacing": _lengths(-1, MOST_LETTER_SPACE_PX, "normal"),
    r"word-spacing": _lengths(0, MOST_LETTER_SPACE_PX, "normal"),
    r"text-indent": lambda value: "%" not in value and _lengths(0, MOST_MARGIN_PX)(value),
    r"vertical-align": _lengths(
        -16, 16, "baseline", "middle", "top", "bottom", "text-bottom", "text-top", "super", "sub"
    ),
    r"line-height": _is_line_height,
    r"font": _is_font,
    r"opacity": _is_opacity,
    r"z-index": _is_z_index,
}
