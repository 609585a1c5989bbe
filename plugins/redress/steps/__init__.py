"""The steps of a run, in the order in which a letter passes through them.

The module `acquiring` has plan, acquire, take stock and data tables; `reading` has read and check; `publishing` has
build, release, serve and data docs. A run of upkeep repeats some steps: it reads again, rebuilds or goes back. Each
step is a plain function, which both the dag and the command line call. Steps hand on only small things: names,
hashes and paths.
"""

from redress.steps.acquiring import acquire, last_source, plan, read_data_tables, take_stock
from redress.steps.publishing import build_data_docs, build_warehouse, release, serve
from redress.steps.reading import check, read
from redress.steps.run import Run, SeasonError
from redress.steps.upkeep import check_reread, plan_reread, plan_roll_back, rebuild, roll_back
from redress.steps.whole_way import acquire_and_read, reread_season, run_season

__all__ = [
    "Run",
    "SeasonError",
    "acquire",
    "acquire_and_read",
    "build_data_docs",
    "build_warehouse",
    "check",
    "check_reread",
    "last_source",
    "plan",
    "plan_reread",
    "plan_roll_back",
    "read",
    "read_data_tables",
    "rebuild",
    "release",
    "reread_season",
    "roll_back",
    "run_season",
    "serve",
    "take_stock",
]
