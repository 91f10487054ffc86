from dataclasses import replace

import pytest
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QApplication

from livedream.health import Health, State
from livedream.runtime.status import Status
from livedream.ui.cards import hud_card
from livedream.ui.hud import Device, Tone, hud_of
from livedream.ui.overlay import Hint, Look, Starting, Toast
from livedream.ui.screens import Screens
from livedream.ui.text_panel import COLOURS
from livedream.ui.viewport import Viewport

BACKGROUND = QColor("#80a0c0")
TROUBLE = Device("virtual camera", "no device", "failed", "sudo modprobe v4l2loopback")


def drawn(look: Look, viewport: Viewport = None, screens: Screens = None) -> QImage:
    viewport = viewport or Viewport(1280, 720)
    image = QImage(viewport.width, viewport.height, QImage.Format.Format_RGB32)
    image.fill(BACKGROUND)
    painter = QPainter(image)
    (screens or Screens()).draw(painter, look, viewport)
    painter.end()
    return image


def covered(image: QImage) -> tuple[int, int, int, int] | None:
    """The box, in pixels, of all that is not background any more; None if nothing is."""
    spots = [
        (x, y)
        for x in range(0, image.width(), 4)
        for y in range(0, image.height(), 4)
        if image.pixelColor(x, y) != BACKGROUND
    ]
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    return (min(xs), min(ys), max(xs), max(ys)) if spots else None


def colours(image: QImage) -> set[int]:
    step = range(0, 1280, 1)
    return {image.pixel(x, y) for x in step for y in range(0, 720, 2)}


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> QApplication:
    return qapp


def test_nothing_to_say_leaves_the_picture_alone() -> None:
    assert covered(drawn(Look())) is None


def test_the_hud_lies_in_the_top_left_and_leaves_the_rest_free(status: Status) -> None:
    left, top, right, bottom = covered(drawn(Look(hud=hud_of(status))))

    assert min(left, top) > 8
    assert right < 1280 * 0.4
    assert bottom < 720 * 0.5


@pytest.mark.parametrize(("state", "tone"), [("live", "good"), ("stale", "warn"), ("failed", "bad")])
def test_each_health_has_its_colour(state: State, tone: Tone) -> None:
    status = Status(source="camera", source_health=Health(state, "a message"))

    assert COLOURS[tone].rgb() in colours(drawn(Look(hud=hud_of(status))))


def test_the_hint_passes_through_every_opacity() -> None:
    middles = [
        drawn(Look(hint=Hint("keys"), hint_opacity=opacity)).pixelColor(640, 655).red()
        for opacity in (0.0, 0.3, 0.7, 1.0)
    ]

    assert middles == sorted(middles, reverse=True)
    assert len(set(middles)) == 4


def test_the_hint_steps_aside_for_a_hud_in_a_small_window(status: Status) -> None:
    viewport = Viewport(640, 360)
    hud = Look(hud=hud_of(status))

    right = covered(drawn(hud, viewport))[2]
    bar = drawn(replace(hud, hint=Hint("mirror off"), hint_opacity=1.0), viewport)

    row = [x for x in range(640) if bar.pixelColor(x, 330) != BACKGROUND]
    assert right < min(row)


def test_keys_and_toast_and_starting_screen_are_drawn() -> None:
    viewport = Viewport(640, 360)
    for look in (
        Look(keys=True),
        Look(toast=Toast((TROUBLE,)), toast_opacity=1.0),
        Look(starting=Starting(0.5, "building the kernel", (TROUBLE,))),
    ):
        assert covered(drawn(look, viewport)) is not None


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (640, 360), (480, 270), (600, 900)])
def test_the_keys_fit_into_every_window(size: tuple[int, int]) -> None:
    left, top, right, bottom = covered(drawn(Look(keys=True), Viewport(*size)))

    assert min(left, top) > 2
    assert right < size[0] - 3
    assert bottom < size[1] - 3


def test_the_starting_screen_hides_what_is_under_it() -> None:
    assert covered(drawn(Look(starting=Starting(0.0, "", ())), Viewport(320, 180))) == (0, 0, 316, 176)


def test_the_camera_can_be_seen_under_the_starting_screen() -> None:
    seen = drawn(Look(starting=Starting(0.0, "", ())), Viewport(320, 180)).pixelColor(2, 2)

    assert seen.lightness() > BACKGROUND.lightness() / 3


def test_a_card_is_set_again_only_when_what_it_says_or_the_window_changes(
    status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_again = []
    monkeypatch.setattr(
        "livedream.ui.screens.hud_card", lambda *args: set_again.append(args) or hud_card(*args)
    )
    screens, look = Screens(), Look(hud=hud_of(status))

    drawn(look, screens=screens)
    drawn(look, screens=screens)
    assert len(set_again) == 1

    drawn(Look(hud=hud_of(replace(status, dropped=13))), screens=screens)
    drawn(look, Viewport(640, 360), screens)
    assert len(set_again) == 3
