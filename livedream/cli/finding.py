"""What the doctor looks at, and what it finds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from livedream.health import Health

_MISSING_LIBRARY = re.compile(r"(lib[\w.+-]+\.so[.\d]*): cannot open shared object file")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: whether a thing was found, what was found, and how to get it."""

    name: str
    found: bool
    what: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A look at one thing.

    look: gives a health that is live if the thing was found; may raise anything.
    library: the distribution that it loads, "" if none; needed: without it nothing can be dreamed.
    """

    name: str
    look: Callable[[], Health]
    library: str = ""
    needed: bool = False

    def run(self) -> Finding:
        """Look; whatever is raised becomes a finding with the reason in one sentence."""
        try:
            health = self.look()
        except Exception as fault:  # a report about a broken machine must not break on it
            return Finding(self.name, False, _reason(fault), self._way_out(fault))
        return Finding(self.name, health.ok, health.message, health.remedy)

    def _way_out(self, fault: Exception) -> str:
        if missing := _MISSING_LIBRARY.search(str(fault)):
            return f"Install the system package that contains {missing[1]}."
        if isinstance(fault, ModuleNotFoundError):
            return f"python -m pip install {self.library or fault.name}"
        return f"python -m pip install --force-reinstall {self.library}" if self.library else ""


def _reason(fault: Exception) -> str:
    if isinstance(fault, ModuleNotFoundError):
        return f"{fault.name} is not installed"
    lines = str(fault).strip().splitlines()
    if isinstance(fault, ImportError) and lines:
        return f"does not load: {lines[0]}"
    return lines[0] if lines else type(fault).__name__
