from __future__ import annotations

import threading
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.errors import SinkError
from livedream.health import Health
from livedream.runtime.flash_limiter import FLASHES
from livedream.runtime.output import Output
from livedream.runtime.sink_worker import BLOCKED_S, Rate
from livedream.sinks.memory_sink import Memory

RATE = Rate((8, 6), 30)


def dreamed(level: int, *, is_first: bool = False) -> Any:
    rgb = np.full((6, 8, 3), level, np.uint8)
    frame = SimpleNamespace(rgb=rgb // 2, captured_s=0.0)
    return SimpleNamespace(rgb=rgb, frame=frame, is_first=is_first)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def output(told: list[str]) -> Output:
    source = SimpleNamespace(health=Health("failed", "camera lost"))
    return Output(RATE, source, ManualClock(), told.append)  # type: ignore[arg-type]


def picture(levels: list[int]) -> Any:
    rgb = np.array(levels, np.uint8)[None, :, None].repeat(6, axis=0).repeat(3, axis=2)
    return SimpleNamespace(rgb=rgb, frame=SimpleNamespace(rgb=rgb, captured_s=0.0))


class Live(Memory):
    name, is_live = "live", True


def level(output: Output) -> int:
    latest = output.latest()
    assert latest is not None
    return int(latest[1][0, 0, 0])


def test_panic_goes_out_before_another_frame_is_dreamed(output: Output) -> None:
    output.emit(dreamed(100))
    levels = []
    for mode in ("blackout", "bypass", "freeze"):
        output.switch_panic(mode)  # type: ignore[arg-type]
        levels.append(level(output))
    assert levels == [0, 50, 50]
    output.emit(dreamed(200))
    assert level(output) == 50, "frozen on what was seen last"
    output.switch_panic("")
    output.emit(dreamed(210))
    assert level(output) == 210


def test_no_slate_lies_over_a_blackout_of_a_lost_camera(output: Output) -> None:
    assert output._slate() is not None
    output.switch_panic("blackout")
    assert output._slate() is None
    assert level(output) == 0
    output.switch_panic("")
    assert output._slate() is not None


def test_whoever_looks_is_told_what_is_a_slate(output: Output) -> None:
    output.emit(dreamed(100))
    shown = output.latest()
    assert shown is not None
    assert not shown.is_slate
    clock_of(output).advance(1.0)
    slate = output.latest()
    assert slate is not None
    assert slate.is_slate
    assert slate.number != shown.number


def test_every_sink_gets_it_and_one_that_fails_leaves_the_others(output: Output, told: list[str]) -> None:
    class Refusing(Memory):
        name = "refusing"

        def open(self, size_wh: tuple[int, int], fps: float) -> str:
            raise SinkError("no device", "plug it in")

    good = Memory()
    for sink in (good, Refusing()):
        output.add_sink(sink, Rate((8, 6), 30, pace="each frame"))
    output.start()
    output.emit(dreamed(100))
    output.switch_panic("blackout")
    output.finish()
    assert good.written >= 1
    assert not good.frames[-1].any()
    assert told == ["no device\nplug it in"], "the terminal says how to mend it, too"
    assert output.sinks()["refusing"].state == "failed"


def clock_of(output: Output) -> ManualClock:
    assert isinstance(output._clock, ManualClock)
    return output._clock


def strobe_into(output: Output, frames: int) -> None:
    for place in range(frames):
        clock_of(output).advance(0.05)
        output.emit(dreamed(255 * (place % 2)))


def kept(output: Output, sink: Memory) -> Memory:
    output.add_sink(sink, Rate((8, 6), 30, pace="each frame"))
    return sink


def levels_of(sink: Memory) -> list[int]:
    return [int(frame[0, 0, 0]) for frame in sink.frames]


STROBE = [255 * (place % 2) for place in range(40)]


def test_what_people_watch_is_kept_from_flashing_and_a_recording_is_not(output: Output) -> None:
    live, recording = kept(output, Live()), kept(output, Memory())
    output.start()
    strobe_into(output, 40)
    shown = level(output)
    assert output.dampening
    output.finish()
    assert levels_of(recording) == STROBE
    assert levels_of(live).count(255) <= 8
    assert levels_of(live)[-1] == shown, "the window shows what people watch"


@pytest.mark.parametrize(("limit", "whole"), [("off", [True, True]), ("all", [False, False])])
def test_the_limiter_can_be_off_or_for_recordings_too(output: Output, limit: Any, whole: list[bool]) -> None:
    sinks = kept(output, Live()), kept(output, Memory())
    output.flash_limit = limit
    output.start()
    strobe_into(output, 40)
    assert output.dampening == (limit == "all")
    output.finish()
    assert [levels_of(sink) == STROBE for sink in sinks] == whole


def test_a_blackout_is_black_on_the_next_frame_whatever_flashed_before(output: Output) -> None:
    live = kept(output, Live())
    output.start()
    strobe_into(output, 40)
    output.switch_panic("blackout")
    assert level(output) == 0
    output.emit(dreamed(255))
    assert level(output) == 0
    output.finish()
    assert not live.frames[-1].any()


def test_a_bypass_shows_the_camera_on_the_next_frame_whatever_flashed_before(output: Output) -> None:
    live = kept(output, Live())
    output.start()
    strobe_into(output, 40)
    output.emit(dreamed(200))
    assert level(output) != 100, "what flashes without a hand is limited"
    output.switch_panic("bypass")
    assert level(output) == 100
    for camera in (102, 104, 106):
        clock_of(output).advance(0.05)
        output.emit(dreamed(2 * camera))
        assert level(output) == camera, "it is not held, either"
    output.finish()
    assert levels_of(live)[-1] == 106


def test_a_reset_dream_is_seen_with_its_first_frame_whatever_flashed_before(output: Output) -> None:
    strobe_into(output, 40)
    output.expect_reset()
    clock_of(output).advance(0.01)
    output.emit(dreamed(200))
    assert level(output) != 200, "that is the old dream, which was on its way"
    clock_of(output).advance(0.01)
    output.emit(dreamed(120, is_first=True))
    assert level(output) == 120


def test_reset_all_ends_a_blackout_on_the_next_frame_whatever_flashed_before(output: Output) -> None:
    strobe_into(output, 40)
    output.switch_panic("blackout")
    clock_of(output).advance(2.0)
    strobe_into(output, 40)
    output.expect_reset()
    output.switch_panic("")
    output.emit(dreamed(120, is_first=True))
    assert level(output) == 120


def test_a_reset_key_that_is_held_down_does_not_flash(output: Output) -> None:
    live = kept(output, Live())
    output.start()
    for place in range(60):
        clock_of(output).advance(0.05)
        output.expect_reset()
        output.emit(dreamed(254 if place % 2 else 0, is_first=True))
    output.finish()
    turns = sum(one != other for one, other in pairwise(level > 190 for level in levels_of(live)))
    assert turns <= 2 * FLASHES * 3 + 1


def test_a_panic_key_that_is_held_down_does_not_flash(output: Output) -> None:
    live = kept(output, Live())
    output.start()
    for place in range(60):
        clock_of(output).advance(0.05)
        output.switch_panic("" if place % 2 else "bypass")
        output.emit(dreamed(254))
    output.finish()
    turns = sum(one != other for one, other in pairwise(level > 190 for level in levels_of(live)))
    assert turns <= 2 * FLASHES * 3 + 1, "three seconds, and the first switch"
    assert output.dampening


def test_the_output_is_mirrored_for_all(output: Output) -> None:
    sink, levels = kept(output, Memory()), [0, 10, 20, 30, 40, 50, 60, 70]
    output.start()
    output.emit(picture(levels))
    output.mirrored = True
    output.emit(picture(levels))
    output.switch_panic("bypass")
    latest = output.latest()
    assert latest is not None
    assert latest[1][0, :, 0].tolist() == levels[::-1]
    output.finish()
    assert levels_of(sink) == [0, 70, 70]


def test_a_sink_that_is_to_have_each_frame_and_hangs_is_told_of_by_the_thread_that_waits_for_it() -> None:
    class Hanging(Memory):
        name, entered, release = "hanging", threading.Event(), threading.Event()

        def write(self, rgb: Any, time_s: float) -> None:
            self.entered.set()
            assert self.release.wait(60)
            super().write(rgb, time_s)

    clock, sink, told, is_told = ManualClock(), Hanging(), list[str](), threading.Event()

    def tell(sentence: str) -> None:
        told.append(sentence)
        is_told.set()

    source = SimpleNamespace(health=Health("live"))
    output = Output(RATE, source, clock, tell)  # type: ignore[arg-type]
    output.add_sink(sink, replace(RATE, pace="each frame"))
    output.start()
    emitter = threading.Thread(target=lambda: [output.emit(dreamed(level)) for level in range(4)])
    emitter.start()
    assert sink.entered.wait(60)
    clock.advance(BLOCKED_S)
    assert is_told.wait(60)
    sink.release.set()
    emitter.join(60)
    output.finish()
    assert told == ["hanging does not answer; the show waits for it, as it is to have each frame"]
    assert levels_of(sink) == [0, 1, 2, 3]


def test_a_sink_that_hangs_and_a_lost_source_are_told_of_while_no_frame_comes(
    output: Output, told: list[str]
) -> None:
    class Hanging(Memory):
        name, entered, release = "hanging", threading.Event(), threading.Event()

        def open(self, size_wh: tuple[int, int], fps: float) -> str:
            self.entered.set()
            assert self.release.wait(60)
            return super().open(size_wh, fps)

    clock, sink = output._clock, Hanging()
    assert isinstance(clock, ManualClock)
    output.add_sink(sink)
    output.emit(dreamed(100))
    output.start()
    assert sink.entered.wait(60)
    output.look_after()
    assert told == ["camera lost"]
    clock.advance(BLOCKED_S)
    for _ in range(2):
        output.look_after()
    assert [words.split(" does")[0] for words in told] == ["camera lost", "hanging"]
    sink.release.set()
    output.finish()
