import signal
import sys
from typing import Never

import pytest
from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtWidgets import QApplication

from livedream.errors import InputError
from livedream.ui.loop import interrupts_call, quit_soon, slot_faults_raised


def fault() -> Never:
    raise RuntimeError("in a slot")


def test_the_fault_of_a_slot_ends_the_loop_and_is_raised(qapp: QApplication) -> None:
    loop = QEventLoop()
    QTimer.singleShot(0, fault)

    with pytest.raises(RuntimeError, match="in a slot"), slot_faults_raised(loop, pytest.fail):
        loop.exec()


def test_what_a_slot_refuses_is_said_and_ends_nothing(qapp: QApplication) -> None:
    loop, said = QEventLoop(), list[str]()

    def refuse() -> Never:
        raise InputError("the guide has gone; choose another one")

    QTimer.singleShot(0, refuse)
    QTimer.singleShot(50, loop.quit)
    with slot_faults_raised(loop, said.append):
        loop.exec()
    assert said == ["the guide has gone; choose another one"]


def test_the_hook_from_before_is_put_back(qapp: QApplication) -> None:
    before = sys.excepthook

    with slot_faults_raised(QEventLoop(), pytest.fail):
        assert sys.excepthook is not before

    assert sys.excepthook is before


def test_a_loop_that_has_not_begun_can_be_ended(qapp: QApplication) -> None:
    loop = QEventLoop()
    quit_soon(loop)

    assert loop.exec() == 0


def test_ctrl_c_calls_and_the_handler_is_put_back() -> None:
    before, calls = signal.getsignal(signal.SIGINT), []

    with interrupts_call(lambda: calls.append(1)):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    assert calls == [1, 1]
    assert signal.getsignal(signal.SIGINT) is before
