from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from livedream.control.control_plan import ControlStatus
from livedream.ui.beat_meter import BeatMeter


def test_what_is_clicked_twice_is_the_number_alone(qtbot: QtBot) -> None:
    meter, said = BeatMeter(), list[str]()
    qtbot.addWidget(meter)
    meter.resize(meter.sizeHint())
    meter.show_beat(ControlStatus(120.0, 1.5))
    meter.typed.connect(lambda begun: said.append(f"typed {begun}"))
    number = meter.number_rect().center().toPoint()
    for place in (number, QPoint(meter.width() - 6, number.y())):
        QTest.mouseDClick(meter, Qt.MouseButton.LeftButton, pos=place)
    QTest.keyClick(meter, Qt.Key.Key_7)
    QTest.keyClick(meter, Qt.Key.Key_M)
    assert said == ["typed ", "typed 7"]
