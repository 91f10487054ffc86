"""Draws the control panel with the real settings, to look at: python scripts/panel_shot.py [FOLDER]."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import QPoint
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import QApplication

from livedream.health import Health
from livedream.runtime.playlist_loading import load_playlist
from livedream.runtime.status import Status
from livedream.ui.fake_show import FakeDesk
from livedream.ui.panel.control_panel import ControlPanel

SHOTS = (
    ("narrow", 320, 640, 1.0),
    ("small", 360, 720, 1.0),
    ("tall", 420, 1080, 1.0),
    ("sharp", 420, 1080, 2.0),
)


def main(folder: Path) -> None:
    """Write a picture for each size, and the panel in some of its states."""
    application = QApplication(sys.argv[:1])
    playlist = load_playlist("eyes", ())
    begun_s = time.perf_counter()
    panel = ControlPanel(playlist.store, FakeDesk())
    panel.resize(420, 1080)
    panel.show()
    application.processEvents()
    print(f"built and shown in {1000 * (time.perf_counter() - begun_s):.0f} ms")
    _in_use(panel)
    for name, width, height, ratio in SHOTS:
        panel.resize(width, height)
        _settle(application)
        _shoot(panel, folder / f"panel-{name}.png", ratio)
    _states(panel, folder, application)


def _in_use(panel: ControlPanel) -> None:
    """Do what is done in a show."""
    store = panel.link.store
    store.change({"look.depth": 0.62, "look.gamma": 1.4}, "shot")
    store.hold(["look.gamma"])
    store.change({"look.light": 0.35, "feedback.zoom": 0.4}, "shot", "modulation")
    panel.show_status(Status(sinks={"recording a.mp4": Health("live")}))
    panel.link.look()


def _states(panel: ControlPanel, folder: Path, application: QApplication) -> None:
    """Draw the panel as it is searched, unfolded, and in panic."""
    panel.resize(420, 1080)
    panel.show_status(Status(panic="freeze"))
    bar = panel.area.verticalScrollBar()
    assert bar is not None
    _settle(application)
    _shoot(panel, folder / "panel-panic.png", 1.0)
    panel.groups["Motion"].unfold(on=True)
    panel.groups["Network"].unfold(on=True)
    _settle(application)
    bar.setValue(760)
    _shoot(panel, folder / "panel-groups.png", 1.0)
    bar.setValue(0)
    panel.search.setText("layer")
    panel.search.searched.emit("layer")
    _settle(application)
    _shoot(panel, folder / "panel-search.png", 1.0)


def _settle(application: QApplication) -> None:
    for _ in range(5):
        application.processEvents()


def _shoot(panel: ControlPanel, path: Path, ratio: float) -> None:
    image = QImage(panel.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("magenta"))
    panel.render(image, QPoint())
    image.save(str(path))
    print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
