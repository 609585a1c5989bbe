"""The arrangement of the package: class names are unique, folders have few entries, and modules are short."""

import ast
from collections import Counter

from tests.made import PROJECT

PACKAGE = PROJECT / "plugins" / "redress"
ROOT_ENTRIES_COUNT = 12
MODULE_LINES_COUNT = 400


def test_no_two_classes_have_one_name() -> None:
    trees = [ast.parse(path.read_bytes()) for path in PACKAGE.rglob("*.py")]
    names = Counter(
        node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_"
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_the_root_has_at_most_twelve_entries_and_no_module_is_too_long_to_read() -> None:
    entries = [path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"]
    assert len(entries) <= ROOT_ENTRIES_COUNT
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert {name: count for name, count in lengths.items() if count > MODULE_LINES_COUNT} == {}
