"""The bodies that receive letters, and which body a name means on a given day."""

import datetime as dt
import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from redress.model.season import Season

OTHER_TYPE_ID = "other"
"""The type of every body that is not a council. Such a body may get a letter, and its letter never counts as
missing."""
POPULATION_LAG_YEARS = 2
"""Years from a population estimate to the letters that use it: the letters of 2024 divide by the population of
mid-2022 (docs/adr/0006-which-population.md)."""
NAME_IN_ADVANCE = dt.timedelta(days=365)
"""How long before its first day a new name is accepted, because a letter is written in the year after its period.

For example, Shepway became Folkestone and Hythe on 1 April 2018, and the letters of July 2018 are about the year
that ended the day before."""

_SIMILAR_NAMES_COUNT = 3
_SIMILARITY_CUTOFF = 0.8  # Blabby is like Blaby, Colchester is not like Worcester
_COMMON_WORDS = frozenset(
    [
        "council",
        "corporation",
        "authority",
        "borough",
        "city",
        "county",
        "district",
        "metropolitan",
        "london",
        "royal",
        "of",
    ]
)
"""Words that stand in most full names. They are ignored when similar names are looked for: otherwise Corby
District Council would be most similar to Selby District Council."""
_APOSTROPHES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "`": "'"})
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """A body that receives letters, with its latest official name and the days on which it exists.

    `valid_from` is None if the authority began before 1 April 2009. `valid_to` is the last day of the authority, or
    None if the authority still exists.
    """

    authority_id: str
    name: str
    short_name: str
    council_type_id: str
    region_name: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    is_sample: bool

    def is_alive_on(self, day: dt.date) -> bool:
        """Return whether the authority exists on a day; its first and its last day count."""
        has_ended = self.valid_to is not None and self.valid_to < day
        return self.has_begun_by(day) and not has_ended

    def has_begun_by(self, day: dt.date) -> bool:
        """Return whether the authority exists on a day or existed before it."""
        return self.valid_from is None or self.valid_from <= day


@dataclass(frozen=True)
class Alias:
    """Another name of an authority, with the first and the last day on which the name is valid. None means no
    limit.

    If `is_official` is True, `name` was the authority's full name until `valid_to`, and `short_name` was its short
    name.
    """

    authority_id: str
    name: str
    short_name: str | None
    valid_from: dt.date | None
    valid_to: dt.date | None
    is_official: bool


@dataclass(frozen=True)
class Succession:
    """One authority took over all or part of another authority on a day."""

    predecessor_id: str
    successor_id: str
    day: dt.date


@dataclass(frozen=True)
class Population:
    """The estimated residents of an authority's area in the middle of a year (30 June)."""

    count: int
    mid_year: int


@dataclass(frozen=True)
class Resolution:
    """Which authority a name means on a day, and why.

    `authority` is None if no authority, or several, can be meant. `candidates` are the authorities that may be
    meant, or that have similar names; a person chooses from them. If `authority` is set, it is the only candidate.
    """

    authority: Authority | None
    candidates: tuple[Authority, ...]
    reason: str


class Authorities:
    """All known authorities, with their names, predecessors, successors and populations."""

    def __init__(
        self,
        authorities: Sequence[Authority],
        aliases: Iterable[Alias] = (),
        successions: Iterable[Succession] = (),
        populations: Iterable[tuple[str, Population]] = (),
    ) -> None:
        self._authorities = {authority.authority_id: authority for authority in authorities}
        self._successions = tuple(successions)
        self._populations: dict[str, dict[int, Population]] = {}
        for authority_id, population in populations:
            self._populations.setdefault(authority_id, {})[population.mid_year] = population
        self._names = _names(self._authorities, aliases)
        self._by_proper_name = _index_by_proper_name(self._names)

    def alive_on(self, day: dt.date) -> tuple[Authority, ...]:
        """Return the authorities that exist on a day, in the order of the reference tables."""
        return tuple(authority for authority in self._authorities.values() if authority.is_alive_on(day))

    def with_id(self, authority_id: str) -> Authority | None:
        """Return the authority with an id; None if no authority has the id."""
        return self._authorities.get(authority_id)

    def ever_named(self, name: str) -> tuple[Authority, ...]:
        """Return the authorities that have or had a name on any day; similar names do not count."""
        return _distinct(named.authority for named in self._names.get(normalised_name(name), ()))

    def expected_in(self, season: Season) -> tuple[Authority, ...]:
        """Return the authorities that must get a letter in a season: the councils that exist on the last day of the
        season's period.

        Other bodies do not get a letter every year, so a missing letter to them is not reported.
        """
        alive = self.alive_on(season.period_end)
        return tuple(authority for authority in alive if authority.council_type_id != OTHER_TYPE_ID)

    def expected_beside(self, season: Season, come_ids: Iterable[str]) -> tuple[Authority, ...]:
        """Return the councils that must get a letter in a season, either only the invented or only the real
        councils.

        `come_ids` are the ids of the authorities whose letters have come. If all of these authorities are invented,
        return the invented councils. If one is real, or if none is known, return the real councils.
        """
        known = (self.with_id(authority_id) for authority_id in come_ids)
        is_sample = {authority.is_sample for authority in known if authority is not None} == {True}
        return tuple(authority for authority in self.expected_in(season) if authority.is_sample == is_sample)

    def predecessors(self, authority_id: str) -> tuple[Authority, ...]:
        """Return the authorities that an authority took over, wholly or in part, sorted by name. Raises KeyError
        for an unknown id.
        """
        self._require(authority_id)
        return self._by_name(
            succession.predecessor_id for succession in self._successions if succession.successor_id == authority_id
        )

    def successors(self, authority_id: str) -> tuple[Authority, ...]:
        """Return the authorities that took over an authority, wholly or in part, sorted by name. Raises KeyError
        for an unknown id.
        """
        self._require(authority_id)
        return self._by_name(
            succession.successor_id for succession in self._successions if succession.predecessor_id == authority_id
        )

    def population(self, authority_id: str, season: Season) -> Population | None:
        """Return the population by which a season's figures per 100,000 residents are computed; None if none is
        known.

        The estimate is for the middle of the year, two years before the letters (mid-2022 for season 2024). If that
        estimate is missing, the latest earlier estimate is returned, never a later estimate:
        docs/adr/0006-which-population.md. Raises KeyError for an unknown id.
        """
        self._require(authority_id)
        estimates = self._populations.get(authority_id, {})
        mid_years = [mid_year for mid_year in estimates if mid_year <= season.year - POPULATION_LAG_YEARS]
        return estimates[max(mid_years)] if mid_years else None

    def resolve(self, name: str, on: dt.date) -> Resolution:
        """Find the authority that has a name on a day, or an authority that had this name when it ended before the
        day.

        A letter can be to an ended council, because cases about it are decided after its end. An authority that
        exists on the day is preferred to authorities that have ended. A similar name is never accepted.
        """
        named = self._names.get(normalised_name(name), ())
        bearers = _distinct(bearer.authority for bearer in named if bearer.counts_on(on))
        said = " ".join(name.split())
        if len(bearers) == 1:
            return Resolution(bearers[0], bearers, f"“{said}” is a name of {_title(bearers[0])}")
        if bearers:
            described = "; ".join(_title(authority) for authority in bearers)
            reason = f"“{said}” fits {len(bearers)} authorities on {_day(on)}: {described}"
            return Resolution(None, bearers, reason)
        ended = _distinct(one.authority for one in named if one.was_last_before(on))
        if len(ended) == 1:
            reason = (
                f"“{said}” is a name of {self._described(ended[0], on)}, and cases about it are decided later too"
            )
            return Resolution(ended[0], ended, reason)
        if named:
            described = "; ".join(dict.fromkeys(self._why_not(bearer, said, on) for bearer in named))
            reason = f"no authority has the name “{said}” on {_day(on)}: {described}"
            return Resolution(None, _distinct(bearer.authority for bearer in named), reason)
        similar = self._similar(name)
        described = "; ".join(self._described(authority, on) for authority in similar)
        hint = f"; similar names: {described}" if similar else ", nor a similar one"
        return Resolution(None, similar, f"no authority has the name “{said}” on {_day(on)}{hint}")

    def _require(self, authority_id: str) -> None:
        if authority_id not in self._authorities:
            raise KeyError(f"no authority has the id {authority_id!r}")

    def _by_name(self, authority_ids: Iterable[str]) -> tuple[Authority, ...]:
        return tuple(
            sorted((self._authorities[authority_id] for authority_id in authority_ids), key=lambda one: one.name)
        )

    def _similar(self, name: str) -> tuple[Authority, ...]:
        proper = _without_common_words(normalised_name(name))
        similar = difflib.get_close_matches(
            proper, self._by_proper_name, n=_SIMILAR_NAMES_COUNT, cutoff=_SIMILARITY_CUTOFF
        )
        return _distinct(authority for key in similar for authority in self._by_proper_name[key])

    def _why_not(self, name: "_Name", said: str, on: dt.date) -> str:
        """Return words that say why a name does not mean its authority on a day. `said` is the name as it was asked
        for.
        """
        if not name.authority.is_alive_on(on):
            return self._described(name.authority, on)
        if name.valid_to is not None and name.valid_to < on:
            return f"{_title(name.authority)} was called “{said}” until {_day(name.valid_to)}"
        return f"{_title(name.authority)} was not called “{said}” before {_day(name.valid_from or on)}"

    def _described(self, authority: Authority, on: dt.date) -> str:
        """Return an authority's name and id in words. If the authority does not exist on the day, also say when it
        began or ended, and name its predecessors or successors.
        """
        if authority.valid_from is not None and authority.valid_from > on:
            others = _those("predecessor", self.predecessors(authority.authority_id))
            return f"{_title(authority)} began on {_day(authority.valid_from)}{others}"
        if authority.valid_to is not None and authority.valid_to < on:
            others = _those("successor", self.successors(authority.authority_id))
            return f"{_title(authority)} ended on {_day(authority.valid_to)}{others}"
        return _title(authority)


def normalised_name(name: str) -> str:
    """Return a name in the form in which names are compared. Case, spacing, kinds of apostrophe, "&" or "and", and
    a first "The" make no difference.
    """
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_APOSTROPHES).replace("&", " and ")
    return " ".join(folded.split()).removeprefix("the ")


@dataclass(frozen=True)
class _Name:
    """An authority under one of its names, with the first and the last day on which the name is valid. None means
    no limit.
    """

    authority: Authority
    valid_from: dt.date | None
    valid_to: dt.date | None

    def counts_on(self, day: dt.date) -> bool:
        """Return whether this name can mean the authority in a letter whose period ends on the day."""
        has_begun = self.valid_from is None or self.valid_from <= day + NAME_IN_ADVANCE
        has_ended = self.valid_to is not None and self.valid_to < day
        return self.authority.is_alive_on(day) and has_begun and not has_ended

    def was_last_before(self, day: dt.date) -> bool:
        """Return whether the authority ended before the day, and still had this name when it ended."""
        end = self.authority.valid_to
        return end is not None and end < day and (self.valid_to is None or self.valid_to >= end)


def _names(authorities: dict[str, Authority], aliases: Iterable[Alias]) -> dict[str, tuple[_Name, ...]]:
    """Return, for each normalised name, the authorities that have or had the name, each with the first and the last
    day on which it has the name.
    """
    index: dict[str, tuple[_Name, ...]] = {}
    called_so_since: dict[str, dt.date] = {}
    for alias in aliases:
        bearer = _Name(authorities[alias.authority_id], alias.valid_from, alias.valid_to)
        for key in {normalised_name(name) for name in (alias.name, alias.short_name) if name}:
            index[key] = (*index.get(key, ()), bearer)
        if alias.is_official and alias.valid_to is not None:
            since = alias.valid_to + _ONE_DAY
            called_so_since[alias.authority_id] = max(called_so_since.get(alias.authority_id, since), since)
    for authority in authorities.values():
        bearer = _Name(authority, called_so_since.get(authority.authority_id), None)
        for key in {normalised_name(name) for name in (authority.name, authority.short_name)}:
            index[key] = (*index.get(key, ()), bearer)
    return index


def _index_by_proper_name(names: dict[str, tuple[_Name, ...]]) -> dict[str, tuple[Authority, ...]]:
    """Return the authorities by their names without common words. This index is used only to find similar names."""
    index: dict[str, tuple[Authority, ...]] = {}
    for key, named in names.items():
        proper = _without_common_words(key)
        index[proper] = _distinct((*index.get(proper, ()), *(bearer.authority for bearer in named)))
    return index


def _without_common_words(normalised: str) -> str:
    """Return a name without its common words; the whole name if nothing is left ("City of London")."""
    return " ".join(word for word in normalised.split() if word not in _COMMON_WORDS) or normalised


def _distinct(authorities: Iterable[Authority]) -> tuple[Authority, ...]:
    return tuple(dict.fromkeys(authorities))


def _those(relation: str, others: Sequence[Authority]) -> str:
    """Return a clause that names an authority's predecessors or successors; "" if `others` is empty. `relation` is
    the word for one of them, such as "successor".
    """
    if not others:
        return ""
    *before, last = (_title(authority) for authority in others)
    if not before:
        return f"; its {relation} is {last}"
    return f"; its {relation}s are {', '.join(before)} and {last}"


def _title(authority: Authority) -> str:
    return f"{authority.name} ({authority.authority_id})"


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
