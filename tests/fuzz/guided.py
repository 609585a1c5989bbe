"""Guided fuzzing: atheris, a fuzzer, looks for inputs that reach new places of the code.

Each run of atheris is a process of its own, which is bounded in time and memory.
"""

import importlib.util
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.guided_formats import FORMATS
from tests.fuzz.running import Clock, Counts, FindingError
from tests.interrupted import SoakError
from tests.made import PROJECT

MOST_BYTES = {"json lines": 4 * 1024, "robots.txt": 500 * 1024}
"""The most bytes of one fuzzed input, by format. The lines of a journal are written one by one, which takes long,
so that these inputs are short. All other formats have MOST_BYTES_OF_A_FILE."""
MOST_BYTES_OF_A_FILE = 64 * 1024
MEMORY_MEBIBYTES = 3072
SECONDS_OF_AN_INPUT = {"json lines": 5, "robots.txt": 5}
"""The most seconds for one input, for formats that no reading worker reads. For these formats, to take longer is a
fault."""
SECONDS_OF_A_WORKER = 20
SECONDS_TO_START_AND_END = 240
"""The most seconds that a process may take beside the time for fuzzing. It first instruments the imports, and it
reads the last input to its end."""
AT_A_LIMIT = "ended at a limit, as a worker is"
REACHED = "places of the code reached"
_RUNS = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)
_REACHED = re.compile(r"cov: (\d+)")


def what_is_missing() -> str | None:
    """Return why no run can be guided here; None if runs can be guided."""
    if importlib.util.find_spec("atheris") is not None:
        return None
    return (
        f"atheris is not installed, so NO run was guided (Python {platform.python_version()}, {sys.platform} "
        f"{platform.machine()}); requirements-fuzz.lock has it for Linux on x86-64"
    )


def fuzz(name: str, seconds: float, seed: int) -> Counts:
    """Fuzz a format for `seconds` seconds. Raise FindingError for an input that shows a fault.

    If an input reaches a limit of time or memory, its process ends, as a reading worker would, and another process
    goes on. For a format that no reading worker reads, to reach a limit is a fault.
    """
    counts: Counts = Counts()
    clock = Clock(seconds)
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, content in enumerate(FORMATS[name].seeds):
            (corpus / f"{number}").write_bytes(content)
        while not clock.is_over:
            found = Path(tempfile.mkdtemp(dir=folder))
            ended = _run(name, corpus, found, clock.seconds_left, seed + counts[AT_A_LIMIT])
            _count(ended.stderr, counts)
            if ended.returncode == 0:
                break
            counts[AT_A_LIMIT] += 1
            _judge(name, ended, found)
    return counts


def _judge(name: str, ended: subprocess.CompletedProcess[str], found: Path) -> None:
    """Raise FindingError for the input that ended a process, unless the input only reached a limit that a reading
    worker has too. Raise SoakError if the process left no input.
    """
    inputs = sorted(found.iterdir())
    if not inputs:
        raise SoakError(f"the guided run of {name} ended with {ended.returncode}\n{ended.stderr[-3000:]}")
    path = inputs[0]  # a crash sorts before what is slow, large or over time
    if path.name.startswith("crash-") or name in SECONDS_OF_AN_INPUT:
        fault = ended.stderr.partition("\n==")[0][-1500:]
        raise FindingError(f"{path.name}: {fault}", path.read_bytes(), f".{name.split()[0]}")


def _run(name: str, corpus: Path, found: Path, seconds: float, seed: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "tests.fuzz.guided_process", name, str(corpus)),
            f"-max_total_time={max(1, round(seconds))}",
            f"-timeout={SECONDS_OF_AN_INPUT.get(name, SECONDS_OF_A_WORKER)}",
            f"-rss_limit_mb={MEMORY_MEBIBYTES}",
            f"-max_len={MOST_BYTES.get(name, MOST_BYTES_OF_A_FILE)}",
            f"-seed={seed}",
            f"-artifact_prefix={found}/",
            "-print_final_stats=1",
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=seconds + SECONDS_TO_START_AND_END,
    )


def _count(told: str, counts: Counts) -> None:
    """Add to the counts what a process printed: the number of its inputs, and the places of the code reached."""
    counts["inputs"] += sum(map(int, _RUNS.findall(told)))
    counts[REACHED] = max(counts[REACHED], *map(int, _REACHED.findall(told)), 0)
