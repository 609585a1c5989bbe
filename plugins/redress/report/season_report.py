"""The report of a run of a season, as Markdown: how it ended, what needs a person, what changed, then the rest."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

from redress.check.all_rules import SENTENCES
from redress.check.dispose import SHOWN_SHA256_LENGTH
from redress.model.landed import Fate
from redress.model.markdown import table, text
from redress.report.at_source import LOST, acquired_lines, command, retry_command, warning_lines
from redress.report.letter_lines import COLUMNS, NUMBERS, LetterLine, RefusedSeason, letter_lines
from redress.report.new_words import new_words_lines
from redress.report.season_outcome import SeasonOutcome
from redress.steps import Run, SeasonError
from redress.steps.letter_changes import Change, LetterChange
from redress.steps.record import StepSummary
from redress.warehouse.landing_tables import read_table
from redress.warehouse.releases.changes import ChangedFigure, DataChanges
from redress.warehouse.releases.checksums import CHANGES_NAME, NOTES_NAME
from redress.warehouse.releases.notes import figure_name, shown_values

SHOWN_CHANGES_COUNT = 50
"""For each kind of change, the report names at most this many letters, because in a season's first run all letters
are new."""
SHOWN_REFUSED_COUNT = 50
"""For each disposition, the report names at most this many refused files, because all files of a wrong source may
be refused."""
_LANDED_AS_BEFORE = "Landing and the release are as they were before the run."


def season_report(run: Run) -> str:
    """Return the report of a run, also of a failed run. The report's first line says how the run ended."""
    outcome = SeasonOutcome(run)
    lines = letter_lines(run.settings, [run.season]) if outcome.has_landed else ()
    sections: list[tuple[str, Sequence[str]]] = []
    if outcome.failure is not None:
        sections.append(("What failed", tuple(_failed(outcome))))
    if outcome.has_landed:
        sections += [("For a person", tuple(_for_a_person(outcome, lines))), ("Changes", tuple(_changes(outcome)))]
    if outcome.refused is not None:
        sections.append(("For a person", tuple(_refused(outcome.refused))))
    if run.checks_path.exists() and (new_words := tuple(new_words_lines(run, _unknown_count(outcome)))):
        sections.append(("New words", new_words))
    sections.append(("Rules that failed", tuple(_rules(run))))
    sections.append(("Steps", tuple(_steps(outcome))))
    sections.append(("From the source", acquired_lines(run)))
    if outcome.has_landed:
        if outcome.missing_names:
            names = text(", ".join(outcome.missing_names))
            sections.append(("Without a letter", (f"{len(outcome.missing_names)}: {names}.",)))
        sections += [("Warnings", warning_lines(run.settings, run.season)), ("All letters", tuple(_letters(lines)))]
    contents = " · ".join(f"[{title}](#{title.lower().replace(' ', '-')})" for title, _ in sections)
    text_lines = [f"# {text(outcome.sentence)}", "", *_about(outcome), "", contents, ""]
    for title, section in sections:
        text_lines += [f"## {title}", "", *section, ""]
    return "\n".join(text_lines)


def _unknown_count(outcome: SeasonOutcome) -> int:
    """Return how many letters have an unknown layout: of the landed letters, or of the letters that `check` refused
    to land.
    """
    counted = outcome.disposition_counts if outcome.refused is None else outcome.refused.disposition_counts
    return counted[Fate.UNKNOWN_LAYOUT]


def _about(outcome: SeasonOutcome) -> Iterator[str]:
    """Yield when the run took place. If the season was landed, yield also how many letters have each disposition
    and each kind of change. If `check` refused the season, yield how many of the season's files have each
    disposition.
    """
    events = outcome.run.record.events()
    when = f"Run {text(outcome.run.run_id)}"
    if events:
        began, ended = (dt.datetime.fromisoformat(event["at"]) for event in (events[0], events[-1]))
        when += f", {began:%-d %B %Y, %H:%M} to {_end(began, ended)} UTC"
    yield f"{when}."
    if outcome.refused is not None:
        yield ""
        rows = [[text(name), str(count)] for name, count in _counted(outcome.refused.disposition_counts)]
        rows.append(
            ["all files of the season, none of them landed", str(outcome.refused.disposition_counts.total())]
        )
        yield from table(("files", "number"), rows, right=("number",))
    if not outcome.has_landed:
        return
    yield ""
    rows = [["authorities that must have a letter", str(len(outcome.expected_ids))]]
    rows += [[name, str(count)] for name, count in _counted(outcome.disposition_counts)]
    rows.append(["all letters of the season", str(len(outcome.dispositions))])
    if outcome.changes is not None:
        counts = Counter(change.change for change in outcome.changes)
        rows += [[f"of these: {change}", str(counts[change])] for change in Change if change is not Change.GONE]
        rows.append([str(Change.GONE), str(counts[Change.GONE])])
    rows.append(["authorities without a letter", str(len(outcome.missing_names))])
    yield from table(("letters", "number"), rows, right=("number",))


def _counted(disposition_counts: Counter[Fate]) -> list[tuple[str, int]]:
    return [(name.replace("_", " "), count) for name, count in sorted(disposition_counts.items())]


def _end(began: dt.datetime, ended: dt.datetime) -> str:
    return f"{ended:%H:%M}" if began.date() == ended.date() else f"{ended:%-d %B %Y, %H:%M}"


def _failed(outcome: SeasonOutcome) -> Iterator[str]:
    """Yield the step that failed, the step's whole message, and whether landing or the release changed all the
    same.
    """
    failure = outcome.failure
    if failure is None:
        return
    yield f"The step **{text(failure.name)}** failed after {_seconds(failure)}:"
    yield ""
    yield from _messages(failure.message)
    yield ""
    if outcome.has_released:
        yield f"Release {outcome.current_release} is out all the same."
    elif outcome.has_landed:
        yield f"The letters are landed, and readers still have {_release_of(outcome)}. Run the season again."
    elif failure.name == "check" and failure.error != SeasonError.__name__:
        yield "It may have replaced a part of landing before that; the release is as it was. Run the season again."
    else:
        yield f"{_LANDED_AS_BEFORE} Put the cause right, then run the season again: what came is not fetched twice."


def _messages(message: str) -> list[str]:
    """Return the lines of a message as items of a Markdown list. An indented line belongs to the item above it."""
    items: list[str] = []
    for line in filter(str.strip, message.splitlines()):
        words = text(" ".join(line.split()))
        if items and line[0].isspace():
            items[-1] += f"\\\n  {words}"
        else:
            items.append(f"- {words}")
    return items


def _release_of(outcome: SeasonOutcome) -> str:
    return "no release" if outcome.current_release is None else f"release {outcome.current_release}"


def _for_a_person(outcome: SeasonOutcome, lines: Sequence[LetterLine]) -> Iterator[str]:
    """Yield what waits for a person: letters in quarantine, accepted letters with figures that could not be read,
    files without figures, and how many references failed or are gone at the source.
    """
    quarantined = [line for line in lines if line.disposition is Fate.QUARANTINED]
    others = [line for line in lines if line.disposition not in (Fate.ACCEPTED, Fate.QUARANTINED, Fate.SUPERSEDED)]
    unread = [line for line in lines if line.disposition is Fate.ACCEPTED and line.not_read]
    lost = _lost_count(outcome)
    if not quarantined and not unread and not others and not lost:
        yield "Nothing: every file of the season is a letter whose figures are accepted."
    if quarantined:
        yield f"### In quarantine: {len(quarantined)}"
        yield ""
    for line in quarantined:
        words = f"quarantine show {line.sha256[:SHOWN_SHA256_LENGTH]} --season {outcome.run.season}"
        yield f"{_item(line)}\\\n  Look at it: {command(outcome.run.settings, words)}"
    if unread:
        before = "" if not quarantined else "\n"
        yield f"{before}### Accepted, with figures that could not be read: {len(unread)}"
        yield ""
    for line in unread:
        measures = text(", ".join(line.not_read))
        yield f"- **{text(line.authority or line.address)}** ({text(line.address)}): {measures}"
    if others:
        yield f"{'' if not quarantined and not unread else chr(10)}### Files without figures: {len(others)}"
        yield ""
    yield from (_item(line) for line in others)
    if lost:
        yield ""
        yield f"### Not had from the source: {lost}"
        yield ""
        yield "Named under [From the source](#from-the-source). To ask for them alone: " + retry_command(
            outcome.run
        )


def _refused(refused: RefusedSeason) -> Iterator[str]:
    """Yield the files that made `check` refuse the season, grouped by their dispositions."""
    yield "These files stopped the season, and none of them is landed: `redress quarantine` does not know them."
    for disposition, count in Counter(line.disposition for line in refused.lines).most_common():
        of_kind = [line for line in refused.lines if line.disposition == disposition]
        yield from ("", f"### Refused as {text(disposition.replace('_', ' '))}: {count}", "")
        yield from map(_item, of_kind[:SHOWN_REFUSED_COUNT])
        if count > SHOWN_REFUSED_COUNT:
            yield f"- and {count - SHOWN_REFUSED_COUNT} more"


def _item(line: LetterLine) -> str:
    """Return an item of a Markdown list about a letter without accepted figures: the letter, its disposition, and
    the reason.
    """
    name = "" if line.authority is None else f"**{text(line.authority)}** "
    address = f"({text(line.address)})" if name else f"**{text(line.address)}**"
    return f"- {name}{address}: {line.disposition}. {text(line.why)}"


def _lost_count(outcome: SeasonOutcome) -> int:
    found = next((step.facts for step in outcome.steps if step.name == "take stock"), {})
    return sum(int(found.get(str(state), 0)) for state in LOST)


def _changes(outcome: SeasonOutcome) -> Iterator[str]:
    """Yield what the run changed in its season's letters, then what its release changed in the data."""
    yield "### Letters of the season"
    yield ""
    if outcome.changes is None:
        yield "What the season had before the run is not known."
    elif all(change.change is Change.NEW for change in outcome.changes):
        yield f"The season had no letters before the run: all {len(outcome.changes)} are new."
    elif all(change.change is Change.UNCHANGED for change in outcome.changes):
        yield f"None: all {len(outcome.changes)} are as they were before the run."
    else:
        yield from _letters_changed(outcome, outcome.changes)
    yield ""
    yield "### Data of the release"
    yield ""
    yield from _data_changed(outcome)


def _letters_changed(outcome: SeasonOutcome, changes: Sequence[LetterChange]) -> Iterator[str]:
    for kind in Change:
        of_kind = [change for change in changes if change.change is kind]
        if kind is Change.UNCHANGED:
            yield f"- {kind}: {len(of_kind)}"
            continue
        yield from (_letter_changed(outcome, change) for change in of_kind[:SHOWN_CHANGES_COUNT])
        if len(of_kind) > SHOWN_CHANGES_COUNT:
            yield f"- {kind}: {len(of_kind) - SHOWN_CHANGES_COUNT} more"


def _letter_changed(outcome: SeasonOutcome, changed: LetterChange) -> str:
    state = changed.now or changed.was
    if state is None:
        raise ValueError("a letter that was not there and is not there has not changed")
    authority = outcome.authorities.with_id(state.authority_id or "")
    name = "" if authority is None else f"{text(authority.name)} "
    was = None if changed.was is None else changed.was.disposition
    now = None if changed.now is None else changed.now.disposition
    how = ", ".join(filter(None, (was and f"was {was}", now and f"is {now}")))
    if was == now:
        how = f"{now}, and read to state something else"
    return f"- {changed.change}: {name}({text(state.source_address)}): {how}"


def _data_changed(outcome: SeasonOutcome) -> Iterator[str]:
    """Yield what the run's release changed in the data. If that cannot be said, yield why."""
    release, folder, changes = outcome.current_release, outcome.new_release_folder, outcome.release_changes
    if outcome.has_release_of_another:
        yield (
            f"Release {release} holds the letters of this run. Another season's run has published "
            "it, and that run's report says what changed in the data."
        )
    elif folder is None:
        yield f"{text(outcome.release_message or 'Nothing has been published')}."
    elif not folder.is_dir():
        yield f"Release {release} has been removed since, and its notes with it."
    elif changes is None:
        yield (
            f"The changes of release {release} are not kept as data: it was made before releases had a "
            f"`{CHANGES_NAME}`. Its `{NOTES_NAME}` says what changed."
        )
    elif changes.before is None:
        yield f"Release {release} is the first one."
    elif changes.data is None:
        yield f"Release {release} could not be compared with the one before it: its `{NOTES_NAME}` says why."
    else:
        yield from _released(changes.release, changes.before, changes.data)
        yield ""
        yield f"Letter by letter: `releases/{release}/{NOTES_NAME}` in the warehouse's folder."


def _released(release: str, before: str, data: DataChanges) -> Iterator[str]:
    """Yield how the new release differs from the release that was current before it.

    The differences are about all seasons. So they are described in other words than the changes in the letters of
    the run's season.
    """
    yield (
        f"Release {release} takes the place of {before}. The two are compared over all "
        f"seasons, letter file by letter file: {data.added_letters_count} in the new release alone, "
        f"{data.removed_letters_count} in the old one alone, "
        f"{data.redisposed_letters_count} in both with another verdict."
    )
    yield ""
    if data.figures:
        yield "Figures of authorities and seasons that both releases have, where they differ:"
        yield ""
        columns = ("authority", "season", "figure", "was", "is")
        yield from table(columns, map(_figure_row, data.figures), right=("was", "is"))
    else:
        yield "Of authorities and seasons that both releases have, no figure has another value."
    if data.trust_count or data.compared_figures_count:
        yield ""
        yield (
            f"Letters that are trusted otherwise, or for another reason: {data.trust_count}. Figures that compare "
            f"otherwise with a second witness, or for the first or last time: {data.compared_figures_count}."
        )


def _figure_row(figure: ChangedFigure) -> list[str]:
    return [
        text(cell)
        for cell in (figure.authority_name, str(figure.season), figure_name(figure), *shown_values(figure))
    ]


def _rules(run: Run) -> Iterator[str]:
    """Yield for each rule that failed in the run: how often it was asked, how often it failed, and what it asks."""
    path = run.checks_path
    if not path.exists():
        yield "The run did not come to its checks."
        return
    rows = read_table(path, columns=["rule", "severity", "is_passed"]).to_pylist()
    asked = Counter((row["severity"], row["rule"]) for row in rows)
    failed = Counter((row["severity"], row["rule"]) for row in rows if not row["is_passed"])
    if not failed:
        yield f"None: {len(rows)} checks, and all passed."
        return
    in_order = sorted(failed.items(), key=lambda item: (item[0][0] != "critical", -item[1], item[0][1]))
    yield from table(
        ("rule", "severity", "failed", "asked", "what it asks"),
        (
            [rule, severity, str(count), str(asked[severity, rule]), text(SENTENCES.get(rule, ""))]
            for (severity, rule), count in in_order
        ),
        right=("failed", "asked"),
    )


def _steps(outcome: SeasonOutcome) -> Iterator[str]:
    """Yield each step once: the time of its last try, the number of retries, and what the step did."""
    rows = [
        [
            text(step.name),
            _seconds(step),
            str(step.attempts_count - 1) if step.attempts_count > 1 else "",
            "**failed**: see [What failed](#what-failed)" if step == outcome.failure else _what_it_did(step),
        ]
        for step in outcome.steps
    ]
    yield from table(("step", "time", "retries", "what it did"), rows, right=("time", "retries"))


def _seconds(step: StepSummary) -> str:
    return "-" if step.seconds is None else f"{step.seconds:.1f} s"


def _what_it_did(step: StepSummary) -> str:
    if step.state == "began":
        return "has not ended"
    message = text(" ".join(step.message.split()))
    return f"**failed**: {message}" if step.state == "failed" else message


def _letters(lines: Sequence[LetterLine]) -> Iterator[str]:
    yield from table(COLUMNS, ([text(cell) for cell in line.cells] for line in lines), right=NUMBERS)
