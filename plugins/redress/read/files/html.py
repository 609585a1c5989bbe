"""Turn an HTML file, such as a council's statistics page, into a document; every visible block of text is a
line.
"""

import re
from dataclasses import dataclass, field, replace
from itertools import islice

from lxml import html

from redress.read.files.colours import BLACK
from redress.read.files.hiding import is_closed
from redress.read.files.html_tree import Tree, TreeError, in_file, tree_of
from redress.read.files.look_doubts import FIELDS_OF_TIME, SCRIPT
from redress.read.files.looks import BY_RULE, COVERED, Look, look_of
from redress.read.files.media import media_applies
from redress.read.files.page_encoding import decoded_page
from redress.read.files.scripts import Scripts
from redress.read.files.selectors import STRING, unescaped
from redress.read.files.style_sheets import IMPORTED, Declarations, Style, StyleError, StyleSheets
from redress.read.files.text import Doubt, Line, document_from_lines, unstruck
from redress.read.page.document import Document, plain

WORDS_OF_A_CAPTION = 3
"""If an inline element has at least this many words, and no space stands between the element and the text beside
it, the element may be a line of its own: a link or a caption."""
PIECES_OF_A_CAPTION = 10

_SPACES = re.compile(r"[ \t\n\f\r]+")
_NUMBER_BEGINS = re.compile(r"[.,]?\d|%")
_NUMBER_ENDS = re.compile(r"\d[.,]?$|[%£]$")
_RATE_FIRST = re.compile(r"\d{1,3}\s*%", re.ASCII)
_ENDS_A_SENTENCE = re.compile(r"[a-z]{2}[.!?]$")
_CONTENT = re.compile(rf"({STRING})|attr\(\s*([\w-]+)\s*\)")
_ORNAMENT = re.compile(r"[\s»«›‹•▪◦→←✓✔|]+")
_SENTENCES_TOGETHER = re.compile(r"(?<=[a-z]{2}[.!?])(?=[A-Z][a-z])")
_DRAWN = frozenset({"canvas", "embed", "iframe", "img", "meter", "object", "picture", "progress", "svg", "video"})
_NEVER_AN_ICON = frozenset({"br", "hr", "input", "source", "wbr"})
_NEVER_ADDED_TO = frozenset({"br", "embed", "iframe", "img", "input", "option", "textarea", "video", "wbr"})
"""The elements before and after which style sheets add no text."""
_UNSHOWN = frozenset({"link", "meta", "noscript", "style", "template", "title"})
_STYLE_TYPES = frozenset({"", "text/css"})
_STYLE_RULE = re.compile(r"(?:^|;)\s*(default-src|style-src(?:-elem|-attr)?)(?![\w-])([^;]*)")
_ALLOWED = re.compile(r"(?!.*'(?:nonce|sha)).*'unsafe-inline'.*", re.DOTALL)
_WRITES = re.compile(r"document\s*\.\s*write(?:ln)?\b")
_FIELDS_WITHOUT_TEXT = frozenset(
    {"button", "checkbox", "color", "file", "hidden", "image", "password", "radio", "range", "reset", "submit"}
)
_BUTTONS = frozenset({"button", "reset", "submit"})
_FLOAT = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
"""A number as the HTML standard writes it."""

_PARTLY_ALIKE = "its digits do not look alike, and some may be the mark of a note"
_CHOSEN = "it is not known which of the page's style sheets a browser applies"
_DARK = "the page may be shown in dark colours"
_FORBIDDEN = "the page forbids a part of its own styles"
_OLD_TABLE = "a table of an old page need not have the colour of the text around it"
_TOUCHING = "a cell over several rows may stand right beside it, without a space"
_COLUMNS = "a style hides or colours whole columns of the page"
_MIXED_LIST = "a list of the page holds elements that browsers treat in different ways"
_PICTURE_BESIDE = "a picture or an icon stands right beside it, and may be a digit"


class NotHtmlError(Exception):
    """The bytes are not a readable HTML page; the message says why."""


@dataclass
class _Block:
    """The text of an HTML block that has been gathered so far, with the spaces that a browser shows. The block
    becomes one line.
    """

    text: str = ""
    number: int = 0
    doubts: list[Doubt] = field(default_factory=list)
    print_of: tuple[str, ...] = ()
    is_cut: bool = False
    is_beside_picture: bool = False
    is_beside_next: bool = False
    caption_end: int | None = None

    def add(self, text: str, look: Look, number: int) -> None:
        """Add visible text; `number` is its line in the file."""
        text = _SENTENCES_TOGETHER.sub(" ", _SPACES.sub(" ", unstruck(in_file(text))))
        if not self.text or self.text.endswith(" "):
            text = text.removeprefix(" ")
        if not text:
            return
        if _ENDS_A_SENTENCE.search(self.text[-4:]) and text[0].isupper():
            self.text += " "
        if not self.text:
            self.number = number
        start = len(self.text)
        if (reason := look.reason) is not None:
            self.doubts.append(Doubt(start, start + len(text), reason))
        if self.text[-1:].isdigit() and text[0].isdigit() and (self.is_cut or look.print_of != self.print_of):
            self.doubts.append(Doubt(start - 1, start + 1, _PARTLY_ALIKE))
        if self.is_beside_picture and _NUMBER_BEGINS.match(text):
            self.doubts.append(Doubt(start, start + 1, _PICTURE_BESIDE))
        self.text += text
        self.print_of, self.is_cut, self.is_beside_picture = look.print_of, False, False
        if text.strip():
            self.is_beside_next = False

    def add_picture(self, *, is_beside_next: bool) -> None:
        """Note that a picture stands here. The picture cannot be read, and may be a digit. `is_beside_next` says
        whether the picture may stand beside the next line.
        """
        if _NUMBER_ENDS.search(self.text[-2:]):
            self.doubts.append(Doubt(len(self.text) - 1, len(self.text), _PICTURE_BESIDE))
        self.is_beside_picture = True
        self.is_beside_next = self.is_beside_next or is_beside_next

    def is_caption_over(self, text: str) -> bool:
        """Return whether a link or a caption ends directly before this text, without a space, and the text begins a
        new line. The text does so if it begins with a capital letter, or if it begins with a digit and the text
        gathered so far begins with a percentage.
        """
        if self.caption_end != len(self.text) or not self.text[-1:].strip():
            return False
        return text[:1].isupper() or (text[:1].isdigit() and _RATE_FIRST.match(self.text) is not None)

    def line(self, row: int) -> Line | None:
        """Return the gathered text as a line on a row; None if there is no text."""
        return Line(self.text, self.number, row, tuple(self.doubts)) if self.text.strip() else None


@dataclass
class _Shown:
    """The text that a page shows, gathered in one pass over its elements."""

    sheets: StyleSheets
    lines: list[Line] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    block: _Block = field(default_factory=_Block)
    heading: html.HtmlElement | None = None
    doubt: str | None = None

    def gather(self, root: html.HtmlElement) -> None:
        """Gather the lines of a page, with an empty row between two blocks, because the page shows a gap there."""
        # the walk keeps its own stack, because a page may nest deeper than Python's calls can
        stack: list[tuple[html.HtmlElement, Look, tuple[Look, Style] | None, int]] = [
            (root, Look(doubt=self.sheets.doubt), None, 0)
        ]
        while stack:
            element, parent, entered, begun = stack.pop()
            if entered is not None:
                self._leave(element, parent, *entered, begun)
            elif not isinstance(element.tag, str):
                self._add(_tail(element), parent, element)
            else:
                style = self.sheets.style_of(element)
                look = self._look_of(element, parent, style)
                stack.append((element, parent, (look, style), len(self.block.text)))
                if look.is_shown:
                    self._enter(element, parent, look, style)
                    stack += [(child, look, None, 0) for child in reversed(element)]
                elif _may_be_a_digit(element, style):
                    self.block.add_picture(is_beside_next=_is_beside_next(element, parent, style))
        self._end_line()
        if self.doubt is not None:
            self.lines = [
                replace(line, doubts=(*line.doubts, Doubt(0, len(line.text), self.doubt))) for line in self.lines
            ]

    def _look_of(self, element: html.HtmlElement, parent: Look, style: Style) -> Look:
        """Return how an element is shown. If the element may change how other parts of the page are shown, note the
        doubt about the whole page.
        """
        look = look_of(element, parent, style)
        if look.may_cover:
            self.doubt = self.doubt or COVERED
        if style.declared.get("display", "").startswith("table-column"):
            self.doubt = self.doubt or _COLUMNS
        if element.tag != "table":
            return look
        if self.sheets.ignores_case and look.colour != BLACK:
            return replace(look, doubt=_OLD_TABLE)
        if any(map(self._is_folded_or_coloured, element.iter("col", "colgroup"))):
            return replace(look, doubt=BY_RULE)
        if any(self._may_touch(cell, element) for cell in element.iter("td", "th")):
            return replace(look, doubt=_TOUCHING)
        return look

    def _may_touch(self, cell: html.HtmlElement, table: html.HtmlElement) -> bool:
        """Return whether a cell over several rows may have its text right beside the text of other rows: the table
        or the cell leaves no space around text.
        """
        if cell.get("rowspan", "1").strip() in ("", "1"):
            return False
        padding = self.sheets.style_of(cell).declared.get("padding", "")
        return table.get("cellpadding", "").strip() == "0" or padding.startswith("0")

    def _is_folded_or_coloured(self, column: html.HtmlElement) -> bool:
        style = self.sheets.style_of(column)
        is_coloured = any(name.startswith("background") for name in (*style.declared, *style.unsure))
        return is_coloured or "bgcolor" in column.attrib or style.declared.get("visibility", "visible") != "visible"

    def _enter(self, element: html.HtmlElement, parent: Look, look: Look, style: Style) -> None:
        if look.is_block or (self.block.text[-1:].islower() and _is_caption(element)):
            self._end_line()
        if element.tag == "h1" and not self.headings:
            self.heading = element
        is_beside_next = _is_beside_next(element, parent, style)
        is_placed = not look.is_block or (is_beside_next and element.tag in _DRAWN)
        if is_placed and _may_be_a_digit(element, style):
            self.block.add_picture(is_beside_next=is_beside_next)
        self._add(_generated(element, style.before), look, element)
        self._add(_value(element) or (None if is_closed(element) else element.text), look, element)

    def _leave(self, element: html.HtmlElement, parent: Look, look: Look, style: Style, begun: int) -> None:
        if look.is_shown:
            self._add(_generated(element, style.after), look, element)
            if look.is_block:
                self._end_line()
            elif len(self.block.text[begun:].split()) >= WORDS_OF_A_CAPTION:
                self.block.caption_end = len(self.block.text)
            if look.is_raised and not parent.is_raised:
                self.block.is_cut = True
        if element is self.heading:
            self.heading = None
        self._add(_tail(element), parent, element)

    def _add(self, text: str | None, look: Look, element: html.HtmlElement) -> None:
        if not text or not look.is_seen:
            return
        for index, part in enumerate(re.split(r"\r?\n", text) if look.keeps_lines else [text]):
            if index or self.block.is_caption_over(part):
                self._end_line()
            self.block.add(part, look, element.sourceline or 0)

    def _end_line(self) -> None:
        line = self.block.line(2 * len(self.lines) + 2)
        is_beside = self.block.is_beside_next
        self.block = _Block(is_beside_picture=is_beside, is_beside_next=is_beside)
        if line is not None:
            self.lines.append(line)
            if self.heading is not None:
                self.headings.append(line.text)


def _generated(element: html.HtmlElement, declared: Declarations) -> str:
    """Return the text that style sheets put before or after the text of an element. An ornament, such as a bullet,
    is a space.
    """
    if element.tag in _NEVER_ADDED_TO and element.get("type", "").lower() not in ("checkbox", "radio"):
        return ""
    if declared.get("display") == "none" or declared.get("vertical-align") in ("super", "sub"):
        return ""
    text = "".join(
        unescaped(found[1][1:-1]) if found[1] else element.get(found[2].lower(), "")
        for found in _CONTENT.finditer(declared.get("content", ""))
    )
    return " " if _ORNAMENT.fullmatch(text) else text


def _tail(element: html.HtmlElement) -> str | None:
    """Return the text that follows an element. Return None if that text lies in a closed `details` element."""
    parent = element.getparent()
    return None if parent is not None and is_closed(parent) else element.tail


def document_from_html(content: bytes) -> Document:
    """Return the text that a web page shows: one line for each HTML block, with the number of the block's line in
    the file.

    Raise NotHtmlError if the bytes are not HTML, if the page shows no text, or if its elements or style sheets
    would take too long to follow.
    """
    try:
        tree = tree_of(decoded_page(content))
        shown = _Shown(_style_sheets(tree))
        shown.gather(tree.root)
    except (StyleError, TreeError) as error:
        raise NotHtmlError(str(error)) from error
    if not shown.lines:
        raise NotHtmlError("the page shows no text")
    return document_from_lines(shown.lines, heading=" ".join(plain(" ".join(shown.headings)).split()) or None)


def _style_sheets(tree: Tree) -> StyleSheets:
    root = tree.root
    sheets = StyleSheets(ignores_case=tree.is_quirky, doubt=None if tree.is_sure else _MIXED_LIST)
    texts: list[str] = []
    titles: set[str] = set()
    for style in root.iter("style"):
        applies = media_applies(style.get("media", ""))
        if applies is not False and style.get("type", "").lower() in _STYLE_TYPES:
            texts.append("".join(style.itertext()))
            sheets.add(texts[-1], is_sure=applies is True)
            titles.add(style.get("title", ""))
    is_titled = bool(titles - {""})
    linked = [link for link in root.iter("link") if "stylesheet" in link.get("rel", "").lower()]
    titles.update(link.get("title", "") for link in linked)
    if is_titled and len(titles - {""}) > 1:
        sheets.doubt = _CHOSEN
    has_styles = bool(texts) or root.find(".//*[@style]") is not None
    for meta in root.iter("meta"):
        sheets.doubt = _doubt_of(meta, has_styles=has_styles) or sheets.doubt
    if any(link.get("href", "").strip().lower().startswith("data:") for link in linked):
        sheets.doubt = IMPORTED
    scripts = Scripts(root)
    if scripts.may_change_anything("\n".join(texts)):
        sheets.doubt = SCRIPT
    for selector in scripts.changed(ignores_case=sheets.ignores_case):
        sheets.add_scripted(selector)
    return sheets


def _doubt_of(meta: html.HtmlElement, *, has_styles: bool) -> str | None:
    """Return the doubt about the whole page because of what a `meta` element says. Return None if there is none."""
    content = meta.get("content", "").lower()
    if meta.get("name", "").strip().lower() == "color-scheme":
        return _DARK if "dark" in content and "light" not in content else None
    said = meta.get("http-equiv", "").strip().lower()
    if said == "content-security-policy" and has_styles:
        rules = {found[1]: found[2] for found in _STYLE_RULE.finditer(content)}
        if "style-src" in rules:
            rules.pop("default-src", None)
        return _FORBIDDEN if any(not _ALLOWED.fullmatch(rule) for rule in rules.values()) else None
    return _CHOSEN if said == "default-style" else None


def _is_caption(element: html.HtmlElement) -> bool:
    """Return whether an inline element may be a link or a caption on a line of its own: it has several words, and
    begins with a capital letter.
    """
    words = "".join(islice(element.itertext(), PIECES_OF_A_CAPTION)).split()
    return len(words) >= WORDS_OF_A_CAPTION and words[0][0].isupper()


def _may_be_a_digit(element: html.HtmlElement, style: Style) -> bool:
    """Return whether an element may show a digit that cannot be read: as a picture, as text that a script writes,
    or as an icon (an empty element with a class or a style).
    """
    if style.declared.get("display") == "none" or "hidden" in element.attrib:
        return False
    if element.tag in _DRAWN or (element.tag == "input" and _has_unread_digits(element)):
        return True
    if element.tag == "script":
        return _WRITES.search(element.text or "") is not None
    if element.tag in _NEVER_AN_ICON or len(element) or (element.text or "").strip():
        return False
    is_styled = any(name in element.attrib for name in ("class", "style")) or bool(style.before or style.after)
    return is_styled and element.tag not in _UNSHOWN


def _is_beside_next(element: html.HtmlElement, parent: Look, style: Style) -> bool:
    """Return whether an element may stand on the left of the next line: it floats, stands in a flexible box, or
    has a cell of its table on its right.
    """
    if parent.is_flexible or style.declared.get("float", "none") != "none" or element.get("align") == "left":
        return True
    cell = next(element.iterancestors("td", "th"), None)
    return cell is not None and next(cell.itersiblings("td", "th"), None) is not None


def _has_unread_digits(element: html.HtmlElement) -> bool:
    """Return whether an input field may show digits that are not read: a picture, a date, or the text of a button
    or of an empty field.
    """
    kind, value = element.get("type", "").lower(), element.get("value", "")
    if kind == "image" or kind in FIELDS_OF_TIME:
        return True
    if kind in _BUTTONS or not value:
        return any(sign.isdigit() for sign in (value or element.get("placeholder", "")))
    return False


def _value(element: html.HtmlElement) -> str | None:
    """Return the text that an input field shows. Return None for other elements, for types of input that show no
    text or another one, and for a field of numbers whose value is no number.
    """
    kind, value = element.get("type", "text").lower(), str(element.get("value", ""))
    if element.tag != "input" or kind in _FIELDS_WITHOUT_TEXT or kind in FIELDS_OF_TIME:
        return None
    return None if kind == "number" and not _FLOAT.fullmatch(value) else value
