from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from livedream.cli.engine_ahead import engine_ahead, loading
from livedream.cli.show_options import Options
from livedream.dream.program import KernelProgram
from livedream.dream.spec import kernel_spec, working_size_hw
from livedream.engines.builder import EngineBuilder
from livedream.presets import load


@pytest.fixture(autouse=True)
def _collecting() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    programs: list[Any] = []
    monkeypatch.setattr(EngineBuilder, "begin", lambda _, program: programs.append(program))
    return programs


def program_of(preset: str, size_wh: tuple[int, int], **changed: int) -> KernelProgram:
    dream = load(preset).settings.dream.model_copy(update=changed)
    return KernelProgram(kernel_spec(dream, working_size_hw(size_wh, dream.working_px)))


def test_it_begins_with_what_the_options_ask_for_first(begun: list[Any]) -> None:
    with engine_ahead(Options(None, "fur", ["dream.octaves=3"], "eager", (640, 360))):
        assert begun == [program_of("fur", (640, 360), octaves=3)]
    with engine_ahead(Options("clouds", "eyes", engine="eager", programs=("lines", "fur"))):
        assert begun[1:] == [program_of("lines", (1280, 720))]
    with engine_ahead(Options("clouds", "eyes", engine="eager", programs=())):
        assert begun[2:] == [program_of("eyes", (1280, 720))]


def test_what_is_wrong_is_left_to_whoever_puts_the_show_together(begun: list[Any]) -> None:
    with engine_ahead(Options(None, "no such preset", engine="eager")) as builder:
        assert isinstance(builder, EngineBuilder)
    assert begun == []


@pytest.mark.usefixtures("begun")
def test_at_the_end_the_builder_is_closed_whatever_happens() -> None:
    with pytest.raises(KeyboardInterrupt), engine_ahead(Options(None, "eyes", engine="eager")):
        raise KeyboardInterrupt
    assert [thread for thread in threading.enumerate() if thread.name == "engine builder"] == []


def test_while_modules_are_loaded_no_garbage_is_looked_for() -> None:
    seen: list[bool] = []
    with pytest.raises(ZeroDivisionError), loading():
        seen.append(gc.isenabled() or 1 / 0)
    assert gc.isenabled()
    with loading():
        seen.append(gc.isenabled())
    assert seen == [False]
    assert gc.get_freeze_count() > 0
