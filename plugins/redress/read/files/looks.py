"""How a browser shows an element of a page: whether the element is seen, struck out or raised, and where lines end.

A style sheet outside the page is not known. Some effects are suggested only by a well-known class name, or need a
script. Such an effect is a doubt: words with a doubt are read, and a figure with such words is withheld.
"""

import re
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from redress.read.files.colours import (
    BLACK,
    LEAST_CONTRAST,
    LINK,
    WHITE,
    Colour,
    background_of,
    contrast,
    first_colours,
    is_surely_behind,
    link_colour,
    text_colour,
)
from redress.read.files.harmless_styles import LEAST_SIZE_PX, first_doubtful, is_inert, pixels
from redress.read.files.hiding import (
    Choice,
    choice_of,
    is_hidden,
    is_hidden_until_found,
    is_put_away,
    is_shown_by_its_style,
    is_transparent,
)
from redress.read.files.look_doubts import (
    SCRIPT,
    UNSTRUCK,
    doubt_by_class,
    doubt_by_place,
    doubt_by_script,
    doubt_by_tag,
    has_line_through,
    is_struck,
    may_added_cover,
    may_cover,
)
from redress.read.files.raised import RAISED, is_raised, may_be_raised
from redress.read.files.selectors import STRING
from redress.read.files.style_sheets import SCRIPTED, Declarations, Style

LEAST_OPACITY = 0.5
"""Text in which several elements together leave less than this part of the colour is pale."""
MOST_GAP_PX = 4.0
"""If an element in a line has a wider margin or padding, its digits may not belong to the digits beside it."""
BY_RULE = "a rule of its style sheet that is not followed here may hide it or change it"
BY_STYLE = 'its style "{}" may hide it, move it or change it'
PALE = "it has about the colour of what is behind it"
UNKNOWN_COLOUR = "its colour, or what is behind it, is not known"
UNKNOWN_SIZE = "the size of its letters is not known"
SMALL = "its letters are too small to be read"
FADED_IN = "an animation shows it"
COVERED = "another part of the page may lie over it"
FOUND = "some browsers hide it until a person searches for it"
UNHIDDEN = "browsers hide such an element, but a style of the page may show it"
CHOSEN = "which option a browser shows is not known"

_BLOCKS = re.compile(
    r"address|article|aside|blockquote|body|br|button|caption|center|col|colgroup|d[dlt]|details|dialog|dir|div"
    r"|fieldset|fig(?:caption|ure)|footer|form|h[1-6]|header|hgroup|hr|html|legend|li|listing|main|menu|nav|ol"
    r"|optgroup|option|p|plaintext|pre|search|section|select|summary|t(?:able|body|d|extarea|foot|h|head|r)|ul|xmp"
)
"""The elements that begin and end a line."""
_DRAWN = frozenset({"canvas", "embed", "iframe", "object", "svg", "video"})
_INLINE_BLOCKS = re.compile(r"button|select|textarea")
_LINES_KEPT = re.compile(r"listing|plaintext|pre|textarea|xmp")
_BLOCK_DISPLAYS = re.compile(r"block|flex|grid|flow-root|list-item|table(?!-column).*")
_SIZES_OF_WORDS = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0,
    "xx-large": 32.0, "xxx-large": 48.0, "initial": 16.0,
}  # fmt: skip
_STEPS = {"big": 1.2, "h5": 0.83, "h6": 0.67, "larger": 1.2, "small": 0.83, "smaller": 0.83}
"""By how much some elements and some words change the size of letters. Source: the HTML standard, "Rendering"."""
_ZERO = re.compile(r"[+-]?0*\.?0*(?:px|r?em|%|pt|ex|ch|vh|vw)?")
_ADDED = re.compile(rf"(?:\s*(?:{STRING}|attr\(\s*[\w-]+\s*\)|open-quote|close-quote))+\s*", re.DOTALL)
_ADDED_SIGNS = re.compile(r"[\s\"'“”‘’•·›»«‹|]*|(?:(?:open|close)-quote\s*)+")
"""Added content of signs that are no part of a number."""
_WITHOUT_ADDED = re.compile(r"area|br|hr|input|option|optgroup|rt|select|textarea|wbr")
"""The elements before and after which browsers add no content, or add the content elsewhere."""
_GAPS = re.compile(r"(?:margin|padding)(?:-(?:left|right|inline.*))?|border(?:-(?:left|right))?(?:-width)?")
_WIDTHS = frozenset({"inline-size", "min-inline-size", "min-width", "width"})
_PLAIN_ADDED = re.compile(
    r"content|--.*|(?:-moz-|-webkit-)?box-sizing|font-(?:family|style|weight)|cursor|.*font-smoothing"
)


@dataclass(frozen=True)
class Look:
    """How one element is shown. Its text is seen only if the element is both shown and visible, and is not struck
    through, raised, or of no size.

    If an element is not shown, all elements in it are hidden. If an element is not visible, it may hold visible
    elements. `print_of` lists what sets the size of the text, and "note" for a link to a note. If two pieces of
    text differ in `print_of`, they may not belong to one number.

    If an element is away, it is out of the window or cut to nothing; the style of an element in it may bring that
    element back. If an element may cover others, it lies in front of other parts of the page. `background` and
    `other_background` are the two colours that may be behind the text, and `canvas` is the colour of the whole
    page. `link` is the colour of the links of the page, `root_size` is the size of the letters of the whole page in
    pixels, and `choice` is what the list around an option shows.
    """

    is_shown: bool = True
    is_visible: bool = True
    is_struck: bool = False
    is_raised: bool = False
    is_block: bool = False
    is_flexible: bool = False
    keeps_lines: bool = False
    has_no_size: bool = False
    is_away: bool = False
    may_cover: bool = False
    print_of: tuple[str, ...] = ()
    colour: Colour | None = BLACK
    background: Colour | None = WHITE
    other_background: Colour | None = WHITE
    canvas: Colour | None = WHITE
    link: str = LINK
    size: float = 16.0
    root_size: float = 16.0
    opacity: float = 1.0
    choice: Choice | None = None
    doubt: str | None = None

    @property
    def reason(self) -> str | None:
        """The reason why a browser may not show the element's text as it was read; None if nothing suggests
        this.
        """
        if self.doubt is not None:
            return self.doubt
        if self.size < LEAST_SIZE_PX:
            return SMALL if self.size >= 0 else UNKNOWN_SIZE
        if self.colour is None or self.background is None or self.other_background is None:
            return UNKNOWN_COLOUR
        backgrounds = (self.background, self.other_background)
        is_pale = any(contrast(self.colour, one) < LEAST_CONTRAST for one in backgrounds)
        return PALE if is_pale or self.opacity < LEAST_OPACITY else None

    @property
    def is_seen(self) -> bool:
        return (
            self.is_shown
            and self.is_visible
            and not (self.is_struck or self.is_raised or self.has_no_size or self.is_away)
        )


def look_of(element: HtmlElement, parent: Look, style: Style) -> Look:
    """Return how an element is shown inside an element with the look `parent`."""
    tag = element.tag.lower()
    link = link_colour(element, parent.link) if tag == "body" else parent.link
    declared = {**first_colours(element, link, style.declared), **style.declared}
    # what may apply, and may not, hides an element only if the element is hidden in both cases
    both = (declared, declared | style.unsure) if style.unsure else (declared,)
    classes = (element.get("class") or "").split()
    display = declared.get("display", "")
    is_block = _is_block(tag, display, parent)
    is_boxed = is_block or _has_box(tag, declared)
    size = _size_in_pixels(tag, declared, parent)
    look = replace(
        parent,
        is_shown=parent.is_shown
        and not (tag == "option" and parent.choice is not None and parent.choice.option not in (None, element))
        and not all(is_hidden(element, tag, one, is_boxed=is_boxed) for one in both),
        is_visible=any(_is_visible(parent, one) for one in both),
        has_no_size=all(_has_no_size(parent, one) for one in both),
        is_struck=all(is_struck(tag, one, is_parent_struck=parent.is_struck) for one in both),
        is_raised=parent.is_raised or all(is_raised(element, tag, classes, one, is_block=is_block) for one in both),
        is_away=parent.is_away
        or (not parent.is_flexible and all(is_put_away(element, tag, one, is_boxed=is_boxed) for one in both)),
        is_block=is_block,
        is_flexible=re.fullmatch(r"(?:inline-)?(?:flex|grid)", display) is not None,
        keeps_lines=_keeps_lines(parent, tag, declared),
        print_of=_print_of(parent, element, tag, declared, is_block=is_block),
        colour=text_colour(declared, parent.colour),
        link=link,
        size=size,
        root_size=size if tag == "html" else parent.root_size,
        opacity=parent.opacity * _opacity(declared),
        may_cover=False,
        choice=choice_of(element) if tag == "select" else parent.choice,
    )
    look = _with_background(look, parent, tag, declared)
    if not look.is_shown:
        is_drawn = parent.is_shown and tag in _DRAWN and display != "none" and "hidden" not in element.attrib
        return replace(look, may_cover=is_drawn and may_cover(tag, declared))
    if parent.is_away and (first_doubtful(declared) or "all" in declared or style.unsure):
        look = replace(look, is_away=False, doubt=look.doubt or BY_RULE)
    added = {name for one in (style.before, style.after) if _doubt_by_added(tag, one) for name in one}
    look = replace(
        look,
        is_block=look.is_block and not look.is_away,
        may_cover=(look.is_visible and not look.is_away and may_cover(tag, declared))
        or any(may_added_cover(one) for one in (style.before, style.after)),
        is_visible=look.is_visible or "visibility" in added,
        has_no_size=look.has_no_size and not {"font", "font-size"} & added,
        is_away=look.is_away and not added,
        is_raised=look.is_raised and (parent.is_raised or not added),
        is_struck=look.is_struck and (parent.is_struck or not added),
    )
    if look.doubt is not None:
        return look
    is_lifted = parent.is_struck and not look.is_struck
    return replace(look, doubt=UNSTRUCK if is_lifted else _doubt(element, tag, classes, look, declared, style))


def _with_background(look: Look, parent: Look, tag: str, declared: Declarations) -> Look:
    """Return a look with the colours behind its text. What is moved out of its line may stand before the colour of
    the whole page, and so may the text of a box that is smaller than its text.
    """
    other = parent.canvas if _is_taken_out(declared) else parent.other_background
    behind = background_of(declared, parent.background)
    if not {"background", "background-color", "background-image"} & declared.keys():
        return replace(look, background=behind, other_background=other)
    if tag in ("body", "html"):
        return replace(look, background=behind, other_background=behind, canvas=behind)
    is_sure = is_surely_behind(declared, is_shown=look.is_visible)
    return replace(look, background=behind, other_background=behind if is_sure else other)


def _doubt(
    element: HtmlElement, tag: str, classes: list[str], look: Look, declared: Declarations, style: Style
) -> str | None:
    """Return in words why a browser may not show an element's text as it was read; None if nothing suggests
    this.
    """
    if SCRIPTED in style.unsure:
        return SCRIPT
    if not all(is_inert(name, value) for name, value in style.unsure.items()):
        return BY_RULE
    if is_hidden_until_found(element):
        return FOUND
    if is_shown_by_its_style(tag, declared):
        return UNHIDDEN
    if (tag == "option" and look.choice is None) or (look.choice is not None and look.choice.option is None):
        return CHOSEN
    if is_transparent(declared):
        return FADED_IN
    if "-webkit-text-fill-color" in declared:
        return UNKNOWN_COLOUR
    if not look.is_raised and may_be_raised(element, tag, classes, declared):
        return RAISED
    return (
        doubt_by_class(classes, declared)
        or doubt_by_tag(element, tag, declared)
        or doubt_by_script(element, classes)
        or doubt_by_place(element, declared, is_inline=not _BLOCKS.fullmatch(tag))
        or _doubt_by_style(declared)
        or next((reason for one in (style.before, style.after) if (reason := _doubt_by_added(tag, one))), None)
    )


def _doubt_by_style(declared: Declarations) -> str | None:
    doubtful = first_doubtful(declared)
    return None if doubtful is None else BY_STYLE.format(doubtful)


def _doubt_by_added(tag: str, declared: Declarations) -> str | None:
    """Return the doubt about an element to which a style sheet adds content, if the page does not say what the
    content shows, or if its style may hide or change it. Otherwise return None.
    """
    content = declared.get("content", "none")
    if content in ("none", "normal") or declared.get("display") == "none":
        return None
    if has_line_through("", declared) is not False:
        return UNSTRUCK
    if _ADDED.fullmatch(content) is None or (_WITHOUT_ADDED.fullmatch(tag) and not _ADDED_SIGNS.fullmatch(content)):
        return BY_STYLE.format(f"content: {content}"[:60])
    others = {name: value for name, value in declared.items() if name != "content"}
    if _ADDED_SIGNS.fullmatch(content):
        return _doubt_by_style({name: value for name, value in others.items() if not _is_thin(name, value)})
    changing = next((name for name in others if not _PLAIN_ADDED.fullmatch(name)), None)
    return _doubt_by_style(others) if changing is None else BY_STYLE.format(f"{changing}: {others[changing]}"[:60])


def _is_thin(name: str, value: str) -> bool:
    """Return whether a style makes added content without letters small, as a line or a point."""
    length = pixels(value)
    return name in ("height", "width") and length is not None and 0 <= length <= LEAST_SIZE_PX


def _is_visible(parent: Look, declared: Declarations) -> bool:
    if "all" in declared:
        return True
    visibility = declared.get("visibility", "inherit")
    if visibility in ("hidden", "collapse"):
        return False
    return parent.is_visible if visibility in ("inherit", "unset") else True


def _has_no_size(parent: Look, declared: Declarations) -> bool:
    if "all" in declared:
        return False
    sizes = [size for size in _sizes(declared) if size not in ("inherit", "unset", "larger", "smaller")]
    if not sizes:
        return parent.has_no_size
    if all(_ZERO.fullmatch(size) for size in sizes):
        return True
    return parent.has_no_size and all(size.endswith(("%", "em")) and not size.endswith("rem") for size in sizes)


def _sizes(declared: Declarations) -> list[str]:
    """Return the sizes of letters that a style declares: two if it declares both `font-size` and `font`, because
    it is not known which of the two a browser takes.
    """
    sizes = [declared["font-size"]] if "font-size" in declared else []
    short = re.search(r"(?:^|\s)([\d.]+(?:px|r?em|%|pt|ex|ch|vw|vh)?)(?:/\S+)?\s+\S", declared.get("font", ""))
    return [*sizes, short[1]] if short and not re.fullmatch(r"[1-9]00", short[1]) else sizes


def _opacity(declared: Declarations) -> float:
    found = re.fullmatch(r"(\d{0,9}\.?\d{1,9})(%?)", declared.get("opacity", ""))
    return min(1.0, float(found[1]) / (100 if found[2] else 1)) if found else 1.0


def _has_box(tag: str, declared: Declarations) -> bool:
    """Return whether an element in a line surely has a box of its own."""
    if _is_taken_out(declared):
        return True
    if "display" in declared:
        return re.fullmatch(r"inline-(?:block|flex|grid)", declared["display"]) is not None
    return _INLINE_BLOCKS.fullmatch(tag) is not None


def _is_taken_out(declared: Declarations) -> bool:
    return declared.get("float") in ("left", "right") or declared.get("position") in ("absolute", "fixed")


def _is_block(tag: str, display: str, parent: Look) -> bool:
    if parent.is_flexible:
        return True
    if display.startswith("inline") or display == "contents":
        return tag in ("br", "hr")
    if display and display not in ("none", "initial", "unset", "revert"):
        return _BLOCK_DISPLAYS.fullmatch(display) is not None or tag in ("br", "hr")
    return _BLOCKS.fullmatch(tag) is not None and not _INLINE_BLOCKS.fullmatch(tag)


def _keeps_lines(parent: Look, tag: str, declared: Declarations) -> bool:
    if "white-space" in declared:
        return declared["white-space"].startswith("pre") or declared["white-space"] == "break-spaces"
    return parent.keeps_lines or _LINES_KEPT.fullmatch(tag) is not None


def _print_of(
    parent: Look, element: HtmlElement, tag: str, declared: Declarations, *, is_block: bool
) -> tuple[str, ...]:
    own = [tag] if tag in ("small", "big", "font") else []
    if tag == "a" and element.get("href", "").startswith("#"):
        own.append("note")
    if not is_block and any(_is_gap(name, value) for name, value in declared.items()):
        own.append("gap")
    if not is_block and declared.get("display", "").startswith("inline-") and _WIDTHS & declared.keys():
        own.append("gap")
    if declared.get("vertical-align", "baseline") not in ("baseline", "inherit", "initial", "unset"):
        own.append(declared["vertical-align"])
    return (*parent.print_of, *own, *_sizes(declared))


def _is_gap(name: str, value: str) -> bool:
    """Return whether a declaration puts a gap between an element and the text beside it."""
    return _GAPS.fullmatch(name) is not None and any((pixels(part) or 0) > MOST_GAP_PX for part in value.split())


def _size_in_pixels(tag: str, declared: Declarations, parent: Look) -> float:
    """Return the size of an element's letters in pixels; a negative number if the size is not known. If an element
    declares two sizes, return the smaller.
    """
    sizes = _sizes(declared)
    return min((_one_size(size, parent) for size in sizes), default=parent.size * _STEPS.get(tag, 1.0))


def _one_size(size: str, parent: Look) -> float:
    if size in ("inherit", "unset") or _ZERO.fullmatch(size):
        return parent.size
    if size in _SIZES_OF_WORDS:
        return _SIZES_OF_WORDS[size]
    if size in _STEPS:
        return parent.size * _STEPS[size]
    length = pixels(size)
    if length is None:
        return -1.0  # not known
    if size.endswith("%"):
        return parent.size * float(size[:-1]) / 100
    return (
        length * (parent.root_size if size.endswith("rem") else parent.size) / 16 if size.endswith("em") else length
    )
