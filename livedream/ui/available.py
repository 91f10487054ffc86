"""Whether a window can be opened here, found out before Qt would end the process over it."""

from __future__ import annotations

import ctypes
import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from livedream.health import Health

READY = Health("live")
REINSTALL = "reinstall PyQt6"
NEEDS_NO_DISPLAY = frozenset(
    {"offscreen", "minimal", "vnc", "linuxfb", "eglfs", "minimalegl", "vkkhrdisplay"}
)
MISSING_LIBRARY = re.compile(r"(lib[\w.+-]+\.so[.\d]*): cannot open shared object file")
CORE_GRAPHICS = "/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics"

# What Qt's plugin for X11 needs and small systems lack: the loader names one at a time.
FOR_X11 = (
    "libEGL.so.1",
    "libGL.so.1",
    "libX11-xcb.so.1",
    "libfontconfig.so.1",
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-image.so.0",
    "libxcb-keysyms.so.1",
    "libxcb-randr.so.0",
    "libxcb-render-util.so.0",
    "libxcb-render.so.0",
    "libxcb-shape.so.0",
    "libxcb-shm.so.0",
    "libxcb-sync.so.1",
    "libxcb-xfixes.so.0",
    "libxcb-xkb.so.1",
    "libxkbcommon-x11.so.0",
    "libxkbcommon.so.0",
)

# Debian's package of a library that Qt needs, where it is not the library's name with its number.
PACKAGES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
}


def display_available(system: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Health:
    """Check whether a window can be opened here: live, or failed with the reason and the remedy."""
    if system == "win32":
        return READY
    if system == "darwin":
        return _macos()
    return _linux(environ)


def _macos() -> Health:
    """Ask for the login session of the screen; over ssh there may be none, and Qt would abort."""
    session = ctypes.CDLL(CORE_GRAPHICS).CGSessionCopyCurrentDictionary
    session.restype = ctypes.c_void_p
    if session():
        return READY
    return Health(
        "failed",
        "macOS gives this process no screen: nobody is logged in at the screen, or this is an ssh session",
        "log in at the Mac's screen and start livedream in its Terminal",
    )


def _linux(environ: Mapping[str, str]) -> Health:
    platforms = _platforms(environ)
    if not platforms:
        return Health(
            "failed",
            "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set",
            "start livedream in a desktop session (over ssh: ssh -X)",
        )
    # Qt tries them in turn, so one that works is enough.
    tried = [_platform(platform, environ) for platform in platforms]
    return next((health for health in tried if health.ok), tried[0])


def _platforms(environ: Mapping[str, str]) -> list[str]:
    if asked := environ.get("QT_QPA_PLATFORM", ""):
        return [name.partition(":")[0] for name in asked.split(";") if name]
    servers = (("WAYLAND_DISPLAY", "wayland"), ("DISPLAY", "xcb"))
    return [name for variable, name in servers if environ.get(variable)]


def _platform(name: str, environ: Mapping[str, str]) -> Health:
    fault = _load_fault(name.partition("-")[0])
    if fault is not None or name in NEEDS_NO_DISPLAY:
        return fault or READY
    answers = _wayland_answers(environ) if name.startswith("wayland") else _x11_answers(environ)
    if answers:
        return READY
    variable = "WAYLAND_DISPLAY" if name.startswith("wayland") else "DISPLAY"
    return Health(
        "failed",
        f'the display {variable}="{environ.get(variable, "")}" does not answer',
        f"start livedream in a desktop session, or set {variable} to a display that runs",
    )


def _load_fault(plugin: str) -> Health | None:
    """Load Qt's plugin for a platform as Qt will; None if that works."""
    try:
        from PyQt6.QtCore import QLibraryInfo
    except ImportError as fault:
        return _unloadable(plugin, str(fault))
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath), "platforms")
    library = folder / f"libq{plugin}.so"
    if not library.exists():
        return Health("failed", f'Qt has no platform "{plugin}"', "unset QT_QPA_PLATFORM, or set it to xcb")
    try:
        ctypes.CDLL(str(library))
    except OSError as fault:
        return _unloadable(plugin, str(fault))
    return None


def _unloadable(plugin: str, fault: str) -> Health:
    missing = MISSING_LIBRARY.search(fault)
    if missing is None:
        return Health("failed", f"Qt's platform {plugin} does not load ({fault})", REINSTALL)
    libraries = [missing[1], *(other for other in FOR_X11 if plugin == "xcb" and not _loads(other))]
    names = list(dict.fromkeys(libraries))
    told = "the library {} is" if len(names) == 1 else "the libraries {} are"
    packages = " ".join(dict.fromkeys(map(_package, names)))
    return Health(
        "failed",
        f"{told.format(', '.join(names))} missing, which Qt needs",
        f"sudo apt install {packages}\n(elsewhere: what has {', '.join(names)})",
    )


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _package(library: str) -> str:
    name, _, number = library.partition(".so")
    return PACKAGES.get(library, f"{name}{number.lstrip('.')}".lower())


def _x11_answers(environ: Mapping[str, str]) -> bool:
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(environ.get("DISPLAY", "").encode(), None)
    refused = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not refused


def _wayland_answers(environ: Mapping[str, str]) -> bool:
    # An absolute WAYLAND_DISPLAY stands alone: joining drops the folder before it.
    place = Path(environ.get("XDG_RUNTIME_DIR", ""), environ.get("WAYLAND_DISPLAY", "wayland-0"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(str(place))
        except OSError:
            return False
    return True
