"""warehouse_upkeep: rebuild the warehouse, read a season again from the archive, or go back to an earlier release.

No source is asked, and nothing is fetched. Which fields of the form count depends on the action; one that is set
and does not count fails the run at its first task, before anything is done. The runbook is docs/runbooks/upkeep.md.
"""

from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from redress.orchestration.alerts import failed_run_alerts
from redress.orchestration.dag_parts import RELEASE, RETRIES, WRITER_POOL, end_of_run, season_param

ONE_OF_TWO_WAYS = "none_failed_min_one_success"
"""For a task where ways meet: the others are skipped, and the one that was chosen has not failed."""
FIRST_TASKS = {"rebuild": "build_and_test", "reread": "plan_reread", "roll_back": "plan_roll_back"}

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
    dag_id="warehouse_upkeep",
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
    """choose; plan, read and check a season again; build and test, release; or go back; serve, report."""

    @task.branch
    def choose() -> str:
        """Which way the run goes, once its params are found to fit each other."""
        from redress.orchestration.upkeep_tasks import choose

        return FIRST_TASKS[choose()]

    @task
    def plan_reread() -> list[dict[str, Any]]:
        """The season's files in the archive, in batches to be read."""
        from redress.orchestration.context import season_task
        from redress.steps import plan_reread

        with season_task() as run:
            batches = plan_reread(run)
        return [{"batch": number, "letters": letters} for number, letters in enumerate(batches)]

    @task(map_index_template="{{ batch_name }}")
    def read(archived: dict[str, Any]) -> str:
        """A batch of archived letters read."""
        from redress.orchestration.context import batch_name, season_task
        from redress.orchestration.upkeep_tasks import asked
        from redress.steps import read

        letters = archived["letters"]
        get_current_context()["batch_name"] = batch_name(archived["batch"], letters)  # type: ignore[typeddict-unknown-key]
        with season_task() as run:
            return read(run, letters, archived["batch"], anew=asked().anew)

    @task(pool=WRITER_POOL)
    def check(parts: list[str]) -> dict[str, int]:
        """The season through the gate and into landing."""
        from redress.orchestration.context import season_task
        from redress.steps import check_reread

        with season_task() as run:
            return check_reread(run, parts)

    @task(pool=WRITER_POOL, trigger_rule=ONE_OF_TWO_WAYS)
    def build_and_test() -> str | None:
        """The warehouse of all that is landed, in a private file, tested; a damaged release is found here."""
        from redress.orchestration.upkeep_tasks import upkeep_task
        from redress.steps import build_warehouse

        with upkeep_task() as run:
            return build_warehouse(run)

    @task(pool=WRITER_POOL, outlets=[RELEASE])
    def release(identity: str | None) -> str:
        """The warehouse before its readers."""
        from redress.orchestration.upkeep_tasks import upkeep_task
        from redress.steps import release

        with upkeep_task() as run:
            return release(run, identity)

    @task(retries=0)
    def plan_roll_back() -> str:
        """Which release to go to."""
        from redress.orchestration.upkeep_tasks import asked, upkeep_task
        from redress.steps import plan_roll_back

        with upkeep_task() as run:
            return plan_roll_back(run, asked().release)

    @task(pool=WRITER_POOL, outlets=[RELEASE])
    def roll_back(identity: str) -> str:
        """The earlier release before its readers; the present one is taken back."""
        from redress.orchestration.upkeep_tasks import asked, upkeep_task
        from redress.steps import roll_back

        with upkeep_task() as run:
            return roll_back(run, identity, by=asked().by, reason=asked().reason)

    @task(pool=WRITER_POOL, trigger_rule=ONE_OF_TWO_WAYS)
    def serve() -> str | None:
        """The release into PostgreSQL, where one is set; the files are out, whatever becomes of it."""
        from redress.orchestration.upkeep_tasks import upkeep_task
        from redress.steps import serve

        with upkeep_task() as run:
            return serve(run)

    @task
    def data_docs() -> str:
        """Great Expectations' pages about the season that was read again."""
        from redress.orchestration.context import season_task
        from redress.steps import build_data_docs

        with season_task() as run:
            return build_data_docs(run)

    @task(trigger_rule="all_done")
    def report() -> str:
        """What became of each letter that was read again, as a page for people; also where that failed, and why."""
        from redress.orchestration.context import season_task
        from redress.orchestration.upkeep_tasks import skip_unless_reread
        from redress.report import write_report

        skip_unless_reread()
        with season_task() as run:
            return str(write_report(run))

    chosen: Any = choose()
    batches: Any = plan_reread()
    parts: Any = read.expand(archived=batches)
    checked: Any = check(parts)
    built: Any = build_and_test()
    released: Any = release(built)
    target: Any = plan_roll_back()
    gone_back: Any = roll_back(target)
    chosen >> [batches, built, target]
    checked >> built
    served: Any = serve()
    pages: Any = data_docs()
    reported: Any = report()
    [released, gone_back] >> served
    [checked, released] >> pages
    [served, pages] >> reported
    [served, pages, reported] >> end_of_run(trigger_rule="none_failed")


warehouse_upkeep()
