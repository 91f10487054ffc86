"""Controls: what turns a running show from elsewhere, and the one thread in which it does so."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from livedream.clock import Clock, SystemClock
from livedream.control.artnet_server import ArtNetServer
from livedream.control.coalescer import Coalescer
from livedream.control.control_plan import ControlPlan, ControlStatus
from livedream.control.link_tempo import LinkTempo, link_peer
from livedream.control.matrix import Matrix
from livedream.control.midi import Midi, kept_profile
from livedream.control.midi_binding import Binding
from livedream.control.midi_ports import MidiBackend
from livedream.control.midi_profile import profile_file, profile_folder
from livedream.control.midi_system import SystemMidi
from livedream.control.osc_feedback import OscFeedback
from livedream.control.osc_server import OscServer
from livedream.control.preset_rows import PresetRows
from livedream.control.show_commands import ShowCommands
from livedream.control.sparing import Sparing
from livedream.control.tempo_commands import add_tempo_commands, add_tempo_parameters
from livedream.errors import LivedreamError
from livedream.modulation.macros import MACRO_ROWS, macro_sources
from livedream.modulation.tempo import MidiClock, Tempo
from livedream.runtime.commands import Commands
from livedream.runtime.on_beat import OnBeat
from livedream.runtime.parameters import Parameters
from livedream.runtime.playlist import Playlist
from livedream.runtime.store import SettingsStore
from livedream.settings.show_numbers import LOOKAHEAD_MS

if TYPE_CHECKING:
    from livedream.control.audio_input import AudioInput

PERIOD_S = 1 / 60
"""How often what controls want is applied."""

AGAIN_S = 10.0
"""What goes wrong again and again is said this often."""

JOIN_S = 2.0


class Controls:
    """Turns a show by OSC, MIDI, Art-Net, sound and the modulation matrix, and keeps its tempo.

    What cannot be had is told, and the show goes on. store, commands, playlist, parameters: the show's.
    tell: takes sentences for people, from any thread. backend: makes the system's MIDI. Raises InputError for
    a profile that cannot be read.
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
    ) -> None:
        self._plan, self._tell = plan or ControlPlan(), tell
        self._clock, self._backend = clock or SystemClock(), backend
        self._sparing = Sparing(tell, self._clock, AGAIN_S)
        self._registry, self._problems = commands, dict[str, str]()
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
        add_tempo_parameters(turned := self.commands.parameters, self.tempo)
        self.coalescer = Coalescer(store, self.commands, parameters=turned, tell=tell, clock=self._clock)
        self.matrix = Matrix(self.coalescer, macro_sources(store.snapshot), self.tempo, MACRO_ROWS)
        self.coalescer.before_each(self.matrix.step)
        self.audio: AudioInput | None = None
        self.art_net: ArtNetServer | None = None
        self.link: LinkTempo | None = None
        self._add_sources()
        self._preset_rows = PresetRows(store, self.matrix, playlist, tell)
        self.feedback: OscFeedback | None = None
        self.osc: OscServer | None = None
        self.midi: Midi | None = None
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
        """Take the ports that the plan names; what cannot be had is told."""
        self._try(self._open_feedback)
        self._try(self._open_osc, "osc")
        self._try(self._open_link)
        if self.audio is not None:
            self.audio.start()
        if self._plan.midi is not None:
            profile = self._plan.midi
            self._try(lambda: self.use_midi(profile), "midi")

    def step(self) -> None:
        """Do all that is due: what has come is applied in one change, and sent to those who follow."""
        ports = (self.osc, self.midi, self.art_net, self.link)
        steps: list[Callable[[], object]] = [self._close_retired, self._preset_rows.step]
        steps += [*(port.step for port in ports if port is not None), self.coalescer.apply]
        steps += [] if self.feedback is None else [self.feedback.step]
        for step in steps:
            try:
                step()
            except Exception as fault:  # the others go on, and so does the show
                name = getattr(step, "__qualname__", "a control")
                self._sparing.say(name, f"{name} has failed: {type(fault).__name__}: {fault}")

    def wake(self) -> None:
        """Do the next step at once, since something has come that must not wait; any thread."""
        self._wake.set()

    def close(self) -> None:
        """Apply what is left and give everything back."""
        self.coalescer.close()
        self._close_retired()
        for port in (self.osc, self.midi, self.feedback, self.art_net, self.link, self.audio):
            if port is not None:
                port.close()
        self.osc = self.midi = self.feedback = self.art_net = self.link = self.audio = None
        for name in self._added:
            self._registry.remove(name)
        if self._added:
            self.commands.parameters.remove(LOOKAHEAD_MS.word)
        self._added = []

    def use_midi(self, profile: str = "") -> Midi:
        """Open the controllers, now and as they come, with a profile in place of the one before; any thread.

        profile: its name or file; "" for the default one. Raises InputError for one that cannot be read,
        LivedreamError without MIDI's libraries.
        """
        made = Midi(
            self.coalescer,
            self.commands,
            self._file(profile),
            self._backend(),
            clocked=MidiClock(self.tempo).feed,
            tell=self._tell,
            clock=self._clock,
        )
        self._problems.pop("midi", None)
        before, self.midi = self.midi, made
        if before is not None:
            before.close()
        return made

    def close_midi(self) -> None:
        """Give the controllers back and keep what was learned; any thread."""
        midi, self.midi = self.midi, None
        if midi is not None:
            self._retired.append(midi)  # whoever steps it closes it, and steps it no more

    def use_osc(self, address: tuple[str, int]) -> None:
        """Listen on a host and a port in place of those before; any thread. Raises LivedreamError."""
        self.close_osc()
        self.osc = self._listening(address)
        self._problems.pop("osc", None)

    def close_osc(self) -> None:
        """Listen no more; any thread."""
        osc, self.osc = self.osc, None
        if osc is not None:
            osc.close()

    def learn(self, target: str, low: float | None = None, high: float | None = None) -> None:
        """Bind the next knob that is moved, or pad that is hit, to a setting or a command.

        low, high: what the ends of a knob mean; None: the ends of the setting's range. Opens the controllers
        if they are not. Raises InputError for a target that there is not, LivedreamError without MIDI.
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
        osc, midi = self.osc, self.midi
        return ControlStatus(
            bpm=self.tempo.bpm,
            beat=self.tempo.beats(self._clock.now_s()),
            leader=self.tempo.leader,
            quantise=self._on_beat.quantise,
            osc="" if osc is None else f"{osc.host}:{osc.port}",
            midi=None if midi is None else midi.ports.names,
            profile=None if midi is None else midi.file,
            learning=None if midi is None else midi.map.learning,
            problems=(*self._problems.values(), *(() if midi is None else midi.ports.problems)),
        )

    def _file(self, profile: str) -> Path:
        return profile_file(profile, self._plan.profiles or profile_folder())

    def _open_feedback(self) -> None:
        if self._plan.osc_to is not None:
            moved = self.coalescer, self._plan.osc_to, self.commands.parameters
            self.feedback = OscFeedback(*moved, tell=self._tell, clock=self._clock)
            self.feedback.send_all()

    def _open_osc(self) -> None:
        if self._plan.osc is not None:
            self.osc = self._listening(self._plan.osc)

    def _listening(self, address: tuple[str, int]) -> OscServer:
        return OscServer(
            self.coalescer, self.commands, address, tell=self._tell, hears=self.feedback, clock=self._clock
        )

    def _close_retired(self) -> None:
        while self._retired:
            self._retired.popleft().close()

    def _add_sources(self) -> None:
        """Add what moves settings besides macros and waves, then the rows that the plan names."""
        self._try(self._make_audio)
        self._try(self._open_art_net)
        for row in self._plan.rows:
            self._try(partial(self.matrix.add, row))

    def _make_audio(self) -> None:
        if self._plan.audio is not None:
            from livedream.control.audio_input import AudioInput, audio_connector

            tempo = self.tempo if self._plan.lead == "audio" else None
            connect = audio_connector(self._plan.audio, self._clock)
            self.audio = AudioInput(
                connect, tempo=tempo, noticed=self.wake, tell=self._tell, clock=self._clock
            )
            self.matrix.add_sources(self.audio.sources)

    def _open_art_net(self) -> None:
        if self._plan.art_net is not None:
            self.art_net = ArtNetServer(self._plan.art_net, self.coalescer.want)
            self.matrix.add_sources(self.art_net.sources)

    def _open_link(self) -> None:
        if self._plan.lead == "link":
            peer = link_peer(self.tempo.bpm)
            self.link = LinkTempo(self.tempo, peer, tell=self._tell, clock=self._clock)

    def _try(self, open_: Callable[[], object], part: str = "") -> None:
        """Open something; what cannot be had is a problem until `part` can."""
        try:
            open_()
        except LivedreamError as fault:
            self._problems[part or str(fault)] = str(fault)
            self._tell(str(fault))

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._clock.wait(self._wake, PERIOD_S):
                self._wake.clear()
            self.step()
