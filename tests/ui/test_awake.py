import ctypes
import os
import subprocess
from types import SimpleNamespace
from typing import Never

import pytest

from livedream.engines.build_process import own_group
from livedream.ui import awake
from livedream.ui.awake import CannotStayAwake, kept_awake

CONTINUOUS, REQUIRED = 0x80000000, 0x80000003


@pytest.mark.parametrize(("answer", "notice"), [(CONTINUOUS, ""), (0, "SetThreadExecutionState")])
def test_windows_is_asked_and_released(monkeypatch: pytest.MonkeyPatch, answer: int, notice: str) -> None:
    flags = []

    class Call:
        def __call__(self, value: int) -> int:
            flags.append(value)
            return answer

    kernel = SimpleNamespace(SetThreadExecutionState=Call())
    monkeypatch.setattr(ctypes, "CDLL", lambda name: kernel)

    with kept_awake("win32") as told:
        assert notice in told
        assert flags == [REQUIRED]

    assert flags == ([REQUIRED] if notice else [REQUIRED, CONTINUOUS])


def test_macos_runs_caffeinate_for_this_process_and_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    log = []

    class Process:
        def __init__(self, command: list[str], **options: object) -> None:
            assert own_group().items() <= options.items(), "a Ctrl-C reaches it while the show still ends"
            log.append(command)

        def terminate(self) -> None:
            log.append("terminate")

        def wait(self) -> None:
            log.append("wait")

    monkeypatch.setattr(subprocess, "Popen", Process)

    with kept_awake("darwin") as notice:
        assert notice == ""
        assert log[0][0] == "/usr/bin/caffeinate"
        assert log[0][-2:] == ["-w", str(os.getpid())]

    assert log[1:] == ["terminate", "wait"]


def test_macos_without_caffeinate_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> Never:
        raise FileNotFoundError("caffeinate")

    monkeypatch.setattr(subprocess, "Popen", missing)

    with kept_awake("darwin") as notice:
        assert "caffeinate does not start" in notice


def test_linux_without_a_session_bus_is_told_and_none_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(awake, "_ask", lambda *_: pytest.fail("the bus was asked"))

    with kept_awake("linux") as notice:
        assert "may go to sleep" in notice
        assert "D-Bus" in notice


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A session bus that answers with a cookie, and the calls made to it."""
    pytest.importorskip("PyQt6.QtDBus")
    calls = []
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    monkeypatch.setattr(awake, "_ask", lambda method, arguments: calls.append(method) or 4_200_000_000)
    return calls


def test_linux_holds_and_releases(bus: list[str]) -> None:
    with kept_awake("linux") as notice:
        assert notice == ""
        assert bus == ["Inhibit"]

    assert bus == ["Inhibit", "UnInhibit"]


def test_linux_releases_after_a_fault_too(bus: list[str]) -> None:
    with pytest.raises(ValueError, match="show"), kept_awake("linux"):
        raise ValueError("the show broke")

    assert bus == ["Inhibit", "UnInhibit"]


def test_a_bus_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch, bus: list[str]) -> None:
    def refuse(*_: object) -> Never:
        raise CannotStayAwake("this desktop has no such service")

    monkeypatch.setattr(awake, "_ask", refuse)

    with kept_awake("linux") as notice:
        assert "no such service" in notice


def test_a_service_that_goes_away_does_no_harm(monkeypatch: pytest.MonkeyPatch, bus: list[str]) -> None:
    def gone(method: str, arguments: list[object]) -> int:
        if method == "UnInhibit":
            raise CannotStayAwake("gone")
        return 1

    monkeypatch.setattr(awake, "_ask", gone)

    with kept_awake("linux") as notice:
        assert notice == ""
