"""The face of what turns a show from elsewhere: macros, tempo, modulation, inputs, mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PyQt6.QtCore import QEvent, QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QWidget

from livedream.control.controls import Controls
from livedream.control.midi_binding import BOUND
from livedream.modulation.macros import MACROS
from livedream.modulation.row_follower import STILL, Movement
from livedream.runtime.on_beat import OnBeat
from livedream.settings import by_word
from livedream.settings.modulation_row import ModulationRow
from livedream.ui.mapping import Mapping as MappingMode
from livedream.ui.mapping import short_name
from livedream.ui.panel.control_fold import ControlFold
from livedream.ui.panel.control_panel import ControlPanel
from livedream.ui.panel.macro_row import MacroRow
from livedream.ui.panel.map_overlay import MapTarget
from livedream.ui.panel.matrix_fold import MatrixFold
from livedream.ui.show_protocol import Commands
from livedream.ui.stage import Stage
from livedream.ui.tempo_bar import TempoBar
from livedream.ui.top_bar import Switch, TopBar

FOLLOW_MS = 66
"""How often what moves by itself is shown."""

MACRO_SOURCES = frozenset(by_word()[word].name for word in MACROS)


class ControlsFace(QObject):
    """Adds the controls' widgets to a window and lets them follow while it is seen. said: a sentence."""

    said = pyqtSignal(str)

    def __init__(
        self, controls: Controls, commands: Commands, on_beat: OnBeat, panel: ControlPanel, stage: Stage
    ) -> None:
        super().__init__(stage)
        self.controls, self.panel, self.moods = controls, panel, stage.moods
        self.bar: TopBar = stage.bar
        self.macros = MacroRow(panel.link, panel.hand)
        self.tempo = TempoBar(commands, on_beat, controls.commands.parameters)
        self.matrix, self.inputs = MatrixFold(controls.matrix), ControlFold(controls)
        self.map_switch = Switch("Map")
        self.map_switch.setToolTip("Bind knobs and pads of a MIDI controller to what is on the screen (F2)")
        panel.top.addWidget(self.macros)
        for fold in (self.matrix, self.inputs):
            panel.add_fold(fold)
        stage.bar.add_part(self.tempo)
        stage.bar.add_part(self.map_switch)
        self._timer = QTimer(self)
        self._timer.setInterval(FOLLOW_MS)
        self._timer.timeout.connect(self.follow)
        self.mapping: MappingMode | None = None
        self._others: dict[str, QWidget] = {}
        for speaker in (self.tempo, self.matrix, self.inputs):
            speaker.said.connect(self.said)

    def live_in(self, window: QWidget, picture: QWidget) -> None:
        """Follow while a window is seen, and map on top of it; picture: where the mapping's card lies."""
        self.mapping = mapping = MappingMode(self.controls, window, picture, self.targets)
        mapping.said.connect(self.said)
        mapping.toggled.connect(self.map_switch.setChecked)
        self.map_switch.clicked.connect(lambda _: mapping.toggle())
        window.installEventFilter(self)
        if window.isVisible():
            self._timer.start()

    def map_also(self, buttons: Mapping[str, QWidget]) -> None:
        """Let other parts be mapped, too, by the names of their commands or the words of their numbers."""
        self._others.update(buttons)

    @property
    def follows(self) -> bool:
        """Return whether it looks at the controls."""
        return self._timer.isActive()

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:  # noqa: N802, ARG002
        """Look at the controls while the window is seen, and not at all while it is not."""
        if a1 is not None and a1.type() == QEvent.Type.Show:
            self.follow()
            self._timer.start()
        elif a1 is not None and a1.type() == QEvent.Type.Hide:
            self._timer.stop()
        return False

    def toggle_mapping(self) -> None:
        """Begin to map, or leave it."""
        if self.mapping is None:
            return
        if not self.mapping.is_on and not self.targets():
            self.said.emit("there is nothing to map in full screen: leave it with Esc")
            return
        self.mapping.toggle()

    def follow(self) -> None:
        """Show how the controls are; what looks the same is not painted."""
        status = self.controls.status()
        self.tempo.follow(status)
        self.inputs.follow(status)
        if self.panel.isVisible():
            self.matrix.follow()
            movers = moved_by(self.controls.matrix.rows, self.controls.matrix.movement)
            bound = {one.target: short_name(one.source) for one in self.controls.bindings()}
            self.macros.show_movers(bound, movers)
            for row in self.panel.rows():
                row.show_movers(movers.get(row.info.word, ()))
        if self.mapping is not None:
            self.mapping.follow(status)

    def targets(self) -> list[MapTarget]:
        """List the controls that are seen and that a knob or a pad can be bound to."""
        found = [MapTarget(dial, word) for word, dial in self.macros.dials.items()]
        found += [
            MapTarget(row, row.info.word)
            for row in self.panel.rows()
            if row.info.kind in BOUND and row.info.word not in MACROS  # those have their dials
        ]
        buttons: Mapping[str, QWidget] = {
            **self.panel.panic.buttons,
            **self.panel.outlets.buttons,
            **self.panel.outlets.small_buttons,
            **self.tempo.parts(),
            **self._others,
            "mirror output": self.bar.switches["mirror output"],
        }
        named = {*self.controls.commands, *self.controls.commands.parameters}
        found += [MapTarget(part, name) for name, part in buttons.items() if name in named]
        found += [MapTarget(tile, f"preset {tile.name}") for tile in self.moods.tiles]
        return [one for one in found if one.widget.isVisible()]


def moved_by(rows: Iterable[ModulationRow], movement: Movement) -> dict[str, tuple[str, ...]]:
    """Return by setting which sources move it: waves and sound always, a macro while it is not at rest."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        if row.source not in MACRO_SOURCES or abs(movement.rows.get(row, 0.0)) > STILL:
            found.setdefault(row.word, {})[row.source] = None
    return {word: tuple(sources) for word, sources in found.items()}
