"""What a film listens to: found before it is dreamed, heard once."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livedream.audio.heard_track import BEAT_COLUMNS, COLUMNS
from livedream.errors import InputError
from livedream.offline.listening import HEARD, Listening, frames_listening, has_sound, moving
from livedream.offline.settings_timeline import Segment, SettingsTimeline
from livedream.settings import Settings
from livedream.settings.modulation_row import ModulationRow as Row

RATE = Fraction(30)
ONSET = Row("onset", "look.depth", 0.5)
BEAT = Row("square 1 beat", "look.light", 0.2)


@pytest.fixture
def song(drums: Any, tmp_path: Path) -> Path:
    """Save clicks at 126 beats a minute, the first after a quarter of a second."""
    file: Path = drums.save(drums.track(126, 6, begin_s=0.25), tmp_path / "song.wav")
    return file


def timeline(*rows: Row) -> SettingsTimeline:
    return SettingsTimeline([Segment(0.0, Settings(), rows=rows)])


def test_a_row_leaps_with_each_click(song: Path) -> None:
    told: list[str] = []
    film = moving(timeline(ONSET), RATE, None, Listening(song, 0.0), told.append)
    depths = [film.at(frame).settings.look.depth for frame in range(150)]
    # From the third frame on: the silence that ends with the first one is an onset, too.
    leaps = [frame for frame in range(3, 150) if depths[frame] - depths[frame - 1] > 0.15]
    assert leaps == pytest.approx([(0.25 + beat * 60 / 126) * 30 for beat in range(len(leaps))], abs=1.5)
    assert len(leaps) == 10
    assert told == ["listening to song.wav"]


def test_music_begins_with_its_frame(song: Path) -> None:
    film = moving(timeline(ONSET), RATE, None, Listening(song, 0.0, first=60), lambda _: None)
    there = moving(timeline(ONSET), RATE, None, Listening(song, 0.0), lambda _: None)
    later, depths = (
        [one.at(first + frame).settings.look.depth for frame in range(30)]
        for one, first in ((film, 60), (there, 0))
    )
    assert later == pytest.approx(depths)
    assert max(depths) > 0.6
    assert film.at(59).settings == Settings()


def test_waves_in_beats_go_by_what_is_heard_or_by_what_is_given(song: Path) -> None:
    told: list[str] = []

    def turns(bpm: float | None, beat: bool) -> list[int]:
        """List the frames in which a beat begins."""
        film = moving(timeline(BEAT), RATE, bpm, Listening(song, 0.0, beat=beat), told.append)
        lights = [film.at(frame).settings.look.light for frame in range(120)]
        return [frame for frame in range(1, 120) if lights[frame] > lights[frame - 1]]

    heard = turns(None, True)
    assert heard == pytest.approx([(0.25 + beat * 60 / 126) * 30 for beat in range(len(heard))], abs=1.5)
    assert re.fullmatch(r"waves in beats go by song\.wav: 12[56]\.\d beats a minute", told[-1])
    assert turns(60.0, False) == [30, 60, 90]


def test_without_a_beat_the_usual_tempo_is_told(drums: Any, tmp_path: Path) -> None:
    told: list[str] = []
    noise = drums.save(drums.silence(5), tmp_path / "hush.wav")
    film = moving(timeline(BEAT), RATE, None, Listening(noise, 0.0, beat=True), told.append)
    assert told[-1] == (
        "no beat was heard in hush.wav: waves in beats go at 120 beats a minute; --bpm sets another tempo"
    )
    alone = moving(timeline(BEAT), RATE, 120.0, None, told.append)
    assert [film.at(frame) for frame in range(30)] == [alone.at(frame) for frame in range(30)]


def test_what_was_heard_is_kept_and_listened_to_anew_if_it_is_damaged(song: Path, tmp_path: Path) -> None:
    folder, told = tmp_path / "out.part", list[str]()
    folder.mkdir()

    def light() -> list[float]:
        film = moving(timeline(ONSET, BEAT), RATE, None, Listening(song, 0.0, beat=True), told.append, folder)
        return [film.at(frame).settings.look.depth for frame in range(90)]

    first = light()
    assert light() == first
    assert told.count("listening to song.wav") == 1
    (folder / HEARD).write_bytes(b"PK damaged")
    assert light() == first
    assert told.count("listening to song.wav") == 2
    np.savez(folder / HEARD, frames=np.zeros((90, COLUMNS + 1)), beats=np.zeros((0, BEAT_COLUMNS)))
    assert light() == first
    assert told.count("listening to song.wav") == 3


def test_a_film_has_sound_or_not(make_clip: Callable[..., Path], tmp_path: Path) -> None:
    assert has_sound(make_clip(frames=3))
    assert not has_sound(make_clip("silent.mp4", frames=3, sound=None))
    (tmp_path / "text.mp4").write_text("no film")
    with pytest.raises(InputError, match=r"text\.mp4, which moves settings, cannot be read .*--audio FILE"):
        has_sound(tmp_path / "text.mp4")


def test_frames_listen_to_the_file_that_they_are_given(song: Path) -> None:
    told: list[str] = []
    assert frames_listening([ONSET, BEAT], song, None, told.append) == Listening(song, 0.0, beat=True)
    assert frames_listening([ONSET, BEAT], song, 128.0, told.append) == Listening(song, 0.0, beat=False)
    assert frames_listening([BEAT], song, 128.0, told.append) is None
    assert not told
    assert frames_listening([ONSET], None, None, told.append) is None
    assert told == ["these frames have no sound, so what onset would move rests"]
    with pytest.raises(InputError, match=r"audio gone\.wav cannot be read"):
        frames_listening([ONSET], Path("gone.wav"), None, told.append)
