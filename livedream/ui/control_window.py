"""The performer's window: the picture with its overlays, and the control panel docked beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from PyQt6.QtCore import QEvent, QSettings, Qt
from PyQt6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent
from PyQt6.QtWidgets import QDockWidget, QLabel, QMainWindow, QStatusBar, QWidget

from livedream.engines.builder import ProgramState
from livedream.runtime.playlist import Playlist
from livedream.runtime.status import Status
from livedream.runtime.store import SettingsStore
from livedream.ui.icon import icon
from livedream.ui.panel.control_panel import ControlPanel
from livedream.ui.show_protocol import Commands
from livedream.ui.window import DEFAULT_WH, DreamWindow


def with_panel(show: Playable, playlist: Playlist, view: DreamWindow) -> ControlWindow:
    """Return a window that holds a view of a show and its control panel."""
    panel = ControlPanel(show.store, playlist, show.commands)
    window = ControlWindow(view, panel, show.preset_states, QSettings("livedream", "livedream"))
    window.place(show.status().output_wh)
    return window


class Playable(Protocol):
    """What a panel plays: `livedream.runtime.session.LiveSession`."""

    store: SettingsStore

    @property
    def commands(self) -> Commands:
        """Return where commands are done."""
        ...

    def status(self) -> Status:
        """Return how it is going."""
        ...

    def preset_states(self) -> Mapping[str, ProgramState]:
        """Return by name how far the engine of each preset is."""
        ...


def figures(status: Status) -> str:
    """Format what the strip tells: rate, latency, drops, engine and size, and what is on the way."""
    if not status.engine:
        return f"building {status.building}" if status.building else "starting"
    width, height = status.working_wh
    parts = [
        f"{status.fps:.1f} frames/s",
        f"latency {status.latency_ms.p50:.0f} ms, 95 %: {status.latency_ms.p95:.0f} ms",
        f"{status.dropped} dropped",
        f"{status.engine} {width}x{height}",
        f"building {status.building}" if status.building else "",
        f"{status.preparing} engines to prepare" if status.preparing else "",
    ]
    return "   \N{MIDDLE DOT}   ".join(part for part in parts if part)


PART_OF_ROOM = 0.94

DARK = """
QMainWindow { background: #0b0b12; }
QMainWindow::separator { background: #1b1a26; width: 5px; }
QMainWindow::separator:hover { background: #8a63d2; }
QStatusBar { background: #0b0b12; }
QStatusBar::item { border: 0; }
QStatusBar QLabel { color: #b9b6c6; font-size: 14px; padding: 3px 10px; }
"""


class ControlWindow(QMainWindow):
    """Holds the view and the panel; closing it ends the show, if the view agrees.

    settings: where it keeps whether the panel is open, and how wide it is.
    """

    def __init__(
        self,
        view: DreamWindow,
        panel: ControlPanel,
        states: Callable[[], Mapping[str, ProgramState]],
        settings: QSettings,
    ) -> None:
        super().__init__()
        self.view, self._settings = view, settings
        self.setWindowIcon(icon())
        self.setStyleSheet(DARK)
        self.setCentralWidget(view)
        self.dock = QDockWidget("Controls", self)
        self.dock.setObjectName("controls")
        self.dock.setTitleBarWidget(QWidget())
        self.dock.setWidget(panel)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self._figures = QLabel()
        self._strip().addWidget(self._figures)
        state = settings.value("panels")
        if state is not None:
            self.restoreState(state)
        view.windowTitleChanged.connect(self.setWindowTitle)
        self.setWindowTitle(view.windowTitle())
        view.host(self, self.toggle_panel, self._on_status)
        panel.said.connect(view.flash)
        self._panel, self._states = panel, states

    def place(self, output_wh: tuple[int, int]) -> None:
        """Open at a size that fits the display."""
        screen = self.screen() or QGuiApplication.primaryScreen()
        if screen is not None:
            width, height = output_wh if all(output_wh) else DEFAULT_WH
            beside = self.dock.sizeHint().width() if self.dock.isVisibleTo(self) else 0
            room = screen.availableGeometry()
            most_wh = (round(PART_OF_ROOM * room.width()), round(PART_OF_ROOM * room.height()))
            self.resize(min(width + beside, most_wh[0]), min(height, most_wh[1]))
            place = self.frameGeometry()
            place.moveCenter(room.center())
            self.move(place.topLeft())

    def toggle_panel(self) -> None:
        """Open or fold the panel."""
        self.dock.setVisible(not self.dock.isVisible())
        self.view.setFocus()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Obey the keys wherever the focus is, unless a control has taken them."""
        if a0 is not None:
            self.view.keyPressEvent(a0)

    def changeEvent(self, a0: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Keep the panel off the picture in full screen."""
        super().changeEvent(a0)
        if a0 is not None and a0.type() == QEvent.Type.WindowStateChange:
            self.dock.setVisible(not self.isFullScreen())
            self._strip().setVisible(not self.isFullScreen())

    def closeEvent(self, a0: QCloseEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Ask the view, keep how the panels lie, and end."""
        if a0 is None:
            return
        if not self.view.may_close():
            a0.ignore()
            return
        if not self.isFullScreen():
            self._settings.setValue("panels", self.saveState())
        a0.accept()
        self.view.end()

    def _strip(self) -> QStatusBar:
        strip = self.statusBar()
        assert strip is not None, "a main window makes one"
        strip.setSizeGripEnabled(False)
        return strip

    def _on_status(self, status: Status) -> None:
        self._figures.setText(figures(status))
        self._panel.show_status(status)
        self._panel.set_panic(status.panic)
        self._panel.set_preset_states(self._states())
