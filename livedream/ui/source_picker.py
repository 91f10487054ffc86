"""The list of sources that opens from the bar: cameras with what they see, the clouds, files, sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from PyQt6.QtCore import QPoint, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from livedream.runtime.camera_previews import THUMBNAIL_WH, CameraView
from livedream.sources.cameras import CameraInfo
from livedream.ui.camera_tile import CameraTile
from livedream.ui.panel.editors import ChoiceBox
from livedream.ui.panel.panel_style import GAP, LINE_PX, MARGIN, dress
from livedream.ui.panel.quiet_button import QuietButton
from livedream.ui.side_pane import SidePane
from livedream.ui.top_bar import BUTTON_PX

FOLLOW_MS = 200
COLUMNS = 2
ONE_COLUMN_PX, NARROW_PX = 240, 340
"""Below these widths cameras, and buttons, lie below each other."""

FILE, FILE_SHORT = "Open film or picture ...", "Open file ..."
NOTHING = "No camera so far; one that is plugged in shows up here."
SIZES = ((640, 480), (1280, 720), (1920, 1080), (3840, 2160))
FILES = "*.mp4 *.mov *.mkv *.webm *.avi *.gif *.png *.jpg *.jpeg *.webp *.bmp *.tif"


class Previews(Protocol):
    """What shows the cameras: `livedream.runtime.camera_previews.CameraPreviews`."""

    trouble: str

    def open(self) -> None:
        """Begin to look."""
        ...

    def close(self) -> None:
        """Look no more."""
        ...

    def views(self) -> Sequence[CameraView]:
        """List the cameras with what they see so far."""
        ...


class Sources(Protocol):
    """What changes the source: `livedream.runtime.source_switcher.SourceSwitcher`."""

    @property
    def in_use(self) -> str:
        """Return which device is in use."""
        ...

    def change(self, what: CameraInfo | str, size_wh: tuple[int, int] | None = None) -> str:
        """Show another source; returns a few words at once."""
        ...


class SourcePicker(QFrame):
    """Chooses the source; cameras are looked through only while it is open.

    said: what becomes of it. left: it is closed. ask_file: asks for a film or picture; "" for none.
    """

    said = pyqtSignal(str)
    left = pyqtSignal()

    def __init__(
        self, sources: Sources, previews: Previews, ask_file: Callable[[], str] | None = None
    ) -> None:
        super().__init__()
        self.setObjectName("picker")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # its keys are its own after a list was used, too
        dress(self)
        self._sources, self._previews = sources, previews
        self._ask_file = ask_file or self._asked_file
        self._pane: SidePane | None = None
        self._wanted, self._tile_px, self._columns = QPoint(), THUMBNAIL_WH[0], COLUMNS
        self.tiles: dict[str, CameraTile] = {}
        self.nothing = QLabel()
        self.nothing.setObjectName("quiet")
        self.nothing.setWordWrap(True)
        self.nothing.hide()
        self.size_box = self._sizes()
        self.clouds = QuietButton("Clouds", height_px=BUTTON_PX)
        self.file = QuietButton(FILE, height_px=BUTTON_PX)
        self.file.setAccessibleName(FILE)
        self.clouds.clicked.connect(lambda: self._choose("clouds"))
        self.file.clicked.connect(self._open_file)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(FOLLOW_MS)
        self._timer.timeout.connect(self.follow)

    def open_on(self, part: QWidget) -> None:
        """Open as wide as a part of the window and on it, all of it on the display."""
        if self._pane is not None and self._pane.widget() is self:
            self._pane.takeWidget()
        if self.windowType() != Qt.WindowType.Popup:
            self.setParent(None, Qt.WindowType.Popup)
        self._wanted = part.mapToGlobal(QPoint(0, 0))
        self.setMinimumWidth(part.width())
        self._arrange(part.width())
        self._adjust()
        self._place()
        self.show()

    def open_in(self, pane: SidePane) -> None:
        """Open in a pane beside the picture."""
        self.setMinimumWidth(0)
        if self._pane is None:
            self._pane = pane
            pane.resized.connect(self._fit)
        self._arrange(pane.width())
        pane.hold(self)

    def follow(self) -> None:
        """Show the cameras that are there now, and what they see."""
        views = self._previews.views()
        if [view.camera.device for view in views] != list(self.tiles):
            self._rebuild(views)
        for view in views:
            device = view.camera.device
            self.tiles[device].show_view(view, in_use=device == self._sources.in_use)
        told = "" if views else self._previews.trouble or NOTHING
        if told != self.nothing.text():
            self.nothing.setText(told)
            self.nothing.setVisible(bool(told))
            self._adjust()

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802
        """Begin to look through the cameras."""
        super().showEvent(a0)
        self._previews.open()
        self.follow()
        self._timer.start()
        self.clouds.setFocus()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Stay on the display as cameras come."""
        super().resizeEvent(a0)
        if self.isWindow():
            self._place()

    def hideEvent(self, a0: QHideEvent | None) -> None:  # noqa: N802
        """Look no more."""
        self._timer.stop()
        self._previews.close()
        super().hideEvent(a0)
        if a0 is not None and not a0.spontaneous():
            self.left.emit()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Go from one to the next with the arrow keys; Escape closes."""
        if a0 is not None and a0.key() in {Qt.Key.Key_Right, Qt.Key.Key_Down}:
            self.focusNextChild()
        elif a0 is not None and a0.key() in {Qt.Key.Key_Left, Qt.Key.Key_Up}:
            self.focusPreviousChild()
        elif a0 is not None and a0.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(a0)

    def _choose(self, what: CameraInfo | str) -> None:
        self.hide()
        self.said.emit(self._sources.change(what, self.size_box.currentData()))

    def _open_file(self) -> None:
        self.hide()
        file = self._ask_file()
        if file:
            self.said.emit(self._sources.change(file))

    def _resize(self) -> None:
        """Ask the camera in use for the size that was chosen."""
        view = next((tile.view for tile in self.tiles.values() if tile.in_use), None)
        if view is not None:
            self.said.emit(self._sources.change(view.camera, self.size_box.currentData()))

    def _rebuild(self, views: Sequence[CameraView]) -> None:
        for tile in self.tiles.values():
            self._grid.removeWidget(tile)
            tile.deleteLater()
        alike = Counter(view.camera.name for view in views)
        self.tiles = {}
        for view in views:
            camera = view.camera
            # Of several with one name each has its number before it, as `livedream cameras` lists it.
            name = str(camera) if alike[camera.name] > 1 else camera.name
            self.tiles[camera.device] = CameraTile(view, name, self._tile_px)
        before: QWidget = self.nothing
        for place, (view, tile) in enumerate(zip(views, self.tiles.values(), strict=True)):
            tile.clicked.connect(partial(self._choose, view.camera))
            self._grid.addWidget(tile, *divmod(place, self._columns))
            QWidget.setTabOrder(before, tile)
            before = tile
        QWidget.setTabOrder(before, self.clouds)
        self._adjust()

    def _fit(self, width_px: int) -> None:
        """Fit into the pane, if it is there."""
        if not self.isWindow():
            self._arrange(width_px)

    def _arrange(self, width_px: int) -> None:
        """Put all of it into a width: cameras beside or below each other, buttons, too."""
        is_narrow = width_px < NARROW_PX
        self._columns = 1 if width_px < ONE_COLUMN_PX else COLUMNS
        tile_px = min(THUMBNAIL_WH[0], (width_px - (self._columns + 2) * MARGIN) // self._columns)
        for line in self._lines:
            ways = QBoxLayout.Direction
            line.setDirection(ways.TopToBottom if is_narrow else ways.LeftToRight)
        self.file.setText(FILE_SHORT if self._columns == 1 else FILE)
        if tile_px != self._tile_px:
            self._tile_px = tile_px
            self._rebuild([])
            if self.isVisible():
                self.follow()

    def _adjust(self) -> None:
        """Be as large as all of it; a sentence in several lines needs more height than Qt allows for."""
        if not self.isWindow():
            return
        self.adjustSize()
        layout = self.layout()
        if layout is not None and layout.hasHeightForWidth():
            self.resize(self.width(), max(self.height(), layout.heightForWidth(self.width())))

    def _place(self) -> None:
        """Move up or left of where it belongs if it reaches beyond the display."""
        screen = QGuiApplication.screenAt(self._wanted) or self.screen()
        assert screen is not None, "a window is on one"
        room = screen.availableGeometry()
        self.move(
            max(room.left(), min(self._wanted.x(), room.right() - self.width())),
            max(room.top(), min(self._wanted.y(), room.bottom() - self.height())),
        )

    def _sizes(self) -> ChoiceBox:
        box = ChoiceBox()
        box.setFixedHeight(LINE_PX)
        box.setAccessibleName("size asked of cameras")
        box.addItem("as the show", None)
        for width, height in SIZES:
            box.addItem(f"{width}\N{MULTIPLICATION SIGN}{height}", (width, height))
        box.activated.connect(lambda _: self._resize())
        return box

    def _lay_out(self) -> None:
        self._grid = QGridLayout()
        self._grid.setSpacing(MARGIN)
        line, sizes = self._lines = QHBoxLayout(), QHBoxLayout()
        for row in self._lines:
            row.setSpacing(GAP)
        label = QLabel("Size asked of cameras")
        label.setObjectName("quiet")
        label.setWordWrap(True)
        for part in (self.clouds, self.file):
            line.addWidget(part)
        line.addStretch(1)
        sizes.addWidget(label, 1)
        sizes.addWidget(self.size_box)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(MARGIN)
        column.addLayout(self._grid)
        column.addWidget(self.nothing)
        column.addLayout(line)
        column.addLayout(sizes)
        column.addStretch(1)

    def _asked_file(self) -> str:
        return QFileDialog.getOpenFileName(
            None, "Open a film or picture", "", f"Films and pictures ({FILES});;All (*)"
        )[0]
