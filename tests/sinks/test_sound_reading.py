"""Sound as files really have it: begun anew, damaged, changing, with holes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from livedream.sinks import soundtrack
from livedream.sinks.mux import MuxJob, mux_film
from livedream.sinks.sound_choice import SoundChoice, choose_sound
from livedream.sinks.sound_reading import SoundReading, Stretch

LENGTH_S = 2.4
"""Of the film of the fixture `job`."""


def tone(
    path: Path,
    codec: str = "aac",
    seconds: float = 1.2,
    rate: int = 48_000,
    layout: str = "stereo",
    title: str = "",
) -> Path:
    times = np.arange(int(seconds * rate)) / rate
    wave = np.tile(
        0.5 * np.sin(2 * np.pi * 440 * times).astype(np.float32), (2 if layout == "stereo" else 1, 1)
    )
    with av.open(str(path), "w") as container:
        if title:
            container.metadata["title"] = title
        audio = container.add_stream(codec, rate)
        audio.codec_context.layout = layout
        frame = av.AudioFrame.from_ndarray(wave, "fltp", layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        size = audio.codec_context.frame_size or 1024
        resampler = av.AudioResampler(audio.codec_context.format.name, layout, rate, frame_size=size)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(audio.encode(piece))
        container.mux(audio.encode())
    return path


def loud_s(film: Path) -> float:
    """Measure for how many seconds the film's tone is heard."""
    with av.open(str(film)) as container:
        track = container.streams.audio[0]
        loud = 0
        for frame in container.decode(track):
            wave = np.abs(frame.to_ndarray().astype(np.float64)[0])
            loud += int((np.convolve(wave, np.ones(200) / 200, "same") > 0.1).sum())
        return loud / track.codec_context.sample_rate


def joined(tmp_path: Path, suffix: str, *files: Path) -> Path:
    path = tmp_path / f"joined{suffix}"
    path.write_bytes(b"".join(file.read_bytes() for file in files))
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_recordings_joined_byte_for_byte_are_heard_one_after_the_other(
    job: MuxJob, tmp_path: Path, suffix: str
) -> None:
    one = tone(tmp_path / "a.ts")
    both = joined(tmp_path, ".ts", one, one)
    stretch = Stretch(both, choose_sound(both).begin_s, LENGTH_S)
    film = tmp_path / f"film{suffix}"
    assert "written as AAC" in mux_film(replace(job, sound=stretch), film)
    assert loud_s(film) == pytest.approx(2.4, abs=0.1)


@pytest.mark.parametrize("codec", ["flac", "libopus"])
@pytest.mark.parametrize("layouts", [("stereo", "stereo"), ("mono", "stereo")])
def test_chained_ogg_is_heard_to_its_end(
    job: MuxJob, tmp_path: Path, codec: str, layouts: tuple[str, str]
) -> None:
    parts = [tone(tmp_path / f"{layout}.ogg", codec, layout=layout) for layout in layouts]
    stretch = Stretch(joined(tmp_path, ".ogg", *parts), 0.0, LENGTH_S)
    film = tmp_path / "film.mp4"
    assert "written as AAC" in mux_film(replace(job, sound=stretch), film)
    assert loud_s(film) == pytest.approx(2.4, abs=0.1)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_rate_and_a_layout_that_change_are_heard_alike(job: MuxJob, tmp_path: Path, suffix: str) -> None:
    other = tone(tmp_path / "b.ts", rate=44_100, layout="mono")
    both = joined(tmp_path, ".ts", tone(tmp_path / "a.ts"), other)
    stretch = Stretch(both, choose_sound(both).begin_s, LENGTH_S)
    film = tmp_path / f"film{suffix}"
    assert "written as AAC" in mux_film(replace(job, sound=stretch), film)
    assert loud_s(film) == pytest.approx(2.4, abs=0.15)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_damaged_packets_cost_themselves_only(job: MuxJob, tmp_path: Path, suffix: str) -> None:
    clean = tone(tmp_path / "a.ts", seconds=2.4)
    content = bytearray(clean.read_bytes())
    middle = len(content) // 2 // 188 * 188
    for place in range(middle, middle + 3 * 188, 188):
        content[place + 20 : place + 170] = np.random.default_rng(place).bytes(150)
    clean.write_bytes(content)
    film = tmp_path / f"film{suffix}"
    how = mux_film(replace(job, sound=Stretch(clean, choose_sound(clean).begin_s, LENGTH_S)), film)
    assert "written as AAC" in how
    assert "a.ts: its sound is damaged at 1." in how
    assert loud_s(film) > 2.0


@pytest.fixture
def two_tracks(tmp_path: Path) -> Callable[[bool], Path]:
    """Give a function that writes two tracks; the second, half as loud, may be the default."""

    def write(second_is_default: bool) -> Path:
        path = tmp_path / "two.mkv"
        with av.open(str(path), "w") as container:
            tracks = [container.add_stream("pcm_s16le", 8000, layout="mono") for _ in range(2)]
            default = av.stream.Disposition.default
            for number, track in enumerate(tracks):
                track.disposition = (
                    default if (number == 1) == second_is_default else av.stream.Disposition(0)
                )
            for number, track in enumerate(tracks):
                frame = av.AudioFrame.from_ndarray(
                    np.full((1, 8000), 9000 - 4000 * number, np.int16), "s16", "mono"
                )
                frame.sample_rate, frame.pts = 8000, 0
                container.mux([*track.encode(frame), *track.encode()])
        return path

    return write


@pytest.mark.parametrize("second", [False, True])
def test_the_default_track_is_taken(two_tracks: Callable[[bool], Path], second: bool) -> None:
    assert choose_sound(two_tracks(second)) == SoundChoice(int(second))


def unknown_first(path: Path) -> Path:
    """Rename the codec of an MP4's first sound to one that FFmpeg has no decoder for."""
    content = bytearray(path.read_bytes())
    place = content.find(b"mp4a", content.find(b"soun"))
    content[place : place + 4] = b"apac"
    esds = content.find(b"esds", place)
    content[esds : esds + 4] = b"free"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_sound_that_nothing_decodes_costs_no_pictures(job: MuxJob, tmp_path: Path, suffix: str) -> None:
    odd = unknown_first(tone(tmp_path / "odd.mp4"))
    film = tmp_path / f"film{suffix}"
    how = mux_film(replace(job, sound=Stretch(odd, 0.0, LENGTH_S)), film)
    assert how == "no sound: that of odd.mp4 cannot be decoded"
    with av.open(str(film)) as container:
        assert len(list(container.demux(video=0))) - 1 == 60


def test_the_next_track_is_taken_where_the_first_cannot_be_decoded(
    two_tracks: Callable[[bool], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from livedream.sinks import sound_choice

    path, begin_s = two_tracks(False), sound_choice._begin_s
    monkeypatch.setattr(
        sound_choice, "_begin_s", lambda file, track: begin_s(file, track) if track.index == 1 else None
    )
    choice = choose_sound(path)
    assert choice.index == 1
    assert choice.note == "sound track 1 of two.mkv cannot be decoded, so another is taken"


def test_sound_that_fails_at_the_end_is_left_out_and_told(
    job: MuxJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: SoundReading) -> None:
        raise av.error.InvalidDataError(1, "a tape that ends")

    monkeypatch.setattr(SoundReading, "packets", fails)
    monkeypatch.setattr(soundtrack, "_is_flawless", lambda *_: True)
    film = tmp_path / "film.mp4"
    how = mux_film(replace(job, sound=Stretch(tone(tmp_path / "a.mp4"), 0.0, LENGTH_S)), film)
    assert how == "no sound: it cannot be written (a tape that ends)"
    assert film.stat().st_size
    assert not list(tmp_path.glob(".*"))


def test_a_hole_is_silent_and_what_follows_is_where_it_was(tmp_path: Path) -> None:
    frames = [(0.0, 0.5), (1.0, 0.5), (1.25, 0.5)]  # the last one overlaps the one before

    def pieces() -> list[SimpleNamespace]:
        made = []
        for due_s, seconds in frames:
            frame = av.AudioFrame.from_ndarray(
                np.full((1, int(8000 * seconds)), 0.5, np.float32), "fltp", "mono"
            )
            frame.sample_rate = 8000
            made.append(SimpleNamespace(due_s=due_s, frame=frame))
        return made

    path = tone(tmp_path / "a.mp4")
    reading = SoundReading(Stretch(path, 0.0, 1.6), choose_sound(path))
    reading.pieces = pieces  # type: ignore[method-assign,assignment]
    wave = np.concatenate(list(reading.waves("mono", 8000)), axis=1)[0]
    reading.close()
    assert wave.size == 12_800
    heard = [bool(abs(wave[int(8000 * time_s)]) > 0.2) for time_s in (0.25, 0.75, 1.1, 1.55)]
    assert heard == [True, False, True, True]


def test_a_title_that_is_no_utf_8_costs_no_sound(job: MuxJob, tmp_path: Path) -> None:
    """WAV, AVI and ID3v1 do not say in which coding their tags are."""
    song = tone(tmp_path / "a.wav", "pcm_s16le", seconds=2.4, title="AmXlie")
    content = song.read_bytes()
    assert b"AmXlie" in content
    song.write_bytes(content.replace(b"AmXlie", b"Am\xe9lie"))
    film = tmp_path / "film.mp4"
    how = mux_film(replace(job, sound=Stretch(song, choose_sound(song).begin_s, LENGTH_S)), film)
    assert how == "sound (pcm_s16le) written as AAC"
    assert loud_s(film) == pytest.approx(2.4, abs=0.1)
    assert "sound copied" in mux_film(replace(job, sound=Stretch(song, 0.0, LENGTH_S)), tmp_path / "film.mkv")
