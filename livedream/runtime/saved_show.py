"""What stands in a show, kept in files so that it can stand again after a crash."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import platformdirs
import psutil

from livedream.errors import InputError
from livedream.runtime.decks import ENDS
from livedream.runtime.desk import Desk
from livedream.runtime.playlist import Look
from livedream.runtime.saved_show_text import SavedShow, show_from, text_of
from livedream.runtime.store import Written
from livedream.settings import by_word
from livedream.settings.show_numbers import FADE_S, FADER
from livedream.toml_table import toml_table
from livedream.whole_file import write_text

OF_DECKS = (FADER.word, FADE_S.word)
"""Numbers of the decks, which are kept with them."""

SAME_S = 2.0
"""Two times of a process's start that lie within this are one."""


def show_of(desk: Desk) -> SavedShow:
    """Return what stands on a desk."""
    look, decks = desk.playlist.look(), desk.decks.state()
    held = tuple(sorted(look.written.held))
    numbers = {name: parameter.read() for name, parameter in desk.parameters.items() if name in OF_DECKS}
    return SavedShow(
        look.presets[look.at].name, look.written.hand, held, decks.a, decks.b, decks.live, numbers
    )


def restore(desk: Desk, saved: SavedShow) -> None:
    """Let look, decks and fader stand as saved; the look as one step that can be undone.

    Raises InputError, nothing changed.
    """
    playlist = desk.playlist
    place = playlist.place_of(saved.preset)
    if place is None:
        raise InputError(f"its preset {saved.preset!r} is no longer there")
    written = Written(playlist.presets[place].settings, saved.hand, frozenset(by_word().keys() & saved.held))
    playlist.put(Look(playlist.presets, place, written), "restore")
    live = next((side for side in ENDS if side == saved.live), None)
    desk.decks.put(saved.a, saved.b, live)
    for word, number in saved.numbers.items():
        if word in OF_DECKS:
            desk.parameters.turn(word, number)


class ShowFiles:
    """Keeps one file for each livedream that runs, so that none writes over another's, and that of the last.

    is_running: whether a process with an id and a time of start runs.
    """

    def __init__(
        self, folder: Path | None = None, is_running: Callable[[int, float], bool] | None = None
    ) -> None:
        self.folder = folder or platformdirs.user_state_path("livedream", appauthor=False) / "shows"
        self._is_running = is_running or _runs
        self._started_s = psutil.Process().create_time()
        self._mine = self.folder / f"running-{os.getpid()}.toml"
        self._last = self.folder / "last.toml"
        self._kept = self.folder / "crashed.toml"

    def save(self, show: SavedShow) -> None:
        """Write what stands. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_text(self._mine, self._text(show))

    def end(self, show: SavedShow) -> None:
        """Write what stands at a good end, for whoever asks for it. Raises OSError."""
        self.save(show)
        self._mine.replace(self._last)

    def take_crashed(self, *, or_kept: bool = False) -> SavedShow | None:
        """Return what stood in the newest show that did not end well; None if there is none.

        It is then the last one, no other livedream finds it, and an older one that was kept is over.
        or_kept: where no other one is found, also that which `keep_crashed` has kept. Raises InputError for a
        damaged file.
        """
        text = _moved(self._left(), self._last)
        if text is None and or_kept:
            text = _moved([self._kept], self._last)
        if text is None:
            return None
        show = show_from(text)
        with suppress(OSError):
            self._kept.unlink(missing_ok=True)
        return show

    def keep_crashed(self) -> bool:
        """Keep what stood in the newest show that did not end well; returns whether there is one.

        It lies where no end of another show replaces it, until it or a newer one is taken. Raises InputError
        for a damaged file.
        """
        text = _moved(self._left(), self._kept)
        if text is None:
            return False
        try:
            show_from(text)
        except InputError:
            _moved([self._kept], self._last)
            raise
        return True

    def last(self) -> SavedShow | None:
        """Return what stood at the last end; None if there is none. Raises InputError for a damaged file."""
        try:
            return show_from(self._last.read_bytes())
        except OSError:
            return None

    def _text(self, show: SavedShow) -> str:
        return text_of(show, {"pid": os.getpid(), "started_s": self._started_s})

    def _left(self) -> list[Path]:
        """List the files of shows that did not end well, the newest last."""
        left = [path for path in self.folder.glob("running-*.toml") if not self._belongs_to_one(path)]
        return sorted(left, key=_changed_s)

    def _belongs_to_one(self, path: Path) -> bool:
        """Return whether a file is that of a livedream that runs; a damaged one is nobody's."""
        try:
            run = toml_table(path.read_text(encoding="utf-8"))["run"]
            return self._is_running(int(run["pid"]), float(run["started_s"]))
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            return False


def _moved(paths: Iterable[Path], to: Path) -> bytes | None:
    """Move files to one place, where the last of them stays; returns its text, None if there is none."""
    text = None
    for path in paths:
        with suppress(OSError):  # another livedream that starts just now has taken it
            found = path.read_bytes()
            path.replace(to)
            text = found
    return text


def _changed_s(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _runs(pid: int, started_s: float) -> bool:
    try:
        return bool(abs(psutil.Process(pid).create_time() - started_s) < SAME_S)
    except psutil.Error:
        return False
