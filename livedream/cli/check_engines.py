"""The doctor's look at what dreams besides engines: their cache, the network, optical flow."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

from livedream.health import Health

_OTHER_OPENCVS = ("opencv-python", "opencv-contrib-python")
"""They bring plugins of Qt 5, which PyQt6 then loads on Linux."""


def engine_cache() -> Health:
    """Check where built engines are kept, how many there are, and whether more can be stored."""
    from livedream.engines.cache import EngineCache

    cache = EngineCache()
    folder = cache.folder
    sizes = [path.stat().st_size for path in folder.glob("*.engine")]
    shown = with_tilde(folder)
    if reason := cache.refusal():
        return Health(
            "failed",
            f"{shown} is not writable: {reason}",
            "Make it writable for this user; otherwise engines are rebuilt at each start.",
        )
    engines = "engine" if len(sizes) == 1 else "engines"
    return Health("live", f"{shown}, {len(sizes)} {engines}, {megabytes(sum(sizes))}")


def network() -> Health:
    """Check for the embedded network. Raises InputError if it is missing or damaged."""
    from livedream.dream.catalog import network_info

    info = network_info("embedded")
    size = megabytes(info.file.stat().st_size)
    return Health("live", f"{info.file.name}, {len(info.layers)} layers, {size}")


def optical_flow() -> Health:
    """Check OpenCV's version, and whether another OpenCV was installed over it."""
    import cv2

    found = f"OpenCV {cv2.__version__}, {cv2.getNumThreads()} threads"
    others = [name for name in _OTHER_OPENCVS if _installed(name)]
    if not others:
        return Health("live", found)
    return Health(
        "live",
        f"{found}; {' and '.join(others)}, installed beside it, may keep the window from opening",
        f"python -m pip uninstall {' '.join(others)}\n"
        "python -m pip install --force-reinstall opencv-python-headless",
    )


def _installed(distribution: str) -> bool:
    try:
        importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def with_tilde(path: Path) -> str:
    """Write a path shorter where it lies in the home directory."""
    home = Path.home()
    return str(Path("~") / path.relative_to(home)) if path.is_relative_to(home) else str(path)


def megabytes(size: int) -> str:
    """Write a number of bytes as people read it."""
    return f"{size / 1e6:.1f} MB"
