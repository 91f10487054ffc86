import errno
import io
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from rich.console import Console

from livedream.cli.printed import MOST_WAITING, Teller, printing, telling


class Gone(io.RawIOBase):
    """A file that fails after some writes."""

    def __init__(self, writes: int, number: int) -> None:
        super().__init__()
        self.left, self.number, self.heard = writes, number, b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.left -= 1
        if self.left < 0:
            raise OSError(self.number, "gone")
        self.heard += bytes(data)
        return len(data)


def text_to(under: io.RawIOBase) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedWriter(under), "utf-8")


@pytest.mark.parametrize("number", [errno.EPIPE, errno.ENOSPC, errno.EIO])
def test_who_has_gone_away_ends_nothing(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    gone = Gone(1, number)
    monkeypatch.setattr(sys, "stdout", text_to(gone))
    with printing() as outward:
        for line in ("one", "two", "three"):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    assert gone.heard == b"one\n"
    assert outward.fault is not None
    assert outward.fault.errno == number


def test_what_is_printed_arrives_and_what_cannot_be_shown_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    under = Gone(100, 0)
    monkeypatch.setattr(sys, "stdout", before := text_to(under))
    with printing() as outward:
        sys.stdout.write("caf\udce9 ☁\n")
    assert under.heard.decode() == "caf\\udce9 ☁\n"
    assert outward.fault is None
    assert sys.stdout is before


def test_without_a_console_there_is_nothing_to_print_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with printing() as outward:
        assert outward.fault is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "livedream", "settings", "dream.steps"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ran.returncode == 1
    assert ran.stderr.splitlines() == [
        "livedream: could not write all of the output (No space left on device)"
    ]


def test_who_tells_does_not_wait_for_a_terminal_that_is_held() -> None:
    printed, go_on = list[str](), threading.Event()

    def held(sentence: str) -> None:
        go_on.wait(60)
        printed.append(sentence)

    tell = Teller(held)
    for number in range(MOST_WAITING + 5):
        tell(str(number))
    assert not tell.wait(0.0)
    assert printed == []
    go_on.set()
    assert tell.wait(60)
    assert printed == [str(number) for number in range(MOST_WAITING)]
    tell.close()


def test_what_was_told_is_printed_before_what_follows_and_at_the_end() -> None:
    console = Console(file=io.StringIO())
    with telling(console) as tell:
        tell("one")
        tell("two")
        assert tell.wait(60)
        console.print("the summary")
        tell("three")
        assert tell.wait(60)
    tell("too late")
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines() == ["one", "two", "the summary", "three"]


def test_at_the_end_of_the_block_all_is_printed() -> None:
    console = Console(file=io.StringIO())
    with telling(console) as tell:
        tell("a sentence")
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == "a sentence\n"


def test_a_terminal_that_raises_ends_nothing() -> None:
    printed: list[str] = []

    def prints(sentence: str) -> None:
        if sentence == "one":
            raise ValueError("I/O operation on closed file")
        printed.append(sentence)

    tell = Teller(prints)
    tell("one")
    tell("two")
    assert tell.wait(60)
    tell.close()
    assert printed == ["two"]
