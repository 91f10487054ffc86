"""Builds in processes of their own: the show does not stall and its memory stays small."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

from livedream.engines.engine import Program
from livedream.errors import EngineDisagreesError, EngineError, EngineMissingError, InputError
from livedream.settings.objectives import OBJECTIVES, OWN_MODULE

BUILT = b"built\n"
"""What a building process writes on its standard output when an engine is in the cache."""

EXIT_CODES: dict[int, type[EngineError]] = {3: EngineMissingError, 4: EngineDisagreesError}
"""Exit codes of a process that says that what it tried would fail again, and with what kind of fault."""

GIVES_WAY = 5
"""How much nicer a process is that gives way to the show, on the scale of Unix, which ends at 19."""

LOOK_UP_S = 1.0
"""How often a building process looks whether the one that started it is still there."""

CONTROL_C_EXIT = 0xC000013A
"""With what Windows ends a process that does not heed Ctrl-C."""

ENDED_BY_OTHERS = frozenset(
    -getattr(signal, name).value
    for name in ("SIGHUP", "SIGINT", "SIGTERM", "SIGKILL")
    if hasattr(signal, name)
) | {CONTROL_C_EXIT}
"""Exit codes of a process that did not fail: who ends a show, or the system, has ended it."""


class BuildServer:
    """A process that builds one program after the other into the cache, its libraries loaded once.

    engine: its name, for people. module, arguments: what the process runs; it calls `serve`.
    Raises EngineError if it cannot be started.
    """

    def __init__(self, engine: str, module: str, arguments: Sequence[str]) -> None:
        self._engine, self._cancelled = engine, False
        try:
            with ExitStack() as if_it_fails:
                # A pipe would have to be read meanwhile.
                self._told = if_it_fails.enter_context(tempfile.TemporaryFile())
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", module, *arguments],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=self._told,
                    env=child_environment(),
                    **own_group(),
                )
                if_it_fails.pop_all()
        except OSError as fault:
            raise EngineError(f"the engine {engine} could not be built: {fault}") from fault

    @property
    def is_alive(self) -> bool:
        """Return whether the process can build another program; one that was cancelled is about to end."""
        return not self._cancelled and self._process.poll() is None

    @property
    def was_ended(self) -> bool:
        """Return whether it was cancelled, or ended from outside: that is no fault of the engine's."""
        return self._cancelled or self._process.poll() in ENDED_BY_OTHERS

    def send(self, program: Program, *, polite: bool = False) -> None:
        """Send a program to be built; one at a time.

        polite: from now on with a low priority, so that a show that is on keeps its frame rate.
        """
        # A child that is gone already says in `wait` why.
        with suppress(psutil.Error):
            if polite:
                give_way(psutil.Process(self._process.pid))
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(sent(program))
            self._process.stdin.flush()

    def wait(self) -> None:
        """Wait until the engine is in the cache. Raises EngineError with its reason if it will not be."""
        assert self._process.stdout is not None
        if any(line == BUILT for line in self._process.stdout):
            return
        self._process.wait()
        if self._cancelled:
            raise EngineError(f"building the engine {self._engine} was cancelled")
        if self._process.returncode != 0:
            self._told.seek(0)
            lines = self._told.read().decode(errors="replace").strip().splitlines()
            reason = lines[-1] if lines else f"exit code {self._process.returncode}"
            kind = EXIT_CODES.get(self._process.returncode, EngineError)
            raise kind(f"the engine {self._engine} could not be built: {reason}")

    def cancel(self) -> None:
        """Stop it; what it has not finished is not in the cache."""
        self._cancelled = True
        self._kill()

    def close(self) -> None:
        """End it; what it has built is in the cache."""
        self._kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._told):
            assert stream is not None
            with suppress(OSError):
                stream.close()

    def _kill(self) -> None:
        """Kill it, and where it has a group the compilers that it has started."""
        if sys.platform == "win32":
            self._process.kill()
        elif self._process.poll() is None:
            # It has just ended: macOS calls that a lack of permission.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)


class BuildProcess:
    """A process that builds one program and ends. The rest as in `BuildServer`."""

    def __init__(
        self,
        engine: str,
        module: str,
        arguments: Sequence[str],
        program: Program,
        *,
        polite: bool = False,
    ) -> None:
        self._server = BuildServer(engine, module, arguments)
        self._server.send(program, polite=polite)

    @property
    def was_ended(self) -> bool:
        """Return whether it was cancelled, or ended from outside: see `BuildServer.was_ended`."""
        return self._server.was_ended

    def wait(self) -> None:
        """Wait for its end. Raises EngineError with its reason if it failed or was cancelled."""
        try:
            self._server.wait()
        finally:
            self._server.close()

    def cancel(self) -> None:
        """Stop it; what it has not finished is not in the cache."""
        self._server.cancel()


def sent(program: Program) -> bytes:
    """Return what a building process reads: the modules that others have added, and the program."""
    return pickle.dumps(added_modules()) + pickle.dumps(program)


def added_modules() -> list[str]:
    """List the modules that others have added, which a process that dreams has to import."""
    return sorted({kind.module for _, kind in OBJECTIVES.items()} - {OWN_MODULE})


def serve(build: Callable[[Program], None]) -> int:
    """Build the programs that standard input brings; returns the exit code of the building process.

    What went wrong is said in one line, the last on standard error, and ends it.
    """
    answers, sys.stdout = sys.stdout, sys.stderr  # what libraries print is no answer
    try:
        with _ending_with_parent():
            while (program := _received()) is not None:
                build(program)
                answers.write(BUILT.decode())
                answers.flush()
        return 0
    except Exception as fault:  # told to the parent process, which decides what follows
        sys.stderr.write("\n" + " ".join(str(fault).split()) + "\n")
        kind = EngineMissingError if isinstance(fault, InputError) else type(fault)
        return next((code for code, known in EXIT_CODES.items() if issubclass(kind, known)), 1)
    finally:
        sys.stdout = answers


def _received() -> Program | None:
    """Read the next program from standard input; None at its end."""
    try:
        # They add here what they have added to the process that sent this.
        for module in pickle.load(sys.stdin.buffer):  # nosec B301 # livedream writes it
            import_module(module)
    except EOFError:
        return None
    program: Program = pickle.load(sys.stdin.buffer)  # nosec B301 # as above
    return program


@contextmanager
def _ending_with_parent() -> Iterator[None]:
    """End this process in the midst of its work if the one that started it is gone: nobody else does."""
    done, me = threading.Event(), psutil.Process()
    parent = me.parent()

    def watch() -> None:
        while not done.wait(LOOK_UP_S):
            if me.parent() != parent:
                os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
    try:
        yield
    finally:
        done.set()


def own_group() -> dict[str, Any]:
    """Return what `subprocess.Popen` takes so that a child has no window and hears no Ctrl-C."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"process_group": 0}


def child_environment() -> dict[str, str]:
    """Return the child's environment, in which it imports this very package, wherever it was imported from.

    Its threads sleep while they wait for each other. By default OpenMP's spin for milliseconds, and beside a
    show, which has the cores, the one that is waited for does not run meanwhile: torch then took fifty times
    as long.
    """
    package_parent = str(Path(__file__).resolve().parents[2])
    paths = [package_parent, os.environ.get("PYTHONPATH", "")]
    found = {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    return {"OMP_WAIT_POLICY": "PASSIVE"} | os.environ | found


def give_way(process: psutil.Process) -> None:
    """Lower a process's priority below that of this one."""
    if psutil.WINDOWS:
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        process.nice(min(19, psutil.Process().nice() + GIVES_WAY))
