"""What a later declaration removes: an earlier declaration of the same property, and those that it sums up, as
`font` sums up `font-size`.
"""

import re
from collections.abc import Iterator

_LENGTH = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:px|pt|r?em|%|ch|ex|vw|vh)?"
_GLOBAL = "inherit|initial|revert|unset"
_COLOUR = r"white|black|transparent|none|#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})"
_DECORATION = (
    rf"none|(?:(?:line-through|underline|overline|solid|double|dotted|dashed|wavy|currentcolor|{_COLOUR})\s?)+"
)
_SUMS = {
    # the name of a shorthand: the names of the longhands, and the values that a browser surely understands
    "margin": (r"margin-.+", rf"(?:(?:auto|{_LENGTH})\s*)+"),
    "padding": (r"padding-.+", rf"(?:{_LENGTH}\s*)+"),
    "inset": (r"top|right|bottom|left|inset-.+", rf"(?:(?:auto|{_LENGTH})\s*)+"),
    "font": (
        r"font-.+|line-height",
        rf"(?:(?:normal|italic|oblique|bold|bolder|lighter|small-caps|[1-9]00)\s+)*{_LENGTH}(?<!\d)(?:\s*/\s*{_LENGTH})?"
        r"\s+(?:[a-z-]+|\"[\w ]+\")(?:\s*,\s*(?:[a-z-]+|\"[\w ]+\"))*",
    ),
    "all": (r"(?!--|all$|direction$|unicode-bidi$).+", "revert-layer"),
    "background": (r"background-.+", _COLOUR),
    "overflow": (r"overflow-[xy]", r"(?:(?:visible|hidden|clip|scroll|auto)\s?){1,2}"),
    "text-decoration": (r"text-decoration-.+", _DECORATION),
}
_CERTAIN = {
    "text-decoration": _DECORATION,
    "text-decoration-line": r"none|(?:(?:line-through|underline|overline)\s?)+",
    "visibility": "visible|hidden|collapse",
    "vertical-align": rf"baseline|middle|top|bottom|text-top|text-bottom|super|sub|{_LENGTH}",
    "white-space": "normal|nowrap|pre|pre-wrap|pre-line|break-spaces",
}
"""Of these properties, the reader takes the last value as it stands. The values are those that a browser surely
understands; it leaves out the others, and an earlier value stays."""


def reset_by(name: str, value: str, declared: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Yield the names in `declared` that a later declaration removes. With each name, say whether this is certain:
    a browser removes nothing if it does not understand the value.
    """
    if name in _SUMS:
        longhands, understood = _SUMS[name]
        is_certain = re.fullmatch(rf"{understood}|{_GLOBAL}", value) is not None
        for other in [other for other in declared if re.fullmatch(longhands, other)]:
            yield other, is_certain
    if name in declared and name in _CERTAIN and declared[name] != value:
        yield name, re.fullmatch(rf"{_CERTAIN[name]}|{_GLOBAL}", value) is not None
    elif name == "display" and name in declared:
        yield name, value != "inherit"
