"""Measure the warehouse: dbt builds of growing numbers of figures, the gate over a season, the cookbook's queries.

The letters are invented, see stated_letters.py. For the size 10, the landing of the size 1 is copied ten times
under other names, so that there are ten times as many letters, authorities and figures. The script prints Markdown
tables; see RESULTS.md.

    python -m benchmarks.warehouse [--letters 5000] [--times 1,10,100]
"""

import argparse
import json
import os
import platform
import resource
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.stated_letters import SEASONS, season_letters, witness_figures, write_councils
from redress.model.landed import Fate
from redress.model.reference import load_authorities
from redress.model.witness import WitnessKind
from redress.settings import PROJECT_FOLDER, Settings
from redress.warehouse.build import build, warehouse_identity
from redress.warehouse.landing import Landing
from redress.warehouse.releases.releases import Releases
from samples.cookbook.questions import read_questions

GATE_LETTERS = 400
GATE_RUNS = 5
QUERY_RUNS = 20
ID_DIGITS = 6
SLOWEST_SHOWN = 5
MEBIBYTE = 1024**2


@dataclass(frozen=True)
class Built:
    """One dbt build: its numbers of letters and figures, its seconds, and the size of its file. `nodes_seconds`
    leaves out the start-up of dbt.
    """

    times: int
    letters: int
    figures: int
    wall_seconds: float
    nodes_seconds: float
    cpu_seconds: float
    file_mebibytes: float
    slowest: tuple[tuple[str, float], ...]

    @property
    def startup_seconds(self) -> float:
        return self.wall_seconds - self.nodes_seconds


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--letters", type=int, default=5000, help="letters of twelve seasons together")
    parser.add_argument("--times", default="1,10,100", help="sizes of the warehouse, the first of them 1")
    arguments = parser.parse_args()
    councils = -(-arguments.letters // len(SEASONS))
    sizes = [int(times) for times in arguments.times.split(",")]
    print(
        f"{platform.system()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}, "
        f"DuckDB {duckdb.__version__}; load before {os.getloadavg()[0]:.1f}\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        first = fresh_home(Path(folder) / "1", councils)
        _gate(first, councils)
        land(first, councils)
        built = []
        for times in sizes:
            settings = first
            if times != 1:
                settings = fresh_home(Path(folder) / str(times), councils * times)
                _copy_landing(first, settings, councils, times)
            built.append(build_once(settings, times))
        _print_builds(built)
        _cookbook(first)


def fresh_home(home: Path, councils: int) -> Settings:
    """Make a home with a file of `councils` invented councils, and return the settings of this home."""
    home.mkdir()
    write_councils(home / "councils.csv", councils)
    return Settings(home=home, additional_authorities=home / "councils.csv")


def _gate(settings: Settings, councils: int) -> None:
    """Time the import of the gate once, and the gate over a season's letters several times. Print the times."""
    started = time.perf_counter()
    from expectations.gate import gate  # imported here so that the import can be timed

    imported = time.perf_counter() - started
    authorities = load_authorities(additional=settings.additional_authorities)
    letters = season_letters(SEASONS[-1], min(GATE_LETTERS, councils))
    seconds = []
    for _ in range(GATE_RUNS):
        started = time.perf_counter()
        gated = gate(SEASONS[-1], letters, authorities)
        seconds.append(time.perf_counter() - started)
    checks = len(gated.checks)
    print(f"| gate over {len(letters)} letters ({checks} checks) | seconds |\n|---|---:|")
    print(f"| import, once | {imported:.1f} |")
    print(f"| first | {seconds[0]:.2f} |\n| median of {GATE_RUNS} | {statistics.median(seconds):.2f} |\n")


def land(settings: Settings, councils: int) -> None:
    """Put all seasons through the gate and into landing, each season with a data table."""
    from expectations.gate import gate  # see _gate

    authorities = load_authorities(additional=settings.additional_authorities)
    landing = Landing(settings.landing_folder)
    for season in SEASONS:
        letters = season_letters(season, councils)
        gated = gate(season, letters, authorities)
        refused = [one.reason for one in gated.dispositions if one.disposition is not Fate.ACCEPTED]
        if refused:
            raise SystemExit(f"season {season}: {len(refused)} invented letters are not accepted: {refused[0]}")
        landing.replace_season(season, letters, gated.checks, gated.dispositions)
        landing.replace_witnesses(season, WitnessKind.DATA_TABLE, witness_figures(letters, f"{season}/table.csv"))


def _copy_landing(source: Settings, target: Settings, councils: int, times: int) -> None:
    """Copy a landing `times` times into another landing. Each copy is about other letters to other councils."""
    number = f"cast(right(authority_id, {ID_DIGITS}) as integer) + {councils} * copy"
    renamed = {
        "letter_sha256": "sha256(letter_sha256 || copy)",
        "authority_id": f"left(authority_id, -{ID_DIGITS}) || lpad(cast({number} as varchar), {ID_DIGITS}, '0')",
        "row_number": f"cast(row_number + {councils} * copy as integer)",
    }
    with duckdb.connect() as connection:
        for path in sorted(Path(str(source.landing_folder)).rglob("*.parquet")):
            place = target.landing_folder / path.relative_to(str(source.landing_folder))
            place.parent.mkdir(parents=True, exist_ok=True)
            rows = connection.read_parquet(str(path))
            columns = ", ".join(f"{renamed.get(name, name)} as {name}" for name in rows.columns)
            copies = f"select {columns} from rows cross join range({times}) as copies (copy)"  # noqa: S608 - columns of ours  # nosec B608
            connection.sql(copies).write_parquet(str(place))


def build_once(settings: Settings, times: int = 1) -> Built:
    """Measure a whole dbt build without unit tests, as a run makes it. If `times` is 1, publish the warehouse;
    otherwise remove its file.
    """
    releases = Releases(settings.warehouse_folder)
    identity = warehouse_identity(settings) if times == 1 else f"times-{times}"
    releases.clear()
    file = releases.incoming_file(identity)
    file.parent.mkdir(parents=True)
    cpu = _cpu_seconds_of_children()
    started = time.perf_counter()
    build(settings, file)
    wall = time.perf_counter() - started
    cpu = _cpu_seconds_of_children() - cpu
    results = json.loads((settings.work_folder / "dbt_target" / "run_results.json").read_text(encoding="utf-8"))
    slowest = sorted(
        ((one["unique_id"], one["execution_time"]) for one in results["results"]), key=lambda it: -it[1]
    )
    with duckdb.connect(str(file), read_only=True) as warehouse:
        [(letters, figures)] = warehouse.execute(
            "select (select count(*) from marts.dim_letter), (select count(*) from marts.fct_figure)"
        ).fetchall()
    size = file.stat().st_size / MEBIBYTE
    if times == 1:
        releases.publish(identity)
    else:
        file.unlink()
    return Built(times, letters, figures, wall, results["elapsed_time"], cpu, size, tuple(slowest[:SLOWEST_SHOWN]))


def _cpu_seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _print_builds(built: list[Built]) -> None:
    least = built[0]
    print("| letters | figures | dbt build, s | of it start-up, s | models and tests, s | CPU, s | file, MiB |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for one in built:
        print(
            f"| {one.letters} | {one.figures} | {one.wall_seconds:.1f} | {one.startup_seconds:.1f} "
            f"| {one.nodes_seconds:.1f} | {one.cpu_seconds:.1f} | {one.file_mebibytes:.0f} |"
        )
    for one in built[1:]:
        print(
            f"\n{one.figures / least.figures:.0f} times the figures: models and tests take "
            f"{one.nodes_seconds / least.nodes_seconds:.1f} times as long, the build "
            f"{one.cpu_seconds / least.cpu_seconds:.1f} times the CPU. The slowest: "
            + ", ".join(f"{name.split('.', 2)[2]} {seconds:.1f} s" for name, seconds in one.slowest)
            + "."
        )


def _cookbook(settings: Settings) -> None:
    """Time each query of the cookbook on the published file QUERY_RUNS times, and print the medians."""
    current = Releases(settings.warehouse_folder).current()
    if current is None:
        raise SystemExit("no release was published: the size 1 has to be among --times")
    questions = read_questions((PROJECT_FOLDER / "docs" / "cookbook.md").read_text(encoding="utf-8"))
    print(f"\n| question of the cookbook | rows | median of {QUERY_RUNS}, ms |\n|---|---:|---:|")
    with duckdb.connect(str(current / "warehouse.duckdb"), read_only=True) as warehouse:
        council = "Invented Council 000000"
        for question in questions:
            sql = question.sql.replace("Pellonshire County Council", council)
            seconds = []
            for _ in range(QUERY_RUNS):
                started = time.perf_counter()
                rows = warehouse.execute(sql).fetchall()
                seconds.append(time.perf_counter() - started)
            milliseconds = 1000 * statistics.median(seconds)
            print(f"| {question.number}. {question.title} | {len(rows)} | {milliseconds:.1f} |")
    print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
