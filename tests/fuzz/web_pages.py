"""Fuzz web pages and texts: chance wraps, hides and strikes out numbers, and makes noise.

Reading must not crash, and no number may be accepted that a person does not see.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from redress.model.letter import Letter
from redress.read.reader import read_letter
from redress.read.workers import Readers, WorkerError
from redress.settings import Limits
from tests.fuzz.running import Clock, Counts, FindingError, accepted_figures, draw_until, limit_reached
from tests.made import PROJECT

GOLDEN = PROJECT / "tests" / "read" / "golden" / "complaint_overview"
PAGE = (GOLDEN / "2025-web-page.html").read_text(encoding="utf-8").replace("Brackleham", "Vennery")
TEXT = (GOLDEN / "2025-text.txt").read_text(encoding="utf-8").replace("Dapplemere Council", "Ostlebridge Council")
_OVERSTRUCK = re.compile("[^\n\b]\b")
"""A character and a backspace: the next character is printed over this character."""
SLOT = re.compile(r"<strong>([\d.]+)(%?)</strong>")
LIMITS = Limits(time_seconds=20)

SHOWN = (
    "<span>{}</span>",
    "<b>{}</b>",
    "<i lang=en>{}</i>",
    "<font size=3>{}</font>",
    '<span style="font-weight: bold; color: #222">{}</span>',
    '<a href="#x">{}</a>',
    '<span class="number" data-value="17">{}</span>',
    "<mark>{}</mark>",
    "<span><!-- 12 -->{}</span>",
    '<abbr title="99">{}</abbr>',
)
HIDDEN = (
    '<span style="display:none">{}</span>',
    '<span style="DISPLAY : none !important">{}</span>',
    "<span hidden>{}</span>",
    "<template>{}</template>",
    "<!--{}-->",
    "<script>{}</script>",
    "<style>{}</style>",
    "<del>{}</del>",
    "<s>{}</s>",
    "<strike>{}</strike>",
    '<span style="text-decoration: line-through">{}</span>',
    '<span style="visibility:hidden">{}</span>',
    '<span style="opacity:0">{}</span>',
    '<span style="font-size:0">{}</span>',
    '<span style="color:transparent">{}</span>',
    '<span class="gone">{}</span>',
    '<span id="away">{}</span>',
    "<sup>{}</sup>",
    "<sub>{}</sub>",
    '<input type="hidden" value="{}">',
    "<datalist><option>{}</option></datalist>",
    "<details><summary></summary>{}</details>",
    '<span style="position:absolute;left:-9999px">{}</span>',
    '<span style="display:inline-block;width:0;height:0;overflow:hidden">{}</span>',
    '<span style="clip-path:inset(100%)">{}</span>',
    '<span style="transform:scale(0)">{}</span>',
    '<span style="vertical-align:super;font-size:60%">{}</span>',
)
SHEET = "<style>.gone { display: none } #away { visibility: hidden } .ring { width: 66%; }</style>"


@dataclass(frozen=True)
class Piece:
    """A piece of markup, and the digits in it that a person sees as part of the number."""

    markup: str
    seen: str


def _wrapped(pieces: st.SearchStrategy[Piece]) -> st.SearchStrategy[Piece]:
    return st.one_of(
        st.builds(lambda piece, form: Piece(form.format(piece.markup), piece.seen), pieces, st.sampled_from(SHOWN)),
        st.builds(_hidden, pieces, st.sampled_from(HIDDEN)),
        st.builds(lambda one, other: Piece(one.markup + other.markup, one.seen + other.seen), pieces, pieces),
    )


def _hidden(piece: Piece, form: str) -> Piece:
    """Return a piece that nobody sees. Colours inside the piece are removed, because text with a colour of its own
    is seen even inside transparent text.
    """
    return Piece(form.format(piece.markup.replace("color: #222", "")), "")


def _as_it_is(text: str) -> Piece:
    return Piece(text, text)


digits = st.text("0123456789", min_size=1, max_size=2).map(_as_it_is)
pieces = st.recursive(digits, _wrapped, max_leaves=4)


@st.composite
def slots(draw: st.DrawFn, number: str) -> Piece:
    """Draw a piece in place of a number: the number alone, the number beside a hidden piece, or other digits."""
    around = draw(st.sampled_from((*SHOWN, "{}")))
    true = Piece(around.format(number), number)
    kind = draw(st.integers(0, 9))
    if kind < 5:
        return true
    hidden = _hidden(draw(pieces), draw(st.sampled_from(HIDDEN)))
    if kind < 7:
        return Piece(hidden.markup + true.markup, number)
    if kind < 9:
        return Piece(true.markup + hidden.markup, number)
    return draw(pieces)


@dataclass(frozen=True)
class Page:
    """A page, and the digits that a person sees in the place of each number of the golden page."""

    content: bytes
    seen: dict[str, frozenset[str]]


@st.composite
def pages(draw: st.DrawFn) -> Page:
    """Draw the golden page with pieces of `slots` in place of up to three of its numbers."""
    seen: dict[str, set[str]] = {}
    used = draw(st.sets(st.integers(0, 12), max_size=3))
    count = iter(range(1000))

    def slot(match: re.Match[str]) -> str:
        piece = draw(slots(match[1])) if next(count) in used else _as_it_is(match[1])
        seen.setdefault(match[1], set()).add(piece.seen)
        return f"{piece.markup}{match[2]}"

    markup = SLOT.sub(slot, PAGE).replace("</head>", f"{SHEET}</head>")
    return Page(markup.encode(), {number: frozenset(texts) for number, texts in seen.items()})


_TOKENS = st.sampled_from(
    (
        *(form.partition("{}")[0] for form in (*SHOWN, *HIDDEN)),
        *(form.partition("{}")[2] for form in (*SHOWN, *HIDDEN)),
        *re.findall(r"<[^<>]+>|[^<>]+", PAGE),
        "<table><tr><td>",
        "</table>",
        "<svg><text>12</text>",
        "<math>",
        "<frameset>",
        "<plaintext>",
        "&#0;",
        "&#x110000;",
        "<style>@media print { * { display: none } } p { color: rgb(",
        "<p style='font: 0/0 a; content: \"\\35\"'>",
    )
)
noise = st.one_of(
    st.binary(max_size=2000),
    st.text(max_size=500).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(_TOKENS, max_size=120).map(lambda tokens: "".join(tokens).encode()),
)


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """Draw the golden text with some of its lines changed, moved, or marked as Markdown does."""
    lines = TEXT.split("\n")
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(lines) - 1))
        line = lines[place]
        change: Callable[[], str] = draw(
            st.sampled_from(
                (
                    lambda line=line: f"~~{line}~~",
                    lambda line=line: f"<!-- {line} -->",
                    lambda line=line: re.sub(r"\d", "", line),
                    lambda line=line: re.sub(r"(\d)", "\\1\b\\1", line),
                    lambda line=line: re.sub(r"(\d)", "\\1\u0336", line),
                    lambda line=line: f"\u202e{line}",
                    lambda line=line: f"| {line} | {line} |",
                )
            )
        )
        lines[place] = change()
        if draw(st.booleans()):
            lines.insert(draw(st.integers(0, len(lines))), lines.pop(place))
    return "\n".join(lines).encode()


def fuzz(clock: Clock, seed: int) -> Counts:
    """Read pages and texts until the time is over. Raise FindingError at the first fault."""
    counts: Counts = Counts()
    with Readers(LIMITS) as readers:
        plain = readers.result_of(read_letter, PAGE.encode(), "page.html")
        numbers = {figure.measure: _number(figure.text) for figure in accepted_figures(plain)}
        assert numbers

        def check(given: Page | bytes | tuple[str, bytes]) -> None:
            if isinstance(given, Page):
                _check_seen(given, numbers, _read(readers, given.content, ".html", counts))
            elif isinstance(given, bytes):
                check_in_text(given, ".txt", _read(readers, given, ".txt", counts))
            else:
                ending, content = given
                check_in_text(content, ending, _read(readers, content, ending, counts))

        named = st.tuples(st.sampled_from((".html", ".txt")), noise)
        draw_until(clock, seed, st.one_of(pages(), pages(), texts(), named), check)
    return counts


def _read(readers: Readers, content: bytes, ending: str, counts: Counts) -> Letter | None:
    """Read a file in a worker, count what became of the file, and return its letter; None if reading reached a
    limit. Raise FindingError if reading raises an error.
    """
    counts["inputs"] += 1
    try:
        letter = readers.result_of(read_letter, content, f"page{ending}")
    except WorkerError as error:
        counts[limit_reached(error)] += 1
        return None
    except Exception as error:
        raise FindingError(f"reading raises {error!r}", content, ending) from error
    counts[letter.verdict.value] += 1
    counts["accepted"] += bool(accepted_figures(letter))
    return letter


def _number(printed: str) -> str:
    return printed.replace("%", "").strip()


def _check_seen(page: Page, numbers: dict[str, str], letter: Letter | None) -> None:
    for figure in accepted_figures(letter) if letter else ():
        number = numbers.get(figure.measure)
        text = _number(figure.text)
        if number in page.seen and text not in page.seen[number]:
            fault = f"{figure.measure} is accepted as {text}, and a person sees {sorted(page.seen[number])}"
            raise FindingError(fault, page.content, ".html")


def check_in_text(content: bytes, ending: str, letter: Letter | None) -> None:
    """Raise FindingError for an accepted figure that stands nowhere in a file."""
    text = _OVERSTRUCK.sub("", html.unescape(content.decode("utf-8", errors="replace")))
    for figure in accepted_figures(letter) if letter else ():
        if _number(figure.text) not in text:
            raise FindingError(
                f"{figure.measure} is accepted as {figure.text}, which stands nowhere", content, ending
            )
