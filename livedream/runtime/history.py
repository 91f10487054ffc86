"""History: steps back and forth through what a hand has changed."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from livedream.clock import Clock
from livedream.errors import InputError, SourceError
from livedream.runtime.commands import Command, Commands
from livedream.runtime.playlist import Look, Playlist
from livedream.runtime.store import BY_ITSELF, HOLD, Change

MOST = 100
"""Steps that are kept."""

SAME_S, ANY_S = 1.0, 0.15
"""A change belongs to the gesture of the one before if it comes within this time and is of the same words,
as of a slider that is dragged; or of any words, as of two knobs that are turned at once."""


@dataclass(frozen=True, slots=True)
class _Gesture:
    """What is going on: its words and origin, and when it was last heard of."""

    words: frozenset[str]
    origin: str
    last_s: float


class History:
    """Follows a playlist and its store; one step is one gesture of a hand.

    It observes and does not sit in the store: a step is all that a hand can change, presets and their files
    included, and the store knows of settings only. What modulation, panic and the programme's own clock do
    makes no step.
    """

    def __init__(self, playlist: Playlist, clock: Clock) -> None:
        self._playlist, self._clock = playlist, clock
        self._undo: deque[Look] = deque(maxlen=MOST)
        self._redo: list[Look] = []
        self._now = playlist.look()
        self._gesture: _Gesture | None = None
        self._lock = threading.Lock()
        playlist.store.observe(self._note)
        playlist.observe(lambda: self._take("list", frozenset()))

    @property
    def can_undo(self) -> bool:
        """Return whether there is a step back."""
        return bool(self._undo)

    def undo(self) -> str:
        """Go a step back; returns a few words on it. Raises InputError if it is not possible any more."""
        with self._lock:
            if not self._undo:
                return "nothing to undo"
            before, look = self._now, self._undo.pop()
            self._now, self._gesture = look, None
            self._redo.append(before)
        return self._go(look, before, "undone")

    def redo(self) -> str:
        """Do again what was undone; returns a few words on it. Raises InputError if it cannot be any more."""
        with self._lock:
            if not self._redo:
                return "nothing to redo"
            before, look = self._now, self._redo.pop()
            self._now, self._gesture = look, None
            self._undo.append(before)
        return self._go(look, before, "redone")

    def _go(self, look: Look, before: Look, done: str) -> str:
        """Put a look. The lock is not held: whoever shows a preset meanwhile waits for it in `_take`."""
        try:
            self._playlist.put(look, done)
        except (InputError, SourceError) as fault:
            with self._lock:
                self._now = self._playlist.look()
            raise InputError(f"it cannot be {done}: {fault}") from fault
        earlier, later = (look, before) if done == "undone" else (before, look)
        return f"{done}: {difference(earlier, later)}"

    def _note(self, change: Change) -> None:
        if change.layer in ("hand", "preset"):
            self._take(change.origin, change.words)

    def _take(self, origin: str, words: frozenset[str]) -> None:
        now_s = self._clock.now_s()
        with self._lock:
            look = self._playlist.look()
            if look == self._now:
                return
            if self._goes_on(look, origin, words, now_s):
                words |= self._gesture.words if self._gesture is not None else frozenset()
            elif origin != BY_ITSELF:
                self._undo.append(self._now)
                self._redo.clear()
            self._now, self._gesture = look, _Gesture(words, origin, now_s)

    def _goes_on(self, look: Look, origin: str, words: frozenset[str], now_s: float) -> bool:
        """Return whether a change belongs to the gesture that is going on."""
        gesture = self._gesture
        if gesture is None or origin not in (gesture.origin, HOLD) or not self._undo or not words:
            return False
        if look.written.preset is not self._now.written.preset:
            return False
        past_s = now_s - gesture.last_s
        return past_s < ANY_S or (past_s < SAME_S and words <= gesture.words)


def difference(before: Look, after: Look) -> str:
    """Describe in a few words what has changed between two looks."""
    gone, come = (
        [preset.name for preset in one.presets if preset not in other.presets]
        for one, other in ((before, after), (after, before))
    )
    if gone and come:
        return f"{gone[0]} saved again" if gone[0] == come[0] else f"{gone[0]} renamed to {come[0]}"
    if gone or come:
        return f"{gone[0]} deleted" if gone else f"{come[0]} saved"
    if before.written.preset is not after.written.preset:
        return f"preset {after.presets[after.at].name}"
    old, new = before.written.hand, after.written.hand
    words = [word for word in {**old, **new} if (word in old, old.get(word)) != (word in new, new.get(word))]
    return words[0] if len(words) == 1 else f"{len(words)} settings"


def add_history_commands(commands: Commands, history: History) -> None:
    """Add undo and redo."""
    commands.add("undo", Command("Undo the last change by hand.", history.undo))
    commands.add("redo", Command("Do again what was undone.", history.redo))
