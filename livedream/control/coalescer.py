"""Coalescer: what controls want, however often they say so, becomes one change of the settings per frame."""

from __future__ import annotations

import difflib
import threading
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

from livedream.clock import Clock, SystemClock
from livedream.control.conversion import NotPossibleError, converted
from livedream.control.lane import Lane
from livedream.control.parameter_turns import GONE, turn
from livedream.control.sparing import Sparing
from livedream.errors import LivedreamError
from livedream.runtime.parameters import Parameters
from livedream.runtime.store import ABOVE, Change, Layer, SettingsStore
from livedream.settings import by_target, by_word
from livedream.settings.show_numbers import FADER

MOST_COMMANDS = 64
"""Commands that wait to be done; more than that within a frame is a stuck button."""

SHORTLY_S = 0.004
"""Commands and texts that take no longer are waited for, so that all of a frame comes in one frame."""

AGAIN_S = 1.0
"""A value that was refused is not tried again for so long."""

ORIGIN = "a control"
"""Names in messages where a value came from."""

Place = tuple[Layer, str]
"""A layer, and a word in it."""


class Commands(Protocol):
    """Does named actions, such as "blackout" or "next preset": `ShowCommands`."""

    def do(self, name: str) -> str:
        """Do an action; return a few words on the new state."""
        ...

    def is_immediate(self, name: str) -> bool:
        """Return whether an action is over at once, so that it needs not wait for others."""
        ...


class Coalescer:
    """Keeps the newest value of each setting and parameter that a control wants; writes them once a frame.

    Any thread may want; one thread applies. What may take long is done in lanes of its own: commands, which
    may open files and devices, and texts, which may name a picture to be opened. commands: does what is asked
    for by name. parameters: what is turned beside the settings. tell: takes sentences, each at most once a
    second. lane: makes a lane.
    """

    def __init__(
        self,
        store: SettingsStore,
        commands: Commands,
        *,
        parameters: Parameters | None = None,
        tell: Callable[[str], None] = lambda _: None,
        clock: Clock | None = None,
        lane: Callable[[str], Lane] = Lane,
    ) -> None:
        self.store, self._parameters = store, Parameters() if parameters is None else parameters
        self._doing, self._opening = lane("commands"), lane("pictures")
        self._commands, self._tell = commands, tell
        self._clock = SystemClock() if clock is None else clock
        self._sparing = Sparing(tell, self._clock, AGAIN_S)
        self._lock = threading.Lock()  # held for an assignment, never while settings are changed
        self._wanted: dict[Place, Any] = {}
        self._asked: deque[str] = deque()
        self._immediate = 0
        self._refused: dict[Place, tuple[Any, float]] = {}
        self._steps: tuple[Callable[[float], None], ...] = ()
        self._hand, self._preset = store.layer("hand"), store.standing().preset
        self._end = store.observe(self._note)

    def want(self, word: str, value: Any, layer: Layer = "hand") -> None:
        """Ask for a value; it takes the place of what was asked for before, and is written by `apply`.

        Raises ValueError for a layer that is not written.
        """
        if layer not in ABOVE:
            raise ValueError(f"{layer} is no layer that controls write: {', '.join(ABOVE)}")
        with self._lock:
            self._wanted[layer, word] = value

    def let_go(self, word: str, layer: Layer = "hand") -> None:
        """Ask for a word to be taken out of a layer, so that what lies below stands again."""
        self.want(word, GONE, layer)

    def command(self, name: str) -> bool:
        """Ask for an action; each is done once, in order, an immediate one at once, in this very thread.

        False: too many were asked for since the last `apply`, it is left out.
        """
        immediate = self._commands.is_immediate(name)
        with self._lock:
            kept = len(self._asked) + self._immediate < MOST_COMMANDS
            if kept and immediate:
                self._immediate += 1
            elif kept:
                self._asked.append(name)
        if not kept:
            self._sparing.say(
                ("too many",), f"more than {MOST_COMMANDS} commands in a frame; some are left out"
            )
        elif immediate:
            self._do(name)
        return kept

    def base(self, word: str) -> Any:
        """Return what hand and preset make of a setting or parameter, whatever modulation lies over it.

        A parameter that the show has not is at its default. Raises KeyError for what is neither.
        """
        if word not in by_word():
            return self._parameters.read(word) if word in self._parameters else by_target()[word].default
        preset = self.store.standing().preset
        if preset is not self._preset:  # nobody is told of a preset whose changes modulation hides
            self._hand = self.store.layer("hand")
            self._preset = preset
        hand = self._hand
        return hand[word] if word in hand else by_word()[word].value_of(preset)

    def before_each(self, step: Callable[[float], None]) -> None:
        """Call `step` with the clock's time at the beginning of each `apply`: what modulators want."""
        self._steps = (*self._steps, step)

    def apply(self) -> None:
        """Do what was asked for since the last time: the commands, then one change for each layer.

        Values go on top of what commands do: a preset that is loaded lets go of what the hand has set. So
        the hand's values wait for commands that are under way; what modulation wants does not.
        """
        for step in self._steps:
            self._step(step)
        with self._lock:
            self._immediate = 0
            asked = [] if self._doing.busy else list(self._asked)
            if asked:
                self._asked.clear()
        if asked:
            self._doing.put(partial(self._do_all, asked))
            self._doing.wait_idle(SHORTLY_S)
        self._settle_all(self._taken(lambda place: not self._waits(place)))
        if not self._opening.busy:
            texts = self._taken(lambda place: is_slow(place[1]) and not self._is_held(place))
            if texts:
                self._opening.put(partial(self._settle_all, texts))
                self._opening.wait_idle(SHORTLY_S)

    def settle(self, seconds: float = 1.0) -> None:
        """Apply until nothing is left to be done; what takes longer than `seconds` is left behind."""
        self.apply()
        if self._doing.wait_idle(seconds) and self._opening.wait_idle(seconds):
            self.apply()
        self._doing.wait_idle(seconds)

    def close(self) -> None:
        """Apply what is left, then end the lanes and observe the store no more."""
        self.settle()
        self._end()
        self._doing.close()
        self._opening.close()

    def _waits(self, place: Place) -> bool:
        return is_slow(place[1]) or self._is_held(place)

    def _is_held(self, place: Place) -> bool:
        """Return whether a value has to wait: it must come after the commands that are under way."""
        return place[0] == "hand" and (self._doing.busy or bool(self._asked))

    def _taken(self, is_due: Callable[[Place], bool]) -> dict[Place, Any]:
        """Take out what is wanted at the places that are due."""
        with self._lock:
            due = {place: value for place, value in self._wanted.items() if is_due(place)}
            for place in due:
                del self._wanted[place]
        return due

    def _do_all(self, names: list[str]) -> None:
        for name in names:
            self._do(name)

    def _settle_all(self, wanted: Mapping[Place, Any]) -> None:
        for layer in ABOVE:
            mine = {word: value for (where, word), value in wanted.items() if where == layer}
            if mine:
                self._settle(layer, mine)

    def _note(self, news: Change) -> None:
        if news.layer in {"hand", "preset"}:
            self._hand = self.store.layer("hand")

    def _step(self, step: Callable[[float], None]) -> None:
        try:
            step(self._clock.now_s())
        except Exception as fault:  # knobs and commands go on, whatever a modulator raises
            self._sparing.say(step, f"the modulators have stopped: {type(fault).__name__}: {fault}")

    def _do(self, name: str) -> None:
        try:
            said = self._commands.do(name)
        except Exception as fault:  # the controls go on, whatever an action raises
            self._sparing.say(("command", name), f"{name} is not possible: {_reason(fault)}")
        else:
            self._tell(said)

    def _settle(self, layer: Layer, wanted: Mapping[str, Any]) -> None:
        for word in wanted.keys() & set(self._parameters):
            if wrong := turn(self._parameters, layer, word, wanted[word]):
                self._say(word, wrong)
        wanted = {word: value for word, value in wanted.items() if word not in self._parameters}
        gone = [word for word, value in wanted.items() if value is GONE]
        held = self.store.layer(layer)
        if any(word in held for word in gone):
            self.store.clear(layer, gone)
        values = self._possible(layer, {word: value for word, value in wanted.items() if value is not GONE})
        self._write(layer, {word: value for word, value in values.items() if _differs(held, word, value)})

    def _possible(self, layer: Layer, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Convert values to what their settings take; what cannot be is told and left out."""
        values: dict[str, Any] = {}
        for word, value in wanted.items():
            info = by_word().get(word)
            if info is None:
                is_known = word in by_target()
                unknown = (
                    f"this show has no {word}" if is_known else f"there is no setting {word!r}{_near(word)}"
                )
                self._say(word, unknown)
                continue
            try:
                taken = converted(info, value)
            except NotPossibleError as fault:
                self._say(word, str(fault))
                continue
            if not self._was_refused(layer, word, taken):
                values[word] = taken
        return values

    def _write(self, layer: Layer, values: dict[str, Any]) -> None:
        """Write values in one change; if some are refused, those around them are written without them."""
        if not values:
            return
        try:
            self.store.change(values, ORIGIN, layer)
        except Exception as fault:  # an InputError, or whatever a named file raises
            words = list(values)
            if len(words) == 1:
                self._refused[layer, words[0]] = values[words[0]], self._clock.now_s()
                self._say(words[0], _reason(fault))
                return
            half = len(words) // 2
            for part in (words[:half], words[half:]):
                self._write(layer, {word: values[word] for word in part})

    def _was_refused(self, layer: Layer, word: str, value: Any) -> bool:
        before = self._refused.get((layer, word))
        if before is None:
            return False
        if before[0] == value and self._clock.now_s() - before[1] < AGAIN_S:
            return True
        del self._refused[layer, word]
        return False

    def _say(self, word: str, sentence: str) -> None:
        self._sparing.say(word, sentence)


def is_slow(word: str) -> bool:
    """Return whether a picture or a clip may have to be opened: one is named, or the other deck has one."""
    info = by_word().get(word)
    return word == FADER.word or (info is not None and info.kind == "text")


def _differs(held: Mapping[str, Any], word: str, value: Any) -> bool:
    return word not in held or held[word] != value


def _reason(fault: Exception) -> str:
    return str(fault) if isinstance(fault, LivedreamError) else f"{type(fault).__name__}: {fault}"


def _near(word: str) -> str:
    near = difflib.get_close_matches(word[:80], by_target(), n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else "; `livedream settings` lists them"
