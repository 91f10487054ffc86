"""The doctor's look at what goes in and out: sound, the virtual camera and the codecs."""

from __future__ import annotations

import sys

from livedream.health import Health

_REINSTALL = "python -m pip install --force-reinstall av"
_DECODERS = {
    "H.264": ("h264",),
    "HEVC": ("hevc",),
    "VP9": ("vp9", "libvpx-vp9"),
    "AV1": ("libdav1d", "libaom-av1"),  # FFmpeg's own av1 only passes on to a graphics card
}
"""Names in FFmpeg of what decodes a film, by what people call it."""


def virtual_camera() -> Health:
    """Start a virtual camera for a moment."""
    from livedream.sinks.virtual_camera import VirtualCamera

    return VirtualCamera().probe()


def sound_inputs() -> Health:
    """List the inputs that `--audio` can listen to, the system's default first."""
    from livedream.control.audio_devices import NO_PORTAUDIO, audio_devices, listed

    try:
        import sounddevice
    except OSError as fault:  # its Linux packages come without PortAudio
        return Health("failed", str(fault), NO_PORTAUDIO.get(sys.platform, "Install PortAudio."))
    found = audio_devices(sounddevice)
    if not found:
        return Health("failed", "no sound input", "Only for --audio: plug a microphone or an interface in.")
    return Health("live", listed(found))


def ffmpeg() -> Health:
    """Return the versions of PyAV and of FFmpeg's libraries."""
    import av

    libraries = ", ".join(
        f"{name} {'.'.join(str(part) for part in version)}"
        for name, version in av.library_versions.items()
        if name in ("libavcodec", "libavformat", "libswscale")
    )
    return Health("live", f"PyAV {av.__version__}, {libraries}")


def h264_encoders() -> Health:
    """List the H.264 encoders that a recording can take, the first choice first."""
    from livedream.sinks.h264 import ENCODERS

    names = [encoder.name for encoder in ENCODERS if _has(encoder.name, "w")]
    if not names:
        wanted = ", ".join(encoder.name for encoder in ENCODERS)
        return Health(
            "failed", f"recording is not possible: FFmpeg has none of the encoders {wanted}", _REINSTALL
        )
    return Health("live", ", ".join(names))


def decoders() -> Health:
    """List what films can be played; live if H.264 can."""
    chosen = {film: next((n for n in names if _has(n, "r")), None) for film, names in _DECODERS.items()}
    found = ", ".join(f"{film} ({name})" for film, name in chosen.items() if name)
    lacking = ", ".join(film for film, name in chosen.items() if name is None)
    what = f"{found or 'none'}; missing: {lacking}" if lacking else found
    return Health("live" if chosen["H.264"] else "failed", what, _REINSTALL if lacking else "")


def _has(codec: str, mode: str) -> bool:
    """Return whether this FFmpeg has a codec for reading ("r") or writing ("w")."""
    import av

    try:  # PyAV also takes a format's name for any codec of that format
        return bool(av.Codec(codec, "w" if mode == "w" else "r").name == codec)
    except av.codec.codec.UnknownCodecError:
        return False
