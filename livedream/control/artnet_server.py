"""ArtNetServer: lighting desks move settings, and what moves settings, by the channels of a universe."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from livedream.clock import Clock, SystemClock
from livedream.control.artnet_packet import MOST_CHANNELS, MOST_UNIVERSE, PORT, ArtDmx, read_art_dmx
from livedream.control.udp import listening
from livedream.errors import InputError
from livedream.health import Health
from livedream.settings import SettingInfo, by_target

NONE = "-"
"""Stands for a channel that turns no setting."""

MOST_BYTES = 18 + MOST_CHANNELS
MOST_AT_ONCE = 1000
"""Packets that are read in one step: a desk sends 44 a second for each universe."""

LATE = 128
"""A packet whose number lies so far back, of 255, is a late one."""

ANEW_S = 1.0
"""Once no packet has counted for so long, any does: a desk that was started anew counts anew."""

TURNED = ("number", "integer", "switch", "choice")
"""Kinds of settings that a fader can turn."""


@dataclass(frozen=True, slots=True)
class ArtNetPlan:
    """Which channels are heard. universe: 0 to 32767. first: 1 to 512, the channel of the first word.

    words: settings, each on a channel of its own from `first` on; "-": none, the channel is a source of the
    modulation matrix alone. host: where it listens; 127.0.0.1: on this
    machine alone, 0.0.0.0: to the whole network.
    """

    universe: int
    first: int
    words: tuple[str, ...]
    host: str = "127.0.0.1"
    port: int = PORT


class Channel:
    """The level of a channel as a modulator, 0 to 1."""

    def __init__(self, levels: Sequence[int], place: int) -> None:
        self._levels, self._place = levels, place

    def at(self, _now_s: float) -> float:
        """Return the level that came last."""
        return self._levels[self._place] / 255


class ArtNetServer:
    """Listens to a universe; at each step it passes on what has changed since the last one.

    want: takes a setting's word and its value. A channel takes a setting over when it is moved: what a desk
    sends when it begins moves nothing. Raises InputError if the port cannot be had. dropped: how many packets
    were malformed or of another kind.
    """

    def __init__(
        self, plan: ArtNetPlan, want: Callable[[str, Any], None], clock: Clock | None = None
    ) -> None:
        self._plan, self._want, self._clock = plan, want, clock or SystemClock()
        self._turned = [
            (place, by_target()[word])
            for place, word in enumerate(plan.words, plan.first - 1)
            if word != NONE
        ]
        self._levels = bytearray(MOST_CHANNELS)
        self._known = bytearray(MOST_CHANNELS)
        self._sequence, self._counted_s, self.dropped = 0, self._clock.now_s(), 0
        places = range(plan.first - 1, plan.first - 1 + len(plan.words))
        self.sources: Mapping[str, Channel] = {
            f"channel {place + 1}": Channel(self._levels, place) for place in places
        }
        self._socket = listening((plan.host, plan.port), "Art-Net")
        self.port = int(self._socket.getsockname()[1])

    @property
    def health(self) -> Health:
        """Return what is listened to."""
        plan = self._plan
        last = plan.first + len(plan.words) - 1
        channels = f"channel {last}" if last == plan.first else f"channels {plan.first} to {last}"
        return Health("live", f"hears universe {plan.universe}, {channels}, on {plan.host}:{self.port}")

    def step(self) -> None:
        """Read what has come, and ask for what has changed."""
        before, known = bytes(self._levels), bytes(self._known)
        for _ in range(MOST_AT_ONCE):
            try:
                packet = self._socket.recv(MOST_BYTES)
            except BlockingIOError:
                break
            except OSError:  # on Windows a packet that is too long, which is none of these
                self.dropped += 1
                continue
            self._read(packet)
        for place, info in self._turned:
            if known[place] and self._levels[place] != before[place]:
                self._want(info.word, value_of(info, self._levels[place]))

    def close(self) -> None:
        """Release the port."""
        self._socket.close()

    def _read(self, packet: bytes) -> None:
        dmx = read_art_dmx(packet)
        if dmx is None:
            self.dropped += 1
        elif dmx.universe == self._plan.universe and not self._is_late(dmx):
            self._sequence, self._counted_s = dmx.sequence, self._clock.now_s()
            self._levels[: len(dmx.levels)] = dmx.levels
            self._known[: len(dmx.levels)] = b"\1" * len(dmx.levels)

    def _is_late(self, dmx: ArtDmx) -> bool:
        is_anew = self._clock.now_s() - self._counted_s >= ANEW_S
        if is_anew or dmx.sequence == 0 or self._sequence == 0:
            return False
        return (self._sequence - dmx.sequence) % 255 in range(1, LATE)


def value_of(info: SettingInfo, level: int) -> Any:
    """Return what a level of 0 to 255 means to a setting."""
    if info.is_number:
        return info.at(level / 255)
    if info.kind == "switch":
        return level >= 128
    choices = list(info.choices)
    return choices[min(level * len(choices) // 256, len(choices) - 1)]


def art_net_text(plan: ArtNetPlan) -> str:
    """Write which channels are heard, as `parse_art_net` reads it."""
    return f"{plan.universe}/{plan.first}={','.join(plan.words)}"


def parse_art_net(text: str, host: str = "127.0.0.1", *, called: str = "--art-net") -> ArtNetPlan:
    """Read "0/1=look.depth,look.light": universe, first channel, and the words on the channels from there.

    called: where it was written, for messages. Raises InputError.
    """
    match = re.fullmatch(r"\s*(\d{1,5})/(\d{1,3})=(.+)", text)
    if match is None:
        raise InputError(
            f"{called} {text}: write UNIVERSE/CHANNEL=WORD,WORD, for example 0/1=look.depth,look.light"
        )
    universe, first = int(match[1]), int(match[2])
    words = tuple(word.strip() for word in match[3].split(","))
    if universe > MOST_UNIVERSE:
        raise InputError(f"{called} {text}: universe {universe} is not possible: 0 to {MOST_UNIVERSE}")
    if not 1 <= first <= MOST_CHANNELS - len(words) + 1:
        raise InputError(
            f"{called} {text}: {len(words)} channels from {first} on do not fit into 1 to {MOST_CHANNELS}"
        )
    for word in words:
        _check_word(word, f"{called} {text}")
    return ArtNetPlan(universe, first, words, host)


def _check_word(word: str, where: str) -> None:
    if word == NONE:
        return
    info = by_target().get(word)
    if info is None:
        near = difflib.get_close_matches(word, by_target(), n=1)
        hint = f"did you mean {near[0]}?" if near else "`livedream settings` lists them"
        raise InputError(f"{where}: there is no setting {word!r}; {hint}")
    if info.kind not in TURNED:
        raise InputError(f"{where}: {word} is a {info.kind}, which no fader can turn")
