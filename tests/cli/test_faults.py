"""Whatever goes wrong is one sentence."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.exceptions import Abort

from livedream import cli
from livedream.cli import main
from livedream.cli.faults import UNEXPECTED, told
from livedream.errors import INTERRUPTED, InputError
from livedream.sinks.image_file import write_image


def test_a_fault_of_ours_is_its_own_sentence() -> None:
    assert told(InputError("no such thing; choose another")) == ("no such thing; choose another", 2)


def test_a_librarys_fault_is_told_and_its_details_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    sentence, code = told(ValueError("odd\n" + "x" * 5000))
    assert code == UNEXPECTED
    assert "\n" not in sentence
    assert len(sentence) < 600
    (details,) = tmp_path.iterdir()
    assert str(details) in sentence
    assert "ValueError: odd" in details.read_text()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "o.mp4"), "o.mp4: no space left on device"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "/x: permission denied"),
        (MemoryError(), "not enough memory"),
    ],
)
def test_what_the_system_refuses_is_told(fault: Exception, words: str) -> None:
    sentence, code = told(fault)
    assert words in sentence
    assert code == 1


def test_a_question_that_is_not_answered_and_one_that_is_broken_off() -> None:
    assert told(_raised(EOFError())) == ("there was no answer, so nothing was done", 1)
    assert told(_raised(KeyboardInterrupt())) == ("", INTERRUPTED)


def _raised(cause: BaseException) -> Exception:
    """Give what typer makes of a cause that it does not name."""
    try:
        try:
            raise cause
        except BaseException:
            raise Abort from None
    except Abort as fault:
        return fault


def test_ctrl_c_behind_a_librarys_own_fault_is_ctrl_c() -> None:
    fault = ImportError("numpy is broken")
    fault.__cause__ = KeyboardInterrupt()
    assert told(fault) == ("", INTERRUPTED)


@pytest.mark.parametrize("where", ["livedream.plugins", "livedream.cli.printed", "livedream.cli.app"])
def test_ctrl_c_while_it_loads_is_heard(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    class Interrupted:
        @staticmethod
        def find_spec(name: str, *_: object) -> None:
            if name == where:
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, where, raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupted, *sys.meta_path])
    monkeypatch.setattr(sys, "argv", ["livedream", "--version"])
    monkeypatch.delattr(cli, where.rpartition(".")[2], raising=False)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == INTERRUPTED


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use is not deleted here")
def test_a_deleted_folder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setattr(sys, "argv", ["livedream", "render", "clouds", "o.mp4", "--seconds", "1"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "the current folder was deleted" in capsys.readouterr().err


HUGE, DEEP = "9" * 5000, "[" * 5000 + "]" * 5000
HOSTILE = (
    *("", "-1", "nan", "1e400", "9" * 400 + "f", "dream.steps=" + HUGE, "dream.layers=" + DEEP),
    *("x" * 5000, "a\0b", "\udce9", "~nosuch12/x"),
)

SHOW = "source preset set size fps engine seconds"
TURNED = "osc osc-to midi bpm quantise lookahead"
STILL = "preset set engine seed size"
MOVED = "timeline sound move audio bpm"
COMMANDS: dict[str, str] = {
    "render": "{}",
    "render p.png": "{}",
    "render p.png o.mp4": f"{STILL} {MOVED} start end seconds fps preview first-frame format workers cluster",
    "render --batch": "{}",
    "image": "{} o.png",
    "image p.png": "{}",
    "image p.png o.png": f"{STILL} rounds",
    "zoom": "{} o.mp4",
    "zoom p.png": "{}",
    "zoom p.png o.mp4": f"{STILL} {MOVED} seconds fps speed rotate pan",
    "presets": "{}",
    "presets from": "{}",
    "presets from p.png": "out",
    "presets eyes": "sheet",
    "presets eyes --sheet o.png": "source engine",
    "settings": "{}",
    "engines": "{}",
    "engines build": "preset set engine size",
    "engines clear": "{}",
    "networks": "{}",
    "networks show": "{}",
    "networks get": "{}",
    "networks get squeezenet1_1": "file",
    "live --no-window": "source",
    "live --no-window --source p.png": (
        f"{SHOW} {TURNED} record sink virtual-camera programs program-s fade-s attract-s flash-limiter audio "
        "tempo move art-net"
    ),
    "live --no-window --source p.png --programs eyes,fur": "program-s program-beats",
    "live --no-window --source p.png --art-net 0/1=look.depth": "art-net-host",
    "demo": f"{SHOW} {TURNED}",
    "bench": f"{SHOW} fault soak",
    "bench --seconds 0": "json",
    "bench --fault sink-fails": f"{SHOW} json",
    "doctor": "{}",
    "cameras": "{}",
}
"""Command -> what follows it: a value in place of {}, or options that are given one each."""


@pytest.fixture
def nothing_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def start(*_: object, **__: object) -> None:
        raise InputError("started")

    for place in (
        "livedream.engines.maker.EngineMaker.make",
        "livedream.runtime.session.LiveSession.start",
        "livedream.control.controls.Controls.__enter__",
        "livedream.offline.split.workers",
        "livedream.dream.fetch.fetch",
    ):
        monkeypatch.setattr(place, start)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, **_: tmp_path / "cache" / name)
    write_image(tmp_path / "p.png", np.zeros((64, 64, 3), np.uint8))


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_no_value_of_any_option_ends_in_a_fault_of_a_library(
    nothing_starts: None,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: str,
) -> None:
    asked = COMMANDS[command]
    for form in [asked] if "{}" in asked else [f"--{option} {{}}" for option in asked.split()]:
        for value in HOSTILE:
            words = [word.replace("{}", value) for word in f"{command} {form}".split(" ")]
            monkeypatch.setattr(sys, "argv", ["livedream", *words])
            with pytest.raises(SystemExit) as ended:
                main()
            told_ = capfd.readouterr().err  # as the system's, it takes what is no Unicode
            assert ended.value.code != UNEXPECTED, (words, told_[-400:])
            assert "Traceback" not in told_, words


def test_an_unexpected_fault_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("livedream.cli.listing.print_presets", fails)
    monkeypatch.setattr(sys, "argv", ["livedream", "presets"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == UNEXPECTED
    assert capsys.readouterr().err.count("\n") == 1
