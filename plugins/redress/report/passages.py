"""Find passages in a release by their words, season and council. A passage is a paragraph that stands in the
letters of one council or a few councils.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from redress.model.reference import SEEDS_FOLDER, read_rows
from redress.model.season import Season
from redress.report.council import Row, ShowError, authority_named, has_passages, rows_of

KINDS = {
    "names_public_report": "public report",
    "names_payment": "payment",
    "names_non_compliance": "non-compliance",
    "names_delay": "delay",
}
"""What a passage can name, such as a public report. The key is the column of fct_passage that is true if the
passage names it; the value is the words for it."""
NO_PASSAGES = "the release has no passages, because an earlier version made it: run redress reread for each season"
_WORD = re.compile(r"[^\s*]+\*?")
_ASKED = """
    select
        passages.season,
        authorities.authority_id,
        authorities.authority_name,
        letters.source_address,
        passages.* exclude (season, passage_key, letter_key, authority_key)
    from marts.fct_passage as passages
    inner join marts.dim_authority as authorities using (authority_key)
    inner join marts.dim_letter as letters using (letter_key)
"""


def find_passages(
    file: Path, words: Sequence[str], season: Season | None, council: str | None, today: dt.date
) -> list[dict[str, Any]]:
    """Return the passages of a release that have all of `words`, in the order of season and council. `file` is the
    release's DuckDB file.

    An element of `words` is a whole word, the beginning of a word followed by a star, or a phrase of several words.
    Capital letters do not matter. `council` is an id or a name. Raises ShowError if an element of `words` has no
    word, if `council` means no council or several councils, or if the release has no table of passages.
    """
    patterns = [_pattern(phrase) for phrase in words]
    with duckdb.connect(str(file), read_only=True) as release:
        if not has_passages(release):
            raise ShowError(NO_PASSAGES)
        conditions = ["regexp_matches(passages.passage_text, ?, 'i')"] * len(patterns)
        values: list[object] = [*patterns]
        if season is not None:
            conditions.append("passages.season = ?")
            values.append(season.year)
        if council is not None:
            conditions.append("authorities.authority_id = ?")
            values.append(authority_named(release, council, season, today).authority_id)
        where = f"where {' and '.join(conditions)}" if conditions else ""
        order = (
            "order by passages.season, authorities.authority_name, passages.paragraph_number, letters.letter_key"
        )
        return rows_of(release, f"{_ASKED} {where} {order}", *values)


def _pattern(phrase: str) -> str:
    """Return a regular expression that finds a phrase. It must be used without regard to capital letters.

    Raises ShowError if the phrase has no word.
    """
    pieces = _WORD.findall(phrase.replace("’", "'"))
    if not pieces:
        raise ShowError(f'"{phrase}" has no word to look for')
    found = r"\s+".join(
        re.escape(piece.removesuffix("*")) + (r"[\w'-]*" if piece.endswith("*") else "") for piece in pieces
    )
    before, after = (r"\b" if piece.isalnum() else "" for piece in (found[0], pieces[-1].removesuffix("*")[-1]))
    return f"{before}{found}{after}"


def place_of(passage: Row) -> str:
    """Return in words where a letter prints a passage: its page or, in a text file, its line."""
    return f"line {passage['line']}" if passage["page"] is None else f"page {passage['page']}"


def marks_of(passage: Row) -> Iterator[str]:
    """Yield notes on a passage: how many councils share it, what it names, and whether it was read from a
    picture.
    """
    if passage["shared_by_count"] > 1:
        yield f"shared by {passage['shared_by_count']} of {passage['compared_count']} councils"
    yield from (name for column, name in KINDS.items() if passage[column])
    if passage["named_services"]:
        names = service_names()
        yield ", ".join(names[category] for category in passage["named_services"].split(", "))
    if passage["is_ocr"]:
        yield "read from a picture"


@cache
def service_names() -> Mapping[str, str]:
    """Return the name of each service, in words. The key is the service's category, as the column `named_services`
    has it. The names come from the seed of complaint categories. Raises SeedError if the seed cannot be read.
    """
    columns = ("measure", "category", "complaint_category_name")
    rows = read_rows(SEEDS_FOLDER / "complaint_categories.csv", columns)
    return {
        row.text("category"): row.text("complaint_category_name").lower()
        for row in rows
        if row.text("measure") == "received_count"
    }
