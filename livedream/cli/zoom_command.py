"""`livedream zoom`: an endless zoom into a picture that dreams."""

from __future__ import annotations

import math

from livedream.cli import render_command
from livedream.errors import InputError
from livedream.offline.endless_zoom import Flight, zoom_of
from livedream.offline.render_request import RenderRequest


def run(request: RenderRequest, flight: Flight) -> None:
    """Render the flight. Raises LivedreamError."""
    render_command.run(request, lambda request: zoom_of(request, flight))


def pan_of(text: str) -> tuple[float, float]:
    """Read --pan 0.1,-0.05. Raises InputError."""
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        x = y = math.nan
    if not (abs(x) <= 2 and abs(y) <= 2):
        raise InputError(f"--pan {text}: write it as X,Y, each from -2 to 2, for example 0.1,0")
    return x, y
