"""The formats of guided fuzzing: how one input is checked, which inputs come first, how an input is changed."""

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from redress.model.witness import UnreadableTableError, WitnessError
from redress.read.files.seen import unconfirmed
from redress.read.reader import read_letter
from tests.fuzz.data_tables import CSV, WORKBOOK, XLSX, changed_workbook, figures_that_stand_nowhere, table_of
from tests.fuzz.json_lines import EVENT_LINES, check_journal, check_record
from tests.fuzz.pdf_letters import SEEDS
from tests.fuzz.pdf_parts import changed
from tests.fuzz.robots_rules import RULES, check_answers
from tests.fuzz.running import FindingError, accepted_figures
from tests.fuzz.web_pages import PAGE, TEXT, check_in_text
from tests.paper import pdf
from tests.read.data_tables.made_tables import TABLE
from tests.read.invented import STATISTICS


@dataclass(frozen=True)
class Format:
    """A format of guided fuzzing: `check` checks one input, and `seeds` are the first inputs.

    `change` makes a new input of an input and a seed. If `change` is None or returns None, atheris changes
    the bytes.
    """

    check: Callable[[bytes], None]
    seeds: Sequence[bytes]
    change: Callable[[bytes, int], bytes | None] | None = None


def _check_pdf(content: bytes) -> None:
    """Read a PDF by the thorough way alone, because a fault of pdfium would end this process. Raise FindingError if
    figures are accepted although no drawn page has confirmed them.
    """
    letter = unconfirmed(read_letter(content, "letter.pdf", False))
    if accepted_figures(letter):
        raise FindingError("figures are accepted that were not looked for on the drawn page", content, ".pdf")


def _changed_pdf(content: bytes, seed: int) -> bytes | None:
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    try:
        return changed(content, chance) if chance.random() < 0.7 else None
    except (ValueError, IndexError):  # the PDF has lost its objects or its catalogue
        return None


def _check_shown(ending: str) -> Callable[[bytes], None]:
    def check(content: bytes) -> None:
        check_in_text(content, ending, read_letter(content, f"page{ending}"))

    return check


def _check_table(ending: str) -> Callable[[bytes], None]:
    def check(content: bytes) -> None:
        try:
            table = table_of(content, ending)
        except (UnreadableTableError, WitnessError, MemoryError):
            return
        if missing := figures_that_stand_nowhere(table, content, ending):
            raise FindingError(f"figures stand nowhere in the file: {missing}", content, ending)

    return check


def _changed_xlsx(content: bytes, seed: int) -> bytes | None:
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    try:
        return changed_workbook(content, chance) if chance.random() < 0.9 else None
    except Exception:  # the bytes are no archive any more
        return None


def _check_lines(content: bytes) -> None:
    lines = [None, *content.split(b"\n"), None]
    with tempfile.TemporaryDirectory() as folder:
        check_journal(Path(folder) / "outcomes.jsonl", lines)
        check_record(Path(folder) / "record.jsonl", lines)


FORMATS = {
    "pdf": Format(_check_pdf, [SEEDS[0].read_bytes(), pdf(STATISTICS)], _changed_pdf),
    "html": Format(_check_shown(".html"), [PAGE.encode()]),
    "text": Format(_check_shown(".txt"), [TEXT.encode()]),
    "csv": Format(_check_table(CSV), [TABLE]),
    "xlsx": Format(_check_table(XLSX), [WORKBOOK], _changed_xlsx),
    "json lines": Format(_check_lines, EVENT_LINES),
    "robots.txt": Format(check_answers, [RULES.replace("|", "\n").encode()]),
}
