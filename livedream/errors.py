"""The faults that livedream tells a person about, each as one clear sentence."""

from __future__ import annotations

INTERRUPTED = 130
"""The exit code of what Ctrl-C ended: 128 and the signal's number."""


class LivedreamError(Exception):
    """A fault that is told, never shown as a traceback.

    The message is one sentence: the thing, its value, the way out.
    """

    exit_code = 1


class InputError(LivedreamError):
    """Something that a person gave is wrong: a path, a key, a value."""

    exit_code = 2


class MissingError(LivedreamError):
    """Something that is not on this system: a library, a driver.

    what: the thing, and what needs it. how: words that lead to `remedy`, a command that can be copied.
    """

    def __init__(self, what: str, how: str, remedy: str) -> None:
        super().__init__(f"{what}; {how}: {remedy}")
        self.what, self._how, self.remedy = what, how, remedy

    def __reduce__(self) -> tuple[type[MissingError], tuple[str, str, str]]:
        """Return what makes it anew, as where a worker raised it: by default that is its sentence alone."""
        return type(self), (self.what, self._how, self.remedy)


class SourceError(LivedreamError):
    """A source that was open cannot deliver frames any more."""


class SinkError(LivedreamError):
    """A sink cannot start or cannot take frames any more.

    `remedy` is what to do about it on this system; it may span lines and is meant to be copied. `reason`: by
    which it is known that it happens again, where the message tells more; "" for the message.
    """

    def __init__(self, message: str, remedy: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.remedy, self.reason = remedy, reason


class EngineRunError(LivedreamError):
    """An engine that ran cannot run on: it raised, has no memory left, or returns what is no number."""


class EngineError(LivedreamError):
    """An engine cannot be built here, or does not agree with the reference."""


class EngineDisagreesError(EngineError):
    """An engine whose picture is not the reference's, nor would be if it were built anew for that program."""


class EngineMissingError(EngineError):
    """An engine that this machine cannot have: a package, a device or a driver is not there."""
