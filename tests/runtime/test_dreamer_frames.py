"""What happens to the frames that a dreamer is given, one by one."""

from __future__ import annotations

import threading
from itertools import count, groupby
from types import ModuleType
from typing import Any

import cv2
import pytest

from livedream import preparing
from livedream.canvas import memory_canvas
from livedream.clock import ManualClock
from livedream.dreamed import Dreaming
from livedream.frame import Frame
from livedream.presets import load
from livedream.runtime.cross_fade import Beside
from livedream.runtime.dreamer import Dreamer
from livedream.runtime.governor import Governor
from livedream.runtime.latest import Latest
from livedream.runtime.plan import Plan
from livedream.runtime.store import SettingsStore
from tests.runtime.conftest import StandInBuilder

SIZE_WH, NO_FADE = (96, 64), Plan(fade_s=0.0)


def at_once(studio: Any) -> StandInBuilder:
    """Return a builder whose engines each add the picture of their size."""
    return StandInBuilder(lambda program: studio.adding(0.1 * studio.pattern(program.spec.size_hw)))


class Film(Latest[Frame]):
    """A slot that has the next frame whenever one is taken, so many of them."""

    def __init__(self, studio: Any, count: int) -> None:
        super().__init__()
        self._frames = (studio.frame(x=number, index=number, size_wh=SIZE_WH) for number in range(count))

    def take(self, timeout_s: float | None = None) -> Frame | None:
        frame: Frame | None = next(self._frames, None)
        if frame is None:
            self.close()
        return frame


NO_MEMORY = cv2.error("Failed to allocate 9 bytes")
NO_MEMORY.code = cv2.Error.StsNoMem


@pytest.mark.parametrize("fault", [MemoryError(), NO_MEMORY])
@pytest.mark.parametrize(
    ("module", "stage"), [(preparing, "brightened"), (memory_canvas, "grade"), (memory_canvas, "compose")]
)
def test_what_there_is_no_memory_for_costs_a_frame_and_is_told_once(
    studio: Any, monkeypatch: pytest.MonkeyPatch, module: ModuleType, stage: str, fault: Exception
) -> None:
    done, calls = getattr(module, stage), count()

    def scarce(*given: Any) -> Any:
        if next(calls) in (8, 9, 14):
            raise fault
        return done(*given)

    monkeypatch.setattr(module, stage, scarce)
    builder, clock, told = at_once(studio), ManualClock(), list[str]()
    finished = list[bool]()

    def go_on(dreaming: Dreaming) -> None:
        finished.append(dreamer.recovery.finish(dreaming) is not None)
        clock.advance(1 / 30)

    store = SettingsStore(load("eyes").settings)
    dreamer = Dreamer(store, builder, None, clock, go_on, told.append, plan=NO_FADE)  # type: ignore[arg-type]
    dreamer.prepare(SIZE_WH)
    dreamer.run(Film(studio, 30), threading.Event())
    assert sum(finished) == 27
    assert [sentence for sentence in told if "memory" in sentence] == [
        "there is no memory left for a frame; the one before stays, and the show goes on"
    ]


def test_what_goes_wrong_in_a_frame_otherwise_is_raised(studio: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> None:
        raise cv2.error("an assertion failed")

    monkeypatch.setattr(memory_canvas, "grade", wrong)
    builder, clock = at_once(studio), ManualClock()
    store = SettingsStore(load("eyes").settings)
    dreamer = Dreamer(store, builder, None, clock, lambda _: None, lambda _: None, plan=NO_FADE)  # type: ignore[arg-type]
    dreamer.prepare(SIZE_WH)
    with pytest.raises(cv2.error, match="an assertion failed"):
        dreamer.run(Film(studio, 30), threading.Event())


def test_the_governor_hears_whether_another_look_is_blended_in(studio: Any) -> None:
    class Listening(Governor):
        def observe(self, *given: Any, **kinds: Any) -> str | None:
            heard.append(kinds["alone"])
            return super().observe(*given, **kinds)

    begun, heard, looks = 0, list[bool](), [load(name).settings for name in ("eyes", "lines")]
    builder, governor = at_once(studio), Listening(looks[0].dream.working_px, 1.0)

    def go_on(dreaming: Dreaming) -> None:
        nonlocal begun
        begun += 1

    store, clock = SettingsStore(looks[0]), ManualClock()
    dreamer = Dreamer(store, builder, governor, clock, go_on, lambda _: None, plan=NO_FADE)  # type: ignore[arg-type]
    dreamer.blend_in(lambda: Beside(looks[1], 0.5) if begun >= 10 else None)
    dreamer.prepare(SIZE_WH)
    dreamer.run(Film(studio, 20), threading.Event())
    assert [alone for alone, _ in groupby(heard)] == [True, False]
