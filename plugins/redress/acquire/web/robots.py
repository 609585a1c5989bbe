"""What a host's robots.txt (RFC 9309) allows to fetch, and how slowly."""

import re
import threading
from collections.abc import Callable

import httpx
from protego import Protego

from redress.acquire.source import FetchError, NotPublishedError, SourceError

PRODUCT = "Redress"
"""The name of this program, by which a robots.txt may have rules for it."""
_OTHER_AGENT = "others"
_AGENT_LINE = re.compile(r"\s*user(?:-|\s*)agent(?:\s*:|\s|$)\s*(?P<agent>[^#]*)")
"""A line that names an agent, in every spelling that Protego accepts; the line must be in lower case."""


class Robots:
    """The rules in the robots.txt of each host. They are fetched when the first address of the host is wanted. A
    missing robots.txt (404, 410) forbids nothing.

    If a host's robots.txt cannot be fetched for another reason, nothing of the host may be fetched: `allows` and
    `delay_seconds` raise SourceError.
    """

    def __init__(self, ask: Callable[[str], bytes | None]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._rules: dict[str, Protego | SourceError] = {}

    def allows(self, url: httpx.URL) -> bool:
        """Return whether an address may be fetched."""
        return bool(self._rules_for(url).can_fetch(str(url), PRODUCT))

    def delay_seconds(self, url: httpx.URL) -> float:
        """Return the gap between requests that an address's host asks for; 0 if it asks for none."""
        return float(self._rules_for(url).crawl_delay(PRODUCT) or 0)

    def _rules_for(self, url: httpx.URL) -> Protego:
        origin = str(url.copy_with(raw_path=b"/"))
        with self._lock:
            if origin not in self._rules:
                self._rules[origin] = self._had(f"{origin}robots.txt")
            rules = self._rules[origin]
        if isinstance(rules, SourceError):
            raise rules
        return rules

    def _had(self, address: str) -> Protego | SourceError:
        try:
            content = self._ask(address) or b""
        except NotPublishedError:
            content = b""
        except FetchError as error:
            return SourceError(
                f"{address} cannot be had, so nothing is fetched from there: {error}; run again later"
            )
        return Protego.parse(_about_us(content.decode("utf-8", errors="replace")))


def _about_us(text: str) -> str:
    """Return a robots.txt in which only the agent that fits this program best keeps its name. All other agents get
    one common name.

    Otherwise Protego, the parser, would store each rule once for each agent, which takes gigabytes for a hostile
    file of 100 kB.
    """
    lines = text.splitlines()
    agents = [_agent(line) for line in lines]
    ours = max((agent for agent in agents if agent is not None), key=_closeness, default="*")
    return "\n".join(
        line if not agent else f"User-agent: {agent if agent == ours else _OTHER_AGENT}"
        for line, agent in zip(lines, agents, strict=True)
    )


def _agent(line: str) -> str | None:
    """Return the agent that a line names, in lower case. Return "" if the name is empty, and None if the line is
    about something else.
    """
    found = _AGENT_LINE.match(line.lower())
    if found is None:
        return None
    agent = found["agent"].strip()
    return agent if agent == "*" else agent.replace("*", "")


def _closeness(agent: str) -> int:
    """Return a number that says how closely an agent's name fits this program, counted as Protego does; 0 if the
    name does not fit.
    """
    if agent == "*":
        return 1
    return len(agent) if PRODUCT.lower().startswith(agent) else 0
