"""The press: prints letters, as PDFs marked as samples, from a table of figures and the project's own prose.

python -m samples.press                     prints samples/letters/ from letters.csv again
python -m samples.press --golden            prints the letters of tests/read/golden/ again, with their JSON
python -m samples.press --count 300 --season 2021 2022 --out FOLDER --seed 7
                                            prints 300 random letters a season to invented councils
"""

import argparse
import csv
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

from samples.press.content import Council, TableRow
from samples.press.golden import GOLDEN_LETTERS, print_golden
from samples.press.places import GOLDEN, SAMPLES
from samples.press.random_letters import random_table
from samples.press.tables import print_table, read_averages, read_councils, read_rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the committed samples, with `--golden` the golden letters, or with `--count` random letters."""
    seasons = sorted({season for season, _ in read_averages()})
    parser = argparse.ArgumentParser(prog="samples.press", description="Print sample letters to invented councils.")
    parser.add_argument("--count", type=int, help="random letters a season; without it, the committed samples")
    parser.add_argument("--season", type=int, nargs="+", choices=seasons, default=[2021])
    parser.add_argument("--out", type=Path, help="folder for random letters: <season>/<council>.pdf and the tables")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same letters")
    parser.add_argument("--golden", action="store_true", help="print the golden letters of the tests")
    options = parser.parse_args(arguments)

    if options.golden:
        folder = options.out or GOLDEN
        paths = [print_golden(golden, folder) for golden in GOLDEN_LETTERS]
    elif options.count is None:
        folder = SAMPLES / "letters"
        rows, councils = read_rows(SAMPLES / "letters.csv"), read_councils(SAMPLES / "authorities.csv")
        paths = print_table(rows, councils, folder)
    else:
        if options.out is None or options.count < 1:
            parser.error("--count needs a number of at least 1 and --out, the folder to print into")
        folder = options.out
        rows, councils = random_table(options.count, options.season, options.seed)
        paths = print_table(rows, councils, folder)
        _write_table(councils, folder / "authorities.csv")
        _write_table(rows, folder / "letters.csv")
    print(f"{len(paths)} letters in {folder}")
    return 0


def _write_table(records: Sequence[Council] | Sequence[TableRow], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(
            lines, [field.name for field in dataclasses.fields(records[0])], lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(dataclasses.asdict(record) for record in records)


if __name__ == "__main__":
    sys.exit(main())
