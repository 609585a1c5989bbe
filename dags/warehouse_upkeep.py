"""warehouse_upkeep: rebuild the warehouse, read a season again from the archive, or go back to an earlier release.

No source is asked, and nothing is fetched. Each field of the form belongs to some actions. If a field is set that
does not belong to the chosen action, the run fails at its first task, before anything is done. The runbook is
docs/runbooks/upkeep.md.
"""

from typing import Any

from airflow.sdk import Param, dag, task

from redress.orchestration.dag_parts import (
    RELEASE,
    RETRIES,
    build_and_test,
    data_docs,
    end_of_run,
    failed_run_alerts,
    read,
    release,
    report,
    season_param,
    serve,
    site,
)
from redress.orchestration.names import BUILD_TASK, REREAD_TASK, ROLL_BACK_TASK, WAREHOUSE_UPKEEP, WRITER_POOL

ONE_OF_TWO_WAYS = "none_failed_min_one_success"
"""The trigger rule of a task in which two ways meet: the task runs if the chosen way succeeded; the other way is
skipped."""
FIRST_TASKS = {"rebuild": BUILD_TASK, "reread": REREAD_TASK, "roll_back": ROLL_BACK_TASK}
"""The first task of each action's way through the dag."""

HELP = {
    "action": """
- **rebuild** builds and tests the warehouse of what is landed, and publishes it. Where the current release holds
  just that, its files are compared with their checksums, and a damaged release is replaced; otherwise there is
  nothing to do. A release that was taken back stays so.
- **reread** reads the letters of a **season** again from the archive, with today's reader and rules, and publishes
  what comes of it. The same reader gives the same release.
- **roll_back** puts an earlier **release** before the readers again. No run publishes the one that is taken back.
""",
    "season": "For reread: the year of the letters, so 2021 is 2020-21. Empty for the other actions.",
    "anew": """For reread: read every file, also those that this very reader has read before and whose readings are
kept. That takes longer and gives the same, unless the kept readings or the machine were at fault.""",
    "release": """For roll_back: the release to go to, or enough of its beginning, as `redress releases` lists them.
Empty is the one that was current before the present one.""",
    "by": "Who asks for it. Empty is the user who starts the run.",
    "reason": "Why, for whoever asks later: it is kept with the run, and with a release that is taken back.",
}


@dag(
    dag_id=WAREHOUSE_UPKEEP,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=RETRIES,
    tags=["redress"],
    doc_md=__doc__,
    on_failure_callback=failed_run_alerts(),
    params={
        "action": Param(
            "rebuild",
            type="string",
            enum=list(FIRST_TASKS),
            values_display={
                "rebuild": "rebuild: the warehouse of what is landed",
                "reread": "reread: a season again from the archive",
                "roll_back": "roll back: to an earlier release",
            },
            title="Action",
            description_md=HELP["action"],
        ),
        "season": season_param(HELP["season"], section="Reread"),
        "anew": Param(False, type="boolean", title="All files anew", description_md=HELP["anew"], section="Reread"),
        "release": Param(
            None,
            type=["null", "string"],
            pattern="^[0-9a-f]{0,16}$",
            title="Release",
            description_md=HELP["release"],
            section="Roll back",
        ),
        "by": Param(None, type=["null", "string"], title="By", description_md=HELP["by"], section="Who and why"),
        "reason": Param(
            None, type=["null", "string"], title="Reason", description_md=HELP["reason"], section="Who and why"
        ),
    },
)
def warehouse_upkeep() -> None:
    """Rebuild the warehouse, read a season again, or go back to an earlier release; then serve and report."""

    @task.branch
    def choose() -> str:
        """Return the first task of the action that was asked for. Fail the run if its params contradict each
        other.
        """
        from redress.orchestration.upkeep_tasks import choose

        return FIRST_TASKS[choose()]

    @task(task_id=REREAD_TASK)
    def plan_reread() -> list[dict[str, Any]]:
        """List the season's files in the archive, in batches to read."""
        from redress.orchestration.context import season_task
        from redress.steps import plan_reread

        with season_task() as run:
            batches = plan_reread(run)
        return [{"batch": number, "letters": letters} for number, letters in enumerate(batches)]

    @task(pool=WRITER_POOL)
    def check(parts: list[str]) -> dict[str, int]:
        """Check the season's letters in the gate, and write the season to landing."""
        from redress.orchestration.context import season_task
        from redress.steps import check_reread

        with season_task() as run:
            return check_reread(run, parts)

    @task(task_id=ROLL_BACK_TASK, retries=0)
    def plan_roll_back() -> str:
        """Find the release to go back to."""
        from redress.orchestration.context import run_task
        from redress.orchestration.upkeep_tasks import asked
        from redress.steps import plan_roll_back

        with run_task() as run:
            return plan_roll_back(run, asked().release)

    @task(pool=WRITER_POOL, outlets=[RELEASE])
    def roll_back(identity: str) -> str:
        """Make the earlier release current, and take the present release back."""
        from redress.orchestration.context import run_task
        from redress.orchestration.upkeep_tasks import asked
        from redress.steps import roll_back

        with run_task() as run:
            return roll_back(run, identity, by=asked().by, reason=asked().reason)

    chosen: Any = choose()
    batches: Any = plan_reread()
    parts: Any = read.expand(batch=batches)
    checked: Any = check(parts)
    built: Any = build_and_test.override(trigger_rule=ONE_OF_TWO_WAYS)()
    released: Any = release(built)
    target: Any = plan_roll_back()
    gone_back: Any = roll_back(target)
    chosen >> [batches, built, target]
    checked >> built
    served: Any = serve.override(trigger_rule=ONE_OF_TWO_WAYS)()
    pages: Any = data_docs()
    built_site: Any = site.override(trigger_rule=ONE_OF_TWO_WAYS)()
    reported: Any = report()
    [released, gone_back] >> served
    [released, gone_back] >> built_site
    [checked, released] >> pages
    [served, built_site, pages] >> reported
    [served, built_site, pages, reported] >> end_of_run(trigger_rule="none_failed")


warehouse_upkeep()
