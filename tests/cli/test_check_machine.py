from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from livedream import __version__
from livedream.cli import check_machine
from livedream.engines import openvino_device
from livedream.health import Health

Ask = Callable[[list[str]], subprocess.CompletedProcess[str]]

SYSTEMS = ("linux", "win32", "darwin")


def _camera(index: int, name: str, path: str = "") -> SimpleNamespace:
    return SimpleNamespace(index=index, name=name, path=path)


def _answer(stdout: str = "", returncode: int = 0, stderr: str = "") -> Ask:
    def ask(command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, returncode, stdout, stderr)

    return ask


def _raising(fault: Exception) -> Ask:
    def ask(command: list[str]) -> subprocess.CompletedProcess[str]:
        raise fault

    return ask


def test_python_and_livedream_are_told() -> None:
    assert check_machine.python().message == f"{sys.version.split()[0]}, with livedream {__version__}"


def test_the_system_is_told_with_cores_and_memory() -> None:
    assert "GiB of memory" in check_machine.system().message


class TestCameras:
    @pytest.fixture
    def listed(self, monkeypatch: pytest.MonkeyPatch) -> list[SimpleNamespace]:
        cameras: list[SimpleNamespace] = []
        fake = SimpleNamespace(list_cameras=lambda: cameras)
        monkeypatch.setitem(sys.modules, "livedream.sources.cameras", fake)
        return cameras

    def test_all_are_named(self, listed: list[SimpleNamespace]) -> None:
        listed += [_camera(0, "C920"), _camera(2, "Brio")]
        assert check_machine.cameras() == Health("live", "C920 (camera:0), Brio (camera:2)")

    def test_one_that_this_user_may_not_open_is_not_found(
        self, listed: list[SimpleNamespace], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listed += [_camera(0, "C920", "/dev/video0"), _camera(1, "Brio", "/dev/video2")]
        barred = {"/dev/video0"}
        monkeypatch.setattr(check_machine.os, "access", lambda path, _: path not in barred)
        health = check_machine.cameras()
        assert health.ok
        assert "has no access to /dev/video0" in health.message
        barred.add("/dev/video2")
        health = check_machine.cameras()
        assert health.state == "failed"
        assert health.remedy.startswith("sudo usermod -a -G video")

    @pytest.mark.parametrize("system", SYSTEMS)
    def test_none_is_told_with_the_way_to_one(self, listed: list[SimpleNamespace], system: str) -> None:
        health = check_machine.cameras(system)
        assert health.state == "failed"
        assert health.remedy.startswith("Plug one in")


class TestDisplay:
    def test_a_display_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
        assert check_machine.display() == Health("live", "a window can be opened")

    @pytest.mark.skipif(sys.platform != "linux", reason="Linux's variables name the display")
    def test_its_absence_is_told_as_the_window_tells_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for variable in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
            monkeypatch.delenv(variable, raising=False)
        health = check_machine.display()
        assert health.state == "failed"
        assert "DISPLAY" in health.message
        assert health.remedy


class TestNvidia:
    def test_cards_are_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            check_machine, "_ask", _answer("NVIDIA H200, 570.86.15, 143771\nTesla T4, 570.86.15, 15360\n")
        )
        assert check_machine.nvidia_gpu() == Health(
            "live", "NVIDIA H200, driver 570.86.15, 140 GiB; Tesla T4, driver 570.86.15, 15 GiB"
        )

    def test_memory_that_is_not_told_is_left_as_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(check_machine, "_ask", _answer("NVIDIA GB10, 580.95.05, [N/A]\n"))
        assert check_machine.nvidia_gpu().message == "NVIDIA GB10, 580.95.05, [N/A]"

    @pytest.mark.parametrize("system", ["linux", "win32"])
    def test_no_driver(self, monkeypatch: pytest.MonkeyPatch, system: str) -> None:
        monkeypatch.setattr(check_machine, "_ask", _raising(FileNotFoundError()))
        health = check_machine.nvidia_gpu(system)
        assert health.message == "no NVIDIA driver"
        assert health.remedy.startswith("Only with an NVIDIA card")

    def test_a_driver_that_hangs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(check_machine, "_ask", _raising(subprocess.TimeoutExpired("nvidia-smi", 3)))
        assert check_machine.nvidia_gpu().message == "the NVIDIA driver did not answer within 3 s"

    @pytest.mark.parametrize(
        ("ask", "said"),
        [
            (_answer("NVIDIA-SMI has failed because\nmore", 9), "NVIDIA-SMI has failed because"),
            (_answer("", 6, "No devices were found\n"), "No devices were found"),
            (_answer("", 0), "nothing"),
        ],
    )
    def test_a_driver_without_a_card(self, monkeypatch: pytest.MonkeyPatch, ask: Ask, said: str) -> None:
        monkeypatch.setattr(check_machine, "_ask", ask)
        health = check_machine.nvidia_gpu("linux")
        assert health == Health("failed", f"the NVIDIA driver finds no card; it says: {said}", health.remedy)
        assert health.remedy

    def test_a_program_that_is_not_there_is_told_as_such(self) -> None:
        with pytest.raises(FileNotFoundError):
            check_machine._ask(["no-such-program-here"])


class TestIntel:
    def test_they_are_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(openvino_device, "names", lambda *_: ["Arc A770", "UHD Graphics"])
        assert check_machine.intel_gpu().message == "Arc A770, UHD Graphics"

    @pytest.mark.parametrize("system", ["linux", "win32"])
    def test_none(self, monkeypatch: pytest.MonkeyPatch, system: str) -> None:
        monkeypatch.setattr(openvino_device, "names", lambda *_: [])
        health = check_machine.intel_gpu(system)
        assert health.state == "failed"
        assert health.remedy.startswith("Only with an Intel GPU")

    def test_a_driver_that_crashes_is_told_with_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(openvino_device, "asked", lambda _: "")
        health = check_machine.intel_gpu("win32")
        assert health == Health(
            "failed", "OpenVINO crashes or hangs when it looks for an Intel GPU", "Update its driver."
        )


class TestApple:
    def test_the_chip_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(check_machine, "_ask", _answer("Apple M2 Pro\n"))
        assert check_machine.apple_gpu().message == "Apple M2 Pro"

    def test_a_mac_with_an_intel_processor_has_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(check_machine, "_ask", _answer("Intel(R) Core(TM) i7\n"))
        assert check_machine.apple_gpu().state == "failed"
