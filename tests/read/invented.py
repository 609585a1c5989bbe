"""An invented letter of 2021, the figures on its statistics page, and functions that change a page's words."""

from collections.abc import Sequence
from dataclasses import replace

from redress.model.letter import Letter
from redress.read.reader import read_letter
from tests.paper import Ink, stack

PERIOD = "for the period between 1 April\n2020 to 31 March 2021"
LETTER = stack(
    [
        "21 July 2021",
        "By email",
        "Ms Trewhitt\nChief Executive\nWexmarsh District Council",
        "Dear Ms Trewhitt",
        "Annual Review letter 2021",
        "This invented letter is our annual summary of statistics on the decisions made by the Local\n"
        "Government and Social Care Ombudsman about your authority for the year ending 31 March 2021.",
        "Nationally, 66% of complaints we investigated were upheld. We gave 118 courses to 2,700 people.",
        "Yours sincerely",
    ]
)
UPHOLD = [
    "Complaints upheld",
    "67% of complaints we investigated were upheld.",
    "This compares to an average of 53% in similar authorities.",
    "2\nupheld decisions",
    f"Statistics are based on a total of 3 detailed investigations {PERIOD}",
]
COMPLIANCE = [
    "Compliance with Ombudsman recommendations",
    "In 97% of cases we were satisfied the authority had\nsuccessfully implemented our recommendations.",
    "This compares to an average of 99% in similar authorities.",
    f"Statistics are based on a total of 30 compliance outcomes {PERIOD}",
]
REMEDY = [
    "Satisfactory remedy provided by the authority",
    "In 50% of upheld cases we found the authority had provided a satisfactory remedy\n"
    "before the complaint reached the Ombudsman.",
    "This compares to an average of 20% in similar authorities.",
    "1\nsatisfactory remedy decision",
    f"Statistics are based on a total of 3 detailed investigations {PERIOD}",
]
STATISTICS = stack([*UPHOLD, *COMPLIANCE, *REMEDY], top=60, size=10)
FIGURES = {
    "upheld_count": 2,
    "investigations_count": 3,
    "uphold_rate_pct": 67,
    "uphold_rate_type_average_pct": 53,
    "compliance_outcomes_count": 30,
    "compliance_rate_pct": 97,
    "compliance_rate_type_average_pct": 99,
    "satisfactory_remedies_count": 1,
    "satisfactory_remedy_rate_pct": 50,
    "satisfactory_remedy_rate_type_average_pct": 20,
    "satisfactory_remedy_printed_base_count": 3,
}


def read(content: bytes, name: str = "letter.pdf") -> Letter:
    return read_letter(content, name)


def figures(letter: Letter) -> dict[str, int]:
    return {figure.measure: int(figure.value) for figure in letter.figures}


def changed(old: str, new: str, inks: Sequence[Ink] = STATISTICS) -> list[Ink]:
    """Return the ink of a page with `old` replaced by `new` wherever it stands. Fail if it stands nowhere."""
    assert any(old in ink.text for ink in inks), old
    return [replace(ink, text=ink.text.replace(old, new)) for ink in inks]


def without(start: str, inks: Sequence[Ink] = STATISTICS) -> list[Ink]:
    """Return the ink of a page without the lines that begin with `start`. If `start` is a number, only lines that
    consist of this number are left out. Fail if there is no such line.
    """
    gone = [ink for ink in inks if (ink.text == start if start.isdigit() else ink.text.startswith(start))]
    assert gone, start
    return [ink for ink in inks if ink not in gone]
