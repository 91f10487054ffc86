"""A build in a process of its own: the show does not stall and its memory stays small."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import psutil

from livedream.engines.engine import Program
from livedream.errors import EngineError
from livedream.settings.objectives import OBJECTIVES, OWN_MODULE


class BuildProcess:
    """A module of this package that is sent a program and leaves its engine in the cache.

    engine: its name, for people. module, arguments: what the process runs; it calls `serve`.
    polite: with a low priority, so that a show that is on keeps its frame rate.
    Raises EngineError if it cannot be started.
    """

    def __init__(
        self, engine: str, module: str, arguments: Sequence[str], program: Program, *, polite: bool = False
    ) -> None:
        self._engine, self._cancelled = engine, False
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, *arguments],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
        except OSError as fault:
            raise EngineError(f"the engine {engine} could not be built: {fault}") from fault
        # A child that is gone already says in `wait` why.
        with suppress(psutil.Error):
            if polite:
                psutil.Process(self._process.pid).nice(
                    psutil.BELOW_NORMAL_PRIORITY_CLASS if psutil.WINDOWS else 5
                )
        self._send(sent(program))

    def _send(self, content: bytes) -> None:
        stdin, self._process.stdin = self._process.stdin, None
        assert stdin is not None
        with suppress(OSError):
            stdin.write(content)
        with suppress(OSError):
            stdin.close()

    def wait(self) -> None:
        """Wait for its end. Raises EngineError with its reason if it failed or was cancelled."""
        _, told = self._process.communicate()
        if self._cancelled:
            raise EngineError(f"the building of the engine {self._engine} was cancelled")
        if self._process.returncode != 0:
            lines = told.decode(errors="replace").strip().splitlines()
            reason = lines[-1] if lines else f"exit code {self._process.returncode}"
            raise EngineError(f"the engine {self._engine} could not be built: {reason}")

    def cancel(self) -> None:
        """Stop it; what it has not finished is not in the cache."""
        self._cancelled = True
        self._process.kill()


def sent(program: Program) -> bytes:
    """Return what a building process reads: the modules that others have added, and the program."""
    modules = sorted({kind.module for _, kind in OBJECTIVES.items()} - {OWN_MODULE})
    return pickle.dumps(modules) + pickle.dumps(program)


def serve(build: Callable[[Program], None]) -> int:
    """Build the program that standard input brings; give the exit code of the building process.

    What went wrong is said in one line, the last on standard error.
    """
    try:
        # They add here what they have added to the process that sent this.
        for module in pickle.load(sys.stdin.buffer):
            import_module(module)
        program: Program = pickle.load(sys.stdin.buffer)
        build(program)
    except Exception as fault:  # told to the parent process, which decides what follows
        sys.stderr.write("\n" + " ".join(str(fault).split()) + "\n")
        return 1
    return 0


def _environment() -> dict[str, str]:
    """Let the child import this very package, wherever it was imported from."""
    package_parent = str(Path(__file__).resolve().parents[2])
    paths = [package_parent, os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}
