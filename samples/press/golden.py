"""All golden letters: of each layout, of each season's words and of each oddity. Print them with their JSON."""

import json
from pathlib import Path

from samples.press.golden_figures import FIGURE_LETTERS
from samples.press.golden_layouts import LAYOUT_LETTERS
from samples.press.golden_letter import GoldenLetter
from samples.press.golden_oddities import ODD_LETTERS
from samples.press.golden_texts import TEXT_LETTERS

GOLDEN_LETTERS: tuple[GoldenLetter, ...] = (*LAYOUT_LETTERS, *TEXT_LETTERS, *ODD_LETTERS, *FIGURE_LETTERS)


def print_golden(golden: GoldenLetter, folder: Path) -> Path:
    """Print one golden letter below a folder, and write its JSON beside it. Return the path of the letter."""
    path = folder / golden.folder / golden.file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(golden.print())
    truth = {**golden.truth, "why": golden.why}
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    path.with_suffix(".json").write_text(f"{text}\n", encoding="utf-8")
    return path
