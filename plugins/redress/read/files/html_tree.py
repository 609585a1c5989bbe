"""Build the tree of a web page as browsers build it: with the mends that the HTML standard prescribes for broken
HTML, with the elements that the standard implies, and with scripts turned on.

tinyhtml5 follows the standard, except for `template` and `search`, which this module adds. The tree is handed over
as elements of lxml, each with the number of its line in the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from lxml import etree, html
from tinyhtml5.constants import Token
from tinyhtml5.parser import HTMLParser, _phases
from tinyhtml5.tokenizer import HTMLTokenizer
from tinyhtml5.treebuilder import Element, TreeBuilder

MOST_NESTED = 500
"""The deepest nesting of elements in a page that a person wrote."""
LAST_LINE = 65_535
"""The greatest number of a line that an element can have. An element below this line counts as standing in it."""
MOST_ATTRIBUTES = 300
"""The most attributes of an element. The tokenizer compares each attribute of an element with every other."""
MOST_FOSTERED = 10_000
"""The most pieces of text and elements that stand in a table, but in no cell. Each is put before its table, and its
place is searched for among all elements there."""
MOST_COPIED = 20_000_000_000
"""The most characters that are copied while a text grows. A text is copied whenever a piece, such as a "&", is put
behind it."""

_STANDING_IN = {code: code + 0x100000 for code in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)}
"""The characters that lxml refuses, each with the character of a private plane that stands in its place."""
_STOOD_FOR = {other: code for code, other in _STANDING_IN.items()}
_FORM_FEED = {12: " "}
"""A form feed separates the classes of an element, as a space does."""
_RAW_TEXT = frozenset({"iframe", "noembed", "noframes", "noscript", "style", "xmp"})
_PHASES_BEFORE_BODY = ("initial", "before html", "before head", "in head", "after head")
_PHASES_OF_LISTS = ("in select", "in select in table")
_IN_LISTS = frozenset({"hr", "input", "optgroup", "option", "script", "select", "template"})
"""The elements that all browsers treat alike in a list (`select`). Newer browsers let other elements stand there;
older browsers, and tinyhtml5, leave them out, or end the list."""


class TreeError(Exception):
    """The tree of a page cannot be built; the message says why."""


@dataclass(frozen=True)
class Tree:
    """The tree of a web page. `is_quirky` says whether a browser shows the page in quirks mode, as browsers showed
    the pages of the 1990s. `is_sure` says whether all browsers build this tree.
    """

    root: html.HtmlElement
    is_quirky: bool
    is_sure: bool


def tree_of(text: str) -> Tree:
    """Return the tree of a web page. Raise TreeError if the page is nested too deep, or would take too long."""
    parser = _Parser()
    try:
        root = parser.read(text)
    except TreeError:
        raise
    except Exception as error:
        raise TreeError(f"the page cannot be taken apart ({error or type(error).__name__})") from error
    return Tree(
        _copied(root, parser.tree.lines),
        is_quirky=parser.compatibility_mode == "quirks",
        is_sure=not parser.has_mixed_list,
    )


def in_file(text: str) -> str:
    """Return a text of the tree with the characters that it has in the file."""
    return text.translate(_STOOD_FOR)


class _Node(Element):  # type: ignore[misc]
    """An element that knows all its children, also those that were put before a table."""

    def insert_before(self, node: Any, reference: Any) -> None:
        super().insert_before(node, reference)
        self._children.insert(self._children.index(reference), node)


class _Builder(TreeBuilder):  # type: ignore[misc]
    """A builder of trees that notes the line of each element, and that refuses what takes too long."""

    def __init__(self, parser: "_Parser") -> None:
        self.parser = parser
        self.lines: dict[ElementTree.Element, int] = {}
        self.fostered = self.copied = 0
        super().__init__(namespace_html_elements=False)

    def create_element(self, token: dict[str, Any]) -> _Node:
        if len(self.open_elements) > MOST_NESTED:
            raise TreeError(f"its elements are nested more than {MOST_NESTED} deep")
        element = _Node(token["name"], token.get("namespace", self.default_namespace))
        element.attributes = token["data"]
        self.lines[element._element] = self.parser.tokenizer.stream.position()[0]
        return element

    def insert_element_normal(self, token: dict[str, Any]) -> _Node:
        element = self.create_element(token)
        self.open_elements[-1].append_child(element)
        self.open_elements.append(element)
        return element

    def insert_text(self, data: str, parent: Any = None) -> None:
        piece = (parent or self.open_elements[-1])._element
        self.copied += len((piece[-1].tail if len(piece) else piece.text) or "")
        if self.copied > MOST_COPIED:
            raise TreeError("its text has more signs than that of a page that a person reads")
        super().insert_text(data, parent)

    def get_table_misnested_node_position(self) -> Any:
        self.fostered += 1
        if self.fostered > MOST_FOSTERED:
            raise TreeError(
                "its tables have more text outside their cells than those of a page that a person reads"
            )
        return super().get_table_misnested_node_position()


class _Parser(HTMLParser):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(namespace_html_elements=False)
        self.tree = _Builder(self)
        self.has_mixed_list = False
        self.phases = {name: phase(self, self.tree) for name, phase in _phases.items()}

    def read(self, text: str) -> ElementTree.Element:
        """Return the root of a page's tree."""
        self.container, self.scripting = None, True
        self.tokenizer = _Tokenizer(text, parser=self)
        self.reset()
        self.main_loop()
        root: ElementTree.Element = self.tree.get_document()
        return root


class _Tokenizer(HTMLTokenizer):  # type: ignore[misc]
    """A tokenizer that leaves out what stands in a `template`, which no browser shows in its place, and that lets
    `search` end a paragraph.
    """

    def __iter__(self) -> Iterator[dict[str, Any]]:
        depth = 0
        for token in super().__iter__():
            kind, name = token["type"], token.get("name")
            if name == "template" and kind in (Token.START_TAG, Token.END_TAG) and self._is_in_html():
                is_placed = depth == (kind == Token.END_TAG) and not self._is_in(_PHASES_BEFORE_BODY)
                depth = depth + 1 if kind == Token.START_TAG else max(depth - 1, 0)
                if is_placed:
                    yield token
            elif not depth:
                if name == "search" and kind == Token.START_TAG and self._is_in_paragraph():
                    yield {"type": Token.END_TAG, "name": "p", "data": {}, "selfClosing": False}
                if kind == Token.START_TAG and name not in _IN_LISTS and self._is_in(_PHASES_OF_LISTS):
                    self.parser.has_mixed_list = True
                yield token
            elif kind == Token.START_TAG:
                self._skip_text_of(str(name))

    def comment_state(self) -> bool:
        self.current_token["data"] = ""  # nobody sees a comment, and its text grows slowly
        return bool(super().comment_state())

    def attribute_name_state(self) -> bool:
        if len(self.current_token["data"]) > MOST_ATTRIBUTES:
            raise TreeError(f"an element has more than {MOST_ATTRIBUTES} attributes")
        return bool(super().attribute_name_state())

    def _is_in_html(self) -> bool:
        tree = self.parser.tree
        return not tree.open_elements or tree.open_elements[-1].namespace == tree.default_namespace

    def _is_in(self, phases: tuple[str, ...]) -> bool:
        return any(self.parser.phase is self.parser.phases[name] for name in phases)

    def _is_in_paragraph(self) -> bool:
        tree = self.parser.tree
        return bool(tree.open_elements) and tree.element_in_scope("p", variant="button")

    def _skip_text_of(self, name: str) -> None:
        """Set how the text of a left-out element is taken apart."""
        if name in _RAW_TEXT:
            self.state = self.rawtext_state
        elif name in ("textarea", "title"):
            self.state = self.rcdata_state
        elif name == "script":
            self.state = self.script_data_state
        elif name == "plaintext":
            self.state = self.plaintext_state


def _copied(root: ElementTree.Element, lines: dict[ElementTree.Element, int]) -> html.HtmlElement:
    """Return a copy of a tree, made of elements of lxml."""
    copy = html.html_parser.makeelement("html")
    stack = [(root, copy, 1)]
    while stack:
        source, target, line = stack.pop()
        line = lines.get(source, line)
        target.sourceline = min(line, LAST_LINE)
        target.text = _kept(source.text)
        for name, value in source.attrib.items():
            if not name.startswith("{"):
                target.set(name.translate(_STANDING_IN), value.translate(_FORM_FEED).translate(_STANDING_IN))
        for child in source:
            if isinstance(child.tag, str):
                other = etree.SubElement(target, _name(child.tag))
                stack.append((child, other, line))
            else:
                other = etree.Comment()
                target.append(other)
            other.tail = _kept(child.tail)
    return copy


def _kept(text: str | None) -> str | None:
    return text.translate(_STANDING_IN) if text else None


def _name(tag: str) -> str:
    """Return the name of an element without its namespace, and without signs that lxml allows in no name."""
    name = tag.rpartition("}")[2].lower() if tag.startswith("{") else tag
    return "".join(sign if sign.isalnum() or sign in "-_.:" else "_" for sign in name)
