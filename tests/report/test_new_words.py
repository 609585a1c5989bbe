"""The report of a run counts letters with words that no layout knows, and gives the command about such words."""

from pathlib import Path

from redress.check.rule import Check, Severity
from redress.model.season import Season
from redress.report.new_words import new_words_lines
from redress.settings import Settings
from redress.steps import Run
from redress.warehouse.landing_tables import write_checks


def a_run(home: Path, *failed: tuple[str, str]) -> Run:
    """Return a run in which the letter `other` passes a rule, and each pair of `failed` is a letter and a rule that
    the letter fails.
    """
    run = Run.of_season(Season(2026), "one", Settings(home=home))
    checks = [(letter, Check(rule, Severity.WARNING, False, "")) for letter, rule in failed]
    checks += [("other", Check("blocks_complete", Severity.WARNING, True, ""))]
    run.checks_path.parent.mkdir(parents=True)
    write_checks(run.season, checks, run.checks_path)
    return run


def test_letters_with_incomplete_blocks_and_unknown_layouts_are_counted_with_the_command(tmp_path: Path) -> None:
    run = a_run(
        tmp_path,
        ("a", "blocks_complete"),
        ("a", "uphold_figures_complete"),
        ("b", "blocks_complete"),
        ("c", "years_agree"),
    )
    said = "\n".join(new_words_lines(run, 3))
    assert said.startswith("Letters with incomplete blocks or tables: 2, and letters of an unknown layout: 3.")
    assert f"REDRESS_HOME={tmp_path} .venv/bin/redress wording 2026" in said


def test_a_season_whose_letters_are_all_read_has_nothing_about_new_words(tmp_path: Path) -> None:
    assert list(new_words_lines(a_run(tmp_path), 0)) == []
