"""Where the presets and the network that ship with livedream lie."""

from __future__ import annotations

from pathlib import Path

DEFAULT_PRESET = "eyes"
"""The shipped preset that is shown if none is named."""


def folder(name: str) -> Path:
    """Find the shipped folder `name` ("configs" or "assets").

    In an installed package it lies inside livedream/; in a checkout beside it.
    """
    package = Path(__file__).resolve().parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name
