"""The folders of the press: the samples with their tables and prose, and the golden letters of the tests."""

from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[1]
GOLDEN = SAMPLES.parent / "tests" / "read" / "golden"
