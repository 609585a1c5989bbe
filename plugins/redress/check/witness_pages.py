"""Statistics pages: web pages with a council's figures. Find the pages of councils that have a letter, and take the
figures of these pages as a witness.

A statistics page says the same as the letter, and has no date. So beside a letter the page is a witness, not a
second letter. If no letter to the council came, the page is treated as the letter.
"""

from collections.abc import Sequence
from pathlib import PurePath

from redress.model.authorities import Authorities
from redress.model.file_kinds import TEXT_ENDINGS
from redress.model.landed import LandedLetter
from redress.model.letter import Verdict
from redress.model.season import Season
from redress.model.witness import WitnessFigure

_LETTERS = frozenset({Verdict.EXTRACTED, Verdict.NO_STATISTICS, Verdict.UNKNOWN_LAYOUT})


def set_pages_apart(
    files: Sequence[LandedLetter], season: Season, authorities: Authorities
) -> tuple[tuple[LandedLetter, ...], tuple[WitnessFigure, ...]]:
    """Take a season's statistics pages out of its files, and return the other files and the figures of the pages.

    A page is taken out only if its council has one of the season's letters: the page is a witness beside the
    letter. A page of another season stays among the files, so that the gate reports it as a file of the wrong
    season.
    """
    pages = {
        landed.source_address: _authority_id(landed, season, authorities)
        for landed in files
        if _is_page(landed) and landed.letter.header.season == season.year
    }
    if not pages:
        return tuple(files), ()
    addressed = {
        _authority_id(landed, season, authorities)
        for landed in files
        if not _is_page(landed) and landed.letter.verdict in _LETTERS
    }
    witnesses = {
        address: authority_id for address, authority_id in pages.items() if authority_id in addressed - {None}
    }
    letters = tuple(landed for landed in files if landed.source_address not in witnesses)
    figures = (
        figure
        for landed in files
        if (authority_id := witnesses.get(landed.source_address)) is not None
        for figure in _figures(landed, authority_id)
    )
    return letters, tuple(figures)


def _is_page(landed: LandedLetter) -> bool:
    header = landed.letter.header
    return (
        header.page_count is None
        and PurePath(landed.source_address).suffix.lower() not in TEXT_ENDINGS
        and landed.letter.verdict is Verdict.EXTRACTED
        and header.letter_date is None
        and header.addressee_title is None
    )


def _authority_id(landed: LandedLetter, season: Season, authorities: Authorities) -> str | None:
    name = landed.letter.header.authority_name
    authority = None if name is None else authorities.resolve(name, season.period_end).authority
    return None if authority is None else authority.authority_id


def _figures(landed: LandedLetter, authority_id: str) -> list[WitnessFigure]:
    return [
        WitnessFigure(
            witness_sha256=landed.letter.sha256,
            source_address=landed.source_address,
            authority_id=authority_id,
            printed_authority_name=landed.letter.header.authority_name or "",
            measure=figure.measure,
            category=figure.category,
            value=figure.value,
            printed_text=figure.text,
            row_number=figure.line,
        )
        for figure in landed.letter.figures
    ]
