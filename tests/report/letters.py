"""Letters to invented councils: a season's first letters, its later letters, and letters of a wrong season."""

from pathlib import Path

from redress.acquire.sources.folder import FolderSource
from tests.made import PROJECT

PRINTED = (PROJECT / "tests/read/golden/three_statistics/2021-text.txt").read_text(encoding="utf-8")
NAMES = tuple(f"Oxlip{ending}" for ending in "abcdef")
REFUSED_COUNT = 52
HOSTILE = "minutes | [x](javascript:alert(1)) <img src=x> `a` *b*.txt"


def printed(name: str) -> str:
    return PRINTED.replace("Crindlebury", name)


def write(folder: Path, letters: dict[str, str], season: int = 2021) -> FolderSource:
    (folder / str(season)).mkdir(parents=True)
    for name, content in letters.items():
        (folder / str(season) / name).write_text(content, encoding="utf-8")
    return FolderSource(folder)


def first_letters() -> dict[str, str]:
    """Return five letters by file name: the third has a figure that cannot be read, the fourth prints a wrong rate,
    and the fifth has no statistics. The sixth council has no letter.
    """
    letters = {f"{name}.txt": printed(name) for name in NAMES[:5]}
    letters["Oxlipd.txt"] = letters["Oxlipd.txt"].replace("50% of complaints", "51% of complaints")
    letters["Oxlipc.txt"] = letters["Oxlipc.txt"].replace("In 50% of", "In 5O% of")
    letters["Oxlipe.txt"], _, _ = letters["Oxlipe.txt"].partition("Complaints upheld\n\n50%")
    return letters


def later_letters() -> dict[str, str]:
    """Return the first letters with changes: the first letter has three other figures, the second is gone, the
    sixth council has a letter, and a file is added that is no letter.
    """
    letters = first_letters()
    reissued = letters["Oxlipa.txt"].replace("50% of complaints", "75% of complaints")
    reissued = reissued.replace("2 upheld decisions", "3 upheld decisions").replace("In 50% of", "In 33% of")
    letters |= {"Oxlipa.txt": reissued, "Oxlipf.txt": printed("Oxlipf"), HOSTILE: "Minutes of a meeting in May."}
    del letters["Oxlipb.txt"]
    return letters


def letters_of_another_season() -> dict[str, str]:
    """Return many letters of season 2021, for a test to fetch for another season, and a file that is no letter."""
    letters = {f"{number:02}.txt": printed(f"Oxlip {number:02}") for number in range(REFUSED_COUNT)}
    return letters | {"00.txt": printed(NAMES[0]), HOSTILE: "Minutes of a meeting in May."}
