from pytestqt.qtbot import QtBot

from livedream.errors import InputError
from livedream.health import Health
from livedream.ui.fake_show import FakeDesk
from livedream.ui.panel.outlet_row import OutletRow


def test_a_click_asks_and_the_switch_shows_what_is(qtbot: QtBot) -> None:
    commands = FakeDesk()
    row = OutletRow(commands)
    qtbot.addWidget(row)
    row.buttons["record"].click()
    assert commands.moves == ["record"]
    assert not row.buttons["record"].isChecked(), "the show says when it records"
    row.show_sinks({"recording a.mp4": Health("live", "H.264")})
    assert row.buttons["record"].isChecked()
    assert row.buttons["record"].text() == "\N{BLACK CIRCLE} Record"
    row.show_sinks({})
    assert not row.buttons["record"].isChecked()
    assert row.trouble.isHidden()


def test_what_cannot_start_says_why_and_how_to_mend_it(qtbot: QtBot) -> None:
    row = OutletRow(FakeDesk())
    qtbot.addWidget(row)
    row.show_sinks({"virtual camera": Health("failed", "No device is loaded.", "modprobe v4l2loopback")})
    assert row.trouble.text() == "No device is loaded.\nmodprobe v4l2loopback"
    assert not row.trouble.isHidden()
    assert row.buttons["virtual camera"].text() == "\N{MULTIPLICATION SIGN} Virtual camera"
    assert row.buttons["virtual camera"].toolTip() == "Virtual camera: failed. No device is loaded."


def test_a_refusal_is_said(qtbot: QtBot) -> None:
    class Refusing:
        def do(self, name: str) -> str:
            raise InputError("the disk is full")

    row = OutletRow(Refusing())
    qtbot.addWidget(row)
    with qtbot.waitSignal(row.said) as said:
        row.buttons["record"].click()
    assert said.args == ["the disk is full"]
