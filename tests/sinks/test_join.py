"""Films joined from parts: their pictures, and where their sound is."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from livedream.errors import InputError, SinkError
from livedream.sinks.join import Joint, join_film
from livedream.sinks.reel import FilmReel
from livedream.sinks.soundtrack import Stretch, check_sound
from livedream.sinks.stamp import read_stamp

RATE = Fraction(25)
SAMPLES = 48_000
CLICK_S = 1.0


def parts(folder: Path, frames: int = 60) -> Joint:
    reel = FilmReel(folder, (64, 48), RATE)
    for number in range(frames):
        if number % reel.part_frames == 0:
            reel.begin(number)
        reel.add(np.full((48, 64, 3), 4 * number, np.uint8))
        if number % reel.part_frames == reel.part_frames - 1 or number == frames - 1:
            reel.end()
    return Joint(reel.parts(frames), reel.part_frames, RATE, None, "# a comment\n")


def sound(path: Path, codec: str, seconds: float = 2.4) -> Path:
    """Write a silence with a tenth of a second of noise at CLICK_S, and a film's stream beside it."""
    wave = np.zeros((2, int(seconds * SAMPLES)), np.float32)
    begin = int(CLICK_S * SAMPLES)
    wave[:, begin : begin + SAMPLES // 10] = np.random.default_rng(1).uniform(-0.8, 0.8, SAMPLES // 10)
    with av.open(str(path), "w") as container:
        audio = container.add_stream(codec, SAMPLES)
        audio.codec_context.layout = "stereo"
        frame = av.AudioFrame.from_ndarray(wave, "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLES, 0, Fraction(1, SAMPLES)
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
    ("file", "codec", "how"),
    [
        ("a.m4a", "aac", "copied"),
        ("a.wav", "adpcm_ima_wav", "AAC"),
        ("a.mkv", "pcm_s16le", "sound"),
        ("a.m4a", "alac", "copied"),
    ],
)
@pytest.mark.parametrize("begin_s", [0.0, 0.53])
def test_the_sound_is_where_it_was(
    tmp_path: Path, suffix: str, file: str, codec: str, how: str, begin_s: float
) -> None:
    joint = parts(tmp_path)
    stretch = Stretch(sound(tmp_path / file, codec), begin_s, 2.4 - begin_s)
    film = tmp_path / f"film{suffix}"
    with_sound = Joint(joint.parts, joint.part_frames, RATE, stretch, "")
    assert how in join_film(with_sound, film)
    assert click_s(film) == pytest.approx(CLICK_S - begin_s, abs=0.012)


def test_the_pictures_are_those_of_the_parts_one_after_the_other(tmp_path: Path) -> None:
    joint, film = parts(tmp_path), tmp_path / "film.mp4"
    assert join_film(joint, film) == "no sound"
    with av.open(str(film)) as container:
        seen = [(frame.time, frame.to_ndarray()[:48].mean()) for frame in container.decode(video=0)]
    assert [time_s for time_s, _ in seen] == pytest.approx(np.arange(60) / 25)
    assert all(later[1] > earlier[1] for earlier, later in pairwise(seen))
    assert read_stamp(film) == "# a comment\n"
    assert not list(tmp_path.glob(".*"))


def test_a_file_without_sound_makes_a_silent_film(tmp_path: Path) -> None:
    joint = parts(tmp_path)
    silent = Joint(joint.parts, joint.part_frames, RATE, Stretch(joint.parts[0], 0, 2), "")
    assert join_film(silent, tmp_path / "film.mp4") == "no sound"


def test_a_film_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match=r"film\.mp4"):
        join_film(parts(tmp_path), tmp_path / "no" / "film.mp4")


def test_sound_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"nothing")
    with pytest.raises(InputError, match="--no-sound"):
        check_sound(tmp_path / "a.mp4")
