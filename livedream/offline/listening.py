"""Which sound the settings of a film follow, and what is heard of it before anything is dreamed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from livedream.audio.audio_sources import audio_sources
from livedream.audio.audio_spectrum import RATE_HZ, hop_length
from livedream.audio.heard_track import BEAT_COLUMNS, COLUMNS, HeardBeats, HeardTrack, heard_track
from livedream.errors import InputError
from livedream.modulation.tempo import Beats, Tempo
from livedream.offline.kept_arrays import read_arrays
from livedream.offline.moving_settings import MovingSettings
from livedream.offline.settings_timeline import SettingsTimeline
from livedream.offline.wanted_sources import USUAL, wanted_of
from livedream.settings.modulation_row import ModulationRow
from livedream.sinks.segments import told
from livedream.sinks.sound_blocks import sound_blocks
from livedream.sinks.sound_choice import choose_sound, music_begin_s
from livedream.whole_file import write_whole

HEARD = "heard.npz"
"""What is heard is kept in the folder of an unfinished render, so that it is listened to once."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Listening:
    """The sound that settings follow: of the file `path`, from `begin_s` on its own clock.

    first: the film's frame that it begins with. frames: how many are needed, None for all that sound. beat:
    whether waves go by its beat.
    """

    path: Path
    begin_s: float
    first: int = 0
    frames: int | None = None
    beat: bool = False


def has_sound(film: Path) -> bool:
    """Return whether a film has sound that can be decoded. Raises InputError if it cannot be read."""
    try:
        return choose_sound(film).index is not None
    except (av.FFmpegError, OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or fault
        raise InputError(
            f"the sound of {film}, which moves settings, cannot be read ({reason}); let them follow another "
            "one: --audio FILE"
        ) from fault


def frames_listening(
    rows: Iterable[ModulationRow], audio: Path | None, bpm: float | None, tell: Tell
) -> Listening | None:
    """Return the sound that rows of frames follow that are in no film: a file, from the first frame on.

    tell: takes a sentence on each thing that moves nothing. Raises InputError for a file without sound.
    """
    wanted = wanted_of(rows)
    begin_s = None if audio is None else music_begin_s(audio, "audio")
    for note in wanted.notes():
        tell(note)
    if not wanted.listens(bpm):
        return None
    if audio is None or begin_s is None:
        for note in wanted.without_sound("these frames have no sound", bpm):
            tell(note)
        return None
    return Listening(audio, begin_s, beat=wanted.beat and bpm is None)


def moving(
    timeline: SettingsTimeline,
    rate: Fraction,
    bpm: float | None,
    listening: Listening | None,
    tell: Tell,
    folder: Path | None = None,
) -> MovingSettings:
    """Return the settings of a film as rows move them; listens to its sound first, if they want it.

    rate: frames a second. bpm: the tempo, None for that of the sound. tell: takes sentences for people.
    folder: where what is heard is kept; None: nowhere. Raises InputError for a sound that cannot be read,
    SinkError.
    """
    if listening is None:
        return MovingSettings(timeline, rate, tempo=None if bpm is None else Tempo(bpm))
    track = _listened(listening, rate, tell, folder)
    tempo = Tempo(bpm) if bpm is not None else _beat_of(track, listening, tell)
    return MovingSettings(timeline, rate, audio_sources(track.heard_at), tempo)


def _beat_of(track: HeardTrack, listening: Listening, tell: Tell) -> Beats | None:
    """Return the beat that waves go by, None for the usual one."""
    if not listening.beat:
        return None
    if not len(track.beats):
        tell(f"no beat was heard in {listening.path.name}: {USUAL}; --bpm sets another tempo")
        return None
    beats = HeardBeats(track)
    tell(f"waves in beats go by {listening.path.name}: {beats.bpm:.1f} beats a minute")
    return beats


def _listened(listening: Listening, rate: Fraction, tell: Tell, folder: Path | None) -> HeardTrack:
    begin_s = float(listening.first / rate)
    kept = None if folder is None else _kept(folder / HEARD)
    if kept is not None:
        return HeardTrack(rate, begin_s, *kept)
    tell(f"listening to {listening.path.name}")
    blocks = sound_blocks(listening.path, RATE_HZ, hop_length(RATE_HZ), listening.begin_s)
    track = heard_track(blocks, RATE_HZ, rate, begin_s, listening.frames, beat=listening.beat)
    if folder is not None:
        with told(folder):
            write_whole(
                folder / HEARD,
                lambda file: np.savez(file, frames=track.frames, beats=track.beats),
            )
    return track


def _kept(file: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """Return what was heard before; None if that is not there, or damaged."""
    kept = read_arrays(file) or {}
    frames, beats = kept.get("frames"), kept.get("beats")
    if frames is None or beats is None or frames.dtype != np.float64 or beats.dtype != np.float64:
        return None
    fit = frames.ndim == beats.ndim == 2 and frames.shape[1] == COLUMNS and beats.shape[1] == BEAT_COLUMNS
    return (frames, beats) if fit else None
