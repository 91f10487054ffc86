from dataclasses import replace

import pytest
from PyQt6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from livedream.errors import InputError
from livedream.health import Health
from livedream.runtime.outlets import switches
from livedream.runtime.status import OutletStatus, Status
from livedream.sinks.sink_spec import SINKS, SinkKind
from livedream.ui.fake_show import FakeDesk
from livedream.ui.panel.outlet_row import ACTIONS, OutletRow, timed

FAILED = Health("failed", "No device is loaded.", "modprobe v4l2loopback")


def status(*outlets: OutletStatus) -> Status:
    named = {one.command: one for one in outlets}
    shown = (named.get(name, OutletStatus(name, label)) for name, (_, label) in switches().items())
    return Status(outlets=tuple(shown))


def test_a_click_asks_and_the_switch_shows_what_is(qtbot: QtBot) -> None:
    commands = FakeDesk()
    row = OutletRow(commands)
    qtbot.addWidget(row)
    row.buttons["record"].click()
    assert commands.moves == ["record"]
    assert not row.buttons["record"].isChecked(), "the show says when it records"
    row.show_outlets(status(OutletStatus("record", "Record", Health("live", "H.264"), running_s=75.2)))
    assert row.buttons["record"].isChecked()
    assert row.buttons["record"].text() == "\N{BLACK CIRCLE} Record 1:15"
    assert row.note.isHidden()
    row.show_outlets(status())
    assert not row.buttons["record"].isChecked()
    assert row.buttons["record"].text() == "Record"
    assert all(card.isHidden() for card in row.cards.values())


def test_frames_that_are_missed_are_told_while_it_records(qtbot: QtBot) -> None:
    row = OutletRow(FakeDesk())
    qtbot.addWidget(row)
    live = OutletStatus("record", "Record", Health("live"), missed=1)
    row.show_outlets(status(live))
    assert row.note.text() == "Record: 1 frame missed"
    row.show_outlets(status(replace(live, missed=3)))
    assert row.note.text() == "Record: 3 frames missed"


@pytest.mark.parametrize(("command", "asks"), [("virtual camera", "retry outlets"), ("record", "record")])
def test_what_cannot_start_says_why_and_how_to_mend_it_and_tries_again(
    command: str, asks: str, qtbot: QtBot
) -> None:
    commands = FakeDesk()
    row = OutletRow(commands)
    qtbot.addWidget(row)
    row.show_outlets(status(OutletStatus(command, switches()[command][1], FAILED)))
    card = row.cards[command]
    assert not card.isHidden()
    assert (card.message.text(), card.remedy.text()) == (FAILED.message, FAILED.remedy)
    assert row.buttons[command].text().startswith("\N{MULTIPLICATION SIGN} ")
    assert "failed. No device is loaded." in row.buttons[command].toolTip()
    with qtbot.waitSignal(row.said) as said:
        card.again.click()
    assert (commands.moves, said.args) == ([asks], [asks])
    row.show_outlets(status())
    assert card.isHidden()


def test_the_audio_offset_and_the_limiter_are_shown(qtbot: QtBot) -> None:
    row = OutletRow(FakeDesk())
    qtbot.addWidget(row)
    row.show_outlets(Status(audio_offset_ms=83.6, flash_limit="off"))
    assert row.note.text() == "Set the OBS audio offset to 84 ms"
    assert not row.small_buttons["flash limiter"].isChecked()
    row.show_outlets(Status(dampening=True))
    assert row.note.text() == "Flashes are being dampened"
    assert row.small_buttons["flash limiter"].isChecked()


def test_every_action_asks_for_its_command(qtbot: QtBot) -> None:
    commands = FakeDesk()
    row = OutletRow(commands)
    qtbot.addWidget(row)
    for action in row.small_buttons.values():
        action.click()
    assert commands.moves == list(ACTIONS)


def test_each_sink_with_a_switch_has_one(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    row = SinkKind("A fake.", lambda _: None, "NDI")  # type: ignore[arg-type, return-value]
    monkeypatch.setitem(SINKS._rows, "ndi", row)
    shown = OutletRow(FakeDesk())
    qtbot.addWidget(shown)
    assert [shown.buttons[name].text() for name in ("record", "virtual camera", "ndi")] == [
        "Record",
        "Virtual camera",
        "NDI",
    ]


def test_a_refusal_is_said(qtbot: QtBot) -> None:
    class Refusing:
        def do(self, name: str) -> str:
            raise InputError("the disk is full")

    row = OutletRow(Refusing())
    qtbot.addWidget(row)
    with qtbot.waitSignal(row.said) as said:
        row.buttons["record"].click()
    assert said.args == ["the disk is full"]
    with qtbot.waitSignal(row.said) as said:
        row.cards["record"].again.click()
    assert said.args == ["the disk is full"]


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.9, "0:00"), (65, "1:05"), (3599.9, "59:59"), (3725, "1:02:05")]
)
def test_a_timer_reads_as_a_clock(seconds: float, shown: str) -> None:
    assert timed(seconds) == shown


def test_the_remedy_is_copied(qtbot: QtBot) -> None:
    row = OutletRow(FakeDesk())
    qtbot.addWidget(row)
    row.show_outlets(status(OutletStatus("virtual camera", "Virtual camera", FAILED)))
    row.cards["virtual camera"].copy.click()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == FAILED.remedy
