"""What turns the show from elsewhere: sound, Ableton Link, MIDI, OSC and Art-Net, a switch for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from livedream.control.artnet_server import art_net_text, parse_art_net
from livedream.control.control_plan import ControlStatus
from livedream.control.controls import Controls
from livedream.errors import InputError, LivedreamError
from livedream.health import Health
from livedream.ui.panel.editors import ChoiceBox, TextLine
from livedream.ui.panel.fold import Fold
from livedream.ui.panel.input_row import InputRow, LevelMeter, sentence
from livedream.ui.panel.panel_paint import SwitchButton
from livedream.ui.panel.panel_style import GAP, LINE_PX

HERE = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # nosec B104 # a person switches it on
PORT = "9000"
CHANNELS = "0/1=macro.depth,macro.speed,macro.mood"
SYSTEM_INPUT = "System's input"

TIPS = {
    "Sound": "Listen to a sound input: bass, onset and others can move settings",
    "Ableton Link": "Share the tempo with programs in the same network",
    "MIDI": "Open all controllers, also those that are plugged in later",
    "OSC": "Take messages, such as from a tablet",
    "Art-Net": "Let a lighting desk turn settings",
}
"""What each switch does, by the name of its input."""

CHANNELS_TIP = "UNIVERSE/CHANNEL=SETTING,SETTING: the settings on the channels from there, Enter"


class ControlFold(Fold):
    """Shows what a show listens to, and switches it; nothing waits for a port. said: what became of it."""

    said = pyqtSignal(str)

    def __init__(self, controls: Controls) -> None:
        self._controls, self._inputs = controls, controls.inputs
        self.rows: dict[str, InputRow] = {}
        self._listed: tuple[str, ...] = ()
        super().__init__("Control", self._made)

    def follow(self, status: ControlStatus) -> None:
        """Show the inputs as they are."""
        on = [name for name, health in status.inputs.items() if health.state not in ("off", "failed")]
        is_wrong = any(health.state == "failed" for health in status.inputs.values()) or status.problems
        # The sign comes first: what there is no room for is cut off at the end.
        self.note(" ".join(("!" * bool(is_wrong), ", ".join(on))).strip() or "off")
        if not self.rows:
            return
        for name, row in self.rows.items():
            row.show_health(status.inputs.get(name, Health("off")))
        self.meter.show_level(status.loudness)
        self.meter.setVisible(status.inputs.get("Sound", Health("off")).state == "live")
        self._list_sounds()
        told = tuple(health.message for health in status.inputs.values() if health.message)
        others = [sentence(one) for one in status.problems if not one.startswith(told)]
        self.trouble.setText("\n".join(others))
        self.trouble.setVisible(bool(others))

    def _made(self) -> QWidget:
        body = QWidget()
        self.input, self.meter = SoundBox(), LevelMeter()
        self.profile, self.port = _line("default", "MIDI profile"), _line(PORT, "OSC port")
        self.channels = _line(CHANNELS, "Art-Net channels", width_px=0)
        self.channels.setToolTip(CHANNELS_TIP)
        self.everywhere = SwitchButton()
        self.everywhere.setAccessibleName("hear the whole network")
        self.everywhere.setToolTip("OSC and Art-Net from other machines, too; off: from this one alone")
        self.trouble = QLabel()
        self.trouble.setObjectName("quiet")
        self.trouble.setWordWrap(True)
        self.trouble.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        beside = {"Sound": self.input, "MIDI": self.profile, "OSC": self.port}
        below = {"Sound": self.meter, "Art-Net": self.channels}
        self.rows = {name: InputRow(name, TIPS[name], beside.get(name), below.get(name)) for name in TIPS}
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GAP)
        for row in self.rows.values():
            column.addWidget(row)
        column.addLayout(self._network())
        column.addWidget(self.trouble)
        self._begin_as_it_is()
        self._connect()
        self._inputs.sounds.look()
        self.follow(self._controls.status())
        return body

    def _network(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(GAP)
        line.addWidget(self.everywhere)
        line.addWidget(QLabel("Hear the whole network"), 1)
        return line

    def _connect(self) -> None:
        ways: dict[str, tuple[Callable[[], object], Callable[[], None]]] = {
            "Sound": (self._listen, self._inputs.sound.turn_off),
            "Ableton Link": (self._inputs.use_link, self._inputs.link.turn_off),
            "MIDI": (self._open_midi, self._controls.close_midi),
            "OSC": (self._open_osc, self._inputs.osc.turn_off),
            "Art-Net": (self._open_art_net, self._inputs.art_net.turn_off),
        }
        for name, (turn_on, turn_off) in ways.items():
            row = self.rows[name]
            row.asked.connect(partial(self._switch, turn_on, turn_off))
            row.again.connect(partial(self._try, turn_on))
        for line, name in ((self.profile, "MIDI"), (self.port, "OSC"), (self.channels, "Art-Net")):
            line.returnPressed.connect(partial(self._again, name, ways[name][0]))
        self.input.activated.connect(lambda _: self._again("Sound", self._listen))
        self.input.opened.connect(self._inputs.sounds.look)
        self.everywhere.clicked.connect(lambda _: self._again("OSC", self._open_osc))
        self.everywhere.clicked.connect(lambda _: self._again("Art-Net", self._open_art_net))

    def _begin_as_it_is(self) -> None:
        """Begin with the port that is open, and with the profile and the channels that are in use."""
        status, plan = self._controls.status(), self._inputs.art_net_plan
        host, _, port = status.osc.rpartition(":")
        if port:
            self.port.setText(port)
        if plan is not None:
            self.channels.setText(art_net_text(plan))
            self.channels.setCursorPosition(0)
        self.everywhere.setChecked(host not in ("", HERE) or (plan is not None and plan.host != HERE))
        if status.profile is not None:
            self.profile.setText(status.profile.stem)

    def _list_sounds(self) -> None:
        """Offer the inputs of sound that there are; the one that is listened to stays chosen."""
        sounds, name = self._inputs.sounds, self._inputs.sound_name
        self.input.setToolTip(sentence(sounds.trouble))
        listed = (*sounds.names, *([name] if name and name not in sounds.names else []))
        if listed != self._listed and not self.input.is_open:
            self._listed = listed
            self.input.offer(listed, name or "")

    def _switch(self, turn_on: Callable[[], object], turn_off: Callable[[], None], on: bool) -> None:
        self._try(turn_on if on else turn_off)

    def _again(self, name: str, turn_on: Callable[[], object]) -> None:
        """Take what was just written or chosen, if that input is on."""
        if self.rows[name].switch.isChecked():
            self._try(turn_on)

    def _listen(self) -> None:
        self._inputs.use_sound(str(self.input.currentData()))

    def _open_midi(self) -> None:
        name = self.profile.text().strip()
        self._controls.use_midi("" if name == "default" else name)

    def _open_osc(self) -> None:
        self._inputs.use_osc((self._host(), port_number(self.port.text())))

    def _open_art_net(self) -> None:
        self._inputs.use_art_net(parse_art_net(self.channels.text(), self._host(), called="Art-Net"))

    def _host(self) -> str:
        return EVERYWHERE if self.everywhere.isChecked() else HERE

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except LivedreamError as fault:
            self.said.emit(str(fault))
        self.follow(self._controls.status())


class SoundBox(ChoiceBox):
    """The inputs of sound to choose from; opened: its list is about to be seen."""

    opened = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(LINE_PX)
        self.setAccessibleName("sound input")
        self.offer((), "")

    def offer(self, names: tuple[str, ...], chosen: str) -> None:
        """Offer the system's input and others, with one chosen; "": the system's."""
        before = self.currentData() if chosen == "" else chosen
        self.clear()
        self.addItem(SYSTEM_INPUT, "")
        for name in names:
            self.addItem(Path(name).name if Path(name).is_file() else name, name)
        self.setCurrentIndex(max(0, self.findData(before)))

    def showPopup(self) -> None:  # noqa: N802
        """Open the list."""
        self.opened.emit()
        super().showPopup()


def port_number(text: str) -> int:
    """Read a port. Raises InputError that says what one is."""
    written = text.strip()
    if not (written.isascii() and written.isdecimal() and len(written) < 6 and 1 <= int(written) <= 65535):
        raise InputError(
            f"{written or 'nothing'} is no OSC port: write a number from 1 to 65535, such as {PORT}"
        )
    return int(written)


def _line(text: str, name: str, width_px: int = 130) -> TextLine:
    line = TextLine()
    line.setText(text)
    line.setCursorPosition(0)  # what does not fit is cut off at its end
    line.setAccessibleName(name)
    line.setFixedHeight(LINE_PX)
    if width_px:
        line.setMaximumWidth(width_px)
        line.setAlignment(Qt.AlignmentFlag.AlignRight)
    return line
