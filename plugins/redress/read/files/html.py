"""Turn an HTML file, such as a council's statistics page, into a document; every visible block of text is a
line.
"""

import re
from dataclasses import dataclass, field, replace
from itertools import islice

from lxml import html

from redress.read.files.html_tree import Tree, TreeError, in_file, tree_of
from redress.read.files.look_doubts import SCRIPT
from redress.read.files.looks import BY_RULE, Look, is_closed, look_of
from redress.read.files.scripts import Scripts
from redress.read.files.selectors import STRING, unescaped
from redress.read.files.style_sheets import IMPORTED, Declarations, Style, StyleError, StyleSheets, media_applies
from redress.read.files.text import Doubt, Line, decoded, document_from_lines, unstruck
from redress.read.page.document import Document, plain

WORDS_OF_A_CAPTION = 3
"""If an inline element has at least this many words, and no space stands between the element and the text beside
it, the element may be a line of its own: a link or a caption."""
PIECES_OF_A_CAPTION = 10

_DECLARED = re.compile(
    rb"<meta\b[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.:-]+)", re.I
)
_BYTES_OF_A_DECLARATION = 4096
_SPACES = re.compile(r"[ \t\n\f\r]+")
_NUMBER_BEGINS = re.compile(r"[.,]?\d|%")
_NUMBER_ENDS = re.compile(r"\d[.,]?$|[%£]$")
_RATE_FIRST = re.compile(r"\d{1,3}\s*%", re.ASCII)
_ENDS_A_SENTENCE = re.compile(r"[a-z]{2}[.!?]$")
_CONTENT = re.compile(rf"({STRING})|attr\(\s*([\w-]+)\s*\)")
_SENTENCES_TOGETHER = re.compile(r"(?<=[a-z]{2}[.!?])(?=[A-Z][a-z])")
_DRAWN = frozenset({"canvas", "embed", "iframe", "img", "object", "picture", "svg", "video"})
_NEVER_AN_ICON = frozenset({"br", "hr", "input", "source", "wbr"})
_UNSHOWN = frozenset({"link", "meta", "noscript", "style", "template", "title"})
_STYLE_TYPES = frozenset({"", "text/css"})
_WRITES = re.compile(r"document\s*\.\s*write(?:ln)?\b")
_FIELDS_WITHOUT_TEXT = frozenset(
    {"button", "checkbox", "color", "file", "hidden", "image", "password", "radio", "range", "reset", "submit"}
)

_PARTLY_ALIKE = "its digits do not look alike, and some may be the mark of a note"
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
        if self.text[-1:].isdigit() and text[0].isdigit() and (self.is_cut or look.print_of != self.print_of):
            self.doubts.append(Doubt(start - 1, start + 1, _PARTLY_ALIKE))
        if self.is_beside_picture and _NUMBER_BEGINS.match(text):
            self.doubts.append(Doubt(start, start + 1, _PICTURE_BESIDE))
        self.text += text
        if (reason := look.reason) is not None:
            self.doubts.append(Doubt(start, len(self.text), reason))
        self.print_of, self.is_cut, self.is_beside_picture = look.print_of, False, False

    def add_picture(self) -> None:
        """Note that a picture stands here. The picture cannot be read, and may be a digit."""
        if _NUMBER_ENDS.search(self.text[-2:]):
            self.doubts.append(Doubt(len(self.text) - 1, len(self.text), _PICTURE_BESIDE))
        self.is_beside_picture = True

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
                look = look_of(element, parent, style)
                if element.tag == "table" and any(map(self._is_folded, element.iter("col", "colgroup"))):
                    look = replace(look, doubt=BY_RULE)
                stack.append((element, parent, (look, style), len(self.block.text)))
                if look.is_shown:
                    self._enter(element, look, style)
                    stack += [(child, look, None, 0) for child in reversed(element)]
                elif _may_be_a_digit(element, style):
                    self.block.add_picture()
        self._end_line()

    def _is_folded(self, column: html.HtmlElement) -> bool:
        return self.sheets.style_of(column).declared.get("visibility", "visible") != "visible"

    def _enter(self, element: html.HtmlElement, look: Look, style: Style) -> None:
        if look.is_block or (self.block.text[-1:].islower() and _is_caption(element)):
            self._end_line()
        if element.tag == "h1" and not self.headings:
            self.heading = element
        if not look.is_block and _may_be_a_digit(element, style):
            self.block.add_picture()
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
        self.block = _Block()
        if line is not None:
            self.lines.append(line)
            if self.heading is not None:
                self.headings.append(line.text)


def _generated(element: html.HtmlElement, declared: Declarations) -> str:
    """Return the text that style sheets put before or after the text of an element."""
    if declared.get("display") == "none" or declared.get("vertical-align") in ("super", "sub"):
        return ""
    return "".join(
        unescaped(found[1][1:-1]) if found[1] else element.get(found[2].lower(), "")
        for found in _CONTENT.finditer(declared.get("content", ""))
    )


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
        tree = tree_of(_decoded(content))
        shown = _Shown(_style_sheets(tree))
        shown.gather(tree.root)
    except (StyleError, TreeError) as error:
        raise NotHtmlError(str(error)) from error
    if not shown.lines:
        raise NotHtmlError("the page shows no text")
    return document_from_lines(shown.lines, heading=" ".join(plain(" ".join(shown.headings)).split()) or None)


def _decoded(content: bytes) -> str:
    """Decode a page as browsers do: by its byte order mark or, without a mark, by the encoding that the page
    declares.

    If a page declares UTF-16 or UTF-32, but its declaration can be read without them, the declaration is wrong, and
    the page is read as UTF-8.
    """
    declared = _DECLARED.search(content[:_BYTES_OF_A_DECLARATION])
    if declared is None or content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return decoded(content)
    name = (declared[1] or declared[2]).decode("ascii").lower()
    if name.startswith("utf-16") or name.startswith("utf-32"):
        name = "utf-8"
    if re.fullmatch(r"(?:iso-?8859-?1|latin-?1|(?:us-)?ascii|windows-1252)", name):
        name = "cp1252"
    try:
        return content.decode(name, errors="replace")
    except (LookupError, ValueError):
        return decoded(content)


def _style_sheets(tree: Tree) -> StyleSheets:
    root = tree.root
    sheets = StyleSheets(ignores_case=tree.is_quirky, doubt=None if tree.is_sure else _MIXED_LIST)
    texts: list[str] = []
    for style in root.iter("style"):
        applies = media_applies(style.get("media", ""))
        if applies is not False and style.get("type", "").strip().lower() in _STYLE_TYPES:
            texts.append("".join(style.itertext()))
            sheets.add(texts[-1], is_sure=applies is True)
    for link in root.iter("link"):
        if "stylesheet" in link.get("rel", "").lower() and link.get("href", "").strip().lower().startswith("data:"):
            sheets.doubt = IMPORTED
    scripts = Scripts(root)
    if scripts.may_change_anything("\n".join(texts)):
        sheets.doubt = SCRIPT
    for selector in scripts.changed(ignores_case=sheets.ignores_case):
        sheets.add_scripted(selector)
    return sheets


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
    if element.tag in _DRAWN or (element.tag == "input" and element.get("type", "").lower() == "image"):
        return True
    if element.tag == "script":
        return _WRITES.search(element.text or "") is not None
    if element.tag in _NEVER_AN_ICON or len(element) or (element.text or "").strip():
        return False
    is_styled = any(name in element.attrib for name in ("class", "style")) or bool(style.before or style.after)
    return is_styled and element.tag not in _UNSHOWN


def _value(element: html.HtmlElement) -> str | None:
    """Return the text that an input field shows. Return None for other elements, and for types of input that show
    no text.
    """
    if element.tag != "input" or element.get("type", "text").lower() in _FIELDS_WITHOUT_TEXT:
        return None
    return str(element.get("value", ""))
