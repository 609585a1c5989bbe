"""Measure the seconds and the memory of each step at growing numbers of letters, to see where the limits are.

Reading is measured with printed letters, and beside it the plain script (plain_script.py). The gate, landing, the
build, a release and serving are measured with invented letters of twelve seasons in the form that reading gives
(stated_letters.py). Each of these steps has a process of its own, and the step's memory is the most that this
process and its children held together. The script prints Markdown tables, keeps the numbers as JSON, and draws
them; see docs/scaling.md.

    python -m benchmarks.scale [--sizes 1000,5000,20000,50000] [--read 100,200,400] [--numbers FILE.json]
                               [--plot docs/scaling.svg]
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil

from benchmarks.corpus import print_corpus
from benchmarks.plain_script import write as write_plainly
from benchmarks.stated_letters import SEASONS, season_letters, witness_figures
from benchmarks.warehouse import fresh_home
from redress.model.landed import Fate
from redress.model.measures import HEADLINE_NAMES
from redress.model.reference import load_authorities
from redress.model.witness import WitnessKind
from redress.read.workers import File, Readers
from redress.settings import PROJECT_FOLDER, Limits, Settings
from redress.warehouse.build import build, warehouse_identity
from redress.warehouse.landing import Landing
from redress.warehouse.releases.releases import Releases
from tests.deploy.cluster import MEBIBYTE, memory_of

READING, PLAIN, LANDING, BUILD, RELEASE, SERVE = (
    "reading",
    "plain script",
    "gate and landing",
    "build",
    "release",
    "serve",
)
STEPS = (LANDING, BUILD, RELEASE, SERVE)
BEYOND = 500_000
SAMPLE_SECONDS = 0.5
HOUR_SECONDS = 3600
VEGA_LITE = "6.1"
COLOURS = ["#1d4f91", "#b35806", "#1b7837", "#762a83", "#c2185b", "#57606a"]
TICKS = [10**power for power in range(-1, 7)]


@dataclass(frozen=True)
class Step:
    """One step at one number of letters. Seconds are by the clock; the memory is in mebibytes."""

    name: str
    letters: int
    seconds: float
    cpu_seconds: float
    memory: float | None = None


# --- Reading ----------------------------------------------------------------------------------------------


def read_letters(counts: Sequence[int], plain_letters: int) -> list[Step]:
    """Read printed letters with all cores, and some of them by the plain script. Return the measured steps, and
    print how many headline figures Redress and the plain script find.
    """
    steps = []
    with tempfile.TemporaryDirectory() as folder:
        letters = print_corpus(Path(folder), max(counts))
        for count in counts:
            started = time.perf_counter()
            found, cpu_seconds = _read(letters[:count])
            steps.append(Step(READING, count, time.perf_counter() - started, cpu_seconds))
        few = letters[:plain_letters]
        watch = Watch()
        with watch.running():
            rows = write_plainly(few, Path(folder) / "plain.duckdb").to_dict("records")
        steps.append(Step(PLAIN, plain_letters, watch.seconds, watch.cpu_seconds))
    known = {(number, name): value for number, letter in enumerate(found[:plain_letters]) for name, value in letter}
    plain = {
        (number, str(name)): Decimal(value)
        for number, row in enumerate(rows)
        for name, value in row.items()
        if name in HEADLINE_NAMES and isinstance(value, str)  # pandas has a number for what is missing
    }
    agreed = sum(known.get(place) == value for place, value in plain.items())
    print(
        f"Of {len(few)} letters Redress reads {len(known)} headline figures. The plain script finds {len(plain)} "
        f"numbers, of which {agreed} are these.\n"
    )
    return steps


def _read(letters: Sequence[Path]) -> tuple[list[list[tuple[str, Decimal]]], float]:
    """Return the headline figures of each letter, and the processor time of the reading processes."""
    before = _cpu_seconds_of_readers()
    with Readers(Limits()) as readers:
        read = readers.read(File(path.name, path.read_bytes()) for path in letters)
        found = [
            [(figure.measure, figure.value) for figure in letter.figures if figure.measure in HEADLINE_NAMES]
            for letter in read
        ]
        return found, _cpu_seconds_of_readers() - before


def _cpu_seconds_of_readers() -> float:
    """Return the processor time of all processes below this process, and of their children that have ended."""
    times = [process.cpu_times() for process in psutil.Process().children(recursive=True)]
    return float(sum(one.user + one.system + one.children_user + one.children_system for one in times))


# --- The other steps, each in a process of its own --------------------------------------------------------


class Watch:
    """A stopwatch that can be stopped and started again. It also counts the processor time of this process and of
    its children that have ended.
    """

    def __init__(self) -> None:
        self.seconds = self.cpu_seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        started, used = time.perf_counter(), _cpu_seconds()
        yield
        self.seconds += time.perf_counter() - started
        self.cpu_seconds += _cpu_seconds() - used


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def land(settings: Settings, councils: int, watch: Watch) -> None:
    """Put all seasons through the gate and into landing. The watch stands still while the letters are made."""
    from expectations.gate import gate  # Great Expectations takes seconds to import

    authorities = load_authorities(additional=settings.additional_authorities)
    landing = Landing(settings.landing_folder)
    for season in SEASONS:
        letters = season_letters(season, councils)
        with watch.running():
            gated = gate(season, letters, authorities)
            landing.replace_season(season, letters, gated.checks, gated.dispositions)
            figures = witness_figures(letters, f"{season}/table.csv")
            landing.replace_witnesses(season, WitnessKind.DATA_TABLE, figures)
        refused = [one.reason for one in gated.dispositions if one.disposition is not Fate.ACCEPTED]
        if refused:
            raise SystemExit(f"season {season}: {len(refused)} invented letters are refused: {refused[0]}")


def build_warehouse(settings: Settings, watch: Watch) -> None:
    file = Releases(settings.warehouse_folder).incoming_file(warehouse_identity(settings))
    file.parent.mkdir(parents=True)
    with watch.running():
        build(settings, file)


def publish(settings: Settings, watch: Watch) -> None:
    identity = warehouse_identity(settings)
    with watch.running():
        Releases(settings.warehouse_folder).publish(identity)


def serve(settings: Settings, watch: Watch) -> None:
    """Serve the release from a PostgreSQL that pip has installed. The server's memory counts too, but not its
    processor time.
    """
    from redress.warehouse.serving.postgres import Postgres
    from tests.warehouse.postgres_server import running_server

    release = Releases(settings.warehouse_folder).current()
    if release is None:
        raise SystemExit("no release was published to be served")
    with running_server() as server:
        address = server.new_database("served").address("postgres").replace("postgresql:", "postgresql+psycopg:")
        with watch.running():
            Postgres(address).serve(release)


def do(step: str, home: Path, councils: int) -> None:
    """Do one step, and print its seconds by the clock and its seconds of processor time, as JSON."""
    settings, watch = Settings(home=home, additional_authorities=home / "councils.csv"), Watch()
    if step == LANDING:
        land(settings, councils, watch)
    else:
        {BUILD: build_warehouse, RELEASE: publish, SERVE: serve}[step](settings, watch)
    print(json.dumps([watch.seconds, watch.cpu_seconds]))


def measured(step: str, home: Path, councils: int) -> Step:
    """Do one step in a process of its own, and return its times and the most memory that this process and its
    children held together.
    """
    command = [sys.executable, "-m", "benchmarks.scale", "--do", step, str(home), str(councils)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", cwd=PROJECT_FOLDER)
    most = 0.0
    while process.poll() is None:
        most = max(most, memory_of(process.pid))
        time.sleep(SAMPLE_SECONDS)
    if process.returncode != 0 or process.stdout is None:
        raise SystemExit(f"{step} of {councils * len(SEASONS)} letters failed")
    seconds, cpu_seconds = json.loads(process.stdout.read().splitlines()[-1])
    return Step(step, councils * len(SEASONS), seconds, cpu_seconds, most / MEBIBYTE)


def of_size(letters: int) -> list[Step]:
    """Measure all steps but reading, one after the other, with at least `letters` letters of twelve seasons."""
    councils = -(-letters // len(SEASONS))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        fresh_home(home, councils)
        steps = []
        for step in STEPS:
            steps.append(measured(step, home, councils))
            print(f"{step}, {steps[-1].letters} letters: {steps[-1].seconds:.1f} s", file=sys.stderr, flush=True)
        return steps


# --- What comes of it -------------------------------------------------------------------------------------


def slope(steps: Sequence[Step], name: str) -> tuple[float, float]:
    """Return the processor seconds that each letter adds to a step, and the seconds that do not depend on the
    letters, as the two largest sizes give them.
    """
    small, large = sorted((step for step in steps if step.name == name), key=lambda step: step.letters)[-2:]
    by_letter = max(0.0, (large.cpu_seconds - small.cpu_seconds) / (large.letters - small.letters))
    return by_letter, large.cpu_seconds - by_letter * large.letters


def tables(steps: Sequence[Step]) -> str:
    """Return two Markdown tables: the numbers of each step by size, and what each further letter costs."""
    lines = ["| letters | step | s | of the processor, s | MiB |", "|---:|---|---:|---:|---:|"]
    done = [step for step in steps if step.name in STEPS]
    lines += [
        f"| {step.letters:,} | {step.name} | {step.seconds:.1f} | {step.cpu_seconds:.1f} | {step.memory:,.0f} |"
        for step in sorted(done, key=lambda step: (step.letters, STEPS.index(step.name)))
    ]
    lines += [
        "",
        "| step | measured to | a letter more, ms | 500,000 letters, hours of a core | |",
        "|---|---:|---:|---:|---|",
    ]
    for name in (READING, *STEPS):
        largest = max((step for step in steps if step.name == name), key=lambda step: step.letters)
        by_letter, besides = slope(steps, name)
        is_measured = largest.letters >= BEYOND
        hours = (largest.cpu_seconds if is_measured else by_letter * BEYOND + besides) / HOUR_SECONDS
        lines.append(
            f"| {name} | {largest.letters:,} | {1000 * by_letter:.2f} | {hours:.2f} "
            f"| {'measured' if is_measured else 'a straight line'} |"
        )
    [plain] = [step for step in steps if step.name == PLAIN]
    each = plain.cpu_seconds / plain.letters
    hours = each * BEYOND / HOUR_SECONDS
    lines.append(f"| {PLAIN} | {plain.letters:,} | {1000 * each:.2f} | {hours:.2f} | a straight line |")
    return "\n".join(lines)


def plot(steps: Sequence[Step]) -> Mapping[str, Any]:
    """Return a Vega-Lite chart of processor time by number of letters. Lines that were not measured are dashed."""
    points = [{**asdict(step), "kind": "measured"} for step in steps if step.name != PLAIN]
    for name in (READING, *STEPS):
        largest = max((step for step in steps if step.name == name), key=lambda step: step.letters)
        if largest.letters < BEYOND:
            by_letter, besides = slope(steps, name)
            points.append({**asdict(largest), "kind": "on paper"})
            points.append(
                {"name": name, "letters": BEYOND, "cpu_seconds": by_letter * BEYOND + besides, "kind": "on paper"}
            )
    each = [step.cpu_seconds / step.letters for step in steps if step.name == PLAIN]
    ends = (min(step.letters for step in steps), BEYOND)
    points += [{"name": PLAIN, "letters": end, "cpu_seconds": each[0] * end, "kind": "on paper"} for end in ends]
    scale = {"type": "log"}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": 620,
        "height": 380,
        "background": "white",
        "data": {"values": points},
        "encoding": {
            "x": {
                "field": "letters",
                "type": "quantitative",
                "scale": scale,
                "title": "letters",
                "axis": {"format": "~s", "values": TICKS},
            },
            "y": {
                "field": "cpu_seconds",
                "type": "quantitative",
                "scale": scale,
                "title": "seconds of a core",
                "axis": {"format": "~s", "values": TICKS},
            },
            "color": {
                "field": "name",
                "type": "nominal",
                "title": None,
                "scale": {"domain": [READING, PLAIN, *STEPS], "range": COLOURS},
            },
        },
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2},
                "encoding": {
                    "strokeDash": {
                        "field": "kind",
                        "title": None,
                        "scale": {"domain": ["measured", "on paper"], "range": [[1, 0], [4, 4]]},
                    }
                },
            },
            {
                "transform": [{"filter": "datum.kind == 'measured'"}],
                "mark": {"type": "point", "filled": True, "size": 45},
            },
        ],
    }


def draw(steps: Sequence[Step], file: Path) -> None:
    import vl_convert  # starts an engine for scripts

    svg = vl_convert.vegalite_to_svg(dict(plot(steps)), vl_version=VEGA_LITE, allowed_base_urls=[])
    file.write_text(svg, encoding="utf-8")


def kept(file: Path | None) -> list[Step]:
    """Return the steps that earlier calls measured and kept in a file; none if there is no file."""
    if file is None or not file.exists():
        return []
    return [Step(**one) for one in json.loads(file.read_text(encoding="utf-8"))]


def keep(steps: Sequence[Step], file: Path | None) -> None:
    if file is not None:
        file.write_text(json.dumps([asdict(step) for step in steps], indent=1), encoding="utf-8")


def main() -> None:
    """Measure, print the tables, and draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1000,5000,20000,50000", help="letters of twelve seasons together")
    parser.add_argument("--read", default="100,200,400", help="printed letters to read")
    parser.add_argument("--plain", type=int, default=60, help="how many of them the plain script reads")
    parser.add_argument("--numbers", type=Path, help="a JSON file that keeps the numbers; those in it are kept too")
    parser.add_argument("--plot", type=Path, help="an SVG to draw")
    parser.add_argument("--do", nargs=3, metavar=("STEP", "HOME", "COUNCILS"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.do:
        do(given.do[0], Path(given.do[1]), int(given.do[2]))
        return
    print(f"{platform.system()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}; ")
    print(f"load before {os.getloadavg()[0]:.1f}\n")
    steps = kept(given.numbers)
    if given.read:
        steps = [step for step in steps if step.name not in (READING, PLAIN)]
        steps += read_letters([int(count) for count in given.read.split(",")], given.plain)
        keep(steps, given.numbers)
    for size in [int(size) for size in given.sizes.split(",") if size]:
        found = of_size(size)
        steps = [step for step in steps if step.letters != found[0].letters or step.name not in STEPS] + found
        keep(steps, given.numbers)
    print(tables(steps))
    print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}.")
    if given.plot:
        draw(steps, given.plot)


if __name__ == "__main__":
    main()
