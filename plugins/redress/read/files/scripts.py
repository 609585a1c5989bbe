"""Tell what the scripts of a web page may change. Scripts are not run, so what they may change is in doubt.

A script says with a selector or an id which elements it changes. If it changes something else, or if this module
does not understand what, the whole page is in doubt. The common scripts that only count visits, or that only say
that scripts run, change nothing that is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from redress.read.files.selectors import Selector, read_selector

MOST_SIGNS_OF_A_PLACE = 400
"""The most characters of the expression that says what a script changes."""
MOST_PLACES = 300
"""The most names of a page's scripts whose meaning is searched for."""
MOST_STEPS = 20
"""The most steps by which a script gets from one element to the one that it changes."""

_TYPES = re.compile(
    r"|module|(?:text|application)/(?:x-)?(?:java|ecma)script\s*(?:;.*)?|text/(?:javascript1\.[0-5]|jscript|livescript)",
    re.IGNORECASE,
)
_BY_A_PERSON = re.compile(
    r"on(?:click|dblclick|auxclick|contextmenu|mouse\w+|pointer\w+|touch\w+|key\w+|submit|reset|change|input|select"
    r"|copy|cut|paste|drag\w*|drop|wheel|invalid|(?:before|after)print|(?:before)?unload)"
)
"""The handlers of what a person does with a page."""
_WITHOUT_TEXT = frozenset(
    {"audio", "embed", "iframe", "img", "input", "link", "object", "script", "source", "video"}
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

_SETS = r"\s*(?:[-+*/|&?]{0,2}=(?![=>]))"
_CHANGE = re.compile(
    r"(?:\.|\[\s*[\"'`])\s*(?P<name>"
    r"textContent|inner(?:Text|HTML)|outer(?:Text|HTML)|setHTML\w*|insertAdjacent\w+|replaceWith|replaceChild(?:ren)?"
    r"|nodeValue|append(?:Child|To|Data)?|prepend(?:To)?|insertBefore|insertAfter|removeChild|style|classList"
    r"|className|(?:set|remove|toggle)Attribute\w*|attributeStyleMap|insertRule|deleteRule|addRule|adoptedStyleSheets"
    r"|replaceSync|deleteContents|extractContents|insertNode|surroundContents|attachShadow|showPopover|showModal"
    r"|(?:delete|insert|replace)Data|execCommand"
    rf"|(?:hidden|data|value|open|id|media|disabled|designMode)(?={_SETS})"
    r"|(?:text|html|val|before|after)(?=\(\s*[^\s)])|(?:attr|css|prop)(?=\((?:[^(),]*,|\s*\{))"
    r"|(?:hide|show|toggle|remove|empty|detach|animate|fade\w+|slide\w+|wrap\w*|addClass|removeClass"
    r"|toggleClass)(?=\())(?![\w$])"
)
_WHOLE_PAGE = re.compile(
    r"customElements\s*\.\s*define|adoptedStyleSheets|CSSStyleSheet|insertRule|FontFace\s*\(|(?<![\w.$])eval\s*\("
    r"|new\s+Function\b|Reflect\s*\.|Object\s*\.\s*assign\s*\(\s*document|\[\s*[\"'][^\"'\n]*[\"']\s*\+|\bnew\s+Range\b"
    r"|createRange|createElement\s*\(\s*[\"'`](?:style|link)[\"'`]|createTreeWalker|createNodeIterator"
)
"""What changes a page as a whole, or at a place that is not followed."""
_MEMBERS = frozenset({"data", "disabled", "id", "media", "open", "value"})
"""What elements have, and other things too."""
_INSERTED = re.compile(r"append(?:Child)?|insertBefore|prepend")
_ELEMENTS = re.compile(r"Element|Child|Node|Sibling|query|\$|jQuery|\.\s*(?:all|body|forms|images|links|target)\b")
_STATEMENT_END = re.compile(r";|[^\s=?:+(,|&]\s*\n")
_CREATED = re.compile(r"createElement\s*\(\s*([^()]*?)\s*\)")
_UNREAD_ELEMENTS = re.compile(r"[\"'`](?:a|iframe|img|noscript|script)[\"'`]", re.IGNORECASE)
_ADDRESS = (
    r"(?P<call>getElementById|getElementsByClassName|querySelector(?:All)?|closest|\$|jQuery)\s*\(\s*"
    r"(?P<quote>[\"'`])(?P<text>(?:(?!(?P=quote))[^\n\\]){1,200})(?P=quote)"
)
_ADDRESSED = re.compile(_ADDRESS)
_PLACE = re.compile(rf"(?:[\w$]+(?:\([^()]*\))?\s*\.\s*)*{_ADDRESS}\s*\)")
_STEP = re.compile(
    r"\s*(?:\[\s*\w+\s*\]|\.\s*(?:item|eq|get|first|last|find|children|filter|not|each|on|off|delay|stop|ready"
    r"|hide|show|toggle|css|attr|prop|text|html|val|(?:add|remove|toggle)Class|fade\w+|slide\w+|animate)\s*\([^()]*\)"
    r"|\.\s*(?:firstChild|lastChild|firstElementChild|lastElementChild|children|childNodes|content))\s*$"
)
"""A step from elements to others in them, or to the same elements."""
_MADE = re.compile(r"(?:[\w$]+\s*\.\s*)*createElement\s*\([^()]*\)")
_CONDITION = re.compile(r"\b(?:if|while|for|switch|catch)\s*\(")
_TEXT_FIRST = re.compile(r"\s*\(\s*[\"'`]")
_THIS = re.compile(r"\bthis\b")
_WHOLE = frozenset({"*", "body", "head", "html"})
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_HARMLESS_VALUE = re.compile(
    r"new\s+(?:Date|FormData|Headers|Image|Map|Set|URL|URLSearchParams|XMLHttpRequest)\b|\{|\[\s*(?:\]|$)|[\"'\d]|window\.\w+\s*\|\|\s*[\[{]"
)
_ROOT = re.compile(r"(?:\w+\s*\.\s*)?(?:documentElement|body|head)")
_STRING = re.compile(
    r"\"((?:\\.|[^\"\\\n])*)\"|'((?:\\.|[^'\\\n])*)'|`((?:\\.|[^`\\])*)`|/((?:\\.|[^/\\\n]){1,100})/[gimsuy]*"
)
_WORD = re.compile(r"[\w-]+")
_OF_SCRIPTS = frozenset(
    {"b", "bno-js", "has-js", "js", "js-enabled", "javascript", "no-javascript", "no-js", "nojs", "s"}
)
"""The classes that only say that scripts run, also as parts of a pattern such as "\\bno-js\\b"."""
_CHANGES_CLASSES = re.compile(r"\s*(?:\.\s*(?:add|remove|toggle|replace)\b|[+|&?]*=(?!=))")
_OWN_STYLE = re.compile(r"\.\s*setProperty\s*\(\s*[\"'`]--")
_WRITES = re.compile(r"document\s*\.\s*write(?:ln)?\s*\(")
_MARKUP = re.compile(r"<(?!\\?/?(?:script|img|noscript|iframe|a|br|span|b|p)\b)", re.IGNORECASE)
_PREFIXES = {"getElementById": "#", "getElementsByClassName": "."}


@dataclass
class Scripts:
    """The scripts of a page, and the handlers that a browser calls by itself."""

    root: HtmlElement
    texts: list[str] = field(default_factory=list)
    is_hidden: bool = False
    _every: str = ""
    _known: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for script in self.root.iter("script"):
            is_run = (
                _TYPES.fullmatch(script.get("type", "").strip()) is not None and "nomodule" not in script.attrib
            )
            source = script.get("src", script.get("href"))
            if is_run and source is None:
                self.texts.append("".join(script.itertext()))
            elif is_run and str(source).strip().lower().startswith(("blob:", "data:", "javascript:")):
                self.is_hidden = True
        for element in self.root.iter("*"):
            for name, handler in element.attrib.items():
                if name.startswith("on") and not _BY_A_PERSON.fullmatch(name):
                    is_read = element.tag not in _WITHOUT_TEXT
                    self.texts.append(handler if is_read else _THIS.sub("createElement('img')", handler))
        self.texts = [_COMMENT.sub(" ", text) for text in self.texts]
        self._every = "\n".join(self.texts)

    def changed(self, *, ignores_case: bool) -> Iterator[Selector]:
        """Yield the selectors of the elements that the scripts may change."""
        for text in self.texts:
            if _CHANGE.search(text):
                for one in _ADDRESSED.finditer(text):
                    selector = read_selector(
                        _PREFIXES.get(one["call"], "") + one["text"], ignores_case=ignores_case
                    )
                    if selector is not None and selector.is_sure and selector.key not in _WHOLE:
                        yield selector

    def may_change_anything(self, css: str) -> bool:
        """Return whether the scripts may change what is read at a place that is not known. `css` are the page's
        style sheets.
        """
        return self.is_hidden or any(self._is_unknown(text, css) for text in self.texts)

    def _is_unknown(self, script: str, css: str) -> bool:
        if _WHOLE_PAGE.search(script) or any(map(_writes_markup, _arguments(script))):
            return True
        changes = ((change, _place_before(script, change.start())) for change in _CHANGE.finditer(script))
        return any(
            not self._is_harmless(script, change, place, css) and not self._is_known(place, 0)
            for change, place in changes
        )

    def _is_harmless(self, script: str, change: re.Match[str], place: str, css: str) -> bool:
        """Return whether a change at a place is harmless wherever it is made, or is made at the page's root or body
        and is harmless there.
        """
        rest = script[change.end() : change.end() + MOST_SIGNS_OF_A_PLACE]
        end = _STATEMENT_END.search(rest)
        statement = rest if end is None else rest[: end.start() + 1]
        name, is_root = change["name"], _ROOT.fullmatch(place) is not None
        if place.endswith("classList"):
            return True  # the class list itself is judged
        if name in ("className", "classList"):
            return _is_harmless_class(statement, css, is_root=is_root)
        if _INSERTED.fullmatch(name):
            first = statement.split(",")[0]
            return (
                not _ELEMENTS.search(first)
                and not _TEXT_FIRST.match(first)
                and (is_root or _inserts_unread(script))
            )
        if name in _MEMBERS and place.startswith(("window.", "self.")):
            return not _ELEMENTS.search(place)
        return is_root and _OWN_STYLE.match(statement) is not None

    def _is_known(self, place: str, depth: int) -> bool:
        """Return whether an expression of a script stands for elements that a selector of the script finds, or for
        something that is not in the page.
        """
        for _ in range(MOST_STEPS):
            place = place.strip()
            if (address := _PLACE.fullmatch(place)) is not None:
                selector = read_selector(_PREFIXES.get(address["call"], "") + address["text"])
                return selector is None or (selector.is_sure and selector.key not in _WHOLE)
            if _HARMLESS_VALUE.match(place) or _MADE.fullmatch(place):
                return True
            if (step := _STEP.search(place)) is None:
                break
            place = place[: step.start()]
        if depth > MOST_STEPS or not _NAME.fullmatch(place) or place in ("this", "document", "window"):
            return False
        if place not in self._known:
            self._known[place] = False
            if len(self._known) <= MOST_PLACES:
                self._known[place] = self._is_known_name(place, depth)
        return self._known[place]

    def _is_known_name(self, place: str, depth: int) -> bool:
        name = re.escape(place)
        given = re.compile(
            rf"(?<![.\w$]){name}\s*=(?![=>])\s*([^;\n]{{1,{MOST_SIGNS_OF_A_PLACE}}}?)(?=[;\n,{{}}]|\s*$)"
            rf"|(?<![.\w$]){name}\s+of\s+([^;\n{{]{{1,{MOST_SIGNS_OF_A_PLACE}}}}})\)\s"
        )
        looped = re.compile(rf"\.\s*(?:forEach|each)\s*\(\s*(?:function\s*\w*\s*)?\(?\s*{name}(?![\w$])")
        passed = re.compile(
            rf"(?:function\s*\w*\s*)?\([^()]*(?<![.\w$]){name}(?![\w$])[^()]*\)\s*(?:=>|\{{)|(?<![.\w$]){name}\s*=>"
        )
        values = [(one[1] or one[2]).strip() for one in given.finditer(self._every)]
        loops = [_place_before(self._every, one.start()) for one in looped.finditer(self._every)]
        conditions = sum(1 for one in _CONDITION.finditer(self._every) if passed.match(self._every, one.end() - 1))
        if sum(1 for _ in passed.finditer(self._every)) - conditions > len(loops):
            return False
        values += loops
        return 0 < len(values) <= MOST_STEPS and all(
            value != place and self._is_known(value, depth + 1) for value in values
        )


def _is_harmless_class(statement: str, css: str, *, is_root: bool) -> bool:
    """Return whether the rest of a statement sets no class, or only classes that say that scripts run, or only
    classes of the whole page that no style sheet names.
    """
    if not _CHANGES_CLASSES.match(statement):
        return True
    strings = list(_STRING.finditer(statement))
    words = {word for one in strings for word in _WORD.findall(one[0])} - _OF_SCRIPTS
    if not words:
        return bool(strings)
    return is_root and not any(f".{word}" in css for word in words)


def _place_before(script: str, end: int) -> str:
    """Return the expression that ends at a position in a script, such as `document.getElementById("a")`."""
    first = max(0, end - MOST_SIGNS_OF_A_PLACE)
    begin, depth = end, 0
    while begin > first:
        sign = script[begin - 1]
        if sign in ")]":
            depth += 1
        elif sign in "([":
            depth -= 1
            if depth < 0:
                break
        elif not depth and not (sign.isalnum() or sign in "_$."):
            before = script[first:begin].rstrip()
            if not sign.isspace() or not (before.endswith(".") or script[begin:end].lstrip().startswith(".")):
                break
        begin -= 1
    return re.sub(r"^(?:return|typeof|void|await|else)\b", "", script[begin:end].strip()).strip()


def _inserts_unread(script: str) -> bool:
    """Return whether all elements that a script makes are of kinds that are not read, such as another script."""
    made = [one[1] for one in _CREATED.finditer(script)]
    is_of_script = re.search(r"[\"']script[\"']", script) is not None
    return (
        bool(made)
        and "createTextNode" not in script
        and all(_UNREAD_ELEMENTS.fullmatch(one) or (is_of_script and _NAME.fullmatch(one)) for one in made)
    )


def _arguments(script: str) -> Iterator[str]:
    """Yield what a script writes into the page while the page is read."""
    for one in _WRITES.finditer(script):
        yield script[one.end() : one.end() + MOST_SIGNS_OF_A_PLACE].split(");", 1)[0]


def _writes_markup(argument: str) -> bool:
    """Return whether a script may write markup into the page that changes what stands behind it."""
    plain = argument.strip().rstrip(")").strip()
    if "new Date" in plain or re.search(r"%3C(?:script|img)", plain, re.IGNORECASE):
        return False
    if _STRING.match(plain) is None:
        return True
    return _MARKUP.search(plain) is not None
