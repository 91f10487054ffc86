"""What ends a command from outside: the block that it is in is left as by Ctrl-C."""

import signal
import subprocess
import sys

import pytest

from livedream.cli import main
from livedream.cli.signals import ENDINGS, heeded, interrupted

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


@pytest.mark.skipif(sys.platform == "win32", reason="a process has no signal as its end here")
def test_a_second_one_ends_what_hangs_while_it_closes() -> None:
    hangs = (
        "import signal\n"
        "from livedream.cli.signals import interrupted\n"
        "with interrupted([]):\n"
        "    try:\n"
        "        signal.raise_signal(signal.SIGTERM)\n"
        "    finally:\n"
        "        signal.raise_signal(signal.SIGTERM)\n"
        "        print('still here')\n"
    )
    done = subprocess.run([sys.executable, "-c", hangs], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGTERM, "")
