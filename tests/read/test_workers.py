"""A file that takes too much time or memory, or kills its worker, loses its own letter and no other letter."""

import os
import signal
import zlib
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import psutil
import pytest

from redress.model.letter import Letter, Verdict
from redress.read.reader import read_letter
from redress.read.workers import File, Readers
from redress.settings import Limits

pytestmark = pytest.mark.needs("processes")

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "letters"
LETTER = File("letter.pdf", next(iter(sorted(SAMPLES.rglob("*.pdf")))).read_bytes())
MEBIBYTE = 1024 * 1024


def pdf_with_content(stream: bytes, filters: str = "/FlateDecode") -> bytes:
    """Return a PDF of one page, with a content stream that the caller has already encoded with `filters`."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        f"<< /Length {len(stream)} /Filter {filters} >>\nstream\n".encode() + stream + b"\nendstream",
    ]
    out = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    return out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()


def bomb() -> Iterator[bytes]:
    """Yield a gibibyte of blanks, packed into a mebibyte. Packed once more, the blanks take a few kilobytes."""
    packer = zlib.compressobj(9)
    blanks = b" " * MEBIBYTE
    for _ in range(1024):
        yield packer.compress(blanks)
    yield packer.flush()


def test_a_letter_that_takes_too_long_is_timed_out_and_the_next_is_read() -> None:
    slow = File("slow.pdf", pdf_with_content(zlib.compress(b"BT (x) Tj ET " * 2_000_000)))
    with Readers(Limits(time_seconds=3, workers=1)) as readers:
        first, second = readers.read([slow, LETTER])
    assert first.verdict is Verdict.UNREADABLE
    assert first.reason == "timed out: reading took more than 3 seconds of processor time"
    assert second.verdict is Verdict.EXTRACTED


def test_the_time_that_a_worker_waits_for_the_machine_does_not_count() -> None:
    """The worker is stopped in the middle of a letter for longer than the letter's limit, as on a busy machine."""
    busy = File("busy.pdf", pdf_with_content(zlib.compress(b"BT (x) Tj ET " * 60_000)))
    with Readers(Limits(time_seconds=2.5, workers=1)) as readers:
        list(readers.read([LETTER]))
        worker = max(psutil.Process().children(recursive=True), key=lambda process: process.create_time())
        Timer(0.3, worker.suspend).start()
        Timer(3.3, worker.resume).start()
        (letter,) = readers.read([busy])
    assert not letter.reason.startswith("timed out"), letter.reason


def test_a_decompression_bomb_runs_out_of_its_own_memory_only() -> None:
    packed = zlib.compress(b"".join(bomb()), 9)
    file = File("bomb.pdf", pdf_with_content(packed, "[/FlateDecode /FlateDecode]"))
    assert len(file.content) < MEBIBYTE
    with Readers(Limits(time_seconds=60, memory_mebibytes=700, workers=1)) as readers:
        first, second = readers.read([file, LETTER])
    assert first.verdict is Verdict.UNREADABLE
    assert first.reason.startswith(("out of memory", "timed out"))
    assert second.verdict is Verdict.EXTRACTED


def fail_at_the_word_fault(content: bytes, name: str, with_pdfium: bool = True) -> Letter:
    """Read a letter, but raise KeyError if the file contains the word "fault"."""
    if b"fault" in content:
        raise KeyError("fault\x1b")
    return read_letter(content, name, with_pdfium)


def test_a_fault_of_the_reader_costs_the_letter_that_shows_it_and_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("redress.read.workers.read_letter", fail_at_the_word_fault)
    with Readers(Limits(workers=1)) as readers:
        first, second = readers.read([File("fault.txt", b"fault"), File("empty.txt", b"")])
    assert first.verdict is Verdict.UNREADABLE
    assert first.reason == r"damaged: the reader has a fault that this file shows (KeyError: 'fault\x1b')"
    assert second.reason.startswith("empty")
    assert "reading fault.txt failed" in caplog.text


def test_letters_come_back_in_the_order_in_which_they_were_given() -> None:
    files = [File(path.name, path.read_bytes()) for path in sorted(SAMPLES.rglob("*.pdf"))]
    with Readers(Limits(workers=2)) as readers:
        names = [letter.header.authority_name for letter in readers.read(files)]
    with Readers(Limits(workers=1)) as readers:
        assert names == [letter.header.authority_name for letter in readers.read(files)]
    assert None not in names


def die_of_a_fault(content: bytes, name: str, with_pdfium: bool = True) -> Letter:
    """Read a letter, but kill this process if the file says "fault", as a fault of a library in C would."""
    if content == b"fault":
        os.kill(os.getpid(), signal.SIGKILL)
    return read_letter(content, name, with_pdfium)


def test_a_worker_that_dies_costs_its_letter_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redress.read.workers.read_letter", die_of_a_fault)
    with Readers(Limits(workers=1)) as readers:
        first, second = readers.read([File("fault.txt", b"fault"), LETTER])
    assert first.verdict is Verdict.UNREADABLE
    assert first.reason == "damaged: the process that read it broke down (exit code -9)"
    assert second.verdict is Verdict.EXTRACTED


def test_brackets_without_end_are_a_damaged_file() -> None:
    deep = b"%PDF-1.4\n1 0 obj\n" + b"[" * 50_000 + b"\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
    with Readers(Limits(time_seconds=20, workers=1)) as readers:
        first, second = readers.read([File("deep.pdf", deep), LETTER])
    assert first.verdict is Verdict.UNREADABLE
    assert second.verdict is Verdict.EXTRACTED
