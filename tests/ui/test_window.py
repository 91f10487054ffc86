from dataclasses import replace

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QPainter
from pytestqt.qtbot import QtBot

from livedream.clock import ManualClock
from livedream.errors import InputError
from livedream.frame import Rgb
from livedream.health import Health
from livedream.runtime.status import Status
from livedream.ui import full_screen
from livedream.ui.fake_show import FakeDesk, FakeShow
from livedream.ui.hud import Line
from livedream.ui.viewport import Viewport
from livedream.ui.window import DreamWindow

Key = Qt.Key
LONG_S = 60.0


class CountingWindow(DreamWindow):
    paints = 0

    def _draw_over(self, painter: QPainter, viewport: Viewport) -> None:
        self.paints += 1
        super()._draw_over(painter, viewport)


@pytest.fixture
def show(status: Status) -> FakeShow:
    return FakeShow(replace(status, sinks={}))


@pytest.fixture
def actions() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def window(qtbot: QtBot, show: FakeShow, actions: FakeDesk, clock: ManualClock) -> CountingWindow:
    window = CountingWindow(show, actions, title="livedream", clock=clock, confirm=lambda _: True)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.present(full_screen=False)
    return window


@pytest.fixture
def dreaming(
    qtbot: QtBot, window: CountingWindow, show: FakeShow, clock: ManualClock, half_red: Rgb
) -> CountingWindow:
    """The window with a frame in it, after the first hint has gone."""
    clock.advance(LONG_S)
    show.give(half_red)
    qtbot.waitUntil(lambda: window.picture.preview.filled)
    qtbot.wait(60)
    return window


def pixel(window: CountingWindow, x: int, y: int) -> tuple[int, ...]:
    return window.grab().toImage().pixelColor(x, y).getRgb()[:3]


def test_a_new_frame_is_painted_once(
    qtbot: QtBot, dreaming: CountingWindow, show: FakeShow, half_red: Rgb
) -> None:
    for expected in (1, 2):
        before = dreaming.paints
        show.give(half_red)
        polls = show.polls
        qtbot.waitUntil(lambda polls=polls: show.polls > polls + 4)
        assert dreaming.paints == before + 1, expected


def test_without_a_new_frame_nothing_is_painted(
    qtbot: QtBot, dreaming: CountingWindow, show: FakeShow
) -> None:
    before, polls = dreaming.paints, show.polls

    qtbot.waitUntil(lambda: show.polls > polls + 4)

    assert dreaming.paints == before


def test_the_preview_is_mirrored_until_m_is_pressed(
    qtbot: QtBot, dreaming: CountingWindow, clock: ManualClock
) -> None:
    assert pixel(dreaming, 5, dreaming.height() // 2) == (0, 0, 255)

    qtbot.keyClick(dreaming, Key.Key_M)
    clock.advance(LONG_S)

    assert pixel(dreaming, 5, dreaming.height() // 2) == (255, 0, 0)


def test_mirroring_leaves_the_frame_alone(dreaming: CountingWindow, show: FakeShow, half_red: Rgb) -> None:
    pixel(dreaming, 5, 5)

    assert show.latest()[1] is half_red
    assert tuple(half_red[0, 0]) == (255, 0, 0)


def test_h_shows_and_hides_the_hud(qtbot: QtBot, dreaming: CountingWindow) -> None:
    plain = dreaming.grab().toImage()
    qtbot.keyClick(dreaming, Key.Key_H)
    with_hud = dreaming.grab().toImage()
    qtbot.keyClick(dreaming, Key.Key_H)

    assert with_hud != plain
    assert dreaming.grab().toImage() == plain


def test_the_question_mark_shows_the_keys_and_escape_hides_them(
    qtbot: QtBot, dreaming: CountingWindow
) -> None:
    plain = dreaming.grab().toImage()
    qtbot.keyClick(dreaming, Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert dreaming.grab().toImage() != plain

    qtbot.keyClick(dreaming, Key.Key_Escape)

    assert dreaming.isVisible()
    assert dreaming.grab().toImage() == plain


@pytest.mark.parametrize("key", [Key.Key_F11, Key.Key_F])
def test_full_screen_and_back_to_the_same_place(qtbot: QtBot, dreaming: CountingWindow, key: Qt.Key) -> None:
    home = dreaming.geometry()

    qtbot.keyClick(dreaming, key)
    assert dreaming.isFullScreen()
    assert dreaming.geometry() == dreaming.screen().geometry()

    qtbot.keyClick(dreaming, key)
    assert not dreaming.isFullScreen()
    assert dreaming.geometry() == home


def test_a_double_click_goes_to_full_screen(qtbot: QtBot, dreaming: CountingWindow) -> None:
    qtbot.mouseDClick(dreaming, Qt.MouseButton.LeftButton)

    assert dreaming.isFullScreen()


def test_escape_leaves_full_screen_and_never_closes(qtbot: QtBot, dreaming: CountingWindow) -> None:
    qtbot.keyClick(dreaming, Key.Key_F)
    for _ in range(3):
        qtbot.keyClick(dreaming, Key.Key_Escape)
        assert dreaming.isVisible()
        assert not dreaming.isFullScreen()


@pytest.mark.parametrize("ends", [False, True])
def test_a_show_that_is_recorded_or_sent_ends_only_if_that_is_confirmed(
    qtbot: QtBot, show: FakeShow, ends: bool
) -> None:
    show.told = replace(
        show.told, sinks={"recording a.mp4": Health("live"), "virtual camera": Health("failed")}
    )
    asked: list[str] = []

    def confirm(going: str) -> bool:
        asked.append(going)
        return ends

    window = DreamWindow(show, FakeDesk(), title="livedream", confirm=confirm)
    qtbot.addWidget(window)
    window.present(full_screen=False)
    qtbot.keyClick(window, Key.Key_Q)
    assert asked == ["recording a.mp4 is live"]
    assert window.isVisible() is not ends
    show.ended = True  # what has ended needs no question
    qtbot.waitUntil(lambda: not window.isVisible())
    assert len(asked) == 1


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier])
def test_q_closes(qtbot: QtBot, dreaming: CountingWindow, modifier: Qt.KeyboardModifier) -> None:
    with qtbot.waitSignal(dreaming.closed):
        qtbot.keyClick(dreaming, Key.Key_Q, modifier)


def test_a_key_of_the_dream_is_a_move_at_the_desk_and_says_what_it_did(
    qtbot: QtBot, dreaming: CountingWindow, actions: FakeDesk, clock: ManualClock
) -> None:
    for key in (Key.Key_Right, Key.Key_3, Key.Key_X, Key.Key_Comma):
        qtbot.keyClick(dreaming, key)

    assert actions.moves == ["next preset", "preset 3", "next layer", "previous channel"]
    look = dreaming.overlays.look(clock.now_s(), dreaming=True)
    assert (look.hud, look.hint.text, look.hint_opacity) == (None, "previous channel", 1.0)
    assert dreaming.overlays.look(clock.now_s() + 3.5, dreaming=True).hint_opacity == 0


def test_what_is_refused_is_said_and_the_show_goes_on(
    qtbot: QtBot,
    dreaming: CountingWindow,
    actions: FakeDesk,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: str) -> str:
        raise InputError("there is no picture yet; wait for the first one")

    monkeypatch.setattr(actions, "do", refuse)
    qtbot.keyClick(dreaming, Key.Key_S)
    look = dreaming.overlays.look(clock.now_s(), dreaming=True)
    assert look.hint.text == "there is no picture yet; wait for the first one"
    assert dreaming.isVisible()


def test_the_title_follows_a_move_at_once(
    qtbot: QtBot, dreaming: CountingWindow, show: FakeShow, status: Status
) -> None:
    show.told = replace(status, preset="fur")

    qtbot.keyClick(dreaming, Key.Key_N)

    # No clock has moved since: the status is asked for out of turn.
    qtbot.waitUntil(lambda: dreaming.windowTitle() == "livedream - fur - 35 fps")


def test_the_keys_of_the_window_do_nothing_at_the_desk(
    qtbot: QtBot, dreaming: CountingWindow, actions: FakeDesk
) -> None:
    qtbot.keyClick(dreaming, Key.Key_H)
    qtbot.keyClick(dreaming, Key.Key_M)

    assert actions.moves == []


def test_the_cursor_goes_away_in_full_screen_and_comes_back_with_a_movement(
    qtbot: QtBot, dreaming: CountingWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_screen, "CURSOR_HIDES_MS", 30)
    qtbot.keyClick(dreaming, Key.Key_F)
    qtbot.waitUntil(lambda: dreaming.cursor().shape() == Qt.CursorShape.BlankCursor)

    qtbot.mouseMove(dreaming, QPoint(50, 50))
    qtbot.waitUntil(lambda: dreaming.cursor().shape() == Qt.CursorShape.ArrowCursor)

    qtbot.waitUntil(lambda: dreaming.cursor().shape() == Qt.CursorShape.BlankCursor)
    qtbot.keyClick(dreaming, Key.Key_F)
    assert dreaming.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_with_one_display_d_says_so(qtbot: QtBot, dreaming: CountingWindow, clock: ManualClock) -> None:
    qtbot.keyClick(dreaming, Key.Key_D)

    look = dreaming.overlays.look(clock.now_s(), dreaming=True)
    assert look.hint.text == "there is only one display"
    assert not dreaming.isFullScreen()


def test_the_title_tells_preset_and_rate(qtbot: QtBot, window: CountingWindow) -> None:
    qtbot.waitUntil(lambda: window.windowTitle() == "livedream - forest spirits - 35 fps")


def test_the_window_has_the_size_of_the_output_if_the_display_is_large_enough(
    qtbot: QtBot, show: FakeShow, status: Status
) -> None:
    show.told = replace(status, output_wh=(500, 400))
    window = DreamWindow(show, FakeDesk(), title="livedream", confirm=lambda _: True)
    qtbot.addWidget(window)
    window.present(full_screen=False)
    assert (window.width(), window.height()) == (500, 400)


def test_trouble_is_told_over_the_picture_while_the_hud_is_off(
    qtbot: QtBot, dreaming: CountingWindow, show: FakeShow, clock: ManualClock, status: Status
) -> None:
    plain = dreaming.grab().toImage()
    show.told = replace(status, source_health=Health("stale", "no new frame", "check the cable"))
    clock.advance(1.0)
    qtbot.waitUntil(lambda: dreaming.grab().toImage() != plain)

    clock.advance(LONG_S)

    assert dreaming.grab().toImage() == plain


def test_the_windows_own_notices_join_those_of_the_show(
    qtbot: QtBot, window: CountingWindow, clock: ManualClock
) -> None:
    window.note("")
    window.note("the display may go to sleep")
    clock.advance(1.0)
    window.overlays.hud = True

    def says() -> list[Line]:
        return [line for line in window.overlays.look(0.0, dreaming=True).hud.lines if "sleep" in str(line)]

    # The show's own three are newer: it is told while it is among the last.
    window._show.told = replace(window._show.told, notices=("one",))
    qtbot.waitUntil(lambda: len(says()) == 1)


def test_before_the_first_frame_the_window_is_calm(qtbot: QtBot, window: CountingWindow) -> None:
    assert max(pixel(window, 5, 5)) < 30


def test_a_camera_is_seen_mirrored_and_a_film_is_not(
    qtbot: QtBot, window: CountingWindow, show: FakeShow, clock: ManualClock
) -> None:
    for is_device in (True, False, True):
        show.told = replace(show.told, source_is_device=is_device)
        clock.advance(1.0)
        qtbot.waitUntil(lambda seen=is_device: window.picture.preview.sees_device is seen)
        assert window.picture.preview.mirror is is_device


def test_what_goes_out_mirrored_is_seen_the_right_way_round(
    qtbot: QtBot, window: CountingWindow, show: FakeShow, clock: ManualClock
) -> None:
    show.told = replace(show.told, mirrored=True)
    clock.advance(1.0)
    qtbot.waitUntil(lambda: window.picture.preview.given_mirrored)
    assert window.picture.preview.mirror
