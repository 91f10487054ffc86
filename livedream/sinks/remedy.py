"""Why a virtual camera does not start, in one sentence, and what to do about it on each system."""

from __future__ import annotations

import re
from typing import Literal

from livedream.errors import SinkError

Cause = Literal["permission", "busy", "held", "unknown", "absent"]

_TELLING: tuple[Cause, ...] = ("permission", "busy", "held", "unknown", "absent")
"""The causes, the one that says most first: with several backends, most are just absent."""

_SIGNS: dict[Cause, str] = {
    "permission": "permission|not permitted|access is denied",
    "busy": "in use|busy|could not be started|couldn't start|multiple cameras",
    "held": r"is kept at (\d+x\d+)",
    "absent": "not found|not installed|no v4l2|no camera|not exist|is not a|be queried|supports only",
}
"""Words in which the backends tell each cause."""

_LOAD = "sudo modprobe v4l2loopback devices=1 video_nr={number} card_label=livedream exclusive_caps=1"
_UNITY_CAPTURE = "https://github.com/schellingb/UnityCapture"

_LINUX: dict[Cause, str] = {
    "permission": 'sudo usermod -a -G video "$USER"\n# then log out and in again',
    "busy": "fuser -v {path}\n# close the program that it shows",
    "held": "fuser -v {path}\n# close the program that it shows, or start livedream with --size {size}",
    "absent": (
        "# exclusive_caps=1: browsers need it; programs see the camera only while livedream runs\n"
        "sudo apt install v4l2loopback-dkms\n"
    )
    + _LOAD,
    "unknown": "sudo modprobe -r v4l2loopback\n" + _LOAD,
}
_WINDOWS: dict[Cause, str] = {
    "busy": (
        "Press Stop Virtual Camera in OBS Studio and close every other program that feeds it: "
        f"the OBS camera takes one at a time.\nOr install Unity Capture beside it: {_UNITY_CAPTURE}"
    ),
    "absent": (
        "winget install OBSProject.OBSStudio\n"
        "Then open OBS Studio, press Start Virtual Camera and Stop Virtual Camera once.\n"
        f"Or install Unity Capture: {_UNITY_CAPTURE}"
    ),
}
_MACOS: dict[Cause, str] = {
    "busy": (
        "Press Stop Virtual Camera in OBS and close every other program that feeds it: "
        "the OBS camera takes one at a time."
    ),
    "absent": (
        "brew install --cask obs\n"
        "Then open OBS (30 or later), press Start Virtual Camera once, allow its camera extension in "
        "System Settings (Privacy & Security, or General > Login Items & Extensions), "
        "and press Stop Virtual Camera."
    ),
}
_SYSTEMS = {"Linux": _LINUX, "Windows": _WINDOWS, "Darwin": _MACOS}


def cannot_start(reasons: list[str], device: str | None, system: str) -> SinkError:
    """Make the error for a virtual camera that did not start.

    reasons: what each backend said. device: the one that was asked for, None: any.
    system: as platform.system() tells it.
    """
    cause, reason = min(((_cause(text), text) for text in reasons), key=lambda told: _TELLING.index(told[0]))
    named = f"The virtual camera {device}" if device else "The virtual camera"
    because = {
        "permission": "because this user may not write to it",
        "busy": "because another program feeds it",
        "held": f"because a program that shows it keeps it at {_size(reason)}",
        "unknown": f"({' '.join(reason.split()).rstrip('.')})",
        "absent": "because there is no such virtual camera here" if device else "because none is loaded here",
    }[cause]
    path = re.search(r"/dev/video\d+", reason)
    cure = remedy(cause, device or (path and path.group()), system, _size(reason))
    return SinkError(f"{named} cannot start {because}.", cure)


def _size(reason: str) -> str:
    size = re.search(r"\b\d+x\d+\b", reason)
    return size.group() if size else "another size"


def _cause(text: str) -> Cause:
    """Find the cause behind a backend's message."""
    for cause, signs in _SIGNS.items():
        if re.search(signs, text, re.IGNORECASE):
            return cause
    return "unknown"


def remedy(cause: Cause, device: str | None, system: str, size: str = "") -> str:
    """Return what to do about a cause on a system, in lines to copy; device: its path or name if known.

    size: WIDTHxHEIGHT at which another program holds it.
    """
    cures = _SYSTEMS.get(system)
    if cures is None:
        return "livedream feeds virtual cameras on Linux, Windows and macOS."
    number = re.search(r"\d+$", device or "")
    found = cures.get(cause) or cures["absent"]
    return found.format(number=number.group() if number else 10, path=device or "/dev/video*", size=size)
