from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from livedream.cli import doctor
from livedream.cli.doctor import checks, findings, print_report
from livedream.cli.finding import Check
from livedream.engines import doctor_tensorrt, doctor_torch
from livedream.health import Health, State

HERE = ("Python", "system", "engine openvino", "engine eager", "network", "optical flow", "ffmpeg")
"""What is found wherever these tests run."""


def _check(name: str, state: State = "live", what: str = "", how: str = "", needed: bool = False) -> Check:
    return Check(name, lambda: Health(state, what, how), needed=needed)


def _report(
    monkeypatch: pytest.MonkeyPatch, shown: list[Check], width: int = 80, **console: Any
) -> tuple[int, str]:
    monkeypatch.setattr(doctor, "checks", lambda: tuple(shown))
    out = io.StringIO()
    code = print_report(Console(file=out, width=width, **console))
    return code, out.getvalue()


@pytest.fixture
def all_found() -> list[Check]:
    return [_check("network", needed=True), _check("engine eager"), _check("camera", "failed")]


class TestFindings:
    def test_every_check_gives_one_finding_here(self) -> None:
        found = list(findings())
        assert [finding.name for finding in found] == [check.name for check in checks()]
        assert {finding.name for finding in found if finding.found} >= set(HERE)
        assert all(finding.what for finding in found)

    def test_what_is_not_found_can_be_got(self) -> None:
        assert all(finding.how for finding in findings() if not finding.found)

    def test_they_are_made_one_by_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        looked = []
        shown = [Check(name, lambda name=name: looked.append(name) or Health("live")) for name in "abc"]
        monkeypatch.setattr(doctor, "checks", lambda: shown)
        first = next(iter(findings()))
        assert first.name == "a"
        assert looked == ["a"]

    @pytest.mark.parametrize(
        ("system", "theirs", "others"),
        [
            ("linux", {"NVIDIA GPU", "Intel GPU"}, {"Apple GPU"}),
            ("win32", {"NVIDIA GPU", "Intel GPU"}, {"Apple GPU"}),
            ("darwin", {"Apple GPU"}, {"NVIDIA GPU", "Intel GPU"}),
        ],
    )
    def test_each_system_is_asked_for_its_own_graphics(
        self, system: str, theirs: set[str], others: set[str]
    ) -> None:
        names = {check.name for check in checks(system)}
        assert theirs <= names
        assert not others & names

    @pytest.mark.parametrize("driver", [None, (13, 0)])
    def test_nvidia_s_engines_are_looked_at_where_there_is_a_driver(
        self, monkeypatch: pytest.MonkeyPatch, driver: tuple[int, int] | None
    ) -> None:
        monkeypatch.setattr(doctor_torch, "driver_cuda", lambda: driver)
        monkeypatch.setattr(doctor_tensorrt, "version", lambda _: "")
        names = [check.name for check in checks("linux")]
        assert ("engine tensorrt" in names) == ("engine tensorrt-rtx" in names) == (driver is not None)

    def test_every_name_fits_its_column(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(doctor_torch, "driver_cuda", lambda: (13, 0))
        systems = ("linux", "win32", "darwin")
        assert all(len(check.name) < doctor._NAME_COLUMNS for system in systems for check in checks(system))


class TestExitCode:
    def test_what_can_be_done_without_does_not_count(
        self, monkeypatch: pytest.MonkeyPatch, all_found: list[Check]
    ) -> None:
        code, text = _report(monkeypatch, all_found)
        assert code == 0
        assert text.endswith("\nlivedream can dream here.\n")

    def test_no_engine_no_dream(self, monkeypatch: pytest.MonkeyPatch, all_found: list[Check]) -> None:
        all_found[1] = _check("engine eager", "failed", "torch is not installed")
        code, text = _report(monkeypatch, all_found)
        assert code == 1
        assert "cannot dream here; missing: an engine." in text

    def test_what_is_needed_is_named(self, monkeypatch: pytest.MonkeyPatch, all_found: list[Check]) -> None:
        all_found[0] = _check("network", "failed", needed=True)
        all_found[1] = _check("engine eager", "failed")
        code, text = _report(monkeypatch, all_found)
        assert code == 1
        assert "missing: an engine and network." in text

    @pytest.mark.parametrize("engine", ["engine openvino", "engine compiled", "engine eager"])
    def test_one_engine_is_enough(self, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
        assert _report(monkeypatch, [_check(engine)])[0] == 0


class TestReport:
    def test_the_columns_are_aligned(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shown = [_check("camera", what="C920"), _check("display", "failed", "none", "log in")]
        _, text = _report(monkeypatch, shown)
        assert text.splitlines()[:3] == [
            "camera              found      C920",
            "display             not found  none",
            "                               log in",
        ]

    def test_long_words_wrap_under_their_column(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shown = [_check("display", "failed", "word " * 30, "other " * 30)]
        lines = _report(monkeypatch, shown)[1].split("\n\n")[0].splitlines()
        assert len(lines) > 4
        assert all(len(line) <= 80 for line in lines)
        assert all(line.startswith(" " * 31) and line[31] != " " for line in lines[1:])

    def test_a_shell_command_that_wraps_can_still_be_copied(self, monkeypatch: pytest.MonkeyPatch) -> None:
        command = "sudo modprobe v4l2loopback devices=1 video_nr=10 card_label=livedream exclusive_caps=1"
        _, text = _report(monkeypatch, [_check("virtual camera", "failed", "none", command)])
        copied = text[text.index("sudo") :].split("\n\n")[0]
        assert copied.replace("\\\n", "").split() == command.split()
        assert all(line.endswith("\\") for line in copied.splitlines()[:-1])

    def test_an_address_stays_whole(self, monkeypatch: pytest.MonkeyPatch) -> None:
        address = "https://example.org/" + "path/" * 15
        assert address in _report(monkeypatch, [_check("GPU", "failed", "none", address)])[1]

    def test_a_terminal_gets_colours_and_a_file_does_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shown = [_check("camera", what="C920")]
        in_colour = _report(monkeypatch, shown, force_terminal=True, color_system="standard")[1]
        assert "\x1b[" in in_colour
        assert "\x1b[" not in _report(monkeypatch, shown)[1]

    def test_square_brackets_are_only_text(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert (
            "[bold]Cam[/] :smile:" in _report(monkeypatch, [_check("camera", what="[bold]Cam[/] :smile:")])[1]
        )

    def test_what_a_terminal_cannot_encode_does_not_break_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(doctor, "checks", lambda: (_check("camera", what="Kamera für 猫"),))
        out = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
        print_report(Console(file=out, width=80))
        out.flush()
        assert "Kamera für ?" in out.buffer.getvalue().decode("cp1252")

    @given(st.text(), st.text(), st.integers(20, 200))
    def test_no_text_breaks_it(self, what: str, how: str, width: int) -> None:
        with pytest.MonkeyPatch.context() as patch:
            code, text = _report(patch, [_check("camera", "failed", what, how)], width)
        assert code == 1
        assert text.startswith("camera              not found")


def test_it_is_quick_because_torch_stays_out() -> None:
    program = (
        "import sys; from rich.console import Console; from livedream.cli.doctor import print_report;"
        "code = print_report(Console(width=80)); print('torch' in sys.modules); sys.exit(code)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.endswith("can dream here.\nFalse\n")
    assert "Traceback" not in run.stdout + run.stderr
