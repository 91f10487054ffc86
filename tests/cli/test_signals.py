"""What ends a command from outside: the block that it is in is left as by Ctrl-C."""

import signal
import subprocess
import sys

import pytest

from livedream.cli import main
from livedream.cli.signals import ENDINGS, heeded, interrupted

unix = pytest.mark.skipif(sys.platform == "win32", reason="a process is sent no signals here")
HERE = [name for name in ENDINGS if hasattr(signal, name)]


@pytest.mark.parametrize("name", HERE)
def test_a_command_is_interrupted_and_closes_what_it_has_open(name: str) -> None:
    number, came, closed = getattr(signal, name), [], []  # type: int, list[int], list[bool]
    before = signal.getsignal(number)

    def work() -> None:
        with interrupted(came):
            try:
                signal.raise_signal(number)
            finally:
                closed.append(True)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert (came, closed) == ([number], [True])
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("name", HERE)
def test_the_exit_code_says_what_it_was(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    number = getattr(signal, name)
    monkeypatch.setattr("livedream.cli._printed", lambda _: signal.raise_signal(number))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 128 + number


def test_what_a_command_makes_of_an_interruption_is_told_as_what_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted_render(_: object) -> int:
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            return 130
        return 0

    monkeypatch.setattr("livedream.cli._printed", interrupted_render)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 128 + signal.SIGTERM


@pytest.mark.parametrize("name", HERE)
def test_what_is_ignored_from_the_start_stays_so(name: str) -> None:
    number = getattr(signal, name)
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with interrupted([]):
            signal.raise_signal(number)
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)


def test_a_show_s_own_way_to_end_goes_before() -> None:
    heard: list[int] = []
    with interrupted([]), heeded(ENDINGS, heard.append):
        signal.raise_signal(signal.SIGTERM)
    assert heard == [signal.SIGTERM]


PRELUDE = """
import os, signal, sys, time
from livedream.cli import signals
from livedream.cli.signals import ENDINGS, heeded, interrupted
signals.AGAIN_S, signals.DEAF_S = {again_s}, {deaf_s}
"""


def ended(program: str, *, again_s: float = 0.0, deaf_s: float = 600.0) -> tuple[int, str]:
    """Return how a program ends by itself, and what it has printed."""
    code = PRELUDE.format(again_s=again_s, deaf_s=deaf_s) + program
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


CLOSES = """
with interrupted([]):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(600)
    finally:
        print("closing", flush=True)
        os.kill(os.getpid(), {second})
        {then}
"""


@unix
def test_another_one_ends_what_hangs_while_it_closes() -> None:
    program = CLOSES.format(second="signal.SIGHUP", then="time.sleep(600)")
    assert ended(program) == (128 + signal.SIGHUP, "closing\n")


@unix
def test_two_at_once_as_a_terminal_sends_that_closes_are_one() -> None:
    program = CLOSES.format(second="signal.SIGHUP", then="time.sleep(0.1); print('closed')")
    code, said = ended(program, again_s=600.0)
    assert (code, said) == (-signal.SIGINT, "closing\nclosed\n"), "nobody catches the KeyboardInterrupt here"


@pytest.mark.skipif(sys.platform != "linux", reason="a lock of zeros is one of Linux's")
def test_what_is_in_a_library_that_hangs_is_ended() -> None:
    program = """
import ctypes, threading
library, mutex = ctypes.CDLL(None), ctypes.create_string_buffer(64)
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
with interrupted([]):
    library.pthread_mutex_lock(mutex)
    library.pthread_mutex_lock(mutex)  # for ever, whatever signals come
"""
    assert ended(program, deaf_s=0.1) == (128 + signal.SIGTERM, "")


@unix
def test_what_a_show_heeds_is_not_due() -> None:
    program = """
heard = []
with interrupted([]):
    with heeded(ENDINGS, heard.append):
        os.kill(os.getpid(), signal.SIGTERM)
        while not heard:
            time.sleep(0.01)
    time.sleep(0.3)
print("ended well")
"""
    assert ended(program, deaf_s=0.1) == (0, "ended well\n")
