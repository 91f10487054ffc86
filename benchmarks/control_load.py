"""How a show bears floods of messages: OSC and MIDI at 10,000 a second, and a slider that is turned.

python benchmarks/control_load.py --seconds 10 --rounds 2

A show of the clouds runs without a window. In each round it is measured alone, beside a sender whose
messages go elsewhere (what the sender itself takes from the processor), under the messages, and alone again;
a load is compared with the mean of what was before and after. A third of the messages are malformed; the
slider's, 100 a second, are not. MIDI comes from a backend of our own, in this process.

Printed: frames a second; frames per second of processor time that this process takes besides the controls'
thread, which depend less on what else the machine does, and fall if the controls hinder the dream otherwise
than by their own processor time; that time; changes of the settings, and how long after the
last message the last one came; threads; memory.
"""

from __future__ import annotations

import argparse
import itertools
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import psutil

from livedream.control.control_plan import ControlPlan
from livedream.control.controls import Controls
from livedream.control.fake_midi import FakeMidi
from livedream.control.midi_binding import Binding, MidiSource
from livedream.control.osc_writing import osc_packet
from livedream.runtime.plan import Plan
from livedream.runtime.playlist_loading import load_playlist
from livedream.runtime.session import LiveSession
from livedream.sources import open_source

WORDS = ("look.depth", "look.light", "look.strength", "motion.persistence")
"""Settings that cost the same whatever they are."""

BURST_S = 0.005
"""Messages are sent in bursts of so long, as programs do."""

KNOB, NAME = 20, "load"

SIZE_WH = (1280, 720)


class Figures(NamedTuple):
    """What was measured in one stretch."""

    fps: float
    frames_per_cpu_s: float
    control_share: float
    changes: int
    threads: int
    rss_mb: float


class Stage:
    """A running show, and what is measured of it."""

    def __init__(self, session: LiveSession, controls: Controls, seconds: float) -> None:
        self.session, self.controls, self._seconds = session, controls, seconds
        self.changed_s: list[float] = []
        self._process = psutil.Process()
        session.store.observe(lambda _: self.changed_s.append(time.perf_counter()))

    def measure(self, begin: Callable[[], Callable[[], None]] = lambda: lambda: None) -> Figures:
        """Measure while what `begin` starts is going on; what it returns waits for its end."""
        self.changed_s.clear()
        end = begin()
        before = self._counted()
        time.sleep(self._seconds)
        frames, wall_s, cpu_s, control_s = (
            after - one for after, one in zip(self._counted(), before, strict=True)
        )
        threads = threading.active_count()
        end()
        rss_mb = self._process.memory_info().rss / 2**20
        changes = len(self.changed_s)
        per_cpu_s = frames / (cpu_s - control_s)
        return Figures(frames / wall_s, per_cpu_s, control_s / wall_s, changes, threads, rss_mb)

    def _counted(self) -> tuple[float, float, float, float]:
        """Return frames, time, and the processor time of the process and of the controls' thread."""
        ids = [one.native_id for one in threading.enumerate() if one.name == "controls"]
        control_s = sum(one.user_time + one.system_time for one in self._process.threads() if one.id in ids)
        return self.session.status().frames, time.perf_counter(), time.process_time(), control_s


def slider() -> Iterator[bytes]:
    """Make packets of a slider that goes up and down."""
    while True:
        for step in [*range(100), *range(100, 0, -1)]:
            yield osc_packet("/look/depth", step / 100)


def flood(seed: int = 1) -> Iterator[bytes]:
    """Make packets without end, every third malformed."""
    draws = random.Random(seed)
    good = [osc_packet("/" + draws.choice(WORDS).replace(".", "/"), draws.random()) for _ in range(500)]
    bad = [draws.randbytes(draws.randrange(60)) for _ in range(200)]
    bad += [packet[: draws.randrange(len(packet))] for packet in good[:200]]
    number = 0
    while True:
        number += 1
        yield draws.choice(bad if number % 3 == 0 else good)


def paced(rate: float, seconds: float, send: Callable[[], None]) -> int:
    """Send at a rate for so long; return how many were sent."""
    start_s, sent = time.perf_counter(), 0
    while (now_s := time.perf_counter() - start_s) < seconds:
        while sent < rate * now_s:
            send()
            sent += 1
        time.sleep(BURST_S)
    return sent


def send_osc(kind: str, port: int, rate: float, seconds: float) -> None:
    """Send OSC packets, in a process of its own."""
    made = slider() if kind == "slider" else flood()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:

        def send() -> None:
            sender.sendto(next(made), ("127.0.0.1", port))

        paced(rate, seconds, send)


def sending(kind: str, port: int, rate: float, seconds: float) -> Callable[[], Callable[[], None]]:
    """Return what starts a process that sends OSC."""

    def begin() -> Callable[[], None]:
        arguments = [sys.executable, __file__, "--send", f"{kind},{port},{rate},{seconds + 1}"]
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()  # it has begun

        def end() -> None:
            if process.wait():
                raise SystemExit("the sender failed")

        return end

    return begin


def playing(heard: Callable[[bytes], None], rate: float, seconds: float) -> Callable[[], Callable[[], None]]:
    """Return what starts a thread that plays knobs, every third message malformed."""
    draws = random.Random(1)
    played = [bytes((0xB0, KNOB + draws.randrange(len(WORDS)), draws.randrange(128))) for _ in range(600)]
    played[::3] = [draws.randbytes(draws.randrange(5)) for _ in played[::3]]
    messages = itertools.cycle(played)

    def play() -> None:
        heard(next(messages))

    def begin() -> Callable[[], None]:
        thread = threading.Thread(target=paced, args=(rate, seconds + 0.5, play))
        thread.start()
        return thread.join

    return begin


@contextmanager
def show(asked: argparse.Namespace, profiles: Path) -> Iterator[tuple[LiveSession, Controls, FakeMidi]]:
    """Run a show of the clouds with all controls."""
    playlist, midi = load_playlist(), FakeMidi(NAME)
    source = open_source("clouds", fps=30.0, size_wh=SIZE_WH, loop=True)
    plan = Plan(playlist.name, SIZE_WH, 30.0, asked.engine, paced=asked.paced, governed=False)
    with LiveSession(source, playlist, plan) as session:
        wanted = ControlPlan(("127.0.0.1", 0), midi="", profiles=profiles)
        controls = Controls(session.store, session.commands, playlist, wanted, backend=lambda: midi)
        session.start()
        with controls:
            if not session.wait_settled(300):
                raise SystemExit("the engine was not ready in time")
            assert controls.midi is not None
            for number, word in enumerate(WORDS):
                controls.midi.map.bind(Binding(MidiSource(1, "cc", KNOB + number), word, pickup=False))
            time.sleep(2)
            yield session, controls, midi


def report(
    name: str, before: Figures, loaded: Figures, after: Figures, last_ms: float
) -> tuple[float, float]:
    """Print one comparison; return the ratios of frames a second, and of frames per processor second."""
    fps, per_cpu = ((before[at] + after[at]) / 2 for at in (0, 1))
    per_cpu_share = loaded.frames_per_cpu_s / per_cpu
    words = (
        f"{name:24}",
        f"{fps:5.1f} -> {loaded.fps:5.1f} frames/s ({loaded.fps / fps:.2f})",
        f"{per_cpu:5.1f} -> {loaded.frames_per_cpu_s:5.1f} frames/cpu s ({per_cpu_share:.3f})",
        f"controls {100 * before.control_share:.1f} -> {100 * loaded.control_share:.1f} %",
        f"{loaded.changes:4d} changes, the last after {last_ms:.0f} ms",
        f"threads {before.threads} -> {loaded.threads}, {before.rss_mb:.0f} -> {loaded.rss_mb:.0f} MiB",
    )
    print("  ".join(words), flush=True)
    return loaded.fps / fps, per_cpu_share


def rounds(session: LiveSession, controls: Controls, midi: FakeMidi, asked: argparse.Namespace) -> None:
    """Measure in turn, so that what else the machine does is the same for all."""
    stage, seconds = Stage(session, controls, asked.seconds), asked.seconds
    assert controls.osc is not None
    port = controls.osc.port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        loads = {
            "OSC that goes elsewhere": sending("flood", nobody.getsockname()[1], asked.rate, seconds),
            "OSC": sending("flood", port, asked.rate, seconds),
            "OSC, a slider": sending("slider", port, 100.0, seconds),
            "MIDI that goes elsewhere": playing(lambda _: None, asked.rate, seconds),
            "MIDI": playing(midi.heard[NAME], asked.rate, seconds),
        }
        ratios: dict[str, list[tuple[float, float]]] = {name: [] for name in loads}
        for _ in range(asked.rounds):
            before = stage.measure()
            for name, begin in loads.items():
                loaded = stage.measure(begin)
                ended_s = time.perf_counter()
                time.sleep(1)
                last_ms = max((at_s - ended_s for at_s in stage.changed_s), default=0.0) * 1000
                after = stage.measure()
                ratios[name].append(report(name, before, loaded, after, max(0.0, last_ms)))
                before = after
    for name, found in ratios.items():
        fps, per_cpu = (statistics.median(one[at] for one in found) for at in (0, 1))
        print(f"{name:24}  medians: {fps:.3f} of the frames a second, {per_cpu:.3f} of those per cpu s")
    box = controls.osc.inbox
    print(f"OSC packets read {box.packets}, malformed {box.malformed}; threads {threading.active_count()}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--rate", type=float, default=10_000.0)
    parser.add_argument("--engine", default="openvino")
    parser.add_argument("--paced", action="store_true", help="at 30 frames a second, not as fast as it goes")
    parser.add_argument("--send", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.send:
        kind, port, rate, seconds = asked.send.split(",")
        print("begun", flush=True)
        send_osc(kind, int(port), float(rate), float(seconds))
        return
    with TemporaryDirectory() as folder, show(asked, Path(folder)) as made:
        rounds(*made, asked)


if __name__ == "__main__":
    main()
