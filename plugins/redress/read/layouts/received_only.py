"""Received only (2013): a letter states only one number, in a sentence of its prose.

    In 2012/13 we received 109 complaints about your local authority.

No other layout has its figure in the prose. So the whole sentence must be there, with its period. The sentences
after it have averages of complaints received by type of authority. No measure has such averages.
"""

import datetime as dt
from dataclasses import dataclass

from redress.read.layouts.layout import Period, Statistics, absences, agreed
from redress.read.page.document import Document
from redress.read.page.sentences import Found, Passage, Sentence, find

SEASON = 2013
RECEIVED = Sentence(
    "In {period:years} we received {received:count} (complaints|complaint) [and enquiries] about your [local] "
    "(authority|council)"
)


@dataclass(frozen=True)
class ReceivedOnly:
    """The layout of 2013."""

    name: str = "received_only"
    landmarks: str = r"we received [\d,]+ complaints"
    sentences: tuple[Sentence, ...] = (RECEIVED,)

    def read(self, document: Document, season: int | None) -> Statistics | None:
        """If exactly one sentence states the number received for the year to 31 March 2013, return this number.
        Otherwise return None.
        """
        found = [
            sentence
            for page in document.pages
            for sentence in find((RECEIVED,), Passage(page.segments))
            if _season(sentence) == SEASON
        ]
        if len(found) != 1:
            return None
        figures, conflicts = agreed([found[0].figure("received", "received_count", "total")])
        period = Period(None, dt.date(SEASON, 3, 31), found[0].text)
        return Statistics(figures, absences(figures, conflicts, ("received_count",)), conflicts, (period,))


LAYOUT = ReceivedOnly()


def _season(sentence: Found) -> int:
    """Return the season of a period that is written "2012/13" or "2012-2013"."""
    return 2000 + int((sentence.stated("period") or "")[-2:])
