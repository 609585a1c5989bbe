"""Make the text that a person pastes into the code: a new sentence, heading or row label for a layout, and the
first draft of the expected JSON of a golden letter (a test letter; see CONTRIBUTING.md).
"""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redress.model.letter import Letter
from redress.model.measures import HEADLINE_NAMES, TABLE_MEASURES, UNIT_OF, Unit
from redress.model.season import Season
from redress.read.page.document import squeezed
from redress.read.page.sentences import Sentence
from redress.read.wording.blocks import block_of_heading, home_of, known_blocks, re_escaped, row_pattern
from redress.read.wording.findings import SentenceFinding
from redress.read.wording.proposals import Strength
from redress.read.wording.tokens import SlotKind

_TABLES = {"received": "received_count", "decisions": "decided_count", "remedied": "remedied_count"}


@dataclass(frozen=True)
class Addition:
    """A sentence, a heading or a row label that a person can add to a layout. `strength` says how far arithmetic
    proves that the addition is right.
    """

    block: str
    finding: SentenceFinding
    sentence: Sentence | None = None
    heading: str | None = None
    row: tuple[str, str, str] | None = None
    """If the addition is a row of a table: the table's measure, the category, and the label."""

    @property
    def strength(self) -> Strength:
        return self.finding.strength or Strength.UNPROVEN


def additions_of(findings: Sequence[SentenceFinding], season: Season) -> list[Addition]:
    """Return what to add to the layouts (sentences, headings, row labels), so that the reader reads in each slot
    the figure that is proposed first.
    """
    found: list[Addition] = []
    homes: dict[str, Counter[str]] = defaultdict(Counter)
    for finding in findings:
        figures = [slot.first.figure for slot in finding.slots if slot.first is not None and slot.first.figure]
        if not figures:
            continue
        row = _row(finding, figures[0])
        if row is not None:
            found.append(Addition(row[0], finding, row=row))
            continue
        home = Counter(filter(None, map(home_of, figures))).most_common(1)
        block = finding.pattern.block if finding.pattern.block in known_blocks() else None
        if block is None and not home:
            continue
        own = block or home[0][0]
        is_new_heading = bool(finding.pattern.heading) and block_of_heading(finding.pattern.heading) is None
        if is_new_heading and (finding.pattern.known is not None or finding.strength is not Strength.UNPROVEN):
            homes[finding.pattern.heading][own] += 1
        if finding.pattern.known is None:
            found.append(Addition(own, finding, Sentence(template_of(finding, season))))
    for title, counts in homes.items():
        own = counts.most_common(1)[0][0]
        first = next(one for one in findings if one.pattern.heading == title and one.strength is not None)
        if not known_blocks()[own].heading.fullmatch(squeezed(title)):
            found.append(Addition(own, first, heading=title))
    return found


def _row(finding: SentenceFinding, figure: str) -> tuple[str, str, str] | None:
    measure, _, category = figure.partition(":")
    return (measure, category, finding.pattern.row) if category and finding.pattern.row is not None else None


def names_of(finding: SentenceFinding, season: Season) -> list[str]:
    """Return the name and the kind of each slot in braces, as in a template.

    If the figure that is proposed first is a headline measure, the slot has the measure's name. If a date is the
    first or last day of the season's period, the slot is named `period_start` or `period_end`. Any other slot is
    numbered, such as `number_1`, and so is a slot that would repeat a name.
    """
    names: list[str] = []
    used: Counter[str] = Counter()
    for slot in finding.slots:
        figure = slot.first.figure if slot.first is not None else None
        name = figure if figure in HEADLINE_NAMES and not used[figure] else ""
        days = [one.day for one in finding.pattern.slots[slot.place.slot].by_letter.values()]
        if slot.kind is SlotKind.DATE:
            day = Counter(days).most_common(1)[0][0]
            name = (
                {season.period_start: "period_start", season.period_end: "period_end"}.get(day, "") if day else ""
            )
            name = "" if used[name] else name
        kind = _kind(slot.kind, name, finding.pattern.slots[slot.place.slot].has_decimals)
        if not name:
            base = {"words": "name", "date": "date", "years": "years"}.get(kind, "number")
            used[base] += 1
            name = f"{base}_{used[base]}"
        used[name] += 1
        names.append(f"{{{name}:{kind}}}")
    return names


def _kind(kind: SlotKind, name: str, has_decimals: bool) -> str:
    if kind is SlotKind.MONEY:
        return "words"
    if kind is not SlotKind.NUMBER:
        return str(kind)
    is_rate = (name in UNIT_OF and UNIT_OF[name] is Unit.PER_100K) or (name not in UNIT_OF and has_decimals)
    return "rate" if is_rate else "count"


def template_of(finding: SentenceFinding, season: Season) -> str:
    """Return the template of a sentence, with the names that `names_of` gives the slots."""
    return finding.pattern.template(names_of(finding, season))


def line_of(addition: Addition) -> str:
    """Return the line of code that a person pastes for an addition."""
    if addition.sentence is not None:
        return f"Sentence({json.dumps(addition.sentence.template, ensure_ascii=False)}),"
    if addition.heading is not None:
        known = known_blocks()[addition.block].heading.pattern
        return f'heading=heading_pattern(r"{known}|{re_escaped(addition.heading)}"),'
    measure, category, label = addition.row or ("", "", "")
    return f'LABELS["{measure}"]["{category}"]: ...|{row_pattern(label)}'


def place_of(addition: Addition) -> str:
    """Return the place in the code to which the line of an addition belongs."""
    if addition.row is not None:
        return "plugins/redress/read/layouts/local_authority_report.py, LABELS"
    module = "complaint_overview" if addition.block == "overview" else "three_statistics"
    return f"plugins/redress/read/layouts/{module}.py, {addition.block.upper()}"


def golden_stub(letter: Letter, why: str) -> dict[str, Any]:
    """Return the first draft of a golden letter's expected JSON: what the trial reading gives for the letter. A
    person must compare the draft with the letter. `why` is the text of `why` in the JSON: the reason for this test.
    """
    header = letter.header
    stub: dict[str, Any] = {
        "season": header.season,
        "authority_name": header.authority_name,
        "letter_date": None if header.letter_date is None else header.letter_date.isoformat(),
        "addressee_name": header.addressee_name,
        "addressee_title": header.addressee_title,
        "period_start": None if header.period_start is None else header.period_start.isoformat(),
        "period_end": None if header.period_end is None else header.period_end.isoformat(),
        "layout": header.layout,
    }
    for name in HEADLINE_NAMES:
        value = letter.value(name)
        stub[name] = None if value is None else int(value) if value == int(value) else float(value)
    for key, measure in _TABLES.items():
        counts = {name: letter.value(measure, name) for name in TABLE_MEASURES[measure]}
        stated = {name: int(value) for name, value in counts.items() if value is not None}
        stub[key] = stated or None
    stub |= {"verdict": str(letter.verdict), "quarantined": False, "failed_rules": []}
    stub["absent"] = {name: str(code) for name, code in letter.absences if str(code) not in ("not_in_layout",)}
    return stub | {"why": why}
