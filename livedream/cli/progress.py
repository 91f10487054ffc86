"""How a render goes, on a terminal as a bar, elsewhere as a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

LINE_S = 10.0
"""How often a line is written where there is no terminal."""


class Pace(ProgressColumn):
    """Frames a second."""

    def render(self, task: Task) -> Text:
        """Write the speed."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f} frames a second")


class Bar:
    """A bar on a terminal; the first count it is told is what was finished before."""

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        self._task = progress.add_task(name, total=None, start=False, waiting="")
        self._begun = False

    def __call__(self, done: int, total: int | None) -> None:
        """Show how many frames are finished."""
        if not self._begun:
            self._begun = True
            self._progress.reset(self._task, completed=done, total=total)
        self._progress.update(self._task, completed=done, total=total)

    def wait(self, words: str) -> None:
        """Show what is being waited for; "" clears it."""
        self._progress.update(self._task, waiting=words)


@dataclass(slots=True)
class Lines:
    """A line every ten seconds, for a log."""

    name: str
    say: Callable[[str], None]
    now_s: Callable[[], float] = time.monotonic
    _begun: tuple[float, int] | None = None
    _said_s: float = 0.0

    def __call__(self, done: int, total: int | None) -> None:
        """Write a line if it is time."""
        now_s = self.now_s()
        if self._begun is None:
            self._begun, self._said_s = (now_s, done), now_s
        if now_s - self._said_s < LINE_S:
            return
        self._said_s = now_s
        begun_s, before = self._begun
        fps = (done - before) / (now_s - begun_s)
        of = "" if total is None else f" of {total}"
        left = f", {clock((total - done) / fps)} left" if total is not None and fps > 0 else ""
        self.say(f"{self.name}: {done}{of} frames, {fps:.1f} frames a second{left}")

    def wait(self, words: str) -> None:
        """Print nothing: the engine builder reports its own progress."""


def clock(seconds: float) -> str:
    """Write a duration: 0:01:30."""
    minutes, second = divmod(max(0, round(seconds)), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{second:02d}"


@contextmanager
def shown(name: str, console: Console) -> Iterator[Bar | Lines]:
    """Yield a progress bar for `name` on a terminal, else lines of text."""
    if not console.is_terminal:
        yield Lines(name, lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True))
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        Pace(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[waiting]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bar(progress, name)
