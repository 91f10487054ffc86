"""MidiPorts: the controllers that are plugged in, now and later; what they say, and what they are shown."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection
from functools import partial
from typing import Protocol

from livedream.clock import Clock, SystemClock
from livedream.control.echo import Echo
from livedream.control.input_switch import failed
from livedream.control.lane import Lane
from livedream.control.midi_binding import FINE, Binding, MidiSource
from livedream.control.midi_map import MidiMap
from livedream.control.midi_wire import CONTROL, to_bytes, to_message
from livedream.control.sparing import Sparing
from livedream.errors import LivedreamError
from livedream.health import Health
from livedream.modulation.tempo import CLOCK
from livedream.runtime.store import Change
from livedream.settings.show_numbers import SHOW_NUMBERS

POLL_S = 1.0
"""How often it is looked whether a controller has come or gone."""

AGAIN_S = 30.0
"""How often a controller that cannot be opened is complained about, and how often a system is looked for that
has no MIDI."""


HANGS_S = 1.0
"""A controller that takes longer to open or close is waited for no longer."""

NONE_THERE = "no MIDI controller is plugged in; one that comes is opened"


class MidiPort(Protocol):
    """An open port."""

    def close(self) -> None:
        """Close the port."""
        ...


class MidiOutput(MidiPort, Protocol):
    """An open port to a controller."""

    def send(self, message: bytes) -> None:
        """Send a message. Raises OSError if the controller is gone."""
        ...


class MidiBackend(Protocol):
    """A system's MIDI. All but `close` raise OSError or LivedreamError when something is not possible."""

    def inputs(self) -> list[str]:
        """List the names of the ports that there are now."""
        ...

    def outputs(self) -> list[str]:
        """List the names of the ports that there are now."""
        ...

    def open_input(self, name: str, heard: Callable[[bytes], None]) -> MidiPort:
        """Open a port; each message is passed to `heard`, in a thread of the system's."""
        ...

    def open_output(self, name: str) -> MidiOutput:
        """Open a port."""
        ...


class MidiPorts:
    """Feeds a map with what controllers send, and moves their faders and lights when others change things.

    backend: makes the system's MIDI, for which it may load libraries; may raise LivedreamError. wanted: parts
    of the names of those that are opened; none: all. clocked: takes the bytes of MIDI clock, the time and the
    port's name. tell: takes sentences on what comes, goes and fails. lane: makes the thread in which the
    backend is made and controllers are looked for, opened and closed: one that hangs holds up nobody else.
    """

    def __init__(
        self,
        midi_map: MidiMap,
        backend: Callable[[], MidiBackend],
        wanted: Collection[str] = (),
        *,
        clocked: Callable[[int, float, str], None] = lambda _, __, ___: None,
        tell: Callable[[str], None] = lambda _: None,
        clock: Clock | None = None,
        lane: Callable[[str], Lane] = Lane,
    ) -> None:
        self._map, self._make_system = midi_map, backend
        self._system: MidiBackend | None = None
        self._wanted = tuple(part.casefold() for part in wanted)
        self._clock = SystemClock() if clock is None else clock
        self._clocked, self._tell = clocked, tell
        self._sparing = Sparing(tell, self._clock, AGAIN_S)
        self._problems: dict[str, str] = {}
        self._inputs: dict[str, MidiPort] = {}
        self._outputs: dict[str, MidiOutput] = {}
        self._echo: Echo[MidiSource, int] = Echo()
        self._shown: tuple[Binding, ...] = ()
        self._lights: dict[MidiSource, Binding] = {}
        self._preset = midi_map.store.standing().preset
        self._polled_s, self._is_missed, self._state = -POLL_S, False, Health("starting", "being opened")
        self._lane, self._is_closed = lane("MIDI ports"), False
        self._lock = threading.Lock()
        self._waiting: dict[bytes, bytes] = {}
        self._end = midi_map.store.observe(self._note)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the controllers that are open."""
        return tuple(self._inputs)

    @property
    def problems(self) -> tuple[str, ...]:
        """Return a sentence on each thing that cannot be had now: the system's MIDI, or a controller."""
        return tuple(self._problems.values())

    @property
    def health(self) -> Health:
        """Return which controllers are open, or why none is."""
        names, problems = self.names, self.problems
        if names:
            return Health("live", ", ".join(names))
        is_held = self._state.state != "failed" and problems
        return Health("failed", "; ".join(problems)) if is_held else self._state

    def step(self) -> None:
        """Do what knobs say, look once a second who has come or gone, and send what is due."""
        self._take_waiting()
        now_s = self._clock.now_s()
        if now_s - self._polled_s >= POLL_S and not self._lane.busy:
            self._polled_s = now_s
            self._lane.put(self.poll)
        self._show()

    def poll(self) -> None:
        """Close the controllers that are gone and open those that have come."""
        try:
            system = self._system = self._system or self._make_system()
        except LivedreamError as fault:
            self._fail(fault, str(fault))
            self._polled_s = math.inf  # a library does not come by itself
            return
        try:
            inputs, outputs = system.inputs(), system.outputs()
        except (OSError, LivedreamError) as fault:
            self._fail(fault, f"MIDI cannot be looked at: {fault}")
            self._polled_s += AGAIN_S - POLL_S  # ALSA complains on its own each time
            return
        try:
            self._follow(system, inputs, outputs)
        finally:
            self._state = Health("starting", NONE_THERE)
            if self._is_closed:  # meanwhile
                self._close_all()

    def _fail(self, fault: Exception, sentence: str) -> None:
        self._problems, self._state = {"": sentence}, failed(fault, sentence)
        self._sparing.say("", sentence)

    def _follow(self, system: MidiBackend, inputs: list[str], outputs: list[str]) -> None:
        self._problems = {name: problem for name, problem in self._problems.items() if name in inputs}
        for name in [name for name in self._inputs if name not in inputs]:
            _close(self._inputs.pop(name))
            self._tell(f"the MIDI controller {name} is gone; it is opened again when it is back")
        for name in [name for name in self._outputs if name not in outputs]:
            _close(self._outputs.pop(name))
        for name in filter(self._is_wanted, inputs):
            if name not in self._inputs:
                self._open_input(system, name)
        if not self._is_missed and not any(map(self._is_wanted, inputs)):
            self._tell(NONE_THERE)
        self._is_missed = True
        for name in filter(self._is_wanted, outputs):
            if name not in self._outputs:
                self._open_output(system, name)

    def close(self) -> None:
        """Close all controllers and stop observing the settings; one that hangs is left behind."""
        self._end()
        self._is_closed = True
        if self._lane.wait_idle(HANGS_S):
            self._lane.put(self._close_all)
        self._lane.close()

    def _close_all(self) -> None:
        for port in (*self._inputs.values(), *self._outputs.values()):
            _close(port)
        self._inputs.clear()
        self._outputs.clear()

    def _is_wanted(self, name: str) -> bool:
        return not self._wanted or any(part in name.casefold() for part in self._wanted)

    def _open_input(self, system: MidiBackend, name: str) -> None:
        try:
            self._inputs[name] = system.open_input(name, partial(self._heard, name))
        except (OSError, LivedreamError) as fault:
            sentence = f"the MIDI controller {name} cannot be opened: {fault}; another program may use it"
            self._problems = {**self._problems, name: sentence}
            self._sparing.say(name, sentence)
        else:
            self._problems = {one: problem for one, problem in self._problems.items() if one != name}
            self._tell(f"the MIDI controller {name} is connected")

    def _open_output(self, system: MidiBackend, name: str) -> None:
        try:
            self._outputs[name] = system.open_output(name)
        except (OSError, LivedreamError) as fault:
            self._sparing.say(("out", name), f"the lights of {name} cannot be reached: {fault}")
            return
        self._echo.forget()
        self._mark_all()

    def _heard(self, name: str, message: bytes) -> None:
        """Take a message at little cost: of a knob that is turned only the newest is looked at, in `step`."""
        if message and message[0] in CLOCK:
            self._clocked(message[0], self._clock.now_s(), name)
        elif len(message) == 3 and message[0] & 0xF0 == CONTROL and self._map.may_wait(message[:2]):
            with self._lock:
                self._waiting.pop(message[:2], None)
                self._waiting[message[:2]] = message
        else:
            self._take(message)

    def _take_waiting(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for message in waiting.values():
            self._take(message)

    def _take(self, message: bytes) -> None:
        read = to_message(message)
        if read is None:
            return
        now_s = self._clock.now_s()
        source = MidiSource(read.channel, read.kind, read.number)
        if read.kind == "cc":
            self._echo.heard(source, now_s, read.value)
            coarse = read.number - FINE if FINE <= read.number < 2 * FINE else read.number
            self._echo.heard(MidiSource(read.channel, "cc14", coarse), now_s)
        self._map.feed(read)

    def _note(self, news: Change) -> None:
        if news.layer == "hand":
            self._echo.mark(one.source for one in self._map.bindings if one.target in news.words)

    def _mark_all(self) -> None:
        self._echo.mark(one.source for one in self._map.bindings)

    def _show(self) -> None:
        bindings, preset = self._map.bindings, self._map.store.standing().preset
        if bindings != self._shown or preset is not self._preset:
            self._shown, self._preset = bindings, preset
            self._lights = {one.source: one for one in bindings if _has_light(one)}
            self._mark_all()
        numbers = {info.word for info in SHOW_NUMBERS}  # they may move by themselves, and nobody is told
        self._echo.mark(source for source, one in self._lights.items() if one.target in numbers)
        due = self._echo.due(self._clock.now_s(), lambda source: self._value(self._lights.get(source)))
        for source, value in due:
            if source in self._lights:
                for message in to_bytes(source, value):
                    self._send(message)

    def _value(self, binding: Binding | None) -> int:
        """Return what a fader or a light has to show."""
        if binding is None:
            return -1
        share = binding.share_of(self._map.base(binding.target))
        return round(share * (16383 if binding.source.kind == "cc14" else 127))

    def _send(self, message: bytes) -> None:
        for name, port in tuple(self._outputs.items()):
            try:
                port.send(message)
            except OSError as fault:
                self._sparing.say(("out", name), f"the lights of {name} cannot be reached: {fault}")


def _has_light(binding: Binding) -> bool:
    """Return whether a source can show the setting: faders all, pads only switches."""
    info = binding.info
    if info is None or binding.source.kind == "program":
        return False
    return binding.source.kind != "note" or info.kind == "switch"


def _close(port: MidiPort) -> None:
    try:
        port.close()
    except OSError:  # it is gone already
        return
