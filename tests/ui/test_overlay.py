from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.health import Health
from livedream.runtime.status import Status
from livedream.ui.overlay import FADE_S, FLASH_S, HINT_S, TOAST_S, Overlays, Passing


@pytest.fixture
def overlays(status: Status) -> Overlays:
    overlays = Overlays("press a key", now_s=0.0)
    overlays.tell(status, 0.0)
    return overlays


def failed(status: Status, message: str = "no device") -> Status:
    return replace(status, sinks={"virtual camera": Health("failed", message, "install it")})


def test_the_hint_fades_after_the_first_seconds(overlays: Overlays) -> None:
    opacities = [
        overlays.look(t, dreaming=True).hint_opacity for t in (0, HINT_S, HINT_S + 0.5, HINT_S + FADE_S)
    ]

    assert opacities == [1.0, 1.0, 0.5, 0.0]


def test_the_keys_stand_in_for_the_hint(overlays: Overlays) -> None:
    overlays.keys = True

    assert overlays.look(0.0, dreaming=True).hint_opacity == 0.0


def test_a_still_show_looks_the_same_from_moment_to_moment(overlays: Overlays) -> None:
    assert overlays.look(60.0, dreaming=True) == overlays.look(61.7, dreaming=True)


def test_the_hud_is_off_until_it_is_asked_for(overlays: Overlays) -> None:
    assert overlays.look(0.0, dreaming=True).hud is None

    overlays.hud = True

    assert overlays.look(0.0, dreaming=True).hud is not None


def test_the_keys_stand_in_for_the_hud(overlays: Overlays) -> None:
    overlays.hud = overlays.keys = True

    assert overlays.look(0.0, dreaming=True).hud is None

    overlays.keys = False

    assert overlays.look(0.0, dreaming=True).hud is not None


def test_a_new_trouble_is_told_once_while_the_hud_is_off(overlays: Overlays, status: Status) -> None:
    overlays.tell(failed(status), 10.0)

    assert overlays.look(10.0, dreaming=True).toast_opacity == 1.0
    assert overlays.look(10.0, dreaming=True).toast.troubles[0].remedy == "install it"
    assert overlays.look(10.0 + TOAST_S + FADE_S, dreaming=True).toast_opacity == 0.0


def test_the_hud_tells_troubles_in_place_of_the_toast(overlays: Overlays, status: Status) -> None:
    overlays.hud = True
    overlays.tell(failed(status), 10.0)

    assert overlays.look(10.0, dreaming=True).toast_opacity == 0.0


def test_a_trouble_that_rewords_itself_or_is_tried_again_is_not_told_again(
    overlays: Overlays, status: Status
) -> None:
    late = 11.0 + TOAST_S + FADE_S
    overlays.tell(failed(status), 10.0)
    overlays.tell(replace(status, sinks={"virtual camera": Health("starting")}), 11.0)
    overlays.tell(failed(status, "still no device"), late)

    assert overlays.look(late, dreaming=True).toast_opacity == 0.0


def test_a_trouble_that_comes_back_after_it_was_well_is_told_again(
    overlays: Overlays, status: Status
) -> None:
    late = 11.0 + TOAST_S + FADE_S
    overlays.tell(failed(status), 10.0)
    overlays.tell(status, 11.0)
    overlays.tell(failed(status), late)

    assert overlays.look(late, dreaming=True).toast_opacity == 1.0


def test_before_the_first_frame_the_screen_says_what_is_built_and_what_is_in_the_way(
    overlays: Overlays, status: Status
) -> None:
    overlays.tell(replace(failed(status), building="the kernel"), 1.0)

    starting = overlays.look(1.0, dreaming=False).starting

    assert starting.text == "the kernel"
    assert [trouble.name for trouble in starting.troubles] == ["virtual camera"]
    assert overlays.look(1.0, dreaming=True).starting is None


def test_the_starting_screen_breathes(overlays: Overlays) -> None:
    breaths = {overlays.look(t / 10, dreaming=False).starting.breath for t in range(40)}

    assert len(breaths) > 20
    assert all(0.0 <= breath < 1.0 for breath in breaths)


def test_a_flash_takes_the_place_of_the_hint(overlays: Overlays) -> None:
    overlays.flash("mirror off", 100.0)

    assert overlays.look(100.0, dreaming=True).hint.text == "mirror off"
    assert overlays.look(100.0 + FLASH_S + FADE_S, dreaming=True).hint_opacity == 0.0


@given(st.floats(0, 10), st.lists(st.floats(-5, 30), min_size=2, max_size=2))
def test_what_passes_only_ever_gets_fainter(hold_s: float, times: list[float]) -> None:
    passing = Passing(0.0, hold_s)
    early, late = sorted(times)

    assert 1.0 >= passing.opacity(early) >= passing.opacity(late) >= 0.0


def test_the_keys_lie_over_no_toast(overlays: Overlays, status: Status) -> None:
    overlays.tell(replace(status, source_health=Health("failed", "gone")), 10.0)
    assert overlays.look(10.0, dreaming=True).toast_opacity == 1.0
    overlays.keys = True
    assert overlays.look(10.0, dreaming=True).toast_opacity == 0.0


def test_each_source_that_does_not_open_is_told(overlays: Overlays, status: Status) -> None:
    for at_s, refused, opacity in ((10.0, "it is in use", 1.0), (60.0, "", 0.0), (70.0, "it is in use", 1.0)):
        overlays.tell(replace(status, refused=refused), at_s)
        assert overlays.look(at_s, dreaming=True).toast_opacity == opacity
