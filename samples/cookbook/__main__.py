"""Write the outputs in docs/cookbook.md from a release of the cookbook's letters."""

import argparse
import sys
import tempfile
from pathlib import Path

import duckdb

from redress.settings import PROJECT_FOLDER
from samples.cookbook.questions import CookbookError, with_outputs
from samples.cookbook.release import build_release

COOKBOOK = PROJECT_FOLDER / "docs" / "cookbook.md"


def main() -> int:
    """Build the release, ask every question, and write docs/cookbook.md. Return 0, or 1 after a CookbookError."""
    parser = argparse.ArgumentParser(prog="samples.cookbook", description=__doc__)
    parser.add_argument("--home", type=Path, help="a new working folder, to keep the release in")
    home: Path | None = parser.parse_args().home
    if home is not None and home.exists():
        parser.error(f"{home} is there already; name a folder that is not, or remove it")
    with tempfile.TemporaryDirectory() as temporary:
        folder = build_release(Path(temporary) if home is None else home.absolute())
        with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
            try:
                COOKBOOK.write_text(
                    with_outputs(COOKBOOK.read_text(encoding="utf-8"), connection), encoding="utf-8"
                )
            except CookbookError as error:
                print(f"samples.cookbook: {error}", file=sys.stderr)
                return 1
    print(f"{COOKBOOK} shows what the queries give" + ("" if home is None else f"; the release is {folder}"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
