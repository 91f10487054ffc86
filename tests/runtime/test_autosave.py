from __future__ import annotations

import threading
from pathlib import Path

from livedream.clock import ManualClock, SystemClock
from livedream.runtime.autosave import EVERY_S, Autosave
from livedream.runtime.saved_show import ShowFiles
from livedream.runtime.saved_show_text import SavedShow

ONE, TWO = (SavedShow(name, {}, (), "a", "b") for name in ("one", "two"))


class Notes(ShowFiles):
    """Notes what is to be written."""

    def __init__(self, *, full: bool = False) -> None:
        self.folder, self.full = Path("shows"), full
        self.saved: list[SavedShow] = []
        self.ended: list[SavedShow] = []

    def save(self, show: SavedShow) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        self.saved.append(show)

    def end(self, show: SavedShow) -> None:
        self.ended.append(show)


class Turns(SystemClock):
    """A clock that waits until the test lets it go on."""

    def __init__(self) -> None:
        self.waited_s: list[float] = []
        self.go, self.waits = threading.Semaphore(0), threading.Semaphore(0)

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        self.waited_s.append(seconds)
        self.waits.release()
        self.go.acquire()
        return stop.is_set()


def test_what_stands_is_saved_when_it_has_changed_and_at_the_end() -> None:
    notes, clock, standing = Notes(), Turns(), [ONE]
    saver = Autosave(lambda: standing[0], notes, clock, lambda _: None)
    saver.start()
    clock.waits.acquire()
    assert (notes.saved, clock.waited_s) == ([ONE], [EVERY_S])
    clock.go.release()
    clock.waits.acquire()
    assert notes.saved == [ONE], "nothing has changed"
    standing[0] = TWO
    clock.go.release()
    clock.waits.acquire()
    assert notes.saved == [ONE, TWO]
    clock.go.release(2)
    saver.close(is_good=True)
    assert notes.ended == [TWO]


def test_after_a_bad_end_the_file_stays_that_of_one_that_runs() -> None:
    notes = Notes()
    Autosave(lambda: ONE, notes, ManualClock(), lambda _: None).close(is_good=False)
    assert (notes.saved, notes.ended) == ([ONE], [])


def test_a_full_disk_is_told_once_and_the_show_goes_on() -> None:
    notes, told = Notes(full=True), list[str]()
    saver = Autosave(lambda: ONE, notes, ManualClock(), told.append)
    saver.save()
    saver.save()
    assert told == ["the show cannot be saved in shows: No space left on device"]
    notes.full = False
    saver.save()
    assert notes.saved == [ONE]
