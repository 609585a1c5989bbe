"""Turn the paragraphs of letters into rows of landing, and rows into paragraphs."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from redress.check.sharing import Sharing
from redress.model.landed import LandedLetter
from redress.model.letter import Box, Paragraph

BOX_COLUMNS = ("box_x0_points", "box_top_points", "box_x1_points", "box_bottom_points")
"""The columns with the edges of a paragraph's box, in the order of `Box`."""
PARAGRAPHS = pa.schema(
    [
        ("season", pa.int16()),
        ("letter_sha256", pa.string()),
        ("paragraph_number", pa.int32()),  # its place among the letter's paragraphs, from 1
        ("paragraph_text", pa.string()),
        ("page", pa.int32()),
        ("box_x0_points", pa.float64()),
        ("box_top_points", pa.float64()),
        ("box_x1_points", pa.float64()),
        ("box_bottom_points", pa.float64()),
        ("line", pa.int32()),
        ("is_ocr", pa.bool_()),
        ("shared_by_count", pa.int32()),  # councils with the paragraph in their letters; null in readings
        ("compared_count", pa.int32()),  # councils whose letters were compared; null in readings
    ]
)


def paragraph_rows(
    letters: Sequence[LandedLetter], sharing: Mapping[tuple[str, int], Sharing]
) -> list[dict[str, Any]]:
    """Return a row of landing for each paragraph of letters. If letters have the same sha256, return the rows of
    one of the letters.

    `sharing` says in how many councils' letters a paragraph stands, and how many councils' letters were compared.
    Its keys are a letter's sha256 and the paragraph's index in the letter (from 0). If a paragraph has no entry in
    `sharing`, its row lacks `shared_by_count` and `compared_count`.
    """
    by_file = {landed.letter.sha256: landed for landed in letters}
    return [
        {
            "season": landed.season.year,
            "letter_sha256": sha256,
            "paragraph_number": place + 1,
            "paragraph_text": paragraph.text,
            "page": paragraph.page,
            "line": paragraph.line,
            "is_ocr": paragraph.is_ocr,
        }
        | dict(zip(BOX_COLUMNS, paragraph.box or (None,) * 4, strict=True))
        | (vars(sharing[sha256, place]) if (sha256, place) in sharing else {})
        for sha256, landed in by_file.items()
        for place, paragraph in enumerate(landed.letter.paragraphs)
    ]


def landed_paragraphs(rows: Sequence[Mapping[str, Any]]) -> tuple[Paragraph, ...]:
    """Return the paragraphs that the rows of one letter hold, in the order in which the letter prints them."""
    return tuple(
        Paragraph(row["paragraph_text"], row["page"], landed_box(row), row["line"], bool(row["is_ocr"]))
        for row in sorted(rows, key=lambda row: int(row["paragraph_number"]))
    )


def landed_box(row: Mapping[str, Any]) -> Box | None:
    """Return the box in a row; None if the row has no box."""
    x0, top, x1, bottom = (row[column] for column in BOX_COLUMNS)
    return None if x0 is None else (x0, top, x1, bottom)
