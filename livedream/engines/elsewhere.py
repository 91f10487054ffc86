"""The engines that other processes build: they are loaded from the cache, which those processes fill."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from livedream.engines.cache import EngineCache
from livedream.engines.engine import Check, Program
from livedream.engines.in_process import Made, tried_once, within
from livedream.engines.kinds import ENGINES
from livedream.engines.subprocess_builds import Build, SubprocessBuilds
from livedream.errors import EngineError

POLITELY = 3.0
"""How many times longer a build of low priority may take: it has what a show leaves of the processor."""


AS_LONG_AS = 5.0
"""So many times as long as the last build of its kind one may take in any case."""


class NotCachedError(EngineError):
    """The cache does not have the engine."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How an engine is built. polite: with a low priority. begun: called once another process is at it."""

    polite: bool = False
    begun: Callable[[], None] = lambda: None


class Elsewhere:
    """Loads one engine at a time, in the thread that calls it; another thread may cancel what builds it.

    is_cancelled: whether what is made is not wanted any more. limit_s: after so long something counts as
    hanging: loading an engine, or building it, which may take longer by POLITELY and AS_LONG_AS. That it
    hung is remembered where a kind of engine remembers such things.
    """

    def __init__(
        self,
        cache: EngineCache,
        tell: Callable[[str], None],
        is_cancelled: Callable[[], bool],
        limit_s: float,
    ) -> None:
        self._cache, self._tell, self._is_cancelled, self._limit_s = cache, tell, is_cancelled, limit_s
        self._builds: dict[str, SubprocessBuilds] = {}
        self._build: Build | None = None
        self.expected_s: float | None = None
        """How long the last build of the kind took that is being built; None: not known."""

    @property
    def is_building(self) -> bool:
        """Return whether another process is building."""
        return self._build is not None

    def tell_to(self, tell: Callable[[str], None]) -> None:
        """Tell sentences to somebody else from now on."""
        self._tell = tell

    def builds(self, name: str) -> SubprocessBuilds | None:
        """Return how another process builds an engine; None for one that is made here."""
        built = ENGINES[name].built
        if built is not None and name not in self._builds:
            self._builds[name] = built()
        return self._builds.get(name)

    def loaded(self, name: str, builds: SubprocessBuilds, part: Program, manner: Manner) -> Made:
        """Load an engine from the cache, once another process has filled that. Raises EngineError."""
        with suppress(NotCachedError):
            return self.cached(name, builds, part)
        self._fill(name, builds, part, manner)
        try:
            return self.cached(name, builds, part)
        except NotCachedError as fault:
            raise EngineError(
                f"the engine {name} was built, but could not be stored in {self._cache.folder}"
            ) from fault

    def cached(self, name: str, builds: SubprocessBuilds, part: Program) -> Made:
        """Load an engine from the cache. Raises NotCachedError if it is not there, else EngineError."""

        def load() -> Made:
            if (found := builds.load(part, self._cache)) is None:
                raise NotCachedError
            return tried_once(*found, part)

        return within(self._limit_s, name, load)

    def build(self, name: str, builds: SubprocessBuilds, part: Program, manner: Manner) -> None:
        """See that an engine is in the cache, without loading it. Raises EngineError."""
        if not isinstance(builds.verdict(part, self._cache), Check):
            self._fill(name, builds, part, manner)

    def warm_up(self, builds: SubprocessBuilds) -> None:
        """Start what will build: it has loaded its libraries once it is wanted. Raises EngineError."""
        self._cache.prepare(self._tell)
        builds.warm_up(self._cache)

    def cancel(self) -> None:
        """End the process that builds, from another thread."""
        build = self._build  # it may end, and be forgotten, in this moment
        if build is not None:
            build.cancel()

    def rest(self) -> None:
        """Take note that nothing is being made any more."""
        self._build = None

    def close(self) -> None:
        """Close the processes that wait for the next build; what was found out about adapters stays known."""
        for one in self._builds.values():
            one.close()

    def _fill(self, name: str, builds: SubprocessBuilds, part: Program, manner: Manner) -> None:
        """Build into the cache in another process, in the first number format that works."""
        self._cache.prepare(self._tell)
        self.expected_s = self._cache.took_s(name)
        begins = builds.builds
        for begin, alternative in zip(begins.values(), [*list(begins)[1:], None], strict=True):
            self._build = build = begin(part, self._cache, polite=manner.polite)
            manner.begun()
            if self._is_cancelled():
                build.cancel()
            limit_s = self._longest_s(builds, polite=manner.polite)
            try:
                if _waited(build, limit_s):
                    break
                why = f"the engine {name} could not be built: it was not ready after {limit_s:g} s"
                builds.refuse(part, self._cache, why)
                raise EngineError(why)
            except EngineError as fault:
                if alternative is None or self._is_cancelled():
                    raise
                self._tell(f"{fault}; trying {alternative}")
        self._build = None

    def _longest_s(self, builds: SubprocessBuilds, *, polite: bool) -> float:
        """Return after how long a build counts as hanging."""
        times = POLITELY if polite else 1.0
        return max(min(times * self._limit_s, builds.limit_s), times * AS_LONG_AS * (self.expected_s or 0.0))


def _waited(build: Build, limit_s: float) -> bool:
    """Wait for a build; False if it hung for so long that it was ended. Raises EngineError if it failed."""
    late = threading.Event()

    def end() -> None:
        late.set()
        build.cancel()

    timer = threading.Timer(limit_s, end)
    timer.daemon = True
    timer.start()
    try:
        build.wait()
    except EngineError:
        if not late.is_set():
            raise
        return False
    finally:
        timer.cancel()
    return True
