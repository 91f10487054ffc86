"""Two displays, as the offscreen platform makes them; they are read at start, hence the processes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCREENS = {
    "synchronousWindowSystemEvents": True,
    "windowFrameMargins": False,
    "screens": [
        {
            "name": name,
            "x": x,
            "y": 0,
            "width": width,
            "height": 900,
            "logicalDpi": 96,
            "logicalBaseDpi": 96,
            "dpr": 1,
        }
        for name, x, width in (("LAPTOP", 0, 1440), ("BEAMER", 1440, 1600))
    ],
}
OPENING = """
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from livedream.clock import ManualClock
from livedream.ui.fake_show import FakeDesk, FakeShow
from livedream.ui.window import DreamWindow
app = QApplication([])
screens = {screen.name(): screen for screen in app.screens()}
clock = ManualClock()
show = FakeShow()
window = DreamWindow(show, FakeDesk(), title="livedream", clock=clock)
output = window.output.window
window.present(full_screen=False)
window.setGeometry(100, 100, 640, 360)
QTest.qWait(50)
def press(key):
    QTest.keyClick(window, key)
    QTest.qWait(30)
def until(is_so):
    for _ in range(3000):
        if is_so():
            return
        QTest.qWait(10)
    raise AssertionError((said(), window.geometry(), output.geometry()))
def on(name):
    return window.isFullScreen() and window.geometry() == screens[name].geometry()
def sent(name):
    return output.isFullScreen() and output.isVisible() and output.geometry() == screens[name].geometry()
def said():
    return window.overlays.look(clock.now_s(), dreaming=True).hint.text
D, F, Escape = Qt.Key.Key_D, Qt.Key.Key_F, Qt.Key.Key_Escape
assert window.screen().name() == "LAPTOP"
"""


@pytest.fixture
def on_two_displays(tmp_path: Path) -> Callable[[str], None]:
    (tmp_path / "screens.json").write_text(json.dumps(SCREENS))

    def run(script: str) -> None:
        environ = os.environ | {
            "QT_QPA_PLATFORM": "offscreen:configfile=screens.json",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", OPENING + script],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    return run


def test_the_output_goes_to_the_other_display_and_the_window_stays(
    on_two_displays: Callable[[str], None],
) -> None:
    on_two_displays("""
until(lambda: "D: next display" in said())
press(D); until(lambda: sent("BEAMER")); assert said() == "output on BEAMER", said()
assert not window.isFullScreen() and window.geometry() == QRect(100, 100, 640, 360), window.geometry()
press(D); assert sent("BEAMER"), "there is no third one"
press(F); until(lambda: not output.isVisible()); assert said() == "output off", said()
press(F); until(lambda: sent("BEAMER"))
window.close(); until(lambda: not output.isVisible())
""")


def test_the_output_shows_the_picture_alone_the_right_way_round(
    on_two_displays: Callable[[str], None],
) -> None:
    on_two_displays("""
import numpy as np
rgb = np.zeros((90, 160, 3), np.uint8); rgb[:, :80, 0] = rgb[:, 80:, 2] = 255
show.give(rgb); window.overlays.hud = True
press(D); until(lambda: sent("BEAMER"))
until(lambda: output.grab().toImage().pixelColor(5, 5).getRgb()[:3] == (255, 0, 0))
seen = output.grab().toImage()
left, right = {(255, 0, 0)}, {(0, 0, 255)}
assert {seen.pixelColor(x, y).getRgb()[:3] for x in range(9, 700, 70) for y in range(9, 890, 80)} == left
assert {seen.pixelColor(x, y).getRgb()[:3] for x in range(900, 1590, 70) for y in range(9, 890, 80)} == right
""")


def test_an_output_whose_display_is_unplugged_comes_back_with_it(
    on_two_displays: Callable[[str], None],
) -> None:
    on_two_displays("""
press(D); until(lambda: sent("BEAMER"))
app.screenRemoved.emit(screens["BEAMER"]); until(lambda: not output.isVisible())
assert said() == "display BEAMER is gone; the output comes back with it", said()
app.screenAdded.emit(screens["LAPTOP"]); QTest.qWait(50); assert not output.isVisible()
app.screenAdded.emit(screens["BEAMER"]); until(lambda: sent("BEAMER"))
press(F); until(lambda: not output.isVisible())
app.screenAdded.emit(screens["BEAMER"]); QTest.qWait(50); assert not output.isVisible()
""")


def test_the_hud_names_the_displays(on_two_displays: Callable[[str], None]) -> None:
    on_two_displays("""
clock.advance(1.0); window.overlays.hud = True
def texts():
    return [line.text for line in window.overlays.look(clock.now_s(), dreaming=True).hud.lines]
until(lambda: "LAPTOP   (D: BEAMER)" in texts())
""")


def test_a_full_screen_whose_display_is_unplugged_goes_to_the_primary_one(
    on_two_displays: Callable[[str], None],
) -> None:
    on_two_displays("""
primary = app.primaryScreen().name()
other = next(name for name in screens if name != primary)
window.full_screen._enter(screens[other]); until(lambda: on(other))
app.screenRemoved.emit(screens[other]); until(lambda: on(primary))
assert said() == f"display {other} is gone: full screen on {primary}", said()
press(F); until(lambda: window.geometry() == QRect(100, 100, 640, 360))
""")


def test_a_window_left_off_every_display_comes_back(on_two_displays: Callable[[str], None]) -> None:
    on_two_displays("""
window.setGeometry(9000, 9000, 640, 360)
app.screenRemoved.emit(screens["BEAMER"])
until(lambda: any(s.geometry().contains(window.geometry()) for s in screens.values()))
""")
