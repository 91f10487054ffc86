"""InputSwitch: opens and closes one input of a show while the show is on, and holds nobody up meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from livedream.errors import LivedreamError, MissingError
from livedream.health import Health

CLOSE_S = 1.0


class Input(Protocol):
    """Something open that turns a show."""

    @property
    def health(self) -> Health:
        """Return how it is."""
        ...

    def close(self) -> None:
        """Give back what it has taken."""
        ...


I = TypeVar("I", bound=Input)  # noqa: E741  (an input)


class InputSwitch(Generic[I]):
    """Holds one input, or none. What opens and closes it runs in a thread of its own: a port may hang.

    name: for people. current: what is open. tell: takes a sentence on what cannot be opened. step: what an
    open input does when it is stepped; it is closed by nobody meanwhile. closed: takes an input that is
    closed now. close_s: how long an input may take to close before it is left behind.
    """

    def __init__(
        self,
        name: str,
        tell: Callable[[str], None],
        step: Callable[[I], object] = lambda _: None,
        *,
        closed: Callable[[I], object] = lambda _: None,
        close_s: float = CLOSE_S,
    ) -> None:
        self.name, self._close_s = name, close_s
        self.current: I | None = None
        self._tell, self._step, self._closed = tell, step, closed
        self._health: Health | None = Health("off")
        self._wish: Callable[[], I] | None = None
        self._is_due = self._is_working = self._is_closed = False
        self._changed, self._stepping = threading.Condition(), threading.Lock()

    @property
    def health(self) -> Health:
        """Return how it is: off, being opened, as the open input says, or why it cannot be opened."""
        health, current = self._health, self.current
        if health is not None:
            return health
        return Health("starting") if current is None else current.health

    def turn_on(self, open_: Callable[[], I]) -> None:
        """Open an input in place of the one before, soon; any thread.

        open_: raises LivedreamError if that is not possible. Of several that are asked for in a row the last
        one counts.
        """
        self._turn(open_, Health("starting", "being opened"))

    def turn_off(self) -> None:
        """Close the input, soon; any thread."""
        self._turn(None, Health("off"))

    def step(self) -> None:
        """Let the open input do what is due."""
        with self._stepping:
            if self.current is not None:
                self._step(self.current)

    def settle(self, seconds: float) -> bool:
        """Wait until nothing is being opened or closed; False if that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._is_working, seconds)

    def close(self) -> None:
        """Close the input for good."""
        with self._changed:
            self.turn_off()
            self._is_closed = True
        self.settle(self._close_s)

    def _turn(self, open_: Callable[[], I] | None, health: Health) -> None:
        with self._changed:
            is_off_already = open_ is None and self.current is None and not self._is_working
            if self._is_closed or is_off_already:
                self._health = Health("off") if is_off_already else self._health
                return
            self._wish, self._is_due, self._health = open_, True, health
            if not self._is_working:
                self._is_working = True
                threading.Thread(target=self._work, name=f"{self.name} switch", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._is_due:
                    self._is_working = False
                    self._changed.notify_all()
                    return
                open_, self._is_due = self._wish, False
            self._close(self._taken())
            if open_ is not None:
                self._open(open_)

    def _open(self, open_: Callable[[], I]) -> None:
        try:
            made = open_()
        except LivedreamError as fault:
            self._fail(fault, str(fault))
        except Exception as fault:  # a fault of ours is told, too: the switch goes on
            self._fail(fault, f"{self.name} has failed: {type(fault).__name__}: {fault}")
        else:
            with self._changed:
                is_wanted = not self._is_due
                if is_wanted:
                    self.current, self._health = made, None
            if not is_wanted:
                self._close(made)

    def _fail(self, fault: Exception, sentence: str) -> None:
        with self._changed:
            if self._is_due:
                return
            self._health = failed(fault, sentence)
        self._tell(sentence)

    def _taken(self) -> I | None:
        """Take the open input away from whoever steps it."""
        with self._stepping:
            current, self.current = self.current, None
        return current

    def _close(self, one: I | None) -> None:
        if one is None:
            return
        try:
            self._closed(one)
            one.close()
        except (OSError, LivedreamError) as fault:
            self._tell(f"{self.name} cannot be closed: {fault}")
        except Exception as fault:  # a fault of ours is told, too: the switch goes on
            self._tell(f"{self.name} cannot be closed: {type(fault).__name__}: {fault}")


def failed(fault: Exception, sentence: str = "") -> Health:
    """Return the health of what has failed: why, and what mends it if that is known.

    sentence: in place of the fault's own words. A remedy is not repeated in the message.
    """
    if isinstance(fault, MissingError):
        return Health("failed", sentence.replace(str(fault), fault.what) or fault.what, fault.remedy)
    return Health("failed", sentence or str(fault))
