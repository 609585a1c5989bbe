"""The conditions of `@media` and `@supports`: tell whether a wide, bright screen fits them."""

import re

from tinycss2 import serialize

from redress.read.files.harmless_styles import WINDOW_WIDTH_PX
from redress.read.files.selectors import Tokens, split, tokens_of

LEAST_SCREEN_PX = 600
"""The least height of a window, and the least width and height of a whole screen. Neither is known exactly."""

_PIXELS = {"px": 1, "em": 16, "rem": 16}
_FIT = re.compile(
    r"orientation ?: ?landscape|(?:any-)?hover(?: ?: ?hover)?|(?:any-)?pointer(?: ?: ?fine)?|color"
    r"|prefers-color-scheme ?: ?light|prefers-(?:contrast|reduced-motion) ?: ?no-preference"
)
_UNFIT = re.compile(
    r"monochrome|orientation ?: ?portrait|(?:any-)?hover ?: ?none|(?:any-)?pointer ?: ?(?:none|coarse)"
    r"|prefers-color-scheme ?: ?dark|prefers-reduced-motion(?: ?: ?reduce)?"
)
_UNFIT_OR_UNKNOWN = re.compile(
    r"prefers-contrast ?: ?(?:more|less|custom)|prefers-reduced-(?:data|transparency)(?: ?: ?reduce)?"
    r"|forced-colors ?: ?active|-ms-high-contrast.*"
)
"""Features that a screen does not have, or that a browser does not know. A browser does not apply a condition with
a feature that it does not know, nor the opposite of that condition."""
_OTHER_MEDIA = frozenset({"aural", "braille", "embossed", "handheld", "print", "projection", "speech", "tty", "tv"})
_SIZE = re.compile(r"(min|max)-(device-width|device-height|width|height) ?: ?(\d*\.?\d+)(px|r?em)")
_RANGE = re.compile(r"width ?(<=?|>=?|=) ?(\d*\.?\d+)(px|r?em)")
_SUPPORTED = re.compile(
    r"\( ?(?:display ?: ?(?:contents|flex|flow-root|grid|inline-flex|inline-grid)|position ?: ?sticky"
    r"|object-fit ?: ?(?:contain|cover)|(?:row-|column-)?gap ?: ?\d+(?:px|r?em)"
    r"|aspect-ratio ?: ?1 ?/ ?1|--\w+ ?: ?\w+) ?\)"
)
"""Conditions of `@supports` that every browser of the last years fits."""


def media_applies(condition: str) -> bool | None:
    """Return whether a wide, bright screen fits the condition of a `media` attribute; None if this is not known."""
    try:
        return screen_fits(tokens_of(condition))
    except RecursionError:
        return None


def screen_fits(prelude: Tokens) -> bool | None:
    """Return whether a wide, bright screen fits the condition of an `@media` rule; None if this is not known."""
    queries = split(prelude)
    if queries == [[]]:
        return True
    found = {_query_fits(query) for query in queries}
    return True if True in found else None if None in found else False


def has_feature(prelude: Tokens) -> bool | None:
    """Return True if every browser fits the condition of an `@supports` rule; None if this is not known."""
    return True if _SUPPORTED.fullmatch(_text(prelude)) else None


def _text(tokens: Tokens) -> str:
    return " ".join(serialize(tokens).lower().split())


def _query_fits(tokens: Tokens) -> bool | None:
    words = [token for token in tokens if token.type != "whitespace"]
    names = [token.lower_value if token.type == "ident" else "" for token in words]
    is_negated = names[:1] == ["not"]
    if is_negated or (names[:1] == ["only"] and names[1:2] != [""]):
        words, names = words[1:], names[1:]
    fits: set[bool | None] = set()
    if names[:1] not in ([""], []):
        fits.add(True if names[0] in ("all", "screen") else False if names[0] in _OTHER_MEDIA else None)
    elif not (words and words[0].type == "() block" and (len(words) == 1 or not is_negated)):
        return None
    else:
        fits.add(_feature_fits(_text(words[0].content), is_negated=is_negated))
    # behind the first word, the others are pairs of "and" and a condition in brackets
    for joint, condition in zip(names[1::2], [*words[2::2], None], strict=False):
        if joint != "and" or condition is None or condition.type != "() block":
            return None
        fits.add(_feature_fits(_text(condition.content), is_negated=is_negated))
    found = None if is_negated and None in fits else False if False in fits else None if None in fits else True
    return found if found is None else found != is_negated


def _feature_fits(text: str, *, is_negated: bool) -> bool | None:
    text = text.strip()
    if _FIT.fullmatch(text):
        return True
    if _UNFIT.fullmatch(text):
        return False
    if _UNFIT_OR_UNKNOWN.fullmatch(text):
        return None if is_negated else False
    if size := _SIZE.fullmatch(text):
        pixels = float(size[3]) * _PIXELS[size[4]]
        if size[2] == "width":
            return pixels <= WINDOW_WIDTH_PX if size[1] == "min" else pixels >= WINDOW_WIDTH_PX
        return (size[1] == "min") if pixels <= LEAST_SCREEN_PX else None
    if found := _RANGE.fullmatch(text):
        pixels = float(found[2]) * _PIXELS[found[3]]
        return {
            "<": pixels > WINDOW_WIDTH_PX,
            "<=": pixels >= WINDOW_WIDTH_PX,
            ">": pixels < WINDOW_WIDTH_PX,
            ">=": pixels <= WINDOW_WIDTH_PX,
            "=": pixels == WINDOW_WIDTH_PX,
        }[found[1]]
    return None
