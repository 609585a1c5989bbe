"""What a release's RELEASE.md says changed in the data: letters by what became of them, and figures old and new."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

NOTES_NAME = "RELEASE.md"
NOT_THERE = "not there"
"""What stands for a letter that a release does not have."""


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
    """What changed from one release to the next; `before` is the earlier one, None for the first release."""

    before: str | None
    letters: tuple[ChangedLetter, ...]
    figures: tuple[ChangedFigure, ...]

    @property
    def letter_counts(self) -> dict[str, int]:
        """How many letters changed in which way, what did not occur left out."""
        counts = Counter(_kind(one) for one in self.letters)
        return {
            kind: counts[kind] for kind in ("added", "re-issued", "quarantined", "no longer there", "otherwise")
        }


def read_release_notes(folder: Path) -> ReleaseNotes | None:
    """The notes of a release by its folder, or None where it has been removed since."""
    try:
        lines = (folder / NOTES_NAME).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    before = None
    section = ""
    rows: dict[str, list[list[str]]] = {}
    for line in lines:
        if line.startswith("The release before this one: "):
            before = line.removeprefix("The release before this one: ").removesuffix(".")
        elif line.startswith("#"):
            section = line.lstrip("# ")
        elif line.startswith("| ") and not line.startswith("| season |"):
            rows.setdefault(section, []).append(line[2:-2].split(" | "))
    return ReleaseNotes(
        before,
        tuple(ChangedLetter(*row) for row in rows.get("Letters that changed", ())),
        tuple(ChangedFigure(*row) for row in rows.get("Figures that changed", ())),
    )


def _kind(letter: ChangedLetter) -> str:
    if letter.was == NOT_THERE:
        return "added"
    if letter.now == NOT_THERE:
        return "no longer there"
    return {"superseded": "re-issued", "quarantined": "quarantined"}.get(letter.now, "otherwise")
