"""A reading process has no network, changes no file but temporary files, and reaches no process of the caller."""

import io
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from redress.read import confinement
from redress.read.confinement import KEPT_VARIABLES, OWN_VARIABLES
from redress.read.files import ocr
from redress.read.workers import Readers
from redress.settings import Limits

pytestmark = pytest.mark.needs("processes")


def tried(outside: str, parent: int) -> dict[str, str]:
    """Try what an attacker would try who has taken over a parser. Return the result of each attempt, by its name.
    Runs in a reading process.
    """
    place = Path(outside)
    found: dict[str, str] = {}

    def attempt(name: str, action: Callable[[], object]) -> None:
        try:
            found[name] = f"done: {action()}"
        except OSError as error:
            found[name] = f"refused: {error.strerror}"

    def of_a_program(code: str) -> Callable[[], object]:
        def run() -> object:
            command = [
                sys.executable,
                "-S",
                "-c",
                f"import os, socket\ntry: {code}\nexcept OSError: print('refused')",
            ]
            return subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=True
            ).stdout

        return run

    attempt("the environment at its start", lambda: Path("/proc/self/environ").read_bytes())
    attempt("the environment", lambda: dict(os.environ))
    attempt("the environment of the caller", lambda: Path(f"/proc/{parent}/environ").read_bytes())
    attempt("a signal to the caller", lambda: os.kill(parent, signal.SIGCONT))
    attempt("tcp", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    attempt("udp", lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
    attempt("unix", lambda: socket.socket(socket.AF_UNIX))
    attempt("a socket of a program", of_a_program("socket.socket(); print('done')"))
    attempt("a new file", lambda: (place / "new").touch())
    attempt("a file", lambda: (place / "there").write_bytes(b"other"))
    attempt("a file cut", lambda: os.truncate(place / "there", 0))
    attempt("a file renamed", lambda: (place / "there").rename(place / "elsewhere"))
    attempt("a file removed", lambda: (place / "there").unlink())
    attempt("a folder", lambda: (place / "folder").mkdir())
    attempt("a link", lambda: (place / "link").symlink_to("/etc"))
    attempt("a file of a program", of_a_program(f"open({str(place / 'there')!r}, 'w'); print('done')"))
    attempt("a temporary file", _write_a_temporary_file)
    attempt("a temporary file of a program", of_a_program("open(os.environ['TMPDIR'] + '/x', 'w'); print('done')"))
    attempt("no file", lambda: Path(os.devnull).write_bytes(b"x"))
    return found


def _write_a_temporary_file() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"x")


def word_of_a_picture() -> str:
    """Return what tesseract reads in a small picture. Runs in a reading process."""
    picture = Image.new("L", (400, 100), "white")
    ImageDraw.Draw(picture).text((20, 20), "Ombudsman", font=ImageFont.load_default(size=60))
    content = io.BytesIO()
    picture.save(content, format="PNG")
    return ocr._output(["tesseract", "stdin", "stdout", "--psm", "7"], content.getvalue()).decode()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "there").write_bytes(b"as it was")
    with Readers(Limits(workers=1)) as readers:
        tried_there = readers.result_of(tried, str(outside), os.getpid())
    assert (outside / "there").read_bytes() == b"as it was"
    assert [path.name for path in outside.iterdir()] == ["there"]
    return tried_there


def test_a_reading_process_gets_none_of_the_callers_variables_but_those_it_needs(found: dict[str, str]) -> None:
    assert "PYTEST_CURRENT_TEST" in os.environ
    at_start = found["the environment at its start"].removeprefix("done: b'").split(r"\x00")
    names = {line.partition("=")[0] for line in at_start[:-1]}
    assert names
    assert names - {"LINES", "COLUMNS"} <= KEPT_VARIABLES | OWN_VARIABLES.keys()  # readline sets these two
    assert "PYTEST_CURRENT_TEST" not in found["the environment"]


needs_linux = pytest.mark.skipif(
    confinement.missing() is not None, reason=f"reading processes keep the right to {confinement.missing()}"
)


@needs_linux
@pytest.mark.parametrize("name", ["the environment of the caller", "a signal to the caller"])
def test_a_reading_process_reaches_no_process_of_the_caller(found: dict[str, str], name: str) -> None:
    assert found[name].startswith("refused")


@needs_linux
@pytest.mark.parametrize("name", ["tcp", "udp", "unix", "a socket of a program"])
def test_a_reading_process_has_no_network(found: dict[str, str], name: str) -> None:
    assert "refused" in found[name]


@needs_linux
@pytest.mark.parametrize(
    "name",
    [
        "a new file",
        "a file",
        "a file cut",
        "a file renamed",
        "a file removed",
        "a folder",
        "a link",
        "a file of a program",
    ],
)
def test_a_reading_process_changes_no_file(found: dict[str, str], name: str) -> None:
    assert "refused" in found[name]


@pytest.mark.parametrize("name", ["a temporary file", "a temporary file of a program", "no file"])
def test_a_reading_process_has_a_folder_for_temporary_files(found: dict[str, str], name: str) -> None:
    assert found[name].startswith("done")
    assert "refused" not in found[name]


def test_no_folder_for_temporary_files_is_left_behind(found: dict[str, str]) -> None:
    assert not [path for path in Path(tempfile.gettempdir()).glob("redress-reading-*") if str(path) in str(found)]


@pytest.mark.skipif(not ocr.is_installed(), reason="tesseract is not installed (Debian: tesseract-ocr)")
def test_a_reading_process_reads_pictures_with_tesseract() -> None:
    with Readers(Limits(workers=1)) as readers:
        assert readers.result_of(word_of_a_picture).strip() == "Ombudsman"


def test_a_reading_process_keeps_a_limit_that_is_lower_than_ours() -> None:
    """A shell can have limits, such as `ulimit -f`, which nobody can raise again."""
    code = "import resource; from redress.read.confinement import lower_limit; kind = resource.RLIMIT_FSIZE\n"
    code += "lower_limit(kind, 1000); lower_limit(kind, 5000); print(resource.getrlimit(kind))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "(1000, 1000)\n"


def test_temporary_files_of_the_caller_stay_where_its_environment_says(tmp_path: Path) -> None:
    code = "import tempfile; from redress.read.confinement import start_server; start_server()\n"
    code += "print(tempfile.gettempdir())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"TMPDIR": str(tmp_path)},
        check=True,
    )
    assert done.stdout == f"{tmp_path}\n"


def test_a_long_folder_for_temporary_files_is_refused_with_what_to_do(tmp_path: Path) -> None:
    longest = tmp_path / ("x" * (confinement.LONGEST_TEMPORARY_FOLDER_BYTES - len(f"{tmp_path}/")))
    longer = tmp_path / f"{longest.name}x"
    code = "from redress.cli import app; app()"
    for folder in (longest, longer):
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", code, "read", os.devnull],
            capture_output=True,
            encoding="utf-8",
            env=os.environ | {"TMPDIR": str(folder)},
            check=False,
        )
        if folder == longest:
            assert "unreadable" in done.stdout, done.stderr
        else:
            assert done.stderr.startswith(f"redress: {longer} is too long for the sockets of the reading processes")
            assert "set TMPDIR to a folder" in done.stderr
            assert done.returncode == 1


@pytest.mark.parametrize(("version", "right"), [(0, "change files"), (1, "truncate"), (2, "truncate")])
def test_an_older_kernel_is_told_about_in_words(monkeypatch: pytest.MonkeyPatch, version: int, right: str) -> None:
    monkeypatch.setattr(confinement, "_landlock_version", lambda: version)
    assert right in (confinement.missing() or "")
    monkeypatch.setattr(confinement, "_landlock_version", lambda: 3)
    assert "files" not in (confinement.missing() or "")


def test_a_machine_without_a_known_filter_is_told_about_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert "use the network (no filter for riscv64 is known)" in (confinement.missing() or "")
