"""Show, as lines of text or as JSON, what a season's letters say in words that no layout knows: the unknown
sentences, what their numbers may state, and a trial reading (the letters read again as if layouts knew the
sentences).
"""

import json
from collections.abc import Iterator
from typing import Any

from redress.model.letter import Letter
from redress.read.wording.findings import SentenceFinding, SlotFinding
from redress.read.wording.pasting import Addition, golden_stub, line_of, names_of, place_of
from redress.read.wording.proposals import Proposal, Strength
from redress.read.wording.tokens import SlotKind
from redress.read.wording.trial import BeforeAfter
from redress.steps.wording import Wording

SHOWN_EXAMPLES = 3
SHOWN_ODDS = 30
"""If a coincidence is less likely than one in 10 to this power, it is shown as "one in 10 to this power, or
less"."""


def wording_lines(wording: Wording) -> Iterator[str]:
    """Yield what was found about a season's wording, as lines of plain text."""
    analysis = wording.analysis
    yield (
        f"Season {analysis.season} ({analysis.season.label}): {len(analysis.seen)} letters, "
        f"{analysis.incomplete_count} of them of an unknown layout or with incomplete blocks"
    )
    if wording.unseen_count:
        yield f"Files in which no single letter can be seen: {wording.unseen_count}"
    telling = [one for one in analysis.findings if any(slot.proposals for slot in one.slots)]
    silent = [one for one in analysis.findings if one not in telling]
    if not telling:
        yield "No sentence that is unknown states a figure, as far as arithmetic and words tell."
    for number, finding in enumerate(telling, start=1):
        yield ""
        yield from _sentence_lines(number, finding, wording)
    if silent:
        yield ""
        yield f"Sentences with numbers that state no figure of the model, as far as one can tell: {len(silent)}"
        for finding in silent:
            yield f"  {len(finding.pattern.letters)} letters: {_text(finding)}{_why_silent(finding)}"
    yield from _paste_lines(wording)
    yield from _trial_lines(wording)


def _sentence_lines(number: int, finding: SentenceFinding, wording: Wording) -> Iterator[str]:
    pattern = finding.pattern
    yield f"{number}. {_text(finding)}"
    place = f'under "{pattern.heading}"' if pattern.heading else "under no heading"
    what = "" if pattern.known is None else "; the sentence is known, its heading is not"
    yield f"   in {len(pattern.letters)} of {len(wording.analysis.seen)} letters, {place}{what}"
    if finding.nearest is not None and pattern.known is None:
        yield f"   nearest known: {finding.nearest.plain}"
        if finding.nearest.changes:
            yield f"   what changed: {'; '.join(finding.nearest.changes)}"
    for place_number, slot in enumerate(finding.slots, start=1):
        yield from _slot_lines(place_number, slot, finding)


def _slot_lines(number: int, slot: SlotFinding, finding: SentenceFinding) -> Iterator[str]:
    values = finding.pattern.slots[slot.place.slot]
    examples = ", ".join(list(dict.fromkeys(one.text for one in values.by_letter.values()))[:SHOWN_EXAMPLES])
    said = f"   [{number}] {slot.kind} ({examples})"
    if not slot.proposals:
        yield f"{said}: {slot.note or 'nothing is known of it'}"
        return
    yield f"{said}: {_proposal(slot.proposals[0])}"
    for other in slot.proposals[1:]:
        yield f"       or {_proposal(other)}"
    if slot.note:
        yield f"       {slot.note}"


def _proposal(proposal: Proposal) -> str:
    name = proposal.figure or "a new measure"
    count = f" in {proposal.held} of {proposal.asked} letters" if proposal.asked else ""
    odds = ""
    if proposal.log_odds < 0:
        power = min(int(-proposal.log_odds), SHOWN_ODDS)
        odds = f"; by coincidence once in 10^{power}" + (" or less" if power == SHOWN_ODDS else "")
    return f"{name}, {proposal.strength}: {proposal.because}{count}{odds}"


def _text(finding: SentenceFinding) -> str:
    return finding.pattern.text([f"[{number}]" for number in range(1, len(finding.slots) + 1)])


def _why_silent(finding: SentenceFinding) -> str:
    note = next((slot.note for slot in finding.slots if slot.note and slot.kind is not SlotKind.DATE), "")
    return f" ({note})" if note else ""


def _paste_lines(wording: Wording) -> Iterator[str]:
    additions = wording.analysis.additions
    if not additions:
        return
    yield ""
    yield "To paste, if you find it right (nothing is applied by itself):"
    for addition in sorted(additions, key=lambda one: list(Strength).index(one.strength)):
        yield f"  {place_of(addition)} ({addition.strength})"
        yield f"    {line_of(addition)}"
    letter = _golden_letter(wording)
    if letter is not None:
        yield "The stub of a golden letter, to compare with the letter line by line:"
        yield f"  {json.dumps(golden_stub(letter, _why(wording)), ensure_ascii=False)}"


def _trial_lines(wording: Wording) -> Iterator[str]:
    trial = wording.trial
    if trial is None:
        return
    carried = any(one.strength is not Strength.UNPROVEN for one in wording.analysis.additions)
    yield ""
    yield f"With {'what arithmetic carries' if carried else 'these unproven proposals'}, the reader would read:"
    yield f"  letters with a known layout: {_change(trial.extracted)}"
    for name, count in trial.figures.items():
        yield f"  {name}: {_change(count)} letters"
    failing = {name: count for name, count in trial.failed_rules.items() if count.after or count.before}
    yield "  rules about single letters that fail: " + (
        "; ".join(f"{name} {_change(count)}" for name, count in failing.items()) or "none"
    )


def _change(count: BeforeAfter) -> str:
    return f"{count.after} (was {count.before})"


def _golden_letter(wording: Wording) -> Letter | None:
    """Return the letter with the most figures in the trial reading. It is the best choice for a golden letter (a
    letter of the tests with the JSON that reading it must give). Return None if the trial reading has no letter.
    """
    letters = () if wording.trial is None else wording.trial.letters
    return max(
        letters,
        key=lambda one: (len(one.figures), -len(one.not_read), one.header.authority_name or ""),
        default=None,
    )


def _why(wording: Wording) -> str:
    return f"A wording of season {wording.analysis.season}."


def wording_json(wording: Wording) -> dict[str, Any]:
    """Return what was found about a season's wording, as one object for JSON."""
    analysis, trial = wording.analysis, wording.trial
    letter = _golden_letter(wording)
    return {
        "season": analysis.season.year,
        "letters": len(analysis.seen),
        "unseen_files": wording.unseen_count,
        "incomplete_letters": analysis.incomplete_count,
        "sentences": [_sentence_json(finding, wording) for finding in analysis.findings],
        "additions": [_addition_json(addition) for addition in analysis.additions],
        "golden": None if letter is None else golden_stub(letter, _why(wording)),
        "trial": None
        if trial is None
        else {
            "extracted": _pair(trial.extracted),
            "figures": {name: _pair(count) for name, count in trial.figures.items()},
            "failed_rules": {name: _pair(count) for name, count in trial.failed_rules.items()},
        },
    }


def _pair(count: BeforeAfter) -> dict[str, int]:
    return {"before": count.before, "after": count.after}


def _sentence_json(finding: SentenceFinding, wording: Wording) -> dict[str, Any]:
    pattern, nearest = finding.pattern, finding.nearest
    return {
        "text": _text(finding),
        "template": pattern.template(names_of(finding, wording.analysis.season)),
        "letters": len(pattern.letters),
        "heading": pattern.heading or None,
        "block": pattern.block,
        "known_sentence": pattern.known,
        "nearest": None
        if nearest is None
        else {"sentence": nearest.template, "likeness": round(nearest.likeness, 2), "changes": nearest.changes},
        "slots": [
            {
                "kind": str(slot.kind),
                "note": slot.note or None,
                "proposals": [
                    {
                        "figure": one.figure,
                        "strength": one.strength.name.lower(),
                        "because": one.because,
                        "held": one.held,
                        "asked": one.asked,
                        "log10_odds": round(one.log_odds, 1),
                    }
                    for one in slot.proposals
                ],
            }
            for slot in finding.slots
        ],
    }


def _addition_json(addition: Addition) -> dict[str, Any]:
    return {"place": place_of(addition), "line": line_of(addition), "strength": addition.strength.name.lower()}
