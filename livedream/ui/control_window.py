"""The performer's window: the picture, a bar over it, the moods under it, the control panel beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PyQt6.QtCore import QEvent, QSettings, Qt
from PyQt6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QDockWidget, QMainWindow, QStatusBar, QWidget

from livedream.control.controls import Controls
from livedream.engines.build_job import ProgramState
from livedream.runtime.camera_previews import CameraPreviews
from livedream.runtime.mood_thumbnails import MoodThumbnails, Painter
from livedream.runtime.playlist import Playlist
from livedream.runtime.status import Status
from livedream.runtime.thumbnail_process import ThumbnailProcess
from livedream.settings.show_numbers import FADE_S, FADER
from livedream.ui.controls_face import ControlsFace
from livedream.ui.elided_label import ElidedLabel
from livedream.ui.icon import icon
from livedream.ui.mood_pictures import MoodPictures
from livedream.ui.panel.control_panel import ControlPanel
from livedream.ui.panel.deck_row import DeckRow
from livedream.ui.panel.mood_grid import MoodGrid
from livedream.ui.panel.mood_menu import MoodMenu
from livedream.ui.panel.panel_style import GAP
from livedream.ui.show_protocol import Playable
from livedream.ui.source_picker import SourcePicker
from livedream.ui.stage import Stage
from livedream.ui.top_bar import TopBar
from livedream.ui.window import DEFAULT_WH, DreamWindow


def with_panel(
    show: Playable,
    playlist: Playlist,
    view: DreamWindow,
    settings: QSettings | None = None,
    painter: Painter | None = None,
    *,
    controls: Controls | None = None,
) -> ControlWindow:
    """Return a window that holds a view of a show and its controls.

    settings: where it keeps what is open; None: the user's. painter: of the pictures of the moods; None: a
    process of its own. controls: what turns the show from elsewhere, if anything does.
    """
    panel, moods = ControlPanel(show.store, show.commands), MoodGrid(playlist)
    kept = settings or QSettings("livedream", "livedream")
    window = ControlWindow(view, panel, moods, show.preset_states, kept)
    window.offer(SourcePicker(show.sources, CameraPreviews(show.sources, show.captured)))
    buttons: dict[str, QWidget] = {}
    if show.desk is not None:
        row, menu = DeckRow(show.desk), MoodMenu(moods, show.desk)
        for part in (row, menu):
            part.said.connect(view.flash)
        window.stage.add_row(row)
        buttons = {"go": row.go, "surprise": row.surprise, "undo": row.undo}
        buttons |= {FADER.word: row.fader, FADE_S.word: row.fade_s}
    paints = painter or ThumbnailProcess()
    painted = show.captured, show.has_time_for, paints, show.tell
    thumbnails = MoodThumbnails(lambda: playlist.presets, *painted)
    window.paint(MoodPictures(moods, thumbnails, show.captured))
    if controls is not None:
        face = ControlsFace(controls, show.commands, playlist.on_beat, panel, window.stage)
        face.map_also(buttons)
        window.turn_by(face)
    window.place(show.status().output_wh)
    return window


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
        building(status),
        f"{status.preparing} engines to prepare" if status.preparing else "",
    ]
    return "   \N{MIDDLE DOT}   ".join(part for part in parts if part)


def building(status: Status) -> str:
    """Return what is being built that somebody waits for, and how far it is; "" for nothing."""
    if status.armed and status.progress is not None:
        return f"building {status.armed}: {status.progress}"
    return f"building {status.building}" if status.building else ""


PART_OF_ROOM = 0.94
SMALLEST_WH = (320, 240)

DARK = """
QMainWindow { background: #0b0b12; }
QMainWindow::separator { background: #1b1a26; width: 5px; }
QMainWindow::separator:hover { background: #8a63d2; }
QStatusBar { background: #0b0b12; }
QStatusBar::item { border: 0; }
"""


class ControlWindow(QMainWindow):
    """Holds the view and the controls; closing it ends the show, if the view agrees.

    settings: where it keeps what is open, and how wide the panel is.
    """

    def __init__(
        self,
        view: DreamWindow,
        panel: ControlPanel,
        moods: MoodGrid,
        states: Callable[[], Mapping[str, ProgramState]],
        settings: QSettings,
    ) -> None:
        super().__init__()
        self.view, self.panel, self.moods, self._settings = view, panel, moods, settings
        self._picker: SourcePicker | None = None
        self._with_panel = bool(settings.value("panel", defaultValue=True, type=bool))
        self.setWindowIcon(icon())
        self.setStyleSheet(DARK)
        # Its own, or else the panel and the bar would say how small it can be.
        self.setMinimumSize(*SMALLEST_WH)
        self.bar = TopBar(view.do)
        self.stage = Stage(self.bar, view, moods)
        self.setCentralWidget(self.stage)
        self.dock = self._docked(panel)
        self._figures = ElidedLabel()
        self._strip().addWidget(self._figures, 1)
        self._strip().setContentsMargins(GAP, 0, GAP, 0)
        self._restore()
        view.windowTitleChanged.connect(self.setWindowTitle)
        self.setWindowTitle(view.windowTitle())
        actions = {
            "panel": self.toggle_panel,
            "moods": self.toggle_moods,
            "source": self._open_picker,
            "map": self._map,
        }
        view.host(self, actions, self._on_status)
        for part in (panel, moods):
            part.said.connect(view.flash)
        self._states = states
        self._pictures: MoodPictures | None = None
        self._face: ControlsFace | None = None

    def offer(self, picker: SourcePicker) -> None:
        """Open a picker from the bar, by mouse or key."""
        self._picker = picker
        picker.said.connect(self.view.flash)
        picker.left.connect(self.stage.beside.hide)
        picker.left.connect(self.view.setFocus)

    def paint(self, pictures: MoodPictures) -> None:
        """Show pictures of the moods as they are painted, until the window is closed."""
        self._pictures = pictures
        self.view.closed.connect(pictures.close)
        pictures.start()

    def turn_by(self, face: ControlsFace) -> None:
        """Show what turns the show from elsewhere, and map it by key."""
        self._face = face
        face.said.connect(self.view.flash)
        face.live_in(self, self.view)
        self._fit()

    def place(self, output_wh: tuple[int, int]) -> None:
        """Open at a size that fits the display."""
        screen = self.screen() or QGuiApplication.primaryScreen()
        if screen is not None:
            width, height = output_wh if all(output_wh) else DEFAULT_WH
            room = screen.availableGeometry()
            most_wh = (round(PART_OF_ROOM * room.width()), round(PART_OF_ROOM * room.height()))
            self.resize(min(width, most_wh[0]), min(height, most_wh[1]))
            place = self.frameGeometry()
            place.moveCenter(room.center())
            self.move(place.topLeft())

    def toggle_panel(self) -> None:
        """Open or fold the panel."""
        if not self._with_panel and not self._has_room():
            least = "\N{MULTIPLICATION SIGN}".join(map(str, self._least_wh()))
            self.view.flash(f"the window is too small for the controls: make it {least} at least")
        self._with_panel = not self._with_panel
        self._fit()
        self.view.setFocus()

    def toggle_moods(self) -> None:
        """Open or fold the moods."""
        self.stage.show_moods(on=not self.stage.with_moods)
        self._fit()
        self.view.setFocus()

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Give the picture the keys, or else the first button would have them."""
        super().showEvent(a0)
        self.view.setFocus()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Fold the panel where it would lie on the picture."""
        super().resizeEvent(a0)
        self._fit()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Obey the keys wherever the focus is, unless a control has taken them."""
        if a0 is not None:
            self.view.keyPressEvent(a0)

    def changeEvent(self, a0: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Show the picture alone in full screen."""
        super().changeEvent(a0)
        if a0 is not None and a0.type() == QEvent.Type.WindowStateChange:
            self.stage.beside.hide()
            self.stage.show_bare(on=self.isFullScreen())
            self._strip().setVisible(not self.isFullScreen())
            self._fit()

    def closeEvent(self, a0: QCloseEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Ask the view, keep how the controls lie, and end."""
        if a0 is None:
            return
        if not self.view.may_close():
            a0.ignore()
            return
        if not self.isFullScreen():
            lies = {"panels": self.saveState(), "panel": self._with_panel, "moods": self.stage.with_moods}
            for name, value in lies.items():
                self._settings.setValue(name, value)
        a0.accept()
        self.view.end()

    def _open_picker(self) -> None:
        if self._picker is None:
            return
        if self._picker.isVisible():
            self._picker.hide()
        elif self.panel.isVisible():
            self._picker.open_on(self.panel.area)  # the buttons for panic stay free
        else:
            self._picker.open_in(self.stage.beside)

    def _map(self) -> None:
        if self._face is not None:
            self._face.toggle_mapping()

    def _restore(self) -> None:
        state = self._settings.value("panels")
        if state is not None:
            self.restoreState(state)
        self.stage.show_moods(on=bool(self._settings.value("moods", defaultValue=True, type=bool)))
        self._fit()

    def _docked(self, panel: ControlPanel) -> QDockWidget:
        dock = QDockWidget("Controls", self)
        dock.setObjectName("controls")
        dock.setTitleBarWidget(QWidget())
        dock.setWidget(panel)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        return dock

    def _has_room(self) -> bool:
        """Return whether the panel fits beside the picture."""
        return self.width() >= self._least_wh()[0] and self.height() >= self._least_wh()[1]

    def _least_wh(self) -> tuple[int, int]:
        """Return how large the window has to be for the panel to fit beside the picture."""
        wide = self.panel.sizeHint().width() + self.stage.minimumWidth()
        return wide, self.panel.minimumSizeHint().height() + self._strip().sizeHint().height()

    def _fit(self) -> None:
        is_open = self._with_panel and not self.isFullScreen() and self._has_room()
        if is_open == self.dock.isHidden():
            self.stage.beside.hide()
        self.dock.setVisible(is_open)
        self.bar.show_switch("panel", on=is_open)
        self.bar.show_switch("moods", on=self.stage.with_moods)

    def _strip(self) -> QStatusBar:
        strip = self.statusBar()
        assert strip is not None, "a main window makes one"
        strip.setSizeGripEnabled(False)
        return strip

    def _on_status(self, status: Status) -> None:
        shown = (figures(status), self.view.output.told())
        self._figures.set_text("   \N{MIDDLE DOT}   ".join(part for part in shown if part))
        self.bar.show_status(status)
        self.bar.show_switch("mirror", on=self.view.picture.preview.mirror)
        self.panel.show_status(status)
        self.moods.show_running(status.preset, status.progress)
        self.moods.set_states(self._states())
        if self._pictures is not None:
            self._pictures.follow()
