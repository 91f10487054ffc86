"""The fault of a display, on windows that nobody sees."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from livedream.clock import Clock, SystemClock
from livedream.engines.cache import EngineCache
from livedream.errors import InputError
from livedream.presets import apply_assignments
from livedream.runtime.faults.injector import Injector
from livedream.runtime.faults.kinds import FAULTS
from livedream.runtime.faults.trial import FaultFigures, try_faults
from livedream.runtime.plan import Plan
from livedream.runtime.session import LiveSession
from livedream.settings import Settings
from livedream.sources.source_spec import open_source
from livedream.ui.fake_show import FakeShow
from livedream.ui.faulty_display import FAULT, FaultyDisplay, QtClock
from tests.runtime.faults.conftest import TOLD, SpedUpClock

SMALL = ["dream.working_px=4096", "dream.layers={lines=1.0}", "dream.octaves=1", "dream.steps=1"]
PLAN = Plan("test", output_wh=(128, 96), fps=10.0, engine="eager", governed=False)


class Seen:
    """A display of a show that the test steps."""

    def __init__(self, qtbot: QtBot) -> None:
        self.show, self.injector, self.said = FakeShow(), Injector(), list[str]()
        self.display = FaultyDisplay(self.show, self.injector, SystemClock(), self.said.append)
        self.qtbot = qtbot

    def draws(self) -> None:
        """Give it a frame and wait until it has drawn it."""
        before = len(self.display.times_s)
        self.show.give(np.zeros((9, 16, 3), np.uint8))
        self.qtbot.waitUntil(lambda: len(self.display.times_s) > before)


@pytest.fixture
def seen(qtbot: QtBot) -> Iterator[Seen]:
    seen = Seen(qtbot)
    yield seen
    seen.display.close()


def test_it_draws_each_frame_and_notes_when(seen: Seen) -> None:
    seen.qtbot.waitUntil(lambda: seen.show.polls > 1)
    assert seen.display.times_s == [], "it is painted, and there is no frame yet"
    for _ in range(3):
        seen.draws()
    assert len(seen.display.times_s) == 3
    assert seen.display.times_s == sorted(seen.display.times_s)
    assert seen.said == ["output on display"]


def test_a_display_that_shows_the_frame_of_before_for_ever_is_not_back(seen: Seen) -> None:
    seen.draws()
    seen.injector.begin("display-lost")
    seen.qtbot.waitUntil(lambda: len(seen.said) > 1)
    window = seen.display._output.window
    window._timer.start = lambda: None
    seen.injector.end("display-lost")
    seen.qtbot.waitUntil(lambda: len(seen.said) > 2)
    window.picture.repaint()
    seen.show.give(np.zeros((9, 16, 3), np.uint8))
    seen.qtbot.wait(100)
    assert len(seen.display.times_s) == 1


def test_it_is_gone_while_the_fault_is_on_and_draws_again_after_it(seen: Seen) -> None:
    seen.draws()
    seen.injector.begin("display-lost")
    seen.qtbot.waitUntil(lambda: len(seen.said) > 1)
    assert seen.said[1:] == ["display display is gone; the output comes back with it"]
    drawn, polled = len(seen.display.times_s), seen.show.polls
    seen.show.give(np.zeros((9, 16, 3), np.uint8))
    seen.qtbot.wait(50)
    assert (len(seen.display.times_s), seen.show.polls) == (drawn, polled), "the window is away"
    seen.injector.end("display-lost")
    seen.draws()
    assert seen.said[2:] == ["output on display"]


def test_windows_work_while_the_main_thread_waits(seen: Seen) -> None:
    clock, stop = QtClock(SystemClock(), seen.said.append), threading.Event()
    clock.wait(stop, 0.05)
    drawn = len(seen.display.times_s)
    seen.show.give(np.zeros((9, 16, 3), np.uint8))
    while len(seen.display.times_s) == drawn:
        assert not clock.wait(stop, 0.02)
    threading.Timer(0.05, stop.set).start()
    assert clock.wait(stop, 600.0)
    assert clock.wait(stop, 0.0)


def raising_once(fault: BaseException) -> Callable[[], None]:
    """Raise when it is called first: windows still look for frames when a test is over."""
    faults = [fault]

    def call() -> None:
        if faults:
            raise faults.pop()

    return call


def test_what_is_raised_in_a_window_reaches_who_waits(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen.show, "latest", raising_once(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        QtClock(SystemClock(), seen.said.append).wait(threading.Event(), 600.0)


def test_what_a_window_has_for_people_is_said(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    heard, stop = list[str](), threading.Event()

    def say(sentence: str) -> None:
        heard.append(sentence)
        stop.set()

    monkeypatch.setattr(seen.show, "latest", raising_once(InputError("no such frame")))
    assert QtClock(SystemClock(), say).wait(stop, 600.0)
    assert heard == ["no such frame"]


def test_threads_wait_by_the_clock_that_they_were_given(qtbot: QtBot) -> None:
    class Noting(SystemClock):
        def __init__(self) -> None:
            self.waited = list[float]()

        def wait(self, stop: threading.Event, seconds: float) -> bool:
            self.waited.append(seconds)
            return stop.is_set()

    noting = Noting()
    clock = QtClock(noting, lambda _: None)
    thread = threading.Thread(target=lambda: clock.wait(threading.Event(), 7.0))
    thread.start()
    thread.join()
    assert noting.waited == [7.0]
    assert abs(clock.now_s() - noting.now_s()) < 60.0


def lost(clock: Clock, folder: Path) -> FaultFigures:
    def make_display(session: LiveSession, injector: Injector) -> FaultyDisplay:
        return FaultyDisplay(session, injector, clock, session.tell)

    source = open_source("clouds", fps=PLAN.fps, size_wh=PLAN.output_wh, clock=clock)
    figures = try_faults(
        source,
        apply_assignments(Settings(), SMALL),
        PLAN,
        clock,
        names=["display-lost"],
        seconds=4.0,
        film=folder / "show.mp4",
        cache=EngineCache(folder / "engines"),
        make_display=make_display,
    )
    assert figures.recording.broken == ()
    assert figures.recording.lost == 0
    (one,) = figures.faults
    return one


def test_a_show_goes_on_without_its_display_and_the_output_comes_back_with_it(
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    one = lost(QtClock(SpedUpClock(8.0), lambda _: None), tmp_path)
    assert [words for words in one.broken if not words.startswith("the output")] == []
    assert sum(TOLD["display-lost"] in sentence for sentence in one.told) == 1
    assert one.told[-1] == "output on display"
    assert one.back_s is not None


def test_every_fault_of_a_display_is_one_that_it_has() -> None:
    assert [name for name, kind in FAULTS.items() if kind.part == "display"] == [FAULT]
