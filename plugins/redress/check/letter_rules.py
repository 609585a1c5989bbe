"""The rules about one letter's numbers and years. `redress read` asks these rules. The judge asks them together
with the rules about a season.

If a letter lacks the figures that a rule compares, the rule passes, and says so. Other rules ask for the figures
that a letter must state.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from redress.check.rule import Check, Finding, LetterRule, Severity
from redress.model.layouts import required_figures
from redress.model.letter import Letter, Verdict
from redress.model.measures import UNIT_OF, Absence, Unit, half_up_pct


def check_letter(letter: Letter) -> tuple[Check, ...]:
    """Ask the rules about a single letter, and return what the rules found.

    If the letter is extracted, every rule is asked. If the letter has no statistics, only the rule about years is
    asked. About any other file, no rule is asked.
    """
    return tuple(rule.check(rule.ask(letter)) for rule in LETTER_RULES if letter.verdict in rule.verdicts)


Named = tuple[str, str | None]
"""The name of a figure: its measure and, if the figure is in a table, its category."""


@dataclass(frozen=True)
class Share:
    """A rate that a letter states, and the counts that give the rate.

    The rate is `part` as a percentage of `whole`. If letters never state the part, `part` is None. If a letter does
    not state the whole, the whole is the sum of `part` and `other_part`.
    """

    rate: str
    part: str | None
    whole: str
    other_part: Named | None = None

    def named(self, letter: Letter) -> tuple[Named, ...]:
        """Return the names of the figures that the rule about this rate compares in a letter."""
        is_whole_stated = letter.value(self.whole) is not None
        whole = self.other_part if self.other_part and not is_whole_stated else (self.whole, None)
        part: tuple[Named, ...] = ((self.part, None),) if self.part else ()
        return ((self.rate, None), *part, whole)


SHARES = {
    "uphold_rate_is_upheld_over_investigations": Share(
        "uphold_rate_pct", "upheld_count", "investigations_count", ("decided_count", "not_upheld")
    ),
    "remedy_rate_is_remedies_over_upheld": Share(
        "satisfactory_remedy_rate_pct", "satisfactory_remedies_count", "upheld_count"
    ),
    "compliance_rate_is_possible": Share("compliance_rate_pct", None, "compliance_outcomes_count"),
}
"""The rates that follow from counts, each by the name of the rule that compares the rate with its counts."""


def is_certain(letter: Letter, share: Share) -> bool:
    """Return whether all figures of a share were read with certainty: each has a place in the letter, was not read
    by OCR, and has no conflict.
    """
    doubted = {conflict.measure for conflict in letter.conflicts}
    return all(
        (figure := letter.figure(measure, category)) is not None
        and ((figure.page is not None and figure.box is not None) or figure.line is not None)
        and not figure.is_ocr
        and measure not in doubted
        for measure, category in share.named(letter)
    )


def _contradiction(letter: Letter, share: Share, found: str) -> Finding:
    """Return a failed finding: the counts do not give the rate. `found` says so in words. The finding adds whether
    the letter contradicts itself, or may be misread.
    """
    if is_certain(letter, share):
        return Finding(False, f"the letter contradicts itself: {found}")
    return Finding(False, f"{found}, or one of these numbers is misread")


def _uphold_rate(letter: Letter) -> Finding:
    share = SHARES["uphold_rate_is_upheld_over_investigations"]
    upheld, not_upheld = letter.value("upheld_count"), letter.value("decided_count", "not_upheld")
    if letter.value(share.whole) is None and upheld is not None and not_upheld is not None:
        derived = upheld + not_upheld
        return _share_is_printed(letter, share, "upheld", "upheld and not upheld together (derived)", derived)
    return _share_is_printed(letter, share, "upheld", "investigations", letter.value(share.whole))


def _remedy_rate(letter: Letter) -> Finding:
    share = SHARES["remedy_rate_is_remedies_over_upheld"]
    return _share_is_printed(letter, share, "satisfactory remedies", "upheld", letter.value(share.whole))


def _share_is_printed(
    letter: Letter, share: Share, part_name: str, whole_name: str, whole: Decimal | None
) -> Finding:
    part, printed = letter.value(share.part or ""), letter.value(share.rate)
    if part is None or whole is None or printed is None:
        return Finding(True, "not all three numbers are stated")
    if whole == 0:
        found = f"{part_name} {part} and {printed}% are printed of {whole_name} 0"
        return Finding(True, found) if part == printed == 0 else _contradiction(letter, share, found)
    expected = half_up_pct(part, whole)
    found = f"{part_name} {part} of {whole_name} {whole} is {expected}%, and {printed}% is printed"
    return Finding(True, found) if expected == printed else _contradiction(letter, share, found)


def _compliance_rate(letter: Letter) -> Finding:
    share = SHARES["compliance_rate_is_possible"]
    outcomes, printed = letter.value(share.whole), letter.value(share.rate)
    if outcomes is None or printed is None:
        return Finding(True, "not both numbers are stated")
    if outcomes == 0:
        found = f"{printed}% is printed of 0 compliance outcomes"
        return Finding(True, found) if printed == 0 else _contradiction(letter, share, found)
    nearest = int(printed * outcomes / 100)
    fitting = [
        satisfied
        for satisfied in range(max(0, nearest - 1), min(int(outcomes), nearest + 2) + 1)
        if half_up_pct(Decimal(satisfied), outcomes) == printed
    ]
    if not fitting:
        return _contradiction(letter, share, f"no whole number of {outcomes} compliance outcomes is {printed}%")
    return Finding(True, f"{fitting[0]} of {outcomes} compliance outcomes is {printed}%")


def _numbers_are_possible(letter: Letter) -> Finding:
    return _finding(_impossible_numbers(letter), "every number is possible")


def _impossible_numbers(letter: Letter) -> Iterator[str]:
    for figure in letter.figures:
        unit = UNIT_OF[figure.measure]
        if figure.value < 0:
            yield f"{figure.measure} is {figure.value}, below zero"
        if unit is Unit.COUNT and figure.value != int(figure.value):
            yield f"{figure.measure} is {figure.value}, and a count is a whole number"
        if unit is Unit.PER_CENT and figure.value > 100:
            yield f"{figure.measure} is {figure.value}, above 100"
    for part, whole in (
        ("upheld_count", "investigations_count"),
        ("satisfactory_remedies_count", "upheld_count"),
    ):
        small, large = letter.value(part), letter.value(whole)
        if small is not None and large is not None and small > large:
            yield f"{part} {small} is more than {whole} {large}"


def _years_agree(letter: Letter) -> Finding:
    return _finding(_disagreements(letter), f"every year that it states is of season {letter.header.season}")


def _disagreements(letter: Letter) -> Iterator[str]:
    years = letter.header.stated_years
    if not years:
        yield "the letter states no year: no date, title, year ending or period was found"
    seasons = {year.season for year in years}
    if len(seasons) > 1:
        said = (f'{year.where} says season {year.season} ("{year.text}")' for year in years)
        yield "; ".join(dict.fromkeys(said))
    header = letter.header
    start, end = header.period_start, header.period_end
    if start is not None and (start.month, start.day) != (4, 1):
        yield f"the period starts on {start:%-d %B %Y}, not on 1 April"
    if end is not None and (end.month, end.day) != (3, 31):
        yield f"the period ends on {end:%-d %B %Y}, not on 31 March"


def _uphold_figures_complete(letter: Letter) -> Finding:
    needed = required_figures(letter.header.layout)
    missing = [
        measure if category is None else f"{measure} of {category}"
        for measure, category in needed
        if letter.value(measure, category) is None and letter.absence(measure) is not Absence.NONE_INVESTIGATED
    ]
    return Finding(not missing, f"missing: {', '.join(missing)}" if missing else "all of them are stated")


def _authority_is_named(letter: Letter) -> Finding:
    name = letter.header.authority_name
    return Finding(name is not None, f"to {name}" if name else "no addressee or heading names an authority")


def _tables_add_up(letter: Letter) -> Finding:
    return _finding(_sums_that_fail(letter), "every total that is stated is the sum of its parts")


def _sums_that_fail(letter: Letter) -> Iterator[str]:
    dealt_with = letter.value("dealt_with_count")
    of_overviews_alone = [letter.value(measure) for measure in ("not_for_us_count", "assessed_and_closed_count")]
    parts = [*of_overviews_alone, letter.value("investigations_count")]
    if dealt_with is not None:
        stated = [part for part in parts if part is not None]
        if len(stated) < len(parts):
            yield f"{dealt_with} complaints dealt with cannot be checked: one of their parts is not stated"
        elif sum(stated) != dealt_with:
            yield f"{' + '.join(map(str, stated))} is {sum(stated)}, and {dealt_with} dealt with are stated"
    elif any(part is not None for part in of_overviews_alone):
        yield "the parts of the complaints dealt with cannot be checked: their total is not stated"
    for measure in ("received_count", "decided_count"):
        counts = [
            figure.value for figure in letter.figures if figure.measure == measure and figure.category != "total"
        ]
        total = letter.value(measure, "total")
        if counts and total is None:
            yield f"the counts of {measure} cannot be checked: their total is not stated"
        elif counts and sum(counts) != total:
            yield f"the counts of {measure} are {sum(counts)} together, and the total says {total}"


def _readings_agree(letter: Letter) -> Finding:
    return _finding((conflict.detail for conflict in letter.conflicts), "each figure is read in one way only")


def _ocr_is_confirmed(letter: Letter) -> Finding:
    read = {figure.measure for figure in letter.figures if figure.is_ocr}
    if not read:
        return Finding(True, "no figure was read from a picture")
    return _finding(_unconfirmed(letter, read), "the figures read from a picture confirm each other")


def _unconfirmed(letter: Letter, read: set[str]) -> Iterator[str]:
    for block, needed in _CONFIRMING.items():
        figures = read & block
        missing = [measure for measure in needed if letter.value(measure) is None]
        if figures and missing:
            yield f"{', '.join(sorted(figures))} cannot be confirmed without {', '.join(missing)}"


_CONFIRMING: dict[frozenset[str], tuple[str, ...]] = {
    frozenset({"upheld_count", "investigations_count", "uphold_rate_pct", "uphold_rate_type_average_pct"}): (
        "upheld_count",
        "uphold_rate_pct",
    ),
    frozenset({"compliance_outcomes_count", "compliance_rate_pct", "compliance_rate_type_average_pct"}): (
        "compliance_outcomes_count",
        "compliance_rate_pct",
    ),
    frozenset(
        {
            "satisfactory_remedies_count",
            "satisfactory_remedy_rate_pct",
            "satisfactory_remedy_rate_type_average_pct",
            "satisfactory_remedy_printed_base_count",
        }
    ): ("satisfactory_remedies_count", "satisfactory_remedy_rate_pct", "upheld_count"),
}
"""The keys are the measures of a block (the part of a letter about one statistic). The values are the measures that
the letter must state, so that arithmetic can confirm the figures of the block."""


def _excuses_are_true(letter: Letter) -> Finding:
    upheld = letter.value("upheld_count")
    says_none = letter.absence("satisfactory_remedy_rate_pct") is Absence.NONE_UPHELD
    if says_none and upheld is not None and upheld > 0:
        return Finding(False, f"it says that nothing was upheld, and {upheld} upheld decisions are stated")
    return Finding(True, "no sentence contradicts a count")


def _remedy_base(letter: Letter) -> Finding:
    base = letter.value("satisfactory_remedy_printed_base_count")
    known = {
        name: value
        for name in ("investigations_count", "upheld_count")
        if (value := letter.value(name)) is not None
    }
    if base is None or not known:
        return Finding(True, "no base is printed, or nothing to compare it with")
    if base in known.values():
        return Finding(True, f"the base {base} is another count of the letter")
    counts = " nor ".join(f"{name} {value}" for name, value in known.items())
    return Finding(False, f"the base printed for remedies is {base}, neither {counts}")


def _blocks_complete(letter: Letter) -> Finding:
    return _finding(_incomplete(letter), "every block is complete")


def _incomplete(letter: Letter) -> Iterator[str]:
    not_stated = [measure for measure, code in letter.absences if code is Absence.NOT_STATED]
    if not_stated:
        yield f"not stated, and no sentence says why: {', '.join(not_stated)}"
    if letter.not_read:
        yield f"stated, and not read: {', '.join(letter.not_read)}"


def _finding(faults: Iterator[str], otherwise: str) -> Finding:
    found = list(faults)
    return Finding(not found, "; ".join(found) if found else otherwise)


NUMBERS_ARE_POSSIBLE = "numbers_are_possible"
YEARS_AGREE = LetterRule(
    "years_agree",
    Severity.CRITICAL,
    "The years in the date, the title, the year ending and the periods are of one season, and the periods run "
    "from 1 April to 31 March.",
    _years_agree,
    (Verdict.EXTRACTED, Verdict.NO_STATISTICS),
)
LETTER_RULES: tuple[LetterRule, ...] = (
    LetterRule(
        "uphold_figures_complete",
        Severity.CRITICAL,
        "The figures without which a letter of its layout says nothing are stated: upheld, investigations (or not "
        "upheld) and the rate; in a letter of 2013 the number received. Where nothing was investigated, that is "
        "enough.",
        _uphold_figures_complete,
    ),
    LetterRule(
        "authority_is_named",
        Severity.CRITICAL,
        "The letter names the authority that it is to.",
        _authority_is_named,
    ),
    LetterRule(
        "tables_add_up",
        Severity.CRITICAL,
        "Complaints dealt with are those not for us, assessed and investigated together; a table's counts are its "
        "total.",
        _tables_add_up,
    ),
    LetterRule(
        "uphold_rate_is_upheld_over_investigations",
        Severity.CRITICAL,
        "The stated uphold rate is upheld / investigations as a whole per cent, rounded half up.",
        _uphold_rate,
    ),
    LetterRule(
        "remedy_rate_is_remedies_over_upheld",
        Severity.CRITICAL,
        "The stated satisfactory remedy rate is remedies / upheld, rounded half up, whatever base is printed.",
        _remedy_rate,
    ),
    LetterRule(
        "compliance_rate_is_possible",
        Severity.CRITICAL,
        "Some whole number of the compliance outcomes gives the stated compliance rate; of no outcomes, 0%.",
        _compliance_rate,
    ),
    LetterRule(
        NUMBERS_ARE_POSSIBLE,
        Severity.CRITICAL,
        "Counts are whole and not negative, rates lie from 0 to 100, no part is more than its whole.",
        _numbers_are_possible,
    ),
    LetterRule(
        "readings_agree",
        Severity.CRITICAL,
        "No figure can be read in two ways, and no sentence stands in the block of another statistic.",
        _readings_agree,
    ),
    LetterRule(
        "absences_fit_counts",
        Severity.CRITICAL,
        "A letter that says that nothing was upheld states no upheld decisions.",
        _excuses_are_true,
    ),
    LetterRule(
        "ocr_is_confirmed",
        Severity.CRITICAL,
        "Figures read from a picture of text are accepted only where counts and rates confirm each other.",
        _ocr_is_confirmed,
    ),
    YEARS_AGREE,
    LetterRule(
        "blocks_complete",
        Severity.WARNING,
        "Every figure that its layout always has is stated and read, or a sentence says why it is not.",
        _blocks_complete,
    ),
    LetterRule(
        "remedy_base_is_known",
        Severity.WARNING,
        "The base printed for remedies is the number of investigations or of upheld decisions.",
        _remedy_base,
    ),
)
"""Every rule about a single letter, in the order in which they are reported."""
RULES_OF_WORDS = frozenset({"blocks_complete", "tables_add_up", "uphold_figures_complete"})
"""The names of the rules that can fail because a letter states something in words that no layout knows."""
