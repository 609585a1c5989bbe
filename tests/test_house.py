"""Class names are unique, the package's root is small, modules are short, and all text is read with an encoding."""

import ast
from collections import Counter
from collections.abc import Iterator

from tests.made import PROJECT
from tests.order import LONGEST_FIRST

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


def test_the_modules_that_are_put_first_are_there() -> None:
    assert [module for module in LONGEST_FIRST if not (PROJECT / "tests" / module).is_file()] == []


def test_no_text_file_and_no_programs_output_is_taken_in_the_locales_encoding() -> None:
    """ruff's rule PLW1514 asks for an encoding too, but only where ruff can tell that an object is a path."""
    folders = ("plugins", "expectations", "dags", "samples", "benchmarks", "bi")
    modules = [module for folder in folders for module in (PROJECT / folder).rglob("*.py")]
    found = [
        f"{module.relative_to(PROJECT)}:{line}"
        for module in modules
        for line in _calls_without_encoding(ast.parse(module.read_bytes()))
    ]
    assert found == []


def _calls_without_encoding(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of calls that open text, or take a program's output as text, without an encoding."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or any(keyword.arg == "encoding" for keyword in call.keywords):
            continue
        words = {keyword.arg: keyword.value for keyword in call.keywords}
        whose, _, name = ast.unparse(call.func).rpartition(".")
        modes = [word.value for word in (*call.args, words.get("mode")) if isinstance(word, ast.Constant)]
        is_binary = any(isinstance(mode, str) and "b" in mode for mode in modes)
        is_of_text = name in ("open", "fdopen") and whose not in ("pdfplumber", "Image") and not is_binary
        is_of_a_program = name in ("Popen", "run", "check_output") and {"text", "universal_newlines"} & words.keys()
        if (
            name in ("read_text", "write_text")
            or (is_of_text and ast.unparse(call.func) != "os.open")
            or is_of_a_program
        ):
            yield call.lineno
