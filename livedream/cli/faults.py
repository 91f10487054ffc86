"""The one place where what went wrong becomes a sentence for whoever gave the command."""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from typer.exceptions import Abort, TyperException

from livedream.cli.usage import usage_words
from livedream.errors import INTERRUPTED, LivedreamError

UNEXPECTED = 70
"""The exit code of what nobody thought of (EX_SOFTWARE of sysexits.h)."""

LONGEST_REASON = 200
"""Letters of a library's words that are repeated."""


def told(fault: Exception, arguments: Sequence[str] = ()) -> tuple[str, int]:
    """Return the sentence for a fault, "" for none, and the exit code. arguments: of the command line."""
    if isinstance(fault, TyperException):
        return usage_words(fault, arguments), getattr(fault, "exit_code", 2)
    if isinstance(fault, LivedreamError):
        return str(fault), fault.exit_code
    if _is_interrupted(fault):
        return "", INTERRUPTED
    if isinstance(fault, Abort):
        return "there was no answer, so nothing was done", 1
    return _of_the_system(fault) or (_unexpected(fault), UNEXPECTED)


def _of_the_system(fault: Exception) -> tuple[str, int] | None:
    """Return the same for what the system has not, or does not give; None for another fault."""
    if isinstance(fault, FileNotFoundError) and _folder_is_gone():
        return "the current folder was deleted; change to another one (cd), or give full paths", 2
    if isinstance(fault, MemoryError):
        return "there is not enough memory; choose a smaller --size or dream.working_px", 1
    if isinstance(fault, OSError) and fault.strerror:
        name = f"{fault.filename}: " if fault.filename else ""
        return f"{name}{fault.strerror[0].lower()}{fault.strerror[1:]}; check the path and the disk", 1
    return None


def _unexpected(fault: Exception) -> str:
    reason = " ".join(str(fault).split())
    short = reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}..."
    return (
        f"this ended by a fault that livedream did not expect ({type(fault).__name__}: {short}); "
        f"{_details(fault)}"
    )


def _details(fault: Exception) -> str:
    """Write the traceback where it can be found; return what to do with it."""
    lines = traceback.format_exception(fault)
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="livedream-fault-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            file.writelines(line.encode(errors="replace").decode() for line in lines)
    except OSError:
        return "please report it, with the command"
    return f"please report it, with the command and {file.name}"


def _is_interrupted(fault: BaseException | None) -> bool:
    """Return whether Ctrl-C is behind a fault: a library that was being loaded turns it into its own."""
    while fault is not None:
        if isinstance(fault, KeyboardInterrupt):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


def _folder_is_gone() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False
