"""What others may add to: named rows in the order in which they were added."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Generic, TypeVar

from livedream.errors import InputError

R = TypeVar("R")


class Registry(Generic[R]):
    """Rows by name; thing: what a row is, for messages, as in "a sink"."""

    def __init__(self, thing: str) -> None:
        self.thing = thing
        self._rows: dict[str, R] = {}

    def add(self, name: str, row: R) -> R:
        """Add a row and return it. Raises ValueError if the name is taken."""
        if name in self._rows:
            raise ValueError(f"there is {self.thing} {name!r} already")
        self._rows[name] = row
        return row

    def remove(self, name: str) -> None:
        """Take a row out again. Raises KeyError if there is none."""
        del self._rows[name]

    def __getitem__(self, name: str) -> R:
        """Return the row of a name. Raises InputError that says which there are."""
        if name in self._rows:
            return self._rows[name]
        near = difflib.get_close_matches(name, self._rows, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(self._rows)}"
        raise InputError(f"there is no {self.thing.partition(' ')[2]} {name!r}; {hint}")

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def items(self) -> tuple[tuple[str, R], ...]:
        """List names and rows."""
        return tuple(self._rows.items())
