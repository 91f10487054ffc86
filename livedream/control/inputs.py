"""Inputs: what turns a show besides MIDI, each switched on and off while the show is on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from livedream.clock import Clock
from livedream.control.artnet_server import ArtNetPlan, ArtNetServer
from livedream.control.coalescer import Coalescer
from livedream.control.input_switch import InputSwitch
from livedream.control.link_tempo import LinkTempo, Peer, link_peer
from livedream.control.matrix import Matrix
from livedream.control.osc_feedback import OscFeedback
from livedream.control.osc_server import OscServer
from livedream.control.show_commands import ShowCommands
from livedream.control.sound_inputs import SoundInputs
from livedream.health import Health
from livedream.modulation.modulators import Modulator
from livedream.modulation.tempo import Tempo

if TYPE_CHECKING:
    from livedream.control.audio_input import AudioInput

SOUND_S = 3.0
"""How long an input of sound may take to end before it is left behind."""


@dataclass(frozen=True, slots=True)
class Turned:
    """What inputs turn.

    wake: lets what has just come be applied at once. tell: takes sentences for people, from any thread.
    """

    coalescer: Coalescer
    commands: ShowCommands
    matrix: Matrix
    tempo: Tempo
    wake: Callable[[], None]
    tell: Callable[[str], None]
    clock: Clock


class Inputs:
    """Opens and closes OSC, Art-Net, sound and Ableton Link; one thread steps them, any may switch them.

    sounds: the inputs of sound that there are. sound_name: which is listened to, or was last; None: none so
    far. sound_leads: whether the tempo is kept on what is heard. art_net_plan: which channels are heard, or
    were last. peer: makes a peer of Link.
    """

    def __init__(self, turned: Turned, *, peer: Callable[[float], Peer] = link_peer) -> None:
        self._turned, self._peer = turned, peer
        tell = turned.tell
        self.sounds = SoundInputs(turned.clock)
        self.sound_name: str | None = None
        self.sound_leads = False
        self.art_net_plan: ArtNetPlan | None = None
        self.feedback = InputSwitch[OscFeedback]("OSC feedback", tell, OscFeedback.step)
        self.osc = InputSwitch[OscServer]("OSC", tell, OscServer.step)
        self.art_net = InputSwitch[ArtNetServer](
            "Art-Net", tell, ArtNetServer.step, closed=lambda one: self._forget(one.sources)
        )
        self.link = InputSwitch[LinkTempo]("Ableton Link", tell, LinkTempo.step)
        self.sound: InputSwitch[AudioInput] = InputSwitch(
            "Sound", tell, closed=lambda one: self._forget(one.sources), close_s=SOUND_S
        )
        self._switches = self.osc, self.art_net, self.link, self.sound, self.feedback

    def use_osc(self, address: tuple[str, int]) -> None:
        """Listen on a host and a port in place of those before, soon."""
        self.osc.turn_on(partial(self._osc, address))

    def send_osc_to(self, address: tuple[str, int]) -> None:
        """Send what changes to a host and a port, soon."""
        self.feedback.turn_on(partial(self._feedback, address))

    def use_art_net(self, plan: ArtNetPlan) -> None:
        """Listen to channels of a lighting desk in place of those before, soon."""
        self.art_net_plan = plan
        self.art_net.turn_on(partial(self._art_net, plan))

    def use_sound(self, wanted: str) -> None:
        """Listen to an input of sound in place of the one before, soon.

        wanted: its name, a part of it or its number; a file; "" for the system's input.
        """
        self.sound_name = wanted
        self.sound.turn_on(partial(self._sound, wanted))

    def use_link(self) -> None:
        """Join the session of Ableton Link, soon."""
        self.link.turn_on(self._link)

    def loudness(self) -> float:
        """Return how loud what is heard is, 0 to 1; 0 when nothing is heard."""
        sound = self.sound.current
        return 0.0 if sound is None else sound.sources["loudness"].at(self._turned.clock.now_s())

    def health(self) -> dict[str, Health]:
        """Return how each input is, by its name."""
        return {switch.name: switch.health for switch in self._switches}

    def settle(self, seconds: float) -> bool:
        """Wait until nothing is being opened or closed; False if something takes longer than `seconds`."""
        return all(switch.settle(seconds) for switch in self._switches)

    def close(self) -> None:
        """Close all of them for good."""
        for switch in self._switches:
            switch.close()
        self.sounds.close()

    def heard(self, address: str, host: str) -> None:
        """Take note that a host has sent to an address: its own fader needs not be told."""
        feedback = self.feedback.current
        if feedback is not None:
            feedback.heard(address, host)

    def _osc(self, address: tuple[str, int]) -> OscServer:
        turned = self._turned
        return OscServer(
            turned.coalescer, turned.commands, address, tell=turned.tell, hears=self, clock=turned.clock
        )

    def _feedback(self, address: tuple[str, int]) -> OscFeedback:
        turned = self._turned
        feedback = OscFeedback(
            turned.coalescer, address, turned.commands.parameters, tell=turned.tell, clock=turned.clock
        )
        feedback.send_all()
        return feedback

    def _art_net(self, plan: ArtNetPlan) -> ArtNetServer:
        server = ArtNetServer(plan, self._turned.coalescer.want, self._turned.clock)
        self._turned.matrix.add_sources(server.sources)
        return server

    def _sound(self, wanted: str) -> AudioInput:
        from livedream.control.audio_input import AudioInput  # most shows do not listen

        turned = self._turned
        audio = AudioInput(
            self.sounds.connector(wanted),
            tempo=turned.tempo if self.sound_leads else None,
            noticed=turned.wake,
            tell=turned.tell,
            clock=turned.clock,
        )
        turned.matrix.add_sources(audio.sources)
        audio.start()
        return audio

    def _link(self) -> LinkTempo:
        turned = self._turned
        return LinkTempo(turned.tempo, self._peer(turned.tempo.bpm), tell=turned.tell, clock=turned.clock)

    def _forget(self, sources: Mapping[str, Modulator]) -> None:
        self._turned.matrix.remove_sources(sources)
