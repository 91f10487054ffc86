"""Controls: what turns a running show from elsewhere, and the one thread in which it does so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from livedream.clock import Clock, SystemClock
from livedream.control.coalescer import Coalescer
from livedream.control.osc_feedback import OscFeedback
from livedream.control.osc_server import OscServer
from livedream.control.show_commands import ShowCommands
from livedream.errors import LivedreamError
from livedream.runtime.commands import Commands
from livedream.runtime.playlist import Playlist
from livedream.runtime.store import SettingsStore

PERIOD_S = 1 / 60
"""How often what controls want is applied."""

JOIN_S = 2.0


@dataclass(frozen=True, slots=True)
class ControlPlan:
    """What a show is turned by. osc: host and port to listen on. osc_to: those that changes are sent to."""

    osc: tuple[str, int] | None = None
    osc_to: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ControlStatus:
    """How the controls are. osc: where messages are taken, "" for nowhere. problems: a sentence on each."""

    osc: str = ""
    problems: tuple[str, ...] = ()


class Controls:
    """Turns a show by OSC while it is entered; what cannot be had is told, and the show goes on.

    store, commands, playlist: the show's. tell: takes sentences for people, from any thread.
    """

    def __init__(
        self,
        store: SettingsStore,
        commands: Commands,
        playlist: Playlist | None = None,
        plan: ControlPlan = ControlPlan(),
        *,
        tell: Callable[[str], None] = lambda _: None,
        clock: Clock | None = None,
    ) -> None:
        self._plan, self._tell, self._clock = plan, tell, clock or SystemClock()
        self._commands = ShowCommands(commands, playlist)
        self.coalescer = Coalescer(store, self._commands, tell=tell, clock=self._clock)
        self._problems: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="controls", daemon=True)
        self.feedback: OscFeedback | None = None
        self.osc: OscServer | None = None

    def __enter__(self) -> Controls:
        """Take the ports and turn the show from now on."""
        self.open()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(JOIN_S)
        self.close()

    def open(self) -> None:
        """Take the ports that the plan names; what cannot be had is told."""
        self._try(self._open_feedback)
        self._try(self._open_osc)

    def step(self) -> None:
        """Do all that is due: what has come is applied in one change, and sent to those who follow."""
        if self.osc is not None:
            self.osc.step()
        self.coalescer.apply()
        if self.feedback is not None:
            self.feedback.step()

    def close(self) -> None:
        """Apply what is left and give everything back."""
        self.coalescer.close()
        for port in (self.osc, self.feedback):
            if port is not None:
                port.close()
        self.osc = self.feedback = None

    def status(self) -> ControlStatus:
        """Return how it is going."""
        osc = self.osc
        return ControlStatus("" if osc is None else f"{osc.host}:{osc.port}", tuple(self._problems))

    def _open_feedback(self) -> None:
        if self._plan.osc_to is not None:
            store = self.coalescer.store
            self.feedback = OscFeedback(store, self._plan.osc_to, tell=self._tell, clock=self._clock)
            self.feedback.send_all()

    def _open_osc(self) -> None:
        if self._plan.osc is not None:
            self.osc = OscServer(
                self.coalescer,
                self._commands,
                self._plan.osc,
                tell=self._tell,
                hears=self.feedback,
                clock=self._clock,
            )

    def _try(self, open_: Callable[[], None]) -> None:
        try:
            open_()
        except LivedreamError as fault:
            self._problems.append(str(fault))
            self._tell(str(fault))

    def _run(self) -> None:
        while not self._clock.wait(self._stop, PERIOD_S):
            self.step()
