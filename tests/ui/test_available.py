import builtins
import ctypes
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Never

import pytest

from livedream.health import State
from livedream.ui import available
from livedream.ui.available import display_available

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="loads Qt's plugins for Linux")


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Qt's plugins load, whatever this machine has."""
    monkeypatch.setattr(available, "_load_fault", lambda plugin: None)


def test_windows_has_a_display() -> None:
    assert display_available("win32", {}).ok


@pytest.mark.parametrize(("session", "state"), [(1234, "live"), (None, "failed")])
def test_macos_has_one_where_somebody_is_logged_in_at_the_screen(
    monkeypatch: pytest.MonkeyPatch, session: int | None, state: State
) -> None:
    class Library:
        def __init__(self, path: str) -> None:
            self.CGSessionCopyCurrentDictionary = type("Call", (), {"__call__": lambda _: session})()

    monkeypatch.setattr(ctypes, "CDLL", Library)

    health = display_available("darwin", {})

    assert health.state == state
    assert bool(health.remedy) == (state == "failed")


def test_linux_without_a_display_says_so() -> None:
    health = display_available("linux", {})

    assert health.state == "failed"
    assert "neither DISPLAY nor WAYLAND_DISPLAY" in health.message
    assert health.remedy


@on_linux
@pytest.mark.parametrize("platform", ["offscreen", "minimal", "offscreen:size=64x64"])
def test_platforms_without_a_display_count(platform: str) -> None:
    assert display_available("linux", {"QT_QPA_PLATFORM": platform}).ok


@on_linux
def test_a_platform_that_qt_does_not_have_is_named() -> None:
    health = display_available("linux", {"QT_QPA_PLATFORM": "nonsense"})

    assert health.state == "failed"
    assert '"nonsense"' in health.message


def without(*libraries: str) -> Callable[[str], object]:
    """Stand for the loader of a system without these libraries; for a plugin it names the first."""

    def load(path: str) -> object:
        absent = path if path in libraries else libraries[0]
        if path in libraries or Path(path).is_absolute():
            raise OSError(f"{absent}: cannot open shared object file: No such file or directory")
        return object()

    return load


@on_linux
@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libxcb-icccm.so.4", "libxcb-icccm4"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libwayland-cursor.so.0", "libwayland-cursor0"),
        ("libEGL.so.1", "libegl1"),
        ("libGL.so.1", "libgl1"),
    ],
)
def test_a_missing_library_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch, library: str, package: str
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", without(library))

    health = display_available("linux", {"DISPLAY": ":0"})

    assert health.state == "failed"
    assert health.message == f"the library {library} is missing, which Qt needs"
    assert health.remedy.startswith(f"sudo apt install {package}\n")


@pytest.mark.parametrize("platform", ["offscreen", "xcb"])
def test_a_library_without_which_qt_itself_does_not_load_is_named(
    monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    def load(name: str, *rest: object) -> object:
        if name == "PyQt6.QtCore":
            raise ImportError("libglib-2.0.so.0: cannot open shared object file: No such file or directory")
        return imported(name, *rest)

    imported = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", load)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())

    health = display_available("linux", {"QT_QPA_PLATFORM": platform})

    assert health.message == "the library libglib-2.0.so.0 is missing, which Qt needs"
    assert health.remedy.startswith("sudo apt install libglib2.0-0\n")


@on_linux
def test_all_libraries_that_x11_lacks_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", without("libxcb-icccm.so.4", "libxcb-keysyms.so.1"))

    health = display_available("linux", {"DISPLAY": ":0"})

    assert health.message == (
        "the libraries libxcb-icccm.so.4, libxcb-keysyms.so.1 are missing, which Qt needs"
    )
    assert health.remedy.startswith("sudo apt install libxcb-icccm4 libxcb-keysyms1\n")


@on_linux
def test_another_fault_of_the_plugin_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: str) -> Never:
        raise OSError("libqxcb.so: undefined symbol: someQtCall")

    monkeypatch.setattr(ctypes, "CDLL", broken)

    assert "undefined symbol" in display_available("linux", {"DISPLAY": ":0"}).message


@on_linux
def test_an_x_server_that_does_not_answer_is_named(loads: None) -> None:
    try:
        ctypes.CDLL("libxcb.so.1")
    except OSError:
        pytest.skip("libxcb is not installed")

    health = display_available("linux", {"DISPLAY": ":987"})

    assert health.state == "failed"
    assert 'DISPLAY=":987"' in health.message


@on_linux
def test_a_wayland_compositor_is_asked_on_its_socket(
    loads: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"WAYLAND_DISPLAY": "w-0", "XDG_RUNTIME_DIR": "."}
    assert display_available("linux", environ).state == "failed"

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as compositor:
        compositor.bind("w-0")
        compositor.listen(1)
        assert display_available("linux", environ).ok
        # One that works is enough: Qt tries them in turn.
        assert display_available("linux", environ | {"DISPLAY": ":987"}).ok


def test_asking_opens_nothing_and_is_light() -> None:
    script = (
        "import sys; from livedream.ui.available import display_available; display_available('linux', {}); "
        "heavy = {'PyQt6.QtGui', 'PyQt6.QtWidgets', 'numpy', 'cv2', 'torch'}; "
        "sys.exit(bool(heavy & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
