"""What a render is known by: the files it looks at, and all that decides its frames."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from livedream.containers.checked_file import is_there
from livedream.offline.listening import Listening
from livedream.offline.output import Output, check_apart
from livedream.offline.render_request import RenderRequest
from livedream.offline.settings_timeline import SettingsTimeline
from livedream.presets import preset_table
from livedream.sources.footage import Footage
from livedream.sources.source_spec import expanded
from livedream.version import __version__

SOUND_WORDS = ("sound", "sound_file")
"""What may change while a render is unfinished: sound is added when all frames are there."""

_KINDS = {
    "first_frame": "the picture that the dream starts from",
    "sound_file": "the music",
    "audio": "the sound that is listened to",
    "guide": "the guide",
    "style": "the style",
}


def files_of(
    request: RenderRequest, timeline: SettingsTimeline, listening: Listening | None, output: Output
) -> dict[str, Path]:
    """List the existing files besides the source: a render resumes only with the same ones.

    Raises InputError for one that the output would be written over.
    """
    named = {"first_frame": request.first_frame, "sound_file": request.sound_file}
    named |= {} if listening is None else {"audio": listening.path}
    for number, segment in enumerate(timeline.segments):
        dream = segment.settings.dream
        named |= {f"guide {number}": expanded(dream.guide), f"style {number}": expanded(dream.style)}
    files = {word: path for word, path in named.items() if path is not None and is_there(path)}
    check_apart(output, {_KINDS[word.split()[0]]: file for word, file in files.items()})
    return files


def made_of(
    request: RenderRequest,
    footage: Footage,
    size_wh: tuple[int, int],
    rate: Fraction,
    timeline: SettingsTimeline,
) -> dict[str, Any]:
    """Return everything besides the settings that determines the frames; options not given are left out."""
    given = {
        "start": request.start,
        "end": request.end,
        "seconds": request.seconds,
        "bpm": request.bpm,
        "first_frame": None if request.first_frame is None else request.first_frame.name,
        "sound_file": None if request.sound_file is None else request.sound_file.name,
        "audio": None if request.audio is None else request.audio.name,
    }
    segments = [
        {"at": segment.at_s, "fade_s": segment.fade_s} | preset_table(segment.settings, segment.rows)
        for segment in timeline.segments
    ]
    return {
        "livedream": __version__,
        "seed": request.seed,
        "source": footage.name,
        "size": f"{size_wh[0]}x{size_wh[1]}",
        "fps": str(rate),
        "sound": request.sound,
        **{word: value for word, value in given.items() if value is not None},
        **({"segment": segments} if len(segments) > 1 else {}),
    }
