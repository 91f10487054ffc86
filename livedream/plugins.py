"""Plug-ins: installed packages that add sinks, engines or objectives to the registries."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points

GROUP = "livedream"
"""The group of entry points in which a package names the modules that register what it has.

https://packaging.python.org/specifications/entry-points/
"""


def load_plugins(tell: Callable[[str], None]) -> tuple[str, ...]:
    """Load every installed plug-in and return their names; one that fails is left out, and `tell` hears why.

    A plug-in is an entry point of the group "livedream" whose value is a module; importing it registers what
    it has.
    """
    loaded = []
    for plugin in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            plugin.load()
        except Exception as fault:  # somebody else's code: whatever it raises, the show goes on without it
            reason = f"{type(fault).__name__}: {fault}"
            tell(
                f"the plug-in {plugin.name} ({plugin.value}) cannot be loaded ({reason}); update or remove it"
            )
        else:
            loaded.append(plugin.name)
    return tuple(loaded)
