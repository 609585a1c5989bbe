"""RELEASE.md: the changes of a release as Markdown."""

from collections.abc import Iterable, Sequence

from redress.model.landed import Fate
from redress.model.markdown import as_markdown, table
from redress.warehouse.releases.changes import (
    NOT_THERE,
    ChangedComparisons,
    ChangedFigure,
    ChangedLetter,
    ChangedTrust,
    DataChanges,
    FigureValue,
    ReleaseChanges,
    Trust,
)

NOT_READ = "not read"
"""What the tables of RELEASE.md and of a run's report show in place of a figure that the letter states and that
could not be read."""


def release_notes(changes: ReleaseChanges) -> str:
    """Return the text of RELEASE.md; the same changes give the same text."""
    lines = [f"# Release {changes.release}", ""]
    if changes.before is None:
        lines += ["The first release of this warehouse.", ""]
    elif changes.data is None:
        why = "; ".join(changes.why_not_compared)
        lines += [f"The release before this one, {changes.before}, cannot be compared with this one: {why}.", ""]
    else:
        lines += [f"The release before this one: {changes.before}.", "", *_data(changes.data)]
    counts = ((count.season, count.disposition, count.letters_count) for count in changes.letter_counts)
    lines += ["## Letters", "", *_table(("season", "disposition", "letters"), counts)]
    return "\n".join(lines) + "\n"


def figure_name(figure: ChangedFigure) -> str:
    """Return the name of a figure's measure, with its category if it has one."""
    return " ".join(filter(None, (figure.measure, figure.category)))


def shown_values(figure: ChangedFigure) -> tuple[str, str]:
    """Return the earlier and the present value of a figure as two cells of a table."""
    return _shown_value(figure.was), NOT_READ if figure.is_not_read else _shown_value(figure.now)


def _shown_value(figure: FigureValue | None) -> str:
    """Return a figure as a cell of a table, with a mark if its value differs from the printed value."""
    if figure is None:
        return NOT_THERE
    return f"{figure.value:f} (corrected)" if figure.is_corrected else f"{figure.value:f}"


def _data(data: DataChanges) -> list[str]:
    """Return the lines of all sections: one section for each kind of change."""
    lines = [*_letters(data.letters), *_figures(data)]
    if data.trust is not None:
        lines += _trust(data.trust)
    if data.comparisons is not None:
        lines += _comparisons(data.comparisons, data.compared_figures_count)
    return lines


def _letters(letters: Sequence[ChangedLetter]) -> list[str]:
    counts = {
        "added": sum(letter.was is None for letter in letters),
        "re-issued": sum(letter.now == Fate.SUPERSEDED for letter in letters),
        "quarantined": sum(letter.now == Fate.QUARANTINED for letter in letters),
        "no longer there": sum(letter.now is None for letter in letters),
    }
    return _section(
        "Letters that changed",
        [f"Letters: {', '.join(f'{count} {what}' for what, count in counts.items())}."] if letters else [],
        ("season", "authority or file", "letter", "was", "is"),
        (
            (
                letter.season,
                as_markdown(letter.name),
                letter.letter_key,
                letter.was or NOT_THERE,
                letter.now or NOT_THERE,
            )
            for letter in letters
        ),
    )


def _figures(data: DataChanges) -> list[str]:
    """Return the lines of the section about figures: counts of the figures that changed and of the figures of
    authorities and seasons that only one release has, then each figure that changed.
    """
    added_count = sum(figure.was is None for figure in data.figures)
    removed_count = sum(figure.now is None for figure in data.figures)
    sentences = [
        "Figures of authorities and seasons that both releases have: "
        f"{len(data.figures) - added_count - removed_count} with another value, {added_count} added, "
        f"{removed_count} no longer there.",
        f"Figures of authorities and seasons that only one of them has: {data.figures_only_now_count} in this "
        f"release, {data.figures_only_before_count} in the one before.",
    ]
    has_changed = bool(data.figures or data.figures_only_now_count or data.figures_only_before_count)
    return _section(
        "Figures that changed",
        sentences if has_changed else [],
        ("season", "authority", "measure", "was", "is"),
        (
            (figure.season, figure.authority_key, figure_name(figure), *shown_values(figure))
            for figure in data.figures
        ),
    )


def _trust(reviews: Sequence[ChangedTrust]) -> list[str]:
    return _section(
        "Trust that changed",
        [f"Of authorities and seasons that both releases review: {len(reviews)}."] if reviews else [],
        ("season", "authority", "was", "is"),
        (
            (
                review.season,
                *map(as_markdown, (review.authority_name, _shown_trust(review.was), _shown_trust(review.now))),
            )
            for review in reviews
        ),
    )


def _shown_trust(stated: Trust) -> str:
    return ": ".join(part for part in (stated.trust, stated.reason) if part is not None)


def _comparisons(comparisons: Sequence[ChangedComparisons], figures_count: int) -> list[str]:
    return _section(
        "Comparisons with second witnesses that changed",
        [f"Figures that are beside a witness's, or were: {figures_count}."] if comparisons else [],
        ("season", "witness", "was", "is", "figures"),
        (
            (
                comparison.season,
                comparison.witness_kind,
                comparison.was or NOT_THERE,
                f"{comparison.now}, other values"
                if comparison.now == comparison.was
                else comparison.now or NOT_THERE,
                comparison.figures_count,
            )
            for comparison in comparisons
        ),
    )


def _section(
    title: str, sentences: Sequence[str], columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> list[str]:
    """Return the lines of a section: its sentences ("None." if there are no sentences), and a table of its rows."""
    lines = [f"## {title}", ""]
    for sentence in sentences or ["None."]:
        lines += [sentence, ""]
    found = list(rows)
    return [*lines, *_table(columns, found), ""] if found else lines


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    return table(columns, (tuple(map(str, row)) for row in rows))
