"""A council's statistics page in which a test sets the count of outcomes, the average and the style sheet."""

from redress.model.letter import Letter
from redress.read.reader import read_letter

MEASURE = "compliance_outcomes_count"
SMALL = "{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip:rect(0,0,0,0)}"
PERIOD = "for the period between 1 April 2023 to 31 March 2024"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">{head}</head><body>
<header>Local Government and Social Care Ombudsman</header><main><h1>Pellonshire County Council statistics</h1>
<h2>Complaints upheld</h2><p>83% of complaints we investigated were upheld.</p>
<p>This compares to an average of 71% in similar authorities.</p><p>33 upheld decisions</p>
<p>Statistics are based on a total of 40 investigations {period}</p>
<h2>Compliance with Ombudsman recommendations</h2>
<p>100% of cases we were satisfied the Council had successfully implemented our recommendations.</p>
<p>This compares to an average of {average} in similar authorities.</p>
<p>Statistics are based on a total of {outcomes} compliance outcomes {period}</p>
</main></body></html>"""


def page(outcomes: str = "27", average: str = "99%", head: str = "") -> str:
    return PAGE.format(outcomes=outcomes, average=average, head=head, period=PERIOD)


def letter(text: str | bytes) -> Letter:
    return read_letter(text if isinstance(text, bytes) else text.encode(), "page.html")


def seen(read: Letter, measure: str = MEASURE) -> str | None:
    """Return the printed text of a measure's figure, or the reason why the figure is withheld, or None if the
    letter has neither.
    """
    if (figure := read.figure(measure)) is not None:
        return figure.text
    return next((conflict.detail for conflict in read.conflicts if conflict.measure == measure), None)
