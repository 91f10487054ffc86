"""Engines for a graphics adapter: built and tried by another process, which a broken driver may take along.

What came of it is remembered, also that nothing did: a driver that crashed once is not asked again unless
somebody asks for that engine by its name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, cast

from livedream.engines.adapters import Adapter
from livedream.engines.build_process import BuildProcess
from livedream.engines.cache import EngineCache, Entry
from livedream.engines.engine import Check, Engine, Program
from livedream.errors import EngineError


@dataclass(frozen=True, slots=True)
class AdapterEngine:
    """An engine that is built for an adapter.

    module: the program of the process that builds it; it takes the engine's name, the cache's folder and the
    adapter. adapter: finds that; raises EngineError where there is none. key: of a program's engine in the
    cache. load: takes it from there; None if it is not there or cannot be used. may_be: whether the machine
    may have one at all; only then a driver is asked before anybody wants it, which takes seconds if it hangs.
    """

    name: str
    module: str
    adapter: Callable[[], Adapter]
    key: Callable[[Program, Adapter], str]
    load: Callable[[Program, EngineCache, Adapter], tuple[Engine, Check] | None]
    may_be: Callable[[], bool] = lambda: True


class AdapterBuilds:
    """Loads an engine for the adapter at hand, or starts to build it."""

    def __init__(self, engine: AdapterEngine) -> None:
        self._engine = engine
        self._found: Adapter | None = None

    def load(self, program: Program, cache: EngineCache) -> tuple[Engine, Check] | None:
        """Load a program's engine; None if it has to be built. Raises EngineError if it cannot be had."""
        return self._engine.load(program, cache, self._adapter())

    def begin(self, program: Program, cache: EngineCache, *, polite: bool = False) -> AdapterBuild:
        """Start to build an engine. Raises EngineError."""
        adapter = self._adapter()
        refusal = refusal_key(self._engine.key(program, adapter))
        return AdapterBuild(self._engine, adapter, program, cache, refusal, polite=polite)

    def verdict(self, program: Program, cache: EngineCache) -> Check | str | None:
        """Return how the engine did when it was built, or why it could not be; None if it never was.

        The newest counts, also what is said of all programs. Raises EngineError if it cannot be had.
        """
        key = self._engine.key(program, self._adapter())
        both = [cache.get(refusal_key(one)) for one in (key, self._key_of_all())]
        refused = max((one for one in both if one is not None), key=_when, default=None)
        built = cache.get(key)
        if built is not None and refused is not None and _when(refused) > _when(built):
            built = None  # it failed while it ran
        with suppress(KeyError, TypeError):  # of a foreign or outdated entry nothing is known
            if built is not None:
                return Check(**built.facts["check"])
        return None if refused is None else str(refused.facts.get("refusal"))

    def refuse(self, program: Program | None, cache: EngineCache, why: str) -> None:
        """Remember that a program's engine hung, or that the adapter cannot run any: None.

        Raises EngineError if it cannot be had.
        """
        key = self._key_of_all() if program is None else self._engine.key(program, self._adapter())
        _keep_refusal(cache, refusal_key(key), _facts(self._engine, self._adapter(), program), why)

    def _key_of_all(self) -> str:
        """Name what holds for all programs, of these versions and on this adapter."""
        return self._engine.key(cast(Program, _AnyProgram()), self._adapter())

    def suits(self) -> bool:
        """Return whether an engine is worth trying unasked: there is an adapter that is none in software."""
        try:
            return self._engine.may_be() and not self._adapter().is_software
        except EngineError:
            return False

    def asks(self) -> bool:
        """Return whether a driver is asked as soon as the adapter is wanted."""
        return self._found is None and self._engine.may_be()

    def _adapter(self) -> Adapter:
        """Return the adapter, which is looked for once."""
        self._found = self._found or self._engine.adapter()
        return self._found


class _AnyProgram:
    """Stands for all programs in a key."""

    def fingerprint(self) -> str:
        return "any program"


class AdapterBuild(BuildProcess):
    """A build in a process of its own. A failure is kept in the cache.

    Not so that somebody has ended it, the show or the system: that says nothing of the driver.
    """

    def __init__(
        self,
        engine: AdapterEngine,
        adapter: Adapter,
        program: Program,
        cache: EngineCache,
        refusal: str,
        *,
        polite: bool = False,
    ) -> None:
        self._cache, self._refusal = cache, refusal
        self._facts = _facts(engine, adapter, program)
        arguments = [engine.name, str(cache.folder), json.dumps(asdict(adapter))]
        super().__init__(engine.name, engine.module, arguments, program, polite=polite)

    def wait(self) -> None:
        """Wait for its end. Raises EngineError with its reason if it failed or was cancelled."""
        try:
            super().wait()
        except EngineError as fault:
            if not self.was_ended:
                _keep_refusal(self._cache, self._refusal, self._facts, str(fault))
            raise


def _facts(engine: AdapterEngine, adapter: Adapter, program: Program | None) -> dict[str, Any]:
    described = {} if program is None else program.describe()
    return {"engine": engine.name, "program": described, "adapter": str(adapter)}


def _keep_refusal(cache: EngineCache, key: str, facts: dict[str, Any], why: str) -> None:
    """Keep why an engine cannot be had; where nothing can be kept it is tried at each start."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with suppress(OSError):
        cache.put(key, b"", facts | {"refusal": why, "built": now})


def _when(entry: Entry) -> str:
    """Return when an entry was made, in a form that sorts by time; "" if it does not say so."""
    return str(entry.facts.get("built", ""))


def refusal_key(key: str) -> str:
    """Name the entry that says why the engine of a key could not be built."""
    return f"refused {key}"
