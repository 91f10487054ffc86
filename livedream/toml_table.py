"""TOML text that people wrote, read so that only one kind of error can come of it."""

from __future__ import annotations

import tomllib
from typing import Any


def toml_table(text: str) -> dict[str, Any]:
    """Read TOML. Raises tomllib.TOMLDecodeError, also for what Python's own limits refuse."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError as fault:
        raise tomllib.TOMLDecodeError("its tables or lists are nested too deeply") from fault
    except ValueError as fault:
        raise tomllib.TOMLDecodeError("a number in it has too many digits, or is none") from fault
