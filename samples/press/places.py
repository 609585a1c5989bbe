"""Where the press finds what it prints from, and where it prints to."""

from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[1]
GOLDEN = SAMPLES.parent / "tests" / "read" / "golden"
