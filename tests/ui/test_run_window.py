import signal
from collections.abc import Callable
from typing import Never

import numpy as np
import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from livedream.ui.fake_show import FakeDesk, FakeShow
from livedream.ui.run_window import run_window
from livedream.ui.window import DreamWindow


def soon(action: Callable[[], object]) -> None:
    QTimer.singleShot(50, action)


def the_window() -> DreamWindow:
    return next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, DreamWindow))


@pytest.mark.parametrize("starts_full", [False, True])
def test_run_window_opens_as_it_is_told(qapp: QApplication, show: FakeShow, starts_full: bool) -> None:
    seen = []

    def look() -> None:
        seen.append(the_window().isFullScreen())
        the_window().close()

    soon(look)
    run_window(show, FakeDesk(), title="livedream", full_screen=starts_full, mirror=False)

    assert seen == [starts_full]


def test_closing_the_window_stops_the_show(qapp: QApplication, show: FakeShow) -> None:
    soon(lambda: the_window().close())

    run_window(show, FakeDesk(), title="livedream")

    assert show.stops == 1
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, DreamWindow)]


def test_a_show_that_ends_closes_the_window(qapp: QApplication, show: FakeShow) -> None:
    soon(lambda: setattr(show, "ended", True))

    run_window(show, FakeDesk(), title="livedream")

    assert show.ended


def test_a_show_that_has_ended_before_opens_no_lasting_window(qapp: QApplication, show: FakeShow) -> None:
    show.ended = True

    run_window(show, FakeDesk(), title="livedream")


def test_ctrl_c_closes_the_window_and_the_handler_is_put_back(qapp: QApplication, show: FakeShow) -> None:
    before = signal.getsignal(signal.SIGINT)
    # From the loop itself: pressed before the window is up, it would end the tests.
    soon(lambda: signal.raise_signal(signal.SIGINT))

    run_window(show, FakeDesk(), title="livedream")

    assert show.stops == 1
    assert signal.getsignal(signal.SIGINT) is before


def test_a_fault_in_a_slot_reaches_the_caller(qapp: QApplication, show: FakeShow) -> None:
    def fault() -> Never:
        raise ValueError("no frames today")

    soon(lambda: setattr(show, "latest", fault))

    with pytest.raises(ValueError, match="no frames today"):
        run_window(show, FakeDesk(), title="livedream")

    assert show.stops == 1


def test_a_fault_in_a_paint_reaches_the_caller(qapp: QApplication, show: FakeShow) -> None:
    soon(lambda: show.give(np.zeros((4, 4), np.uint8)))

    with pytest.raises(ValueError, match="unpack"):
        run_window(show, FakeDesk(), title="livedream")

    assert show.stops == 1


def test_a_fault_while_the_window_opens_reaches_the_caller(qapp: QApplication, show: FakeShow) -> None:
    show.status = lambda: 1 / 0

    with pytest.raises(ZeroDivisionError):
        run_window(show, FakeDesk(), title="livedream")

    assert show.stops == 1
