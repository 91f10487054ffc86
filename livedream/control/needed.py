"""Libraries that only controls need: imported where they are used, missed in one sentence."""

from __future__ import annotations

import importlib
from typing import Any

from livedream.errors import LivedreamError


def needed(module: str, purpose: str) -> Any:
    """Import a library for a purpose such as "OSC". Raises LivedreamError that says how to install it."""
    try:
        return importlib.import_module(module)
    except ImportError as fault:
        raise LivedreamError(
            f"{purpose} needs {module.partition('.')[0]}, which is not installed; "
            f"install it with: pip install 'livedream[control]'"
        ) from fault
