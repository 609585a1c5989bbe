"""The plain alternative to Redress: the text of each page, a handful of patterns, one table in DuckDB.

The script reads the letters of 2019 to 2024, in the words that most of them have, and takes what it finds. It has
no gate, no evidence, no second look and no releases. If it finds nothing in a letter, the letter's row has only the
name of the file.

    python -m benchmarks.plain_script FOLDER FILE.duckdb
"""

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pandas as pd
import pdfplumber

PATTERNS = {
    "council": r"\n([^\n]+)\nDear ",
    "season": r"Annual Review letter (\d{4})",
    "uphold_rate_pct": r"(\d+)% of complaints we",
    "upheld_count": r"(\d+)\s+upheld decision",
    "investigations_count": r"total of (\d+) detailed\s+investigations",
    "compliance_rate_pct": r"In (\d+)% of cases we were",
    "compliance_outcomes_count": r"total of (\d+) compliance",
    "satisfactory_remedy_rate_pct": r"In (\d+)% of upheld cases",
    "satisfactory_remedies_count": r"(\d+)\s+satisfactory remedy decision",
}


def read(path: Path) -> dict[str, str | None]:
    """Return what the patterns find in the text of a letter."""
    with pdfplumber.open(path) as pdf:
        text = "\n".join(page.extract_text() for page in pdf.pages)
    found = {name: re.search(pattern, text) for name, pattern in PATTERNS.items()}
    return {"file": path.name, **{name: match[1] if match else None for name, match in found.items()}}


def write(letters: Iterable[Path], file: Path) -> pd.DataFrame:
    """Read letters into one table of a DuckDB file, and return the table's rows."""
    rows = pd.DataFrame([read(path) for path in letters])  # DuckDB finds `rows` by its name
    with duckdb.connect(str(file)) as warehouse:
        warehouse.execute("create or replace table letters as select * from rows")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    rows = write(sorted(given.folder.rglob("*.pdf")), given.file)
    print(f"{int(rows.notna().all(axis=1).sum())} of {len(rows)} letters have all figures")


if __name__ == "__main__":
    main()
