"""What a release's RELEASE.md says changed in the data: letters, figures, trust and second witnesses."""

from dataclasses import dataclass
from pathlib import Path

from redress.warehouse.releases.changes import (
    FIGURES_SECTION,
    FIRST_LINE,
    LETTERS_SECTION,
    NOT_THERE,
    TRUST_SECTION,
    WITNESSES_SECTION,
)
from redress.warehouse.releases.checksums import NOTES_NAME


@dataclass(frozen=True)
class ChangedLetter:
    """A letter whose disposition is another than in the release before; "not there" where it has none."""

    season: str
    letter_key: str
    was: str
    now: str


@dataclass(frozen=True)
class ChangedFigure:
    """A figure that says something else than in the release before, both values as the notes write them."""

    season: str
    authority_key: str
    measure: str
    was: str
    now: str


@dataclass(frozen=True)
class ReleaseNotes:
    """What changed from one release to the next; `before` is the earlier one.

    It is None for the first release, and where the earlier one could not be compared.

    `trust_count` letters are trusted otherwise, and `witness_figures_count` figures compare otherwise with what a
    second witness says; both are 0 where the notes were written before they told so.
    """

    before: str | None
    letters: tuple[ChangedLetter, ...]
    figures: tuple[ChangedFigure, ...]
    trust_count: int
    witness_figures_count: int
    is_first: bool

    @property
    def only_new_count(self) -> int:
        """How many letter files the release before does not have."""
        return sum(one.was == NOT_THERE for one in self.letters)

    @property
    def only_old_count(self) -> int:
        """How many letter files the release before alone has."""
        return sum(one.now == NOT_THERE for one in self.letters)

    @property
    def redisposed_count(self) -> int:
        """How many letter files both have, with another disposition in each."""
        return len(self.letters) - self.only_new_count - self.only_old_count


def read_release_notes(folder: Path) -> ReleaseNotes | None:
    """The notes of a release by its folder, or None where it has been removed since.

    The cells of a table are found by its columns: notes of earlier releases do not have them all.
    """
    try:
        lines = (folder / NOTES_NAME).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    before, is_first = None, False
    section = ""
    columns: list[str] = []
    rows: dict[str, list[dict[str, str]]] = {}
    for line in lines:
        if line.startswith("The release before this one: "):
            before = line.removeprefix("The release before this one: ").removesuffix(".")
        elif line == FIRST_LINE:
            is_first = True
        elif line.startswith("#"):
            section = line.lstrip("# ")
        elif line.startswith("| season |"):
            columns = _cells(line)
        elif line.startswith("| "):
            rows.setdefault(section, []).append(dict(zip(columns, _cells(line), strict=True)))
    return ReleaseNotes(
        before,
        tuple(
            ChangedLetter(row["season"], row["letter"], row["was"], row["is"])
            for row in rows.get(LETTERS_SECTION, ())
        ),
        tuple(
            ChangedFigure(row["season"], row["authority"], row["measure"], row["was"], row["is"])
            for row in rows.get(FIGURES_SECTION, ())
        ),
        len(rows.get(TRUST_SECTION, ())),
        sum(int(row["figures"]) for row in rows.get(WITNESSES_SECTION, ())),
        is_first,
    )


def _cells(line: str) -> list[str]:
    """The cells of a table's line; a pipe within one follows a backslash."""
    return line[2:-2].split(" | ")
