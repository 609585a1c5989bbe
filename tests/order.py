"""The order of test modules: the longest begin first, so that no worker runs a long module alone at the end."""

LONGEST_FIRST = (
    "orchestration/local/test_season.py",
    "dags/test_annual_letters.py",
    "warehouse/test_dbt.py",
    "dags/test_real_runs.py",
    "report/test_report.py",
    "test_security.py",
    "warehouse/test_corrections.py",
    "integration/test_site_run.py",
    "warehouse/test_object_store.py",
    "integration/test_season_run.py",
    "warehouse/test_reconciliation.py",
    "read/test_scans.py",
    "warehouse/test_annual_review.py",
    "read/test_workers.py",
    "report/site/test_site.py",
    "report/site/test_site_in_browser.py",
    "steps/test_steps.py",
    "orchestration/test_pages.py",
    "acquire/test_archive.py",
    "read/test_golden.py",
    "bi/test_dashboard.py",
    "steps/upkeep/test_going_back.py",
    "acquire/test_fetching.py",
)
"""The modules that took a worker 15 seconds or more in a whole run. All other modules follow, by name."""


def place_of(module: str) -> int:
    """Return the place of a module among the longest modules, or the place behind them.

    `module` is the module's path below tests/.
    """
    return LONGEST_FIRST.index(module) if module in LONGEST_FIRST else len(LONGEST_FIRST)
