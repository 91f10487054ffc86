from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livedream.health import Health, State
from livedream.runtime.status import Status
from livedream.ui.cards import (
    CAPS_WIDTH,
    COLUMNS,
    NAME,
    hint_card,
    hud_card,
    keys_card,
    starting_card,
    toast_card,
)
from livedream.ui.hud import Device, hud_of
from livedream.ui.keys import DREAM, OUTLETS, PANIC, SOURCES, STEPS, WINDOW
from livedream.ui.overlay import Hint, Starting, Toast
from livedream.ui.text_panel import PADDING, Sheet
from livedream.ui.viewport import Viewport

pytestmark = pytest.mark.usefixtures("qapp")
TROUBLE = Device("virtual camera", "no device", "failed", "sudo modprobe v4l2loopback")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """List what is written on sheets."""
    texts: list[str] = []
    write = Sheet.write

    def noted(sheet: Sheet, text: str, *how: object, **more: object) -> float:
        texts.append(text)
        return write(sheet, text, *how, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Sheet, "write", noted)
    return texts


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    sinks=st.dictionaries(
        st.text(min_size=1, max_size=60), st.sampled_from(["live", "failed", "stale"]), max_size=8
    ),
    remedy=st.text(max_size=200),
    height=st.integers(270, 2160),
)
def test_a_hud_is_never_taller_than_the_window(sinks: dict[str, State], remedy: str, height: int) -> None:
    status = Status(sinks={name: Health(state, "message", remedy) for name, state in sinks.items()})
    viewport = Viewport(height * 16 // 9, height)
    room = viewport.height / viewport.unit - 32.0

    sheet = hud_card(hud_of(status), viewport.unit, room)

    assert sheet.y + 2 * PADDING <= room + 1e-6


def test_lines_that_do_not_fit_are_counted(status: Status) -> None:
    many = replace(status, sinks={f"sink {n}": Health("live") for n in range(40)})
    all_of_it = hud_card(hud_of(many), 1.0, 5000.0)

    cut = hud_card(hud_of(many), 1.0, 400.0)

    assert all_of_it.y > 900
    assert cut.y + 2 * PADDING <= 400


def test_a_trouble_gives_up_its_remedy_before_it_is_left_out() -> None:
    remedy = "\n".join(["sudo something"] * 30)
    hud = hud_of(Status(sinks={name: Health("failed", "broken", remedy) for name in "ab"}))

    brief = hud_card(hud, 1.0, 300.0)
    bare = hud_card(hud_of(Status(sinks={name: Health("failed", "broken") for name in "ab"})), 1.0, 300.0)

    assert brief.y == bare.y


def test_what_is_left_out_is_counted_in_words(status: Status, written: list[str]) -> None:
    many = hud_of(replace(status, sinks={f"sink {n}": Health("live") for n in range(40)}))

    hud_card(many, 1.0, 400.0)

    set_, counted = [text for text in written if text.startswith("sink")], written[-1]
    assert counted.endswith(" more in a larger window")
    left = int(counted.split()[0])
    assert left > 20
    # The line that did not fit was tried, and taken back.
    assert many.lines[-left].name == set_[-1]


def test_a_hud_with_room_says_all_of_it(status: Status, written: list[str]) -> None:
    hud_card(hud_of(status), 1.0, 5000.0)

    said = " ".join(written)
    for word in ("34.8", "fps", "forest spirits", "OpenVINO float32", "virtual camera", "four"):
        assert word in said
    assert "larger window" not in said


def test_the_keys_stand_in_two_columns_with_what_they_do(written: list[str]) -> None:
    sheet = keys_card(1.0)

    assert sheet.width == sum(COLUMNS)
    for binding in (*WINDOW, *PANIC, *SOURCES, *OUTLETS, *STEPS, *DREAM):
        assert written[written.index(binding.caps) + 1] == binding.does
        assert sheet.measure(binding.caps, NAME) < CAPS_WIDTH, "the key does not lie on what it does"


def test_a_hint_is_one_line_as_wide_as_it_is() -> None:
    short, long = hint_card(Hint("keys"), 1.0), hint_card(Hint("keys and a good deal more"), 1.0)

    assert long.width > 2 * short.width
    assert long.y == short.y


def test_troubles_make_a_card_taller_and_a_remedy_is_for_trouble_only() -> None:
    def height(*troubles: Device) -> float:
        return starting_card(Starting(0.0, "", troubles), 1.0).y

    well = replace(TROUBLE, state="live")
    assert height() < height(TROUBLE) < height(TROUBLE, TROUBLE)
    assert toast_card(Toast((well,)), 1.0).y == toast_card(Toast((replace(well, remedy=""),)), 1.0).y
    assert toast_card(Toast((well,)), 1.0).y < toast_card(Toast((TROUBLE,)), 1.0).y


def test_a_name_without_end_leaves_room_for_the_other_lines(written: list[str]) -> None:
    status = Status(preset="a" * 400, engine="OpenVINO", notices=("b" * 400,), source="c")
    hud_card(hud_of(status), 1.0, 400.0)
    assert "OpenVINO" in written
    assert not any("more in a larger window" in text for text in written)
