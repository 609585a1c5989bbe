"""A golden letter: its file, how it is printed, and what it states."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from redress.model.season import Season
from samples.press.content import (
    LetterContent,
    Statistics,
    StatisticsPage,
    ThreeStatistics,
    TypeAverages,
)
from samples.press.galley import Leaf, pdf
from samples.press.printing import letter_pdf
from samples.press.setting import PLAIN_MANNER, Arrangement, Manner, letter_leaves, one_column, statistics_leaves
from samples.press.truth import Truth, truth_of
from samples.press.wording import letter_title, statistics_page


@dataclass(frozen=True)
class GoldenLetter:
    """One golden letter. `folder` is the name of its layout or oddity, and `print` returns the file's bytes."""

    folder: str
    file_name: str
    why: str
    print: Callable[[], bytes]
    truth: Truth


def content_of(
    year: int,
    authority_name: str,
    statistics: Statistics | None,
    addressee_name: str = "Mrs Quillfeather",
    look: str = "plain",
) -> LetterContent:
    """Return a letter's content. `year` is the year of the season."""
    return LetterContent(Season(year), authority_name, addressee_name, look, statistics)


def three(
    upheld: int,
    investigations: int,
    satisfied: int,
    outcomes: int,
    remedies: int,
    averages: tuple[int, int, int],
    per_100k: tuple[str, str] | None = None,
) -> ThreeStatistics:
    """Return the figures of the three statistics. The parameters stand in the order in which letters give them."""
    rate, average = per_100k or (None, None)
    return ThreeStatistics(
        upheld, investigations, satisfied, outcomes, remedies, TypeAverages(*averages), None, rate, average
    )


def looked(content: LetterContent, why: str) -> GoldenLetter:
    """Return a golden letter without an oddity, printed in the look that its content names."""
    truth = truth_of(content)
    return GoldenLetter(
        str(truth["layout"]), f"{content.season}-{content.look}.pdf", why, lambda: letter_pdf(content), truth
    )


def quarantined(*rules: str, **changes: object) -> Truth:
    """Return changes to the truth of a letter that `rules` put into quarantine. `changes` are further changes."""
    return {"quarantined": True, "failed_rules": sorted(rules), **changes}


@dataclass(frozen=True)
class Odd:
    """A letter with one oddity: what is changed in its words, in its setting, on its pages, or in its file."""

    folder: str
    name: str
    why: str
    content: LetterContent
    manner: Manner = PLAIN_MANNER
    edit: Callable[[StatisticsPage], StatisticsPage] = lambda page: page
    arrange: Arrangement = one_column
    leaf: Leaf | None = None
    on_statistics: Callable[[Leaf], Leaf] = lambda leaf: leaf
    on_all: Callable[[Sequence[Leaf]], Sequence[Leaf]] = lambda leaves: leaves
    changes: Truth | None = None

    @property
    def leaves(self) -> list[Leaf]:
        page = self.edit(statistics_page(self.content))
        blank = None if self.leaf is None else replace(self.leaf, runs=[], rulings=[], discs=[])
        statistics = statistics_leaves(page, self.arrange, self.manner, blank)
        return list(self.on_all([*letter_leaves(self.content, self.manner), *map(self.on_statistics, statistics)]))

    @property
    def title(self) -> str:
        return f"{letter_title(self.content.season)}, {self.content.authority_name} (invented)"

    def golden(self) -> GoldenLetter:
        truth = truth_of(self.content)
        changes = self.changes or {}
        absent = {**truth["absent"], **changes.get("absent", {})}
        return GoldenLetter(
            self.folder,
            f"{self.name}.pdf",
            self.why,
            lambda: pdf(self.leaves, self.title),
            {**truth, **changes, "absent": absent},
        )
