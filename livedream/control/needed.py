"""Libraries that only controls need: imported where they are used, missed in one sentence."""

from __future__ import annotations

import importlib
from typing import Any

from livedream.errors import MissingError


def needed(module: str, purpose: str) -> Any:
    """Import a library for a purpose such as "OSC". Raises MissingError that says how to install it."""
    try:
        return importlib.import_module(module)
    except ImportError as fault:
        raise MissingError(
            f"{purpose} needs {module.partition('.')[0]}, which is not installed",
            "install it with",
            "pip install 'livedream[control]'",
        ) from fault
