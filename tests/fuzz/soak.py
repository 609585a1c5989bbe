"""Read what chance has made or spoiled, for a time by the clock; part of `make soak`.

Nothing may crash or raise, nothing may go on past the limits of a reading worker, and no figure may be accepted
that the file does not show. The first input that shows a fault is kept below var/fuzz, and ends the soak.

    python -m tests.fuzz.soak [--minutes 60] [--seed 1] [--only pdf html ...]
"""

import argparse
import sys
import time
from collections.abc import Callable

from tests.fuzz import data_tables, json_lines, pdf_letters, robots_rules, web_pages
from tests.fuzz.running import Clock, Counts, FindingError

Fuzz = Callable[[Clock, int], Counts]

FORMATS: dict[str, tuple[Fuzz, int]] = {
    "pdf": (pdf_letters.fuzz, 8),
    "html and text": (web_pages.fuzz, 5),
    "csv": (data_tables.fuzz_csv, 2),
    "xlsx": (data_tables.fuzz_xlsx, 3),
    "json lines": (json_lines.fuzz, 1),
    "robots.txt": (robots_rules.fuzz, 1),
}
"""What reads each format, and its share of the time."""


def main() -> None:
    """Fuzz each format for its share of the time, and print a line of counts for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=FORMATS, default=list(FORMATS))
    options = parser.parse_args()
    shares = sum(FORMATS[name][1] for name in options.only)
    print(f"{options.minutes:g} minutes; seed {options.seed}\n")
    print("| format | inputs | seconds | what became of them |\n|---|---:|---:|---|")
    for name in options.only:
        fuzz, share = FORMATS[name]
        started = time.monotonic()
        try:
            counts = fuzz(Clock(60 * options.minutes * share / shares), options.seed)
        except FindingError as finding:
            sys.exit(f"{name}: {finding.fault}\nthe input is kept in {finding.kept()}")
        inputs = counts.pop("inputs", 0)
        told = ", ".join(f"{what} {count}" for what, count in sorted(counts.items()) if count)
        print(f"| {name} | {inputs} | {time.monotonic() - started:.0f} | {told} |", flush=True)


if __name__ == "__main__":
    main()
