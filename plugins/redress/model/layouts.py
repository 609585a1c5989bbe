"""The layouts: one row for each layout (a family of letters), with the figures that such a letter must state.

For each row, the module of the same name in `read/layouts` says how such a letter is read. A test fails for a
layout without a row, and for a row without a module.
"""

from dataclasses import dataclass

Required = tuple[tuple[str, str | None], ...]
"""Pairs of a measure and its category; the category is None for a measure without categories."""

_UPHOLD_FIGURES: Required = (("upheld_count", None), ("investigations_count", None), ("uphold_rate_pct", None))


@dataclass(frozen=True)
class LayoutRow:
    """One layout: its name, and the figures that a letter of the layout must state. If a letter lacks one of them,
    and does not say that nothing was investigated, a critical rule is broken.
    """

    name: str
    required_figures: Required


LAYOUT_ROWS: tuple[LayoutRow, ...] = (
    LayoutRow("complaint_overview", _UPHOLD_FIGURES),
    LayoutRow("three_statistics", _UPHOLD_FIGURES),
    LayoutRow(
        "local_authority_report",
        (
            ("upheld_count", None),
            ("decided_count", "not_upheld"),
            ("uphold_rate_pct", None),
            ("received_count", "total"),
            ("decided_count", "total"),
        ),
    ),
    LayoutRow("received_only", (("received_count", "total"),)),
)
"""The layouts in the order in which the reader tries them on a document. `complaint_overview` comes before
`three_statistics`, because its letters have the three statistics too."""

_REQUIRED_FIGURES = {row.name: row.required_figures for row in LAYOUT_ROWS}


def required_figures(layout: str | None) -> Required:
    """Return the figures that a letter of a layout must state; none for a letter of no layout.

    Raise KeyError for a layout that has no row.
    """
    return () if layout is None else _REQUIRED_FIGURES[layout]
