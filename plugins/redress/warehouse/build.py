"""Build a warehouse: dbt makes it from landing and the seeds (reference tables), in a file that no reader opens."""

import hashlib
import shutil
from pathlib import Path

from redress.check.decisions import read_decisions
from redress.settings import Settings
from redress.warehouse.contents import not_held, shown
from redress.warehouse.dbt import DBT_PROJECT, INPUTS_NAME, DbtError, DbtInterruptedError, run_dbt
from redress.warehouse.dbt_artifacts import not_run, read_manifest
from redress.warehouse.landing import Landing
from redress.warehouse.releases.checksums import WAREHOUSE_NAME, damage
from redress.warehouse.releases.keys import begin_data_package, model_keys

DECIDING_FOLDERS = ("models", "macros", "seeds", "tests")
"""The folders of the dbt project that decide the content of a warehouse."""
DECIDING_ENDINGS = frozenset({".csv", ".sql", ".yml"})
TIME_LIMIT_SECONDS = 3600


class BuildError(Exception):
    """dbt could not build the warehouse, or a test of its data failed; the message says which log to read."""


class BuildInterruptedError(Exception):
    """A build was interrupted: a signal ended dbt, or the disk was full. The next try may succeed."""


def warehouse_identity(settings: Settings) -> str:
    """Return the identity of the warehouse that would be built now: 16 hexadecimal digits.

    The identity depends on what is landed, on people's decisions, on the dbt project (seeds, models, macros, tests)
    and on the file of further councils. It does not depend on the day, the machine, or the source of the letters.
    """
    landing = Landing(settings.landing_folder)
    digest = hashlib.sha256(landing.content_hash().encode())
    landed = {(season.year, sha256) for season in landing.seasons() for sha256 in landing.dispositions(season)}
    digest.update(read_decisions(landing.folder).content_hash(landed).encode())
    deciding = [DBT_PROJECT / "dbt_project.yml"]
    for name in DECIDING_FOLDERS:
        deciding += sorted(path for path in (DBT_PROJECT / name).rglob("*") if path.suffix in DECIDING_ENDINGS)
    for path in deciding:
        digest.update(path.relative_to(DBT_PROJECT).as_posix().encode())
        digest.update(path.read_bytes())
    if settings.additional_authorities is not None:
        digest.update(settings.additional_authorities.read_bytes())
    return digest.hexdigest()[:16]


def build(settings: Settings, file: Path) -> None:
    """Build and test a warehouse in `file`, which must not exist yet. Beside the file, begin the warehouse's data
    package (datapackage.json).

    Raises BuildInterruptedError if a signal ended dbt or the disk was full. Raises BuildError if nothing has been
    landed, if dbt fails for another reason, if a model or test was left out, or if the file does not hold what is
    landed.
    """
    if not Landing(settings.landing_folder).seasons():
        raise BuildError(f"nothing has been landed in {settings.landing_folder}: run a season first")
    target, logs = settings.scratch_folder / "dbt_target", settings.scratch_folder / "dbt_logs"
    try:
        run_dbt(
            ["build", "--exclude-resource-type", "unit_test"],
            database=file,
            landing=settings.landing_folder,
            additional_authorities=settings.additional_authorities,
            target=target,
            logs=logs,
            time_limit_seconds=TIME_LIMIT_SECONDS,
        )
    except DbtInterruptedError as error:
        raise BuildInterruptedError(str(error)) from None
    except DbtError as error:
        raise BuildError(str(error)) from None
    log = file.with_name(f"{file.name}.wal")
    if log.exists():  # dbt reports success even if DuckDB could not write all of the file as it closed it
        raise BuildInterruptedError(
            f"the warehouse {file} was not written whole: DuckDB left {log.name} beside it, as it does where the "
            "disk is full; make room, and run it again"
        )
    differences = (*not_run(target), *not_held(settings, file))
    if differences:
        raise BuildError(
            f"the warehouse {file} does not hold what is landed, and is not published: {shown(differences)}; "
            f"dbt's log is {logs / 'dbt.log'}; redress rebuild builds it again"
        )
    shutil.rmtree(file.parent / INPUTS_NAME)
    begin_data_package(file.parent, model_keys(read_manifest(target)))


def faults(settings: Settings, folder: Path, identity: str) -> tuple[str, ...]:
    """Return a sentence for each thing that is wrong with a published release.

    `identity` is the identity of the warehouse that would be built now. A release with this identity must hold what
    is landed. A release with another identity comes from other inputs, so only its files are compared with their
    checksums.
    """
    found = damage(folder)
    return found if found or folder.name != identity else not_held(settings, folder / WAREHOUSE_NAME)
