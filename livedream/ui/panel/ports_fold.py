"""What is listened to: MIDI controllers, OSC, and each thing that cannot be had, with a switch for each."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from livedream.control.control_plan import ControlStatus
from livedream.control.controls import Controls
from livedream.errors import InputError, LivedreamError
from livedream.ui.panel.fold import Fold
from livedream.ui.panel.panel_paint import SwitchButton
from livedream.ui.panel.panel_style import GAP, LINE_PX

HERE, EVERYWHERE = "127.0.0.1", "0.0.0.0"
PORT = "9000"
NO_CONTROLLER = "no controller is plugged in; one that comes is opened"


class PortsFold(Fold):
    """Shows the ports of a show's controls and opens and closes them. said: what became of it."""

    said = pyqtSignal(str)

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self._shown: tuple[object, ...] = ()
        self._is_made = False
        super().__init__("MIDI and OSC", self._made)

    def follow(self, status: ControlStatus) -> None:
        """Show the ports as they are."""
        shown = (status.midi, status.profile, status.osc, status.problems)
        if shown == self._shown:
            return
        self._shown = shown
        parts = ["MIDI"] * (status.midi is not None) + ["OSC"] * bool(status.osc)
        self.note(", ".join(parts) + (" !" if status.problems else "") if parts or status.problems else "off")
        if not self._is_made:
            return
        self._set(self.midi, on=status.midi is not None)
        self._set(self.osc, on=bool(status.osc))
        self.midi_now.setText(midi_words(status))
        self.osc_now.setText(f"hears {status.osc}" if status.osc else "off")
        self.trouble.setText("\n".join(sentence(problem) for problem in status.problems))
        self.trouble.setVisible(bool(status.problems))

    def _made(self) -> QWidget:
        body = QWidget()
        self.midi, self.midi_now, self.profile = SwitchButton(), _words(), _line("default", "profile")
        self.osc, self.osc_now, self.port = SwitchButton(), _words(), _line(PORT, "OSC port")
        self.everywhere = SwitchButton()
        self.everywhere.setAccessibleName("hear the whole network")
        self.trouble = _words()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP)
        grid.setColumnStretch(1, 1)
        for row, (switch, name, line) in enumerate(
            ((self.midi, "MIDI", self.profile), (self.osc, "OSC", self.port))
        ):
            switch.setAccessibleName(name)
            grid.addWidget(switch, 2 * row, 0)
            grid.addWidget(QLabel(name), 2 * row, 1)
            grid.addWidget(line, 2 * row, 2)
        grid.addWidget(self.midi_now, 1, 1, 1, 2)
        grid.addWidget(self.osc_now, 3, 1, 1, 2)
        grid.addWidget(self.everywhere, 4, 0)
        grid.addWidget(QLabel("OSC from the whole network"), 4, 1, 1, 2)
        grid.addWidget(self.trouble, 5, 0, 1, 3)
        self.midi.toggled.connect(self._switch_midi)
        self.osc.toggled.connect(self._switch_osc)
        self.everywhere.toggled.connect(lambda _: self._open_osc() if self.osc.isChecked() else None)
        self.port.returnPressed.connect(lambda: self._open_osc() if self.osc.isChecked() else None)
        self.profile.returnPressed.connect(lambda: self._open_midi() if self.midi.isChecked() else None)
        self._is_made, self._shown = True, ()
        self._place_port()
        self.follow(self._controls.status())
        return body

    def _place_port(self) -> None:
        """Begin with the port that is open, and with the profile that is in use."""
        status = self._controls.status()
        host, _, port = status.osc.rpartition(":")
        if port:
            self.port.setText(port)
            self.everywhere.setChecked(host not in ("", HERE))
        if status.profile is not None:
            self.profile.setText(status.profile.stem)

    def _switch_midi(self, on: bool) -> None:
        if on:
            self._open_midi()
        else:
            self._controls.close_midi()
            self.said.emit("MIDI is off")
            self._look()

    def _switch_osc(self, on: bool) -> None:
        if on:
            self._open_osc()
        else:
            self._controls.close_osc()
            self.said.emit("OSC is off")
            self._look()

    def _open_midi(self) -> None:
        name = self.profile.text().strip()
        self._try(lambda: self._controls.use_midi("" if name == "default" else name))

    def _open_osc(self) -> None:
        host = EVERYWHERE if self.everywhere.isChecked() else HERE
        self._try(lambda: self._controls.use_osc((host, port_number(self.port.text()))))

    def _try(self, open_: Callable[[], object]) -> None:
        try:
            open_()
        except LivedreamError as fault:
            self.said.emit(str(fault))
        self._look()

    def _look(self) -> None:
        """Show at once what became of a switch."""
        self._shown = ()
        self.follow(self._controls.status())

    @staticmethod
    def _set(switch: SwitchButton, *, on: bool) -> None:
        with QSignalBlocker(switch):
            switch.setChecked(on)
        switch.update()


def port_number(text: str) -> int:
    """Read a port. Raises InputError that says what one is."""
    written = text.strip()
    if not (written.isascii() and written.isdecimal() and len(written) < 6 and 1 <= int(written) <= 65535):
        raise InputError(
            f"{written or 'nothing'} is no OSC port: write a number from 1 to 65535, such as {PORT}"
        )
    return int(written)


def midi_words(status: ControlStatus) -> str:
    """Say which controllers are open."""
    if status.midi is None:
        return "off"
    return ", ".join(status.midi) or NO_CONTROLLER


def sentence(problem: str) -> str:
    """Write a problem as a sentence of its own; "" stays so."""
    return problem[:1].upper() + problem[1:] + ("" if problem[-1:] in ("", ".") else ".")


def _words() -> QLabel:
    label = QLabel()
    label.setObjectName("quiet")
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _line(text: str, name: str) -> QLineEdit:
    line = QLineEdit(text)
    line.setAccessibleName(name)
    line.setFixedSize(130, LINE_PX)
    line.setAlignment(Qt.AlignmentFlag.AlignRight)
    return line
