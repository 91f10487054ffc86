"""The mapping mode: click a control, move a knob or hit a pad, and it is bound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QObject, QPoint, pyqtSignal
from PyQt6.QtWidgets import QWidget

from livedream.control.control_plan import ControlStatus
from livedream.control.controls import Controls
from livedream.control.midi_binding import BOUND, Binding, MidiSource
from livedream.errors import LivedreamError
from livedream.settings import by_target
from livedream.ui.panel.input_row import sentence
from livedream.ui.panel.map_card import MapCard
from livedream.ui.panel.map_overlay import MapOverlay, Targets
from livedream.ui.panel.panel_style import MARGIN

CHOOSE = "Click what you want to turn, then move a knob or hit a pad."
MOVE = "Move a knob or hit a pad."
NO_CONTROLLER = "No MIDI controller is plugged in; one that you plug in is taken at once."


class Mapping(QObject):
    """Binds what is clicked to what is moved next.

    said: why something is not possible. toggled: whether it is on.
    """

    said = pyqtSignal(str)
    toggled = pyqtSignal(bool)

    def __init__(self, controls: Controls, host: QWidget, picture: QWidget, targets: Targets) -> None:
        super().__init__(host)
        self._controls, self._picture = controls, picture
        self._current, self._trouble = "", ""
        self._before: Binding | None = None
        self.overlay = MapOverlay(host, targets)
        self.card = MapCard(self.overlay)
        for part in (self.overlay, self.card):
            part.chosen.connect(self.choose)
            part.forgotten.connect(self.forget)
            part.left.connect(self.leave)
        self.card.rebound.connect(self._rebind)

    @property
    def is_on(self) -> bool:
        """Return whether controls are being mapped."""
        return not self.overlay.isHidden()

    def toggle(self) -> None:
        """Begin, or leave."""
        if self.is_on:
            self.leave()
        else:
            self.begin()

    def begin(self) -> None:
        """Outline the controls, and open the controllers if they are not."""
        self._current = self._trouble = ""
        if self._controls.midi is None:
            self._try(self._controls.use_midi)
        words = [info.word for info in by_target().values() if info.kind in BOUND]
        self.card.offer([*self._controls.commands, *words])
        self.overlay.show()
        self.overlay.raise_()
        self.overlay.setFocus()
        self.follow(self._controls.status())
        self.toggled.emit(True)

    def leave(self) -> None:
        """Show the controls as they are; what is bound stays so."""
        self._controls.stop_learning()
        self.overlay.hide()
        self.toggled.emit(False)

    def choose(self, target: str) -> None:
        """Bind the next knob that is moved to a target, with the range that it has had."""
        self._current, self._trouble = target, ""
        self._before = before = self._binding(target)
        low, high = (None, None) if before is None else (before.low, before.high)
        self._try(lambda: self._controls.learn(target, low, high))
        self.follow(self._controls.status())

    def forget(self, target: str) -> None:
        """Bind a target to nothing."""
        self._controls.stop_learning()
        self._controls.forget(target)
        self._before = None
        self.follow(self._controls.status())

    def follow(self, status: ControlStatus) -> None:
        """Show what there is to map, and what is bound."""
        if not self.is_on:
            return
        if self._before is not None and status.learning is None:
            self._keep_ways(self._before)
        badges = {one.target: short_name(one.source) for one in self._controls.bindings()}
        self.overlay.follow(badges, self._current)
        self.card.show_target(self._current, self._binding(self._current), self._sentence(status))
        self._place_card()

    def _keep_ways(self, before: Binding) -> None:
        """Let a knob that has taken another's place pick up, and switch, as that one did."""
        self._before, now = None, self._binding(before.target)
        if now is not None and now.source != before.source:
            self._rebind(now, replace(now, threshold=before.threshold, pickup=before.pickup))

    def _sentence(self, status: ControlStatus) -> str:
        if self._trouble:
            return self._trouble
        if not status.midi:
            midi = self._controls.midi
            return sentence("" if midi is None else ", ".join(midi.ports.problems)) or NO_CONTROLLER
        if not self._current:
            return CHOOSE
        if status.learning is not None:
            return MOVE
        binding = self._binding(self._current)
        if binding is None:
            return "It is bound to nothing. Click it again to bind it."
        kept = "" if status.profile is None else f", kept in {status.profile.name}"
        return f"{binding.source} turns it{kept}. Click it again for another knob."

    def _place_card(self) -> None:
        """Put the card onto the picture, where it covers no control that is to be clicked."""
        self.card.adjust()
        host, picture = self.overlay, self._picture
        corner = picture.mapTo(host.parentWidget(), QPoint(MARGIN, picture.height() - MARGIN))
        top = max(MARGIN, corner.y() - self.card.height())
        place = QPoint(max(0, min(corner.x(), host.width() - self.card.width())), top)
        if self.card.pos() != place:
            self.card.move(place)

    def _binding(self, target: str) -> Binding | None:
        return next((one for one in self._controls.bindings() if one.target == target), None)

    def _rebind(self, before: Binding, after: Binding) -> None:
        if before != after:
            self._try(lambda: self._controls.rebind(before, after))

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except LivedreamError as fault:
            self._trouble = sentence(str(fault))
            self.said.emit(str(fault))
        except KeyError:  # its knob has been bound to something else in the meantime
            return


def short_name(source: MidiSource) -> str:
    """Return what a knob or a pad is called in a badge."""
    return str(source).partition(" on ")[0]
