"""Targets that are text or small files: presets, timelines, batches, shows, profiles, engines, jobs."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from fuzzing.target import Read, Sample, Target, from_file

from livedream.cli.engines_command import _table
from livedream.control.artnet_server import parse_art_net
from livedream.control.midi_profile import load_profile
from livedream.engines.cache import MAGIC, EngineCache
from livedream.errors import InputError, LivedreamError
from livedream.offline.batch import load_batch
from livedream.offline.checkpoint import Checkpoint
from livedream.offline.render_options import box_of, bpm_of, length_of, preview_of, rate_of, seed_of
from livedream.offline.settings_timeline import Segment, load_timeline
from livedream.offline.timecode import seconds_of
from livedream.own_presets import OwnPresets
from livedream.presets import apply_assignments, load, load_file, preset_text, shipped
from livedream.resources import folder as resource_folder
from livedream.runtime.saved_show import ShowFiles
from livedream.runtime.saved_show_text import SavedShow, SavedTempo, text_of
from livedream.settings import Settings
from livedream.settings.modulation_row import parse_move
from livedream.sinks.render_recipe import Recipe, recipe_of

PROFILE = b"""ports = ["nano"]
[[binding]]
target = "look.depth"
kind = "cc"
channel = 1
number = 21
low = 0.1
high = 0.9
pickup = false
[[binding]]
target = "blackout"
kind = "note"
number = 36
threshold = 0.5
"""

TIMELINE = b"""[[segment]]
at = 0
preset = "eyes"
[[segment]]
at = "0:00:10"
fade_s = 2.5
set = { dream.steps = 3, look.depth = 0.5 }
"""

BATCH = b"""[[render]]
in = "clip.mp4"
out = "dream.mp4"
preset = "eyes"
size = "640x360"
fps = "25"
start = "0:01"
end = 90
seed = 7
set = { "dream.steps" = 3 }
move = ["sine 4 beats=look.depth:0.4"]
bpm = 120
sound = false
[[render]]
in = "clouds"
out = "sky.mkv"
seconds = 3
preview = 320
"""

OPTIONS: dict[str, tuple[str, Callable[[str], object]]] = {
    "set": ("dream.layers.eyes=0.5", lambda text: apply_assignments(Settings(), [text])),
    "move": ("sine 4 beats=look.depth:0.4", parse_move),
    "art-net": ("0/1=look.depth,look.light,-", parse_art_net),
    "time": ("0:00:10.5", lambda text: seconds_of(text, Fraction(25), "--start")),
    "frame": ("2700f", lambda text: seconds_of(text, Fraction(30000, 1001), "--start")),
    "size": ("640x360", box_of),
    "fps": ("30000/1001", rate_of),
    "seconds": ("2.5", length_of),
    "preview": ("320", preview_of),
    "bpm": ("120", bpm_of),
    "seed": ("7", seed_of),
}
"""What is written on the command line: a valid word, and what reads it."""


def _named(suffix: str, *contents: bytes) -> Callable[[Path], list[Sample]]:
    return lambda _: [(f"sample{number}{suffix}", content) for number, content in enumerate(contents)]


def _presets(_: Path) -> list[Sample]:
    shipped_ones = [
        (f"{name}.toml", (resource_folder("configs") / f"{name}.toml").read_bytes()) for name in shipped()
    ]
    return [*shipped_ones, ("all.toml", preset_text("all", Settings(), "every setting").encode())]


def _own_presets(folder: Path) -> Read:
    def read(name: str, content: bytes) -> None:
        (folder / name).write_bytes(content)
        OwnPresets(folder).load(lambda _: None)
        (folder / name).unlink()

    return read


def _timeline(file: Path) -> None:
    load_timeline(file, Segment(0.0, Settings()), ["dream.steps=2"], Fraction(25), lambda _: None)


def _recipes(_: Path) -> list[Sample]:
    preset = load("eyes")
    made = {"livedream": "1.0", "engine": "openvino", "seed": 3, "size": "640x360"}
    return [("livedream.toml", Recipe("eyes", preset.settings, made, preset.rows).text().encode())]


def _shows(_: Path) -> list[Sample]:
    rows = (parse_move("sine 4 beats=look.depth:0.4"),)
    show = SavedShow(
        "eyes",
        {"look.depth": 0.7, "dream.layers": {"eyes": 1.0}},
        ("look.depth",),
        "eyes",
        "weave",
        "A",
        {"show.fader": 0.5},
        rows,
        (("bass", "look.depth", ""),),
        "clouds",
        SavedTempo(120.0),
        True,
        False,
    )
    run = {"pid": 1, "started_s": 1.5}
    old = SavedShow("eyes", {}, (), "eyes", "weave")
    return [("running-1.toml", text_of(one, run).encode()) for one in (show, old)]


def _show(folder: Path) -> Read:
    files = ShowFiles(folder)

    def read(name: str, content: bytes) -> None:
        (folder / name).write_bytes(content)
        try:
            files.take_crashed()
        finally:
            files.last()

    return read


BLOB_BYTES = 80
FACTS = ".facts"
"""Ends the name of an entry of which only the facts are changed: what is whole about it stays so."""


def _engines(folder: Path) -> list[Sample]:
    cache = EngineCache(folder)
    facts = {
        "engine": "openvino",
        "number_format": "f16",
        "took_s": 3.5,
        "built": "2026-01-02T03:04:05+00:00",
        "program": {
            "network": "n",
            "layers": ["a"],
            "working_size": [3, 4],
            "octaves": 3,
            "steps": 2,
            "only": 1,
        },
        "check": {"cosine": 0.99, "run_ms": 4.0},
    }
    for key in ("a", "b"):
        cache.put(key, b"blob" * (BLOB_BYTES // 4), facts)
    entries = [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.engine"))]
    name, content = entries[0]
    head = content[16:-BLOB_BYTES]
    return [*entries, (name.replace(".engine", FACTS), head)]


def _engine(folder: Path) -> Read:
    cache = EngineCache(folder)

    def read(name: str, content: bytes) -> None:
        if name.endswith(FACTS):
            name = name.replace(FACTS, ".engine")
            content = MAGIC + struct.pack("<Q", len(content)) + content + b"blob" * (BLOB_BYTES // 4)
        (folder / name).write_bytes(content)
        for key in ("a", "b"):
            cache.get(key)
        cache.took_s("openvino")
        _table(cache.entries())

    return read


JOB = {"livedream": "1.0", "seed": 3, "dream": {"steps": 2, "layers": {"eyes": 1.0}}}


def _jobs(folder: Path) -> list[Sample]:
    kept = Checkpoint(folder / "job")
    kept.prepare(JOB, overwrite=False)
    kept.keep(25, {"dream": np.ones((4, 4), np.float32), "count": np.array(3)})
    kept.close()
    names = ("job.toml", "state-000000025.npz")
    return [(name, (kept.folder / name).read_bytes()) for name in names]


def _job(folder: Path) -> Read:
    def read(name: str, content: bytes) -> None:
        kept = Checkpoint(folder / "job")
        kept.folder.mkdir(exist_ok=True)
        (kept.folder / name).write_bytes(content)
        try:
            if name == "job.toml":
                kept.prepare(JOB, overwrite=False)
            else:
                kept.resume()
        finally:
            kept.close()
            (kept.folder / name).unlink(missing_ok=True)

    return read


def _option(_: Path) -> Read:
    def read(name: str, content: bytes) -> None:
        OPTIONS[name.partition(".")[0]][1](content.decode(errors="replace"))

    return read


def _options(_: Path) -> list[Sample]:
    return [(f"{name}.{name}", text.encode()) for name, (text, _) in OPTIONS.items()]


COMMANDS = frozenset({"blackout", "next preset"})

TEXT_TARGETS = (
    Target("preset", _presets, from_file(load_file), refuses=(InputError,)),
    Target("own presets", _presets, _own_presets, refuses=()),
    Target("timeline", _named(".toml", TIMELINE), from_file(_timeline), refuses=(InputError,)),
    Target("batch", _named(".toml", BATCH), from_file(load_batch), refuses=(InputError,)),
    Target("recipe", _recipes, from_file(recipe_of), refuses=(InputError,)),
    Target("options", _options, _option, refuses=(InputError,)),
    Target("saved show", _shows, _show, refuses=(InputError,)),
    Target(
        "midi profile",
        _named(".toml", PROFILE),
        from_file(lambda file: load_profile(file, COMMANDS)),
        refuses=(InputError,),
    ),
    Target("engine cache", _engines, _engine, refuses=()),
    Target("unfinished render", _jobs, _job, refuses=(LivedreamError,)),
)
