"""Where the sound of a film is, and how much of it is taken."""

import io
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.errors import InputError
from livedream.sinks.mux import MuxJob, mux_film
from livedream.sinks.sound_choice import check_sound, music_begin_s
from livedream.sinks.sound_reading import Stretch
from livedream.sinks.soundtrack import AAC_FRAME, Soundtrack

SAMPLES = 48_000


CLICK_S, LENGTH_S = 1.0, 2.4


def sound(path: Path, codec: str, start_s: float = 0.0) -> Path:
    """Write a silence with a tenth of a second of noise at CLICK_S; its own clock begins at `start_s`."""
    wave = np.zeros((2, int(LENGTH_S * SAMPLES)), np.float32)
    begin = int(CLICK_S * SAMPLES)
    wave[:, begin : begin + SAMPLES // 10] = np.random.default_rng(1).uniform(-0.8, 0.8, SAMPLES // 10)
    with av.open(str(path), "w") as container:
        audio = container.add_stream(codec, SAMPLES)
        audio.codec_context.layout = "stereo"
        frame = av.AudioFrame.from_ndarray(wave, "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = (
            SAMPLES,
            round(start_s * SAMPLES),
            Fraction(1, SAMPLES),
        )
        size = audio.codec_context.frame_size or 1024
        resampler = av.AudioResampler(audio.codec_context.format.name, "stereo", SAMPLES, frame_size=size)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(audio.encode(piece))
        container.mux(audio.encode())
    return path


def click_s(film: Path) -> float:
    """Find when the noise begins, on the clock of the film's pictures."""
    with av.open(str(film)) as container:
        first_s = next(container.decode(video=0)).time
    with av.open(str(film)) as container:
        for frame in container.decode(audio=0):
            loud = np.flatnonzero(
                np.abs(frame.to_ndarray().astype(np.float64)).max(axis=0) > _threshold(frame)
            )
            if loud.size:
                step = 1 if frame.format.is_planar else 2
                return frame.time + loud[0] / step / frame.sample_rate - first_s
    raise AssertionError("nothing is heard")


def _threshold(frame: av.AudioFrame) -> float:
    return 0.2 * (1 if frame.format.name.startswith("flt") else 32768)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize(
    "music",
    [
        ("a.m4a", "aac", "copied"),
        ("a.wav", "adpcm_ima_wav", "AAC"),
        ("a.mkv", "pcm_s16le", "sound"),
        ("a.m4a", "alac", "copied"),
    ],
)
@pytest.mark.parametrize("begin_s", [0.0, 0.53])
def test_the_sound_is_where_it_was(
    job: MuxJob, tmp_path: Path, suffix: str, music: tuple[str, str, str], begin_s: float
) -> None:
    file, codec, how = music
    stretch = Stretch(sound(tmp_path / file, codec), begin_s, LENGTH_S - begin_s)
    film = tmp_path / f"film{suffix}"
    assert how in mux_film(replace(job, sound=stretch), film)
    assert click_s(film) == pytest.approx(CLICK_S - begin_s, abs=0.012)


@pytest.mark.parametrize("codec", ["pcm_s16le", "flac", "libopus"])
def test_sound_that_players_do_not_find_in_an_mp4_is_written_as_aac(
    job: MuxJob, tmp_path: Path, codec: str
) -> None:
    stretch = Stretch(sound(tmp_path / "a.mkv", codec), 0.0, LENGTH_S)
    film = tmp_path / "film.mp4"
    assert mux_film(replace(job, sound=stretch), film).endswith("written as AAC")
    with av.open(str(film)) as container:
        assert container.streams.audio[0].codec.canonical_name == "aac"
    assert mux_film(replace(job, sound=stretch), tmp_path / "film.mkv") == "sound copied"


@pytest.mark.parametrize("codec", ["aac", "libmp3lame", "ac3", "eac3", "alac"])
def test_sound_that_players_find_in_an_mp4_is_copied(job: MuxJob, tmp_path: Path, codec: str) -> None:
    stretch = Stretch(sound(tmp_path / "a.mkv", codec), 0.0, LENGTH_S)
    assert mux_film(replace(job, sound=stretch), tmp_path / "film.mp4") == "sound copied"


def test_sound_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"nothing")
    with pytest.raises(InputError, match="--no-sound"):
        check_sound(tmp_path / "a.mp4")


@pytest.fixture(scope="module", params=["a.mov aac", "a.mov alac", "a.mov pcm_s16le", "a.wav adpcm_ima_wav"])
def heard(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file, codec = request.param.split()
    return sound(tmp_path_factory.mktemp("heard") / file, codec)


def times_s(stretch: Stretch, muxer: str) -> Iterator[float]:
    with av.open(io.BytesIO(), "w", muxer) as into:
        track = Soundtrack(stretch, into)
        yield from (due_s for due_s, _ in track.packets())
        track.close()


@settings(deadline=None, max_examples=15)
@given(begin_s=st.floats(0, 2.2), length_s=st.floats(0.15, 3), muxer=st.sampled_from(["mov", "matroska"]))
def test_of_a_stretch_nothing_is_missing_and_nothing_is_too_much(
    heard: Path, begin_s: float, length_s: float, muxer: str
) -> None:
    due_s = list(times_s(Stretch(heard, begin_s, length_s), muxer))
    packet_s = 4096 / SAMPLES  # the longest of them, Apple's lossless
    assert due_s == sorted(due_s)
    assert -packet_s < due_s[0] < packet_s
    assert min(length_s, LENGTH_S - begin_s) - 2 * packet_s < due_s[-1] < length_s + AAC_FRAME / SAMPLES


@pytest.mark.parametrize("start_s", [0.0, 0.75])
def test_music_begins_where_its_own_clock_does(tmp_path: Path, start_s: float) -> None:
    assert music_begin_s(sound(tmp_path / "a.mkv", "pcm_s16le", start_s)) == pytest.approx(start_s, abs=2e-3)


def test_a_film_may_be_silent_but_music_may_not(job: MuxJob) -> None:
    check_sound(job.parts[0])
    with pytest.raises(InputError, match=r"part-000000\.mkv contains no sound"):
        music_begin_s(job.parts[0])


@pytest.mark.parametrize("content", [None, b"", b"no music", bytes(5000)])
def test_music_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "a.mp3").write_bytes(content)
    with pytest.raises(InputError, match=r"--sound .*a\.mp3 cannot be read \(.+\); give a file with sound"):
        music_begin_s(tmp_path / "a.mp3")
