"""Analyse a season's wording: what its archived letters say in words that no layout knows. The archive and landing
stay as they are.
"""

from dataclasses import dataclass

from redress.acquire.archive import Archive
from redress.acquire.source import ReferenceKind
from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.read.wording.analysis import Analysis, analysed
from redress.read.wording.pieces import SeenLetter, seen_letter
from redress.read.wording.trial import Trial, compared, read_with
from redress.read.workers import Readers, WorkerError
from redress.settings import Settings
from redress.steps.run import SeasonError


@dataclass(frozen=True)
class Wording:
    """What was found about a season's wording, and a trial reading: the letters read again as if layouts had the
    proposed sentences.

    If nothing is proposed, `trial` is None. `unseen_count` is the number of files that are not analysed, because
    the reader failed on the file or did not find exactly one letter in it.
    """

    analysis: Analysis
    trial: Trial | None
    unseen_count: int


def wording_of_season(season: Season, settings: Settings) -> Wording:
    """Analyse the wording of a season's archived letters, and make a trial reading of them.

    Raise SeasonError if the archive has no letter of the season.
    """
    archive = Archive(settings.archive_address)
    files = {
        card.sha256: card.found_address or card.address
        for card in archive.season_cards(season)
        if card.kind == ReferenceKind.LETTER
    }
    if not files:
        raise SeasonError(
            f"the archive {archive.address} has no letter of season {season}: take the season from its source, "
            f"redress run {season} --from SOURCE"
        )
    authorities = load_authorities(additional=settings.additional_authorities)
    with Readers(settings.reading_limits) as readers:
        wanted = ((address, (archive.read(sha256), address)) for sha256, address in files.items())
        found = [result for _, result in readers.results(seen_letter, wanted)]
        seen = [one for one in found if isinstance(one, SeenLetter)]
        analysis = analysed(season, seen, authorities)
        return Wording(analysis, _trial(analysis, readers), len(found) - len(seen))


def _trial(analysis: Analysis, readers: Readers) -> Trial | None:
    """Read the letters again as if layouts had the proposed sentences, and compare. If a letter cannot be read
    again, its earlier reading counts as the new one. Return None if nothing is proposed.
    """
    if not analysis.additions:
        return None
    wanted = ((one.letter, (one.document, analysis.to_try)) for one in analysis.seen)
    pairs = list(readers.results(read_with, wanted))
    after = [before if isinstance(letter, WorkerError) else letter for before, letter in pairs]
    return compared([before for before, _ in pairs], after)
