"""Keeps the display from going to sleep while the show runs."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from livedream.engines.build_process import own_group

REASON = "a live show is running"
BUS_ANSWERS_MS = 500
SERVICE = ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver")

# Flags of SetThreadExecutionState in winbase.h.
ES_CONTINUOUS = 0x80000000
ES_SYSTEM_REQUIRED = 0x00000001
ES_DISPLAY_REQUIRED = 0x00000002

Release = Callable[[], None]


class CannotStayAwake(Exception):  # noqa: N818  (it is told as a notice, it is not an error)
    """The system does not let its sleep be held off; the message says why."""


@contextmanager
def kept_awake(system: str = sys.platform) -> Iterator[str]:
    """Hold off sleep and the screen saver in the block; yield "", or a notice that it cannot."""
    try:
        release = _hold(system)
    except CannotStayAwake as fault:
        yield f"the display may go to sleep; turn off its screen saver by hand: {fault}"
        return
    try:
        yield ""
    finally:
        release()


def _hold(system: str) -> Release:
    if system == "win32":
        return _hold_windows()
    if system == "darwin":
        return _hold_macos()
    return _hold_linux()


def _hold_windows() -> Release:
    set_state = ctypes.CDLL("kernel32").SetThreadExecutionState
    set_state.argtypes, set_state.restype = [ctypes.c_uint32], ctypes.c_uint32
    if not set_state(ES_CONTINUOUS | ES_SYSTEM_REQUIRED | ES_DISPLAY_REQUIRED):
        raise CannotStayAwake("Windows refused SetThreadExecutionState")
    return lambda: set_state(ES_CONTINUOUS)


def _hold_macos() -> Release:
    # -w ends caffeinate with this process, should it end without a word.
    command = ["/usr/bin/caffeinate", "-d", "-i", "-w", str(os.getpid())]
    try:
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, stdin=quiet, stdout=quiet, **own_group())
    except OSError as fault:
        raise CannotStayAwake(f"caffeinate does not start ({fault})") from fault

    def release() -> None:
        process.terminate()
        process.wait()

    return release


def _hold_linux() -> Release:
    if not _session_bus_exists(os.environ):
        raise CannotStayAwake("there is no D-Bus session to ask")
    from PyQt6.QtDBus import QDBusArgument

    cookie = _ask("Inhibit", ["livedream", REASON])

    def release() -> None:
        from PyQt6.QtCore import QMetaType

        number = QDBusArgument()
        number.add(cookie, QMetaType.fromName(b"uint").id())
        # A service that has gone in the meantime holds nothing off any more.
        with suppress(CannotStayAwake):
            _ask("UnInhibit", [number])

    return release


def _session_bus_exists(environ: dict[str, str] | os._Environ[str]) -> bool:
    """Return whether a session bus runs; asking Qt without one may start one that stays behind."""
    if environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = environ.get("XDG_RUNTIME_DIR")
    return bool(runtime) and Path(runtime or "", "bus").exists()


def _ask(method: str, arguments: list[object]) -> object:
    from PyQt6.QtDBus import QDBus, QDBusConnection, QDBusMessage

    message = QDBusMessage.createMethodCall(*SERVICE, method)
    message.setArguments(arguments)
    reply = QDBusConnection.sessionBus().call(message, QDBus.CallMode.Block, BUS_ANSWERS_MS)
    if reply.type() != QDBusMessage.MessageType.ReplyMessage:
        unknown = reply.errorName().endswith(".ServiceUnknown")
        raise CannotStayAwake("this desktop has no such service" if unknown else reply.errorMessage())
    values = reply.arguments()
    return values[0] if values else None
