"""Dreaming from a program: a picture, frames in a row; a show is `livedream.runtime.session.LiveSession`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

from livedream.engines.maker import Choice
from livedream.frame import Frame, Rgb
from livedream.offline.dreaming import FrameDreamer
from livedream.offline.engine_pool import Engines
from livedream.offline.full_size import at_full_size
from livedream.offline.listening import frames_listening, moving
from livedream.offline.settings_timeline import Segment, SettingsTimeline
from livedream.offline.still import ROUNDS, dreamed_rounds
from livedream.offline.wanted_sources import notes_on_picture
from livedream.presets import Preset, load
from livedream.resources import DEFAULT_PRESET
from livedream.settings import Settings
from livedream.settings.modulation_row import ModulationRow
from livedream.sources.source_spec import expanded
from livedream.sources.still_image import read_image

Look = str | Path | Preset | Settings
"""A preset's name, the path of its file, a preset, or settings."""


def dream_image(
    picture: str | Path | Rgb,
    look: Look = DEFAULT_PRESET,
    *,
    rounds: int = ROUNDS,
    seed: int = 0,
    engine: Choice = "auto",
    tell: Callable[[str], None] = lambda _: None,
) -> Rgb:
    """Dream a picture at its own size; the same seed, rounds and engine dream the same.

    picture: a file, or uint8 HxWx3. rounds: how often it is dreamed, each time from what became of it. tell:
    called with sentences for people, such as why an engine was passed over. Returns uint8 HxWx3. Raises
    InputError for a file or a look that is none, EngineError if no engine can be had.
    """
    rgb = read_image(expanded(str(picture))) if isinstance(picture, str | Path) else picture
    settings, rows = look_of(look)
    settings = at_full_size(settings, (rgb.shape[1], rgb.shape[0]))
    for note in notes_on_picture(rows):
        tell(note)
    with Engines(engine, tell) as engines:
        return dreamed_rounds(rgb, (settings, rows), rounds, engines, seed)


def dream_frames(  # noqa: PLR0913  (what a film's frames are decided by, one by one)
    frames: Iterable[Rgb],
    look: Look = DEFAULT_PRESET,
    *,
    fps: float = 30.0,
    seed: int = 0,
    audio: str | Path | None = None,
    bpm: float | None = None,
    engine: Choice = "auto",
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Rgb]:
    """Dream frames one after the other, each from the dream of the one before; one is read when it is due.

    The rows of a preset move its settings by the frames' time. frames: uint8 HxWx3. fps: how many of them are
    a second. audio: the file of the sound that rows follow from the first frame on. bpm: of waves that go by
    beats; None for that of the sound. The rest as in `dream_image`. Raises InputError for a sound that cannot
    be read, too.
    """
    settings, rows = look_of(look)
    timeline = SettingsTimeline([Segment(0.0, settings, rows=rows)])
    listening = frames_listening(rows, None if audio is None else expanded(str(audio)), bpm, tell)
    moved = moving(timeline, Fraction(fps), bpm, listening, tell)
    with Engines(engine, tell) as engines, closing(FrameDreamer(engines, seed)) as dreamer:
        for index, rgb in enumerate(frames):
            yield dreamer.dream(Frame(rgb, index / fps, index, media_s=index / fps), moved.at(index)).rgb


def look_of(look: Look) -> tuple[Settings, tuple[ModulationRow, ...]]:
    """Return the settings that a look means, and the rows that move them. Raises InputError."""
    if isinstance(look, str | Path):
        look = load(str(look))
    return (look.settings, look.rows) if isinstance(look, Preset) else (look, ())
