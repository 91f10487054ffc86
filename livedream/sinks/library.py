"""Libraries that only some sinks need: imported when one is opened, missed in one sentence."""

from __future__ import annotations

import importlib
from typing import Any

from livedream.errors import SinkError


def library(module: str, sink: str, extra: str) -> Any:
    """Import a library for a sink such as "NDI". Raises SinkError that says how to install it."""
    try:
        return importlib.import_module(module)
    except (ImportError, OSError, AttributeError) as error:
        raise SinkError(
            f"{sink} cannot start because its library does not load ({error}).",
            f"pip install --force-reinstall 'livedream[{extra}]'",
        ) from error
