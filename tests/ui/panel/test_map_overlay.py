"""Outlines over a window: they are where the controls are, and take its mouse and keys."""

from collections.abc import Callable

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QPushButton, QWidget

from livedream.ui.panel.map_overlay import MapOverlay, MapTarget

Left, Key = Qt.MouseButton.LeftButton, Qt.Key


class Window(QWidget):
    """Two buttons that can be mapped and one that cannot, and the keys that reach it."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(300, 100)
        self.pressed: list[int] = []
        self.clicked: list[str] = []
        self.buttons = {name: QPushButton(name, self) for name in ("tap", "freeze", "fold")}
        for place, (name, button) in enumerate(self.buttons.items()):
            button.setGeometry(100 * place, 0, 80, 40)
            button.clicked.connect(lambda _, name=name: self.clicked.append(name))
        names = ("tap", "freeze")
        self.overlay = MapOverlay(self, lambda: [MapTarget(self.buttons[name], name) for name in names])

    def keyPressEvent(self, a0: object) -> None:  # noqa: N802
        self.pressed.append(a0.key())  # type: ignore[attr-defined]


@pytest.fixture
def window(shown: Callable[[QWidget], QWidget]) -> Window:
    window = Window()
    shown(window)
    window.overlay.show()
    window.overlay.follow({"tap": "CC 21"}, "")
    return window


def test_a_click_chooses_and_does_not_click(window: Window) -> None:
    chosen: list[str] = []
    window.overlay.chosen.connect(chosen.append)
    QTest.mouseClick(window.overlay, Left, pos=QPoint(120, 20))
    assert (chosen, window.clicked) == (["freeze"], [])


def test_what_cannot_be_mapped_is_clicked(window: Window) -> None:
    QTest.mouseClick(window.overlay, Left, pos=QPoint(220, 20))
    assert window.clicked == ["fold"]


def test_keys_go_through_the_targets_unlearn_and_leave(window: Window) -> None:
    overlay, said = window.overlay, list[str]()
    overlay.chosen.connect(said.append)
    overlay.forgotten.connect(lambda target: said.append(f"without {target}"))
    overlay.left.connect(lambda: said.append("left"))
    QTest.keyClick(overlay, Key.Key_Delete)
    QTest.keyClick(overlay, Key.Key_Right)
    overlay.follow({}, "tap")
    QTest.keyClick(overlay, Key.Key_Tab)
    QTest.keyClick(overlay, Key.Key_Up)
    QTest.keyClick(overlay, Key.Key_Delete)
    QTest.keyClick(overlay, Key.Key_Escape)
    QTest.keyClick(overlay, Key.Key_F2)
    assert said == ["tap", "freeze", "freeze", "without tap", "left", "left"]


def test_keys_of_the_show_reach_the_window(window: Window) -> None:
    QTest.keyClick(window.overlay, Key.Key_B)
    assert window.pressed == [Key.Key_B]


def test_it_follows_controls_that_move_and_hide(window: Window) -> None:
    window.buttons["tap"].move(0, 50)
    window.buttons["freeze"].hide()
    window.overlay.follow({}, "")
    assert set(window.overlay.places) == {"tap"}
    assert window.overlay.places["tap"].top() == 50


def test_nothing_is_painted_while_nothing_changes(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[object] = []
    monkeypatch.setattr(window.overlay, "update", lambda *place: painted.append(place))
    window.overlay.follow({"tap": "CC 21"}, "")
    assert painted == []
    window.overlay.follow({"tap": "CC 22"}, "")
    assert len(painted) == 1


def test_outlines_and_badges_are_seen(window: Window) -> None:
    bound = window.grab().toImage()
    window.overlay.follow({}, "")
    free = window.grab().toImage()
    window.overlay.follow({}, "tap")
    assert bound != free != window.grab().toImage()
