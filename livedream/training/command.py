"""What training and its report share as programs."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from livedream.errors import LivedreamError


def run(command: Callable[..., None]) -> int:
    """Run a command line; print one sentence for an error, and return the exit code."""
    try:
        typer.run(command)
    except LivedreamError as fault:
        sys.stderr.write(f"{fault}\n")
        return fault.exit_code
    return 0
