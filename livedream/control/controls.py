"""Controls: what turns a running show from elsewhere, and the one thread in which it does so."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType

from livedream.clock import Clock, SystemClock
from livedream.control.coalescer import Coalescer
from livedream.control.control_plan import ControlPlan, ControlStatus
from livedream.control.input_switch import failed
from livedream.control.inputs import Inputs, Turned
from livedream.control.lane import Lane
from livedream.control.matrix import Matrix
from livedream.control.midi import Midi, kept_profile
from livedream.control.midi_binding import Binding
from livedream.control.midi_ports import MidiBackend
from livedream.control.midi_profile import profile_file, profile_folder
from livedream.control.midi_system import SystemMidi
from livedream.control.osc_server import OscServer
from livedream.control.preset_rows import PresetRows
from livedream.control.show_commands import ShowCommands
from livedream.control.sparing import Sparing
from livedream.control.tempo_commands import add_tempo_commands, add_tempo_parameters
from livedream.errors import InputError, LivedreamError
from livedream.health import Health
from livedream.modulation.macros import MACRO_ROWS, macro_sources
from livedream.modulation.tempo import MidiClock, Tempo
from livedream.runtime.commands import Commands
from livedream.runtime.on_beat import OnBeat
from livedream.runtime.parameters import Parameters
from livedream.runtime.playlist import Playlist
from livedream.runtime.store import SettingsStore

PERIOD_S = 1 / 60
"""How often what controls want is applied."""

AGAIN_S = 10.0
"""What goes wrong again and again is said this often."""

JOIN_S = 2.0
OPEN_S = 2.0
"""What has not been opened by then is waited for no longer; it is switched on as soon as it is open."""


class Controls:
    """Turns a show by OSC, MIDI, Art-Net, sound and the modulation matrix, and keeps its tempo.

    What cannot be had is told, and the show goes on. store, commands, playlist, parameters: the show's.
    tell: takes sentences for people, from any thread. backend: makes the system's MIDI. lane: makes the
    thread that opens controllers. inputs: what else turns the show, each with its switch. Raises InputError
    for a profile that cannot be read.
    """

    def __init__(  # noqa: PLR0913  (the parts of a show, one by one)
        self,
        store: SettingsStore,
        commands: Commands,
        playlist: Playlist | None = None,
        plan: ControlPlan | None = None,
        *,
        parameters: Parameters | None = None,
        tell: Callable[[str], None] = lambda _: None,
        clock: Clock | None = None,
        backend: Callable[[], MidiBackend] = SystemMidi,
        lane: Callable[[str], Lane] = Lane,
    ) -> None:
        self._plan, self._tell = plan or ControlPlan(), tell
        self._clock, self._backend, self._lane = clock or SystemClock(), backend, lane
        self._sparing = Sparing(tell, self._clock, AGAIN_S)
        self._registry, self._problems = commands, list[str]()
        self._retired: deque[Midi] = deque()
        self._wake = threading.Event()  # an onset does not wait for the next step
        self.commands = ShowCommands(commands, playlist, parameters)
        self.tempo = Tempo(self._plan.bpm, self._clock.now_s(), self._plan.lookahead_ms)
        self._on_beat = OnBeat() if playlist is None else playlist.on_beat
        self._on_beat.follow(self.tempo.beats_ahead)
        self._on_beat.quantise = self._plan.quantise
        self._added = add_tempo_commands(
            commands, self.tempo, self._clock, None if playlist is None else self._on_beat
        )
        parameters = self.commands.parameters
        self._numbers = add_tempo_parameters(parameters, self.tempo, self._clock)
        self.coalescer = Coalescer(store, self.commands, parameters=parameters, tell=tell, clock=self._clock)
        self.matrix = Matrix(self.coalescer, macro_sources(store.snapshot), self.tempo, MACRO_ROWS)
        self.coalescer.before_each(self.matrix.step)
        turned = self.coalescer, self.commands, self.matrix, self.tempo
        self.inputs = Inputs(Turned(*turned, self.wake, tell, self._clock))
        self._preset_rows = PresetRows(store, self.matrix, playlist, tell)
        self.midi: Midi | None = None
        self._midi_fault: Health | None = None
        if self._plan.midi is not None:
            kept_profile(self._file(self._plan.midi), self.commands)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="controls", daemon=True)

    def __enter__(self) -> Controls:
        """Take the ports and turn the show from now on."""
        self.open()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._wake.set()
        self._thread.join(JOIN_S)
        self.close()

    def open(self) -> None:
        """Open what the plan names; what cannot be had is told, what takes long is waited for no longer."""
        plan, inputs = self._plan, self.inputs
        if plan.osc_to is not None:
            inputs.send_osc_to(plan.osc_to)
        if plan.osc is not None:
            inputs.use_osc(plan.osc)
        if plan.lead == "link":
            inputs.use_link()
        if plan.art_net is not None:
            inputs.use_art_net(plan.art_net)
        if plan.audio is not None:
            inputs.sound_leads = plan.lead == "audio"
            inputs.use_sound(plan.audio)
        if plan.midi is not None:
            self._try(partial(self.use_midi, plan.midi))
        inputs.settle(OPEN_S)
        for row in plan.rows:
            self._try(partial(self.matrix.add, row))

    def step(self) -> None:
        """Do all that is due: what has come is applied in one change, and sent to those who follow."""
        inputs, midi = self.inputs, self.midi
        steps: list[tuple[str, Callable[[], object]]] = [
            ("MIDI", self._close_retired),
            ("the preset's rows", self._preset_rows.step),
            ("OSC", inputs.osc.step),
            *([] if midi is None else [("MIDI", midi.step)]),
            ("Art-Net", inputs.art_net.step),
            ("Ableton Link", inputs.link.step),
            ("modulation", self.coalescer.apply),
            ("OSC feedback", inputs.feedback.step),
        ]
        for name, step in steps:
            try:
                step()
            except Exception as fault:  # the others go on, and so does the show
                self._sparing.say(name, f"{name} has failed: {type(fault).__name__}: {fault}")

    def wake(self) -> None:
        """Do the next step at once, since something has come that must not wait; any thread."""
        self._wake.set()

    def close(self) -> None:
        """Apply what is left and give everything back."""
        self.coalescer.close()
        self.close_midi()
        self._close_retired()
        self.inputs.close()
        for name in self._added:
            self._registry.remove(name)
        for name in self._numbers:
            self.commands.parameters.remove(name)
        self._added = self._numbers = []

    def use_midi(self, profile: str = "") -> Midi:
        """Open the controllers, now and as they come, with a profile in place of the one before; any thread.

        profile: its name or file; "" for the default one. Raises InputError for one that cannot be read.
        MIDI's libraries are loaded, and the controllers opened, in a thread of their own.
        """
        try:
            made = Midi(
                self.coalescer,
                self.commands,
                self._file(profile),
                self._backend,
                clocked=MidiClock(self.tempo).feed,
                tell=self._tell,
                clock=self._clock,
                lane=self._lane,
            )
        except InputError as fault:
            self._midi_fault = failed(fault)
            raise
        self.close_midi()
        self.midi = made
        return made

    def close_midi(self) -> None:
        """Give the controllers back and keep what was learned; any thread."""
        midi, self.midi = self.midi, None
        self._midi_fault = None
        if midi is not None:
            self._retired.append(midi)  # whoever steps it closes it, and steps it no more

    @property
    def osc(self) -> OscServer | None:
        """Return what takes OSC messages; None while nothing does."""
        return self.inputs.osc.current

    def learn(self, target: str, low: float | None = None, high: float | None = None) -> None:
        """Bind the next knob that is moved, or pad that is hit, to a setting or a command.

        low, high: what the ends of a knob mean; None: the ends of the setting's range. Opens the controllers
        if they are not. Raises InputError for a target that there is not, or a profile that cannot be read.
        """
        midi = self.midi or self.use_midi()
        midi.map.learn(target, low, high)

    def stop_learning(self) -> None:
        """Bind the next knob to nothing."""
        if self.midi is not None:
            self.midi.map.stop_learning()

    def forget(self, target: str) -> None:
        """Remove all that is bound to a setting or a command."""
        if self.midi is not None:
            self.midi.map.unbind(target)

    def rebind(self, before: Binding, after: Binding) -> None:
        """Change a binding: its range, threshold, or whether it picks up. Raises InputError or KeyError."""
        if self.midi is None:
            raise KeyError(before)
        self.midi.map.change(before, after)

    def bindings(self) -> tuple[Binding, ...]:
        """Return what knobs and pads are bound to."""
        return () if self.midi is None else self.midi.map.bindings

    def status(self) -> ControlStatus:
        """Return how it is going."""
        osc, midi, inputs = self.osc, self.midi, self.inputs
        health = {"MIDI": self._midi_health(), **inputs.health()}
        others = () if midi is None else midi.ports.problems
        told = [one.message for one in health.values() if one.state == "failed"]
        return ControlStatus(
            bpm=self.tempo.bpm,
            beat=self.tempo.beats(self._clock.now_s()),
            leader=self.tempo.leader,
            quantise=self._on_beat.quantise,
            osc="" if osc is None else f"{osc.host}:{osc.port}",
            midi=None if midi is None else midi.ports.names,
            profile=None if midi is None else midi.file,
            learning=None if midi is None else midi.map.learning,
            inputs=health,
            loudness=inputs.loudness(),
            problems=tuple(dict.fromkeys([*self._problems, *told, *others])),
        )

    def _midi_health(self) -> Health:
        return (self._midi_fault or Health("off")) if self.midi is None else self.midi.ports.health

    def _file(self, profile: str) -> Path:
        return profile_file(profile, self._plan.profiles or profile_folder())

    def _close_retired(self) -> None:
        while self._retired:
            self._retired.popleft().close()

    def _try(self, do: Callable[[], object]) -> None:
        """Do something; what is not possible is told, and stays a problem."""
        try:
            do()
        except LivedreamError as fault:
            self._problems.append(str(fault))
            self._tell(str(fault))

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._clock.wait(self._wake, PERIOD_S):
                self._wake.clear()
            self.step()
