"""Targets that libraries decode: weights, pictures, films, sound."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import torch
from fuzzing.target import Sample, Target, from_file
from PIL import Image, ImageCms
from safetensors.torch import save as safetensors_bytes

from livedream.audio.audio_spectrum import hop_length
from livedream.dream.loading import read_weights
from livedream.errors import InputError, LivedreamError
from livedream.offline.listening import has_sound
from livedream.presets import load
from livedream.sinks.metadata import write_with_metadata
from livedream.sinks.render_recipe import Recipe, recipe_of
from livedream.sinks.sound_blocks import sound_blocks
from livedream.sinks.sound_choice import music_begin_s
from livedream.sources.open_footage import FootageRequest, open_footage
from livedream.sources.source_spec import check_still
from livedream.sources.still_image import read_image
from livedream.sources.transparent import declared_size
from livedream.sources.video import Video

SIZE_HW = (36, 48)
FRAMES, RATE_HZ = 10, 8000

PICTURES = ("png", "jpg", "webp", "tif", "bmp", "gif", "avif")
FILMS = {"mp4": "libx264", "mov": "libx264", "mkv": "mpeg4", "avi": "mpeg4", "webm": "libvpx", "gif": "gif"}
SOUNDS = {"wav": "pcm_s16le", "mp3": "libmp3lame", "ogg": "libopus", "flac": "flac", "m4a": "aac"}


def picture() -> np.ndarray:
    """Return a picture of noise: uint8 HxWx3."""
    return np.random.default_rng(0).integers(0, 255, (*SIZE_HW, 3), np.uint8)


def _weights(_: Path) -> list[Sample]:
    tensors = {
        "conv.weight": torch.ones(2, 3, 1, 1),
        "conv.bias": torch.zeros(2),
        "half": torch.ones(3).half(),
    }
    zipped, old, arrays, packed = (io.BytesIO() for _ in range(4))
    torch.save(tensors, zipped)
    torch.save(tensors, old, _use_new_zipfile_serialization=False)
    named: dict[str, Any] = {
        "a.kernel": np.ones((1, 1, 3, 2), np.float32),
        "bn.gamma": np.ones(2, np.float32),
        "n": np.arange(4),
    }
    np.savez(arrays, **named)
    np.savez_compressed(packed, **named)
    return [
        ("w.safetensors", safetensors_bytes(tensors)),
        ("zipped.pth", zipped.getvalue()),
        ("old.pt", old.getvalue()),
        ("stored.npz", arrays.getvalue()),
        ("packed.npz", packed.getvalue()),
    ]


def _only(suffix: str) -> Callable[[Path], list[Sample]]:
    return lambda folder: [sample for sample in _weights(folder) if sample[0].endswith(suffix)]


def _weights_target(suffix: str, cases: int) -> Target:
    reader = from_file(lambda file: read_weights(file, "give another file"))
    return Target(f"weights {suffix}", _only(suffix), reader, cases, (InputError,))


def _pictures(_: Path) -> list[Sample]:
    rgb, samples = picture(), []
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in PICTURES:
        for mode in ("RGB", "RGBA", "L"):
            if kind in ("jpg", "bmp") and mode == "RGBA":
                continue
            made = io.BytesIO()
            how = {"exif": exif} if kind == "jpg" else {}
            Image.fromarray(rgb).convert(mode).save(
                made, {"jpg": "JPEG", "tif": "TIFF"}.get(kind, kind), **how
            )
            samples.append((f"{mode}.{kind}", made.getvalue()))
    samples += [
        ("wide.png", _sixteen_bits()),
        ("wide.pgm", b"P5 4 4 65535\n" + bytes(32)),
        ("a.ppm", _ppm(rgb)),
        ("profile.jpg", _with_profile(rgb)),
    ]
    return samples


def _with_profile(rgb: np.ndarray) -> bytes:
    """Write a picture with a profile of colours, in a kind of file where that lies unpacked."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = io.BytesIO()
    Image.fromarray(rgb).save(made, "JPEG", icc_profile=profile)
    return made.getvalue()


def _sixteen_bits() -> bytes:
    made = io.BytesIO()
    Image.fromarray(picture()[..., 0].astype(np.uint16) * 257).save(made, "PNG")
    return made.getvalue()


def _ppm(rgb: np.ndarray) -> bytes:
    return f"P6 {SIZE_HW[1]} {SIZE_HW[0]} 255\n".encode() + rgb.tobytes()


def _read_picture(file: Path) -> None:
    declared_size(file)
    read_image(file)
    check_still(file)


def _film(file: Path, codec: str) -> bytes:
    with av.open(str(file), "w") as film:
        stream = cast(av.VideoStream, film.add_stream(codec, rate=10))
        stream.width, stream.height = SIZE_HW[1], SIZE_HW[0]
        stream.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
        sound = film.add_stream("aac", rate=RATE_HZ) if file.suffix in (".mp4", ".mov") else None
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(np.roll(picture(), number, 1), format="rgb24")
            film.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))
        film.mux(stream.encode(None))
        if sound is not None:
            _add_sound(film, sound)
    return file.read_bytes()


def _add_sound(into: Any, stream: Any) -> None:
    waves = np.sin(np.arange(RATE_HZ) / 20).astype(np.float32)[None]
    frame = av.AudioFrame.from_ndarray(waves, format="fltp", layout="mono")
    frame.sample_rate, frame.pts = RATE_HZ, 0
    resampler = av.AudioResampler(
        stream.format.name, "mono", stream.rate, frame_size=stream.frame_size or 1024
    )
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        into.mux(stream.encode(piece))
    into.mux(stream.encode(None))


def _sound(file: Path, codec: str) -> bytes:
    with av.open(str(file), "w") as into:
        _add_sound(into, into.add_stream(codec, rate=RATE_HZ, layout="mono"))
    return file.read_bytes()


def _films(folder: Path) -> list[Sample]:
    return [(f"film.{kind}", _film(folder / f"film.{kind}", codec)) for kind, codec in FILMS.items()]


def _sounds(folder: Path) -> list[Sample]:
    return [(f"sound.{kind}", _sound(folder / f"sound.{kind}", codec)) for kind, codec in SOUNDS.items()]


def _read_footage(file: Path) -> None:
    footage = open_footage(str(file), FootageRequest())
    for shot in islice(footage.shots(), 40):
        shot.develop()
    footage.measured_s()
    has_sound(file)


def _play(file: Path) -> None:
    video = Video(str(file), loop=True)
    try:
        for _ in range(25):
            video.read(threading.Event())
    finally:
        video.close()


def _listen(file: Path) -> None:
    begin_s = music_begin_s(file)
    for _ in islice(sound_blocks(file, 48_000, hop_length(48_000), begin_s), 400):
        pass


def _made_files(folder: Path) -> list[Sample]:
    preset = load("eyes")
    text = Recipe("eyes", preset.settings, {"livedream": "1.0"}, preset.rows).text()
    names = [f"made.{kind}" for kind in ("png", "jpg", "webp", "tif")]
    for name in names:
        write_with_metadata(folder / name, picture(), text)
    with av.open(str(folder / "made.mkv"), "w") as film:
        film.metadata["comment"] = text
        stream = film.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = SIZE_HW[1], SIZE_HW[0], "yuv420p"
        film.mux(
            stream.encode(av.VideoFrame.from_ndarray(picture(), format="rgb24").reformat(format="yuv420p"))
        )
        film.mux(stream.encode(None))
    return [(name, (folder / name).read_bytes()) for name in [*names, "made.mkv"]]


MEDIA_TARGETS = (
    _weights_target("safetensors", 10_000),
    _weights_target("npz", 10_000),
    _weights_target("pth", 10_000),
    _weights_target("pt", 10_000),
    Target("picture", _pictures, from_file(_read_picture), 10_000, (InputError,)),
    Target("film", _films, from_file(_read_footage), 1000, (InputError,)),
    Target("film in a show", _films, from_file(_play), 1000, (LivedreamError,)),
    Target("sound", _sounds, from_file(_listen), 1000, (InputError,)),
    Target("recipe in a file", _made_files, from_file(recipe_of), 1000, (InputError,)),
)
