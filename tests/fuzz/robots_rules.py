"""Fuzz robots.txt: each file that chance makes is understood within a few seconds and a limit of memory."""

import math
from contextlib import suppress

import httpx
from hypothesis import strategies as st

from redress.acquire.source import SourceError
from redress.acquire.web.robots import Robots
from redress.read.workers import Readers
from redress.settings import Limits
from tests.fuzz.running import Clock, Counts, FindingError, draw_until

LIMITS = Limits(time_seconds=5, memory_mebibytes=1024, workers=1)
"""The limits of the worker that asks a robots.txt. The program has no such limits, because it asks a robots.txt in
its own process. So an input that reaches a limit shows a fault."""
MOST_BYTES = 500 * 1024
"""The most bytes of an input. The client takes 512 KiB of a robots.txt (LARGEST_ROBOTS_BYTES)."""
ADDRESSES = (
    "https://letters.example/",
    "https://letters.example/letters/2021/wexmarsh.pdf?page=2",
    f"https://letters.example/{'a' * 2000}",
    f"https://letters.example/{'a/' * 500}?{'a=a&' * 200}",
)

_NAMES = "User-agent: |user agent |USER-AGENT::|Disallow: |Allow: |Crawl-delay: |Request-rate: |Sitemap: |Host: "
_VALUES = (
    ":| : |*|$|/|redress|Redress/1.0|red|#|%|%2F|%zz|é|\u2028|\x85|\x00|\ufeff|nan|inf|1e400|-5|1/0|0.5"
    "|99999999999999|1/10s 0000-2359|1/1s 9999-0000|10/1d"
)
RULES = "User-agent: *|User-agent: Redress|Disallow: /|Disallow: /*.pdf$|Allow: /letters|Crawl-delay: 2"

_names, _values = st.sampled_from(_NAMES.split("|")), st.sampled_from(_VALUES.split("|"))
_words = st.one_of(_names, _values, st.sampled_from(("a*" * 30, "/*a" * 20 + "$", "/" * 300, "*" * 300)))
_lines = st.one_of(
    st.sampled_from(RULES.split("|")),
    st.builds(lambda name, value: name + value, _names, _words),
    st.lists(_words, max_size=6).map("".join),
    st.text(max_size=20),
)
_files = st.lists(_lines, max_size=20).map(lambda lines: "\n".join(lines).encode("utf-8", "surrogatepass"))
_numbered = st.sampled_from(
    (
        "User-agent: aN\nDisallow: /N\n",
        "Disallow: /*aN*b$\n",
        "User-agent: *\nAllow: /a*N\n",
        "User-agent: N\n",
        "User-agent: r*N\nCrawl-delay: N\n",
    )
)
_large = st.one_of(
    st.builds(lambda content, times: (content + b"\n") * times, _files, st.sampled_from((50, 2000, 20_000))),
    st.builds(
        lambda line, times: "".join(line.replace("N", str(number)) for number in range(times)).encode(),
        _numbered,
        st.sampled_from((100, 20_000)),
    ),
).map(lambda content: content[:MOST_BYTES])
robots_files = st.integers(0, 19).flatmap(
    lambda kind: _large if kind == 0 else _files if kind < 17 else st.binary(max_size=300)
)


def answers(content: bytes) -> list[tuple[bool, float]]:
    """Return what a robots.txt says about each of ADDRESSES: whether it may be fetched, and the gap in seconds."""
    robots = Robots(lambda _: content)
    return [(robots.allows(url), robots.delay_seconds(url)) for url in map(httpx.URL, ADDRESSES)]


def fuzz(clock: Clock, seed: int) -> Counts:
    """Ask robots.txt files that chance makes until the time is over. Raise FindingError at the first fault."""
    counts: Counts = Counts()
    with Readers(LIMITS) as readers:
        draw_until(clock, seed, robots_files, lambda content: check(readers, content, counts))
    return counts


def check(readers: Readers, content: bytes, counts: Counts) -> None:
    """Ask one robots.txt in a worker. Raise FindingError if asking reaches a limit of time or memory, if it raises
    an error other than SourceError, or if a gap is negative or no number.
    """
    counts["inputs"] += 1
    try:
        said = readers.result_of(answers, content)
    except SourceError:
        counts["refused"] += 1
        return
    except Exception as error:
        raise FindingError(f"robots.txt raises {error!r}", content, ".robots.txt") from error
    counts["allows all"] += all(is_allowed for is_allowed, _ in said)
    _check_delays(said, content)


def check_answers(content: bytes) -> None:
    """Ask one robots.txt in this process. Raise FindingError if a gap is negative or no number.

    Any error of asking is raised too, except SourceError.
    """
    with suppress(SourceError):
        _check_delays(answers(content), content)


def _check_delays(said: list[tuple[bool, float]], content: bytes) -> None:
    for _, delay_seconds in said:
        if math.isnan(delay_seconds) or delay_seconds < 0:
            raise FindingError(f"robots.txt asks for a gap of {delay_seconds} s", content, ".robots.txt")
