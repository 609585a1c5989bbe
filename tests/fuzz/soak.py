"""Fuzz all formats, for a time by the clock: read inputs that chance makes or spoils. A part of `make soak`.

Nothing may crash or raise, nothing may go on past the limits of a reading worker, and no figure may be accepted
that the file does not show. The first input that shows a fault is kept below var/fuzz, and ends the soak.

    python -m tests.fuzz.soak [--minutes 60] [--seed 1] [--only pdf html ...]
"""

import argparse
import sys
import time
from collections.abc import Callable

from tests.fuzz import data_tables, guided, json_lines, pdf_letters, robots_rules, web_pages
from tests.fuzz.running import Clock, Counts, FindingError

Fuzz = Callable[[Clock, int], Counts]
Run = Callable[[float, int], Counts]

FORMATS: dict[str, tuple[Fuzz, int]] = {
    "pdf": (pdf_letters.fuzz, 16),
    "html and text": (web_pages.fuzz, 10),
    "csv": (data_tables.fuzz_csv, 4),
    "xlsx": (data_tables.fuzz_xlsx, 6),
    "json lines": (json_lines.fuzz, 2),
    "robots.txt": (robots_rules.fuzz, 2),
}
"""For each format, the function that fuzzes the format, and the share of the time. If all runs, with those of
GUIDED, have an hour, a share is a minute."""
GUIDED = {"pdf": 6, "html": 4, "text": 3, "csv": 2, "xlsx": 3, "json lines": 1, "robots.txt": 1}
"""For each format's guided run, the share of the time, in the unit of FORMATS."""


def main() -> None:
    """Fuzz each format for its share of the time, and print a line of counts for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=[*FORMATS, *map(_guided, GUIDED)], help="some of the runs")
    options = parser.parse_args()
    missing = guided.what_is_missing()
    runs = {name: (_drawn_run(fuzz), share) for name, (fuzz, share) in FORMATS.items()}
    if missing is None:
        runs |= {_guided(name): (_guided_run(name), share) for name, share in GUIDED.items()}
    elif any(name not in FORMATS for name in options.only or ()):
        sys.exit(missing)
    chosen = options.only or list(runs)
    shares = sum(runs[name][1] for name in chosen)
    print(f"{options.minutes:g} minutes; seed {options.seed}\n")
    print("| run | inputs | seconds | what became of them |\n|---|---:|---:|---|")
    for name in chosen:
        fuzz, share = runs[name]
        started = time.monotonic()
        try:
            counts = fuzz(60 * options.minutes * share / shares, options.seed)
        except FindingError as finding:
            sys.exit(f"{name}: {finding.fault}\nthe input is kept in {finding.kept()}")
        inputs = counts.pop("inputs", 0)
        told = ", ".join(f"{what} {count}" for what, count in sorted(counts.items()) if count)
        print(f"| {name} | {inputs} | {time.monotonic() - started:.0f} | {told} |", flush=True)
    if missing is not None:
        print(f"\n{missing}", flush=True)


def _guided(name: str) -> str:
    return f"{name}, guided"


def _guided_run(name: str) -> Run:
    return lambda seconds, seed: guided.fuzz(name, seconds, seed)


def _drawn_run(fuzz: Fuzz) -> Run:
    return lambda seconds, seed: fuzz(Clock(seconds), seed)


if __name__ == "__main__":
    main()
