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
    WHITE,
    Colour,
    background_of,
    colours_of_old,
    contrast,
    text_colour,
)
from redress.read.files.harmless_styles import LEAST_SIZE_PX, first_doubtful, pixels
from redress.read.files.look_doubts import (
    SCRIPT,
    UNSTRUCK,
    doubt_by_class,
    doubt_by_place,
    doubt_by_script,
    has_line_through,
    is_struck,
    short_text,
)
from redress.read.files.selectors import STRING
from redress.read.files.style_sheets import SCRIPTED, Declarations, Style

LETTERS_OF_A_MARK = 5
"""The mark of a footnote, such as "[12]", has no more characters than this."""
BY_RULE = "a rule of its style sheet that is not followed here may hide it or change it"
BY_STYLE = 'its style "{}" may hide it, move it or change it'
PALE = "it has about the colour of what is behind it"
UNKNOWN_COLOUR = "its colour, or what is behind it, is not known"
SMALL = "its letters are too small to be read"
FADED_IN = "an animation shows it"

_UNSEEN = re.compile(
    r"area|audio|canvas|datalist|embed|head|iframe|link|meta|meter|noembed|noframes|noscript|object|param|progress|rp"
    r"|script|source|style|svg|template|title|track|video"
)
_BLOCKS = re.compile(
    r"address|article|aside|blockquote|body|br|button|caption|center|col|colgroup|d[dlt]|details|dialog|dir|div"
    r"|fieldset|fig(?:caption|ure)|footer|form|h[1-6]|header|hgroup|hr|html|legend|li|listing|main|menu|nav|ol"
    r"|optgroup|option|p|plaintext|pre|search|section|select|summary|t(?:able|body|d|extarea|foot|h|head|r)|ul|xmp"
)
"""The elements that begin and end a line."""
_INLINE_BLOCKS = re.compile(r"button|select|textarea")
_LINES_KEPT = re.compile(r"listing|plaintext|pre|textarea|xmp")
_RAISED = re.compile(r"rt|sub|sup")

_BLOCK_DISPLAYS = re.compile(r"block|flex|grid|flow-root|list-item|table(?!-column).*")
_RAISED_ALIGNMENT = re.compile(r"super|sub|text-top")
_PART_OF_A_NUMBER = re.compile(r"%|per ?cent|[.,]\d+ ?%?")
"""Raised text that still belongs to a number: a "%", and decimal places."""
_LENGTH = re.compile(r"-?[\d.]+(?:px|r?em|%|pt|ex)")
_FADING = frozenset({"animation", "animation-name", "transition", "transition-property"})
_COLOURS = frozenset({"-webkit-text-fill-color", "background", "background-color", "background-image", "color"})
_SIZES_OF_WORDS = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0,
    "xx-large": 32.0, "xxx-large": 48.0, "initial": 16.0,
}  # fmt: skip
_ZERO = re.compile(r"[+-]?0*\.?0*(?:px|r?em|%|pt|ex|ch|vh|vw)?")
_FAR = re.compile(
    r"(-?)(\d{3,99})(?:\.\d+)?(?:px|pt)|(-?)(\d{2,99})(?:\.\d+)?r?em|(-?)(\d{3,99})(?:\.\d+)?(?:%|vw|vh)"
)
_CLIPPED = re.compile(
    r"rect\(\s*[01]?(?:px)?[\s,]+[01]?(?:px)?[\s,]+[01]?(?:px)?[\s,]+[01]?(?:px)?\s*\)"
    r"|inset\(\s*(?:100|[5-9]\d)(?:\.\d+)?%.*\)|circle\(\s*0.*\)|polygon\(\s*0(?:px)?\s+0(?:px)?(?:\s*,\s*0(?:px)?\s+0(?:px)?)*\s*\)"
)
_TINY = re.compile(r"[01](?:px)?|0*\.?\d?px|0(?:r?em|%)?")
_TURNED_AWAY = re.compile(
    r"scale[xy3]?d?\(\s*0(?:\.0+)?\s*[,)]|translate[xy3]?d?\(\s*-?\d{4,}px|rotate[xy]\(\s*-?90deg"
)

_UNSEEN_CLASSES = frozenset(
    {
        "a11y-hidden",
        "assistive-text",
        "element-invisible",
        "govuk-visually-hidden",
        "hidden-visually",
        "is-visually-hidden",
        "nhsuk-u-visually-hidden",
        "screen-reader",
        "screen-reader-only",
        "screen-reader-text",
        "screenreader",
        "screenreader-only",
        "show-for-sr",
        "sr-only",
        "u-visually-hidden",
        "visually-hidden",
        "visuallyhidden",
    }
)
"""The classes with which pages show text only to screen readers."""
_ADDED = re.compile(rf"(?:\s*(?:{STRING}|attr\(\s*[\w-]+\s*\)|open-quote|close-quote))+\s*", re.DOTALL)
_NOTE_CLASS = re.compile(r"(?:.*[-_])?(?:footnote|fnref|noteref|endnote)(?:[-_].*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Look:
    """How one element is shown. Its text is seen only if the element is both shown and visible, and is not struck
    through, raised, or of no size.

    If an element is not shown, all elements in it are hidden. If an element is not visible, it may hold visible
    elements. `print_of` lists what sets the size of the text, and "note" for a link to a note. If two pieces of
    text differ in `print_of`, they may not belong to one number.
    """

    is_shown: bool = True
    is_visible: bool = True
    is_struck: bool = False
    is_raised: bool = False
    is_block: bool = False
    is_flexible: bool = False
    keeps_lines: bool = False
    has_no_size: bool = False
    print_of: tuple[str, ...] = ()
    colour: Colour | None = BLACK
    background: Colour | None = WHITE
    size: float = 16.0
    doubt: str | None = None

    @property
    def reason(self) -> str | None:
        """The reason why a browser may not show the element's text as it was read; None if nothing suggests
        this.
        """
        if self.doubt is not None:
            return self.doubt
        if self.size < LEAST_SIZE_PX:
            return SMALL
        if self.colour is None or self.background is None:
            return UNKNOWN_COLOUR
        return PALE if contrast(self.colour, self.background) < LEAST_CONTRAST else None

    @property
    def is_seen(self) -> bool:
        return (
            self.is_shown and self.is_visible and not self.is_struck and not self.is_raised and not self.has_no_size
        )


def look_of(element: HtmlElement, parent: Look, style: Style) -> Look:
    """Return how an element is shown inside an element with the look `parent`."""
    tag = element.tag.lower()
    declared = {**colours_of_old(element), **style.declared}
    unsure = style.unsure
    classes = (element.get("class") or "").split()
    display = declared.get("display", "")
    look = replace(
        parent,
        is_shown=parent.is_shown
        and (
            _is_shown(element, tag, classes, declared)
            or (bool(unsure) and _is_shown(element, tag, classes, declared | unsure))
        ),
        is_visible=_is_visible(parent, declared),
        has_no_size=_has_no_size(parent, declared),
        is_struck=is_struck(tag, classes, declared, is_parent_struck=parent.is_struck)
        and is_struck(tag, classes, declared | unsure, is_parent_struck=parent.is_struck),
        is_raised=parent.is_raised or _is_raised(element, tag, classes, declared),
        is_block=_is_block(tag, display, parent),
        is_flexible=re.fullmatch(r"(?:inline-)?(?:flex|grid)", display) is not None,
        keeps_lines=_keeps_lines(parent, tag, declared),
        print_of=_print_of(parent, element, tag, declared),
        colour=text_colour(declared, parent.colour),
        background=background_of(declared, parent.background),
        size=_size_in_pixels(declared, parent.size),
    )
    if parent.doubt is not None or not look.is_shown:
        return look
    is_lifted = parent.is_struck and not look.is_struck
    return replace(look, doubt=UNSTRUCK if is_lifted else _doubt(element, tag, classes, look, declared, style))


def _doubt(
    element: HtmlElement, tag: str, classes: list[str], look: Look, declared: Declarations, style: Style
) -> str | None:
    """Return in words why a browser may not show an element's text as it was read; None if nothing suggests
    this.
    """
    unsure = style.unsure
    if SCRIPTED in unsure:
        return SCRIPT
    if unsure and (first_doubtful(unsure) or unsure.keys() & (_COLOURS | {"display", "visibility", "font-size"})):
        return BY_RULE
    if has_line_through(tag, declared | unsure) is not has_line_through(tag, declared):
        return BY_RULE
    if _is_transparent(declared):
        return FADED_IN
    return (
        doubt_by_class(classes, declared)
        or doubt_by_script(element, classes)
        or doubt_by_place(element, declared, is_inline=not _BLOCKS.fullmatch(tag))
        or _doubt_by_style(declared)
        or next((reason for one in (style.before, style.after) if (reason := _doubt_by_added(one))), None)
    )


def _doubt_by_style(declared: Declarations) -> str | None:
    doubtful = first_doubtful(declared)
    return None if doubtful is None else BY_STYLE.format(doubtful)


def _doubt_by_added(declared: Declarations) -> str | None:
    """Return the doubt about an element to which a style sheet adds content, if the page does not say what the
    content shows, or if its style may hide or change it. Otherwise return None.
    """
    content = declared.get("content", "none")
    if content in ("none", "normal") or declared.get("display") == "none":
        return None
    if has_line_through("", declared) is not False:
        return UNSTRUCK
    if _ADDED.fullmatch(content) is None:
        return BY_STYLE.format(f"content: {content}"[:60])
    return _doubt_by_style({name: value for name, value in declared.items() if name != "content"})


def _is_shown(element: HtmlElement, tag: str, classes: list[str], declared: Declarations) -> bool:
    display = declared.get("display")
    if display is not None:
        if display == "none":
            return False
    elif (
        "hidden" in element.attrib
        or "popover" in element.attrib
        or (tag == "dialog" and "open" not in element.attrib)
    ):
        return False
    if _UNSEEN.fullmatch(tag) or (tag == "input" and element.get("type", "text").lower() == "hidden"):
        return False
    if _is_folded(element, tag) or _is_unchosen(element, tag):
        return False
    if _UNSEEN_CLASSES.intersection(name.lower() for name in classes) and not (
        {"position", "clip", "clip-path", "width", "height"} & declared.keys()
    ):
        return False
    return not _is_out_of_sight(declared)


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


def _is_unchosen(element: HtmlElement, tag: str) -> bool:
    """Return whether an element is an option that is not shown: its list shows another, or it is in no list."""
    if tag != "option":
        return False
    choice = next((one for one in element.iterancestors("select")), None)
    if choice is None:
        return True
    options = list(choice.iter("option"))
    chosen = [option for option in options if "selected" in option.attrib] or options[:1]
    return element is not chosen[-1]


def _is_out_of_sight(declared: Declarations) -> bool:
    """Return whether a style hides an element by other means than `display` and `visibility`, for instance because
    the element is transparent, clipped, or moved out of the window.
    """
    if _is_transparent(declared) and not _FADING & declared.keys():
        return True
    if declared.get("content-visibility") == "hidden" or "opacity(0" in declared.get("filter", ""):
        return True
    if _CLIPPED.fullmatch(declared.get("clip-path", "")) or _TURNED_AWAY.search(declared.get("transform", "")):
        return True
    is_taken_out = declared.get("position") in ("absolute", "fixed")
    if is_taken_out and _CLIPPED.fullmatch(declared.get("clip", "")):
        return True
    is_placed = is_taken_out or declared.get("position") in ("relative", "sticky")
    margins = declared.get("margin", "").split()
    sides = [declared.get("margin-left", ""), declared.get("margin-top", ""), declared.get("text-indent", "")]
    sides += [margin for margin in margins if margin.startswith("-")]
    if is_placed:
        sides += [declared.get(side, "") for side in ("left", "top", "right", "bottom")]
    if any(_is_far(side) for side in sides):
        return True
    hides_overflow = declared.get("overflow", declared.get("overflow-y", "")).split(" ")[0] in ("hidden", "clip")
    lengths = (declared.get(name, "") for name in ("height", "max-height", "width", "max-width"))
    return hides_overflow and any(length and _TINY.fullmatch(length) for length in lengths)


def _is_transparent(declared: Declarations) -> bool:
    opacity = re.fullmatch(r"(\d*\.?\d+)(%?)", declared.get("opacity", ""))
    return opacity is not None and float(f"0{opacity[1]}") <= (5 if opacity[2] else 0.05)


def _is_far(length: str) -> bool:
    """Return whether a length moves text out of every window."""
    found = _FAR.fullmatch(length.strip())
    if found is None:
        return False
    if found[2]:
        return (found[1] == "-" and int(found[2]) >= 900) or int(found[2]) >= 5000
    if found[4]:
        return (found[3] == "-" and int(found[4]) >= 50) or int(found[4]) >= 300
    return int(found[6]) >= 100 if found[5] == "-" else int(found[6]) >= 200


def _is_visible(parent: Look, declared: Declarations) -> bool:
    visibility = declared.get("visibility", "inherit")
    if visibility in ("hidden", "collapse"):
        return False
    return parent.is_visible if visibility in ("inherit", "unset") else True


def _has_no_size(parent: Look, declared: Declarations) -> bool:
    size = _size(declared)
    if not size or size in ("inherit", "unset"):
        return parent.has_no_size
    if _ZERO.fullmatch(size):
        return True
    return parent.has_no_size and (size.endswith(("%", "em")) and not size.endswith("rem"))


def _size(declared: Declarations) -> str:
    if "font-size" in declared:
        return declared["font-size"]
    short = re.search(r"(?:^|\s)([\d.]+(?:px|r?em|%|pt|ex|ch|vw|vh)?)(?:/\S+)?\s+\S", declared.get("font", ""))
    return short[1] if short and not re.fullmatch(r"[1-9]00", short[1]) else ""


def _is_raised(element: HtmlElement, tag: str, classes: list[str], declared: Declarations) -> bool:
    """Return whether an element is raised or lowered like a footnote's mark. A "%" never counts as raised."""
    alignment = declared.get("vertical-align", "")
    is_set_so = _RAISED_ALIGNMENT.fullmatch(alignment) or declared.get("font-variant-position") in ("super", "sub")
    is_shifted = _LENGTH.fullmatch(alignment) and not _ZERO.fullmatch(alignment)
    is_note = any(_NOTE_CLASS.fullmatch(name) for name in classes) or "noteref" in element.get("role", "")
    if not (is_set_so or is_shifted or is_note or _RAISED.fullmatch(tag)):
        return False
    text = short_text(element)
    if text is not None and _PART_OF_A_NUMBER.fullmatch(text.strip().lower()):
        return False
    if is_set_so or _RAISED.fullmatch(tag):
        return True
    return not _BLOCKS.fullmatch(tag) and text is not None and len(text.strip()) <= LETTERS_OF_A_MARK


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


def _print_of(parent: Look, element: HtmlElement, tag: str, declared: Declarations) -> tuple[str, ...]:
    own = [tag] if tag in ("small", "big", "font") else []
    if tag == "a" and element.get("href", "").startswith("#"):
        own.append("note")
    if size := _size(declared):
        own.append(size)
    return (*parent.print_of, *own)


def _size_in_pixels(declared: Declarations, parent: float) -> float:
    """Return the size of an element's letters in pixels; 0 if the size is not known. If the element declares no
    size, or only "smaller" or "larger", return `parent`, its parent's size.
    """
    size = _size(declared)
    if size in ("", "inherit", "unset", "smaller", "larger") or _ZERO.fullmatch(size):
        return parent
    if size in _SIZES_OF_WORDS:
        return _SIZES_OF_WORDS[size]
    length = pixels(size)
    if length is None:
        return 0.0
    if size.endswith("%"):
        return parent * float(size[:-1]) / 100
    return length * parent / 16 if size.endswith("em") and not size.endswith("rem") else length
