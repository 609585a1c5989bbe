"""The part of a run's report about letters that may have new words: words that no layout knows."""

from collections.abc import Iterator

from redress.check.letter_rules import RULES_OF_WORDS
from redress.report.at_source import command
from redress.steps import Run
from redress.warehouse.landing_tables import read_table

RUNBOOK = "docs/runbooks/new-season.md"


def new_words_lines(run: Run, unknown_count: int) -> Iterator[str]:
    """If letters may have words that no layout knows, yield lines for the report: the number of these letters, and
    the command that finds such words and explains them. Otherwise yield nothing.

    `unknown_count` is the number of the season's letters with an unknown layout.
    """
    incomplete_count = _incomplete_count(run)
    if not unknown_count and not incomplete_count:
        return
    counts = ((incomplete_count, "with incomplete blocks or tables"), (unknown_count, "of an unknown layout"))
    yield "Letters " + ", and letters ".join(f"{what}: {count}" for count, what in counts if count) + "."
    yield ""
    yield (
        "If the season has a new sentence or label, this command finds it in all letters, says what its "
        "numbers state as far as arithmetic proves it, and prints the line to paste: "
        f"{command(run.settings, f'wording {run.season}')}"
    )
    yield ""
    yield f"It changes nothing. What to do with its answer: `{RUNBOOK}`."


def _incomplete_count(run: Run) -> int:
    """Return how many letters break a rule that words unknown to the layouts can break (RULES_OF_WORDS)."""
    rows = read_table(run.checks_path, columns=["letter_sha256", "rule", "is_passed"]).to_pylist()
    return len({row["letter_sha256"] for row in rows if row["rule"] in RULES_OF_WORDS and not row["is_passed"]})
