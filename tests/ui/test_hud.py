from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.health import Health, State
from livedream.runtime.status import Status
from livedream.ui.hud import Device, Notice, Setting, devices, hud_of, problems

STATES = ("off", "starting", "live", "stale", "failed")


def test_the_figures_are_rate_latency_and_drops(status: Status) -> None:
    figures = [(figure.value, figure.unit) for figure in hud_of(status).figures]

    assert figures == [("34.8", "fps"), ("48", "ms p50"), ("61", "ms p95"), ("12", "dropped")]


def test_settings_that_are_not_known_take_no_line(status: Status) -> None:
    bare = replace(status, preset="", working_wh=(0, 0))

    labels = [line.label for line in hud_of(bare).lines if isinstance(line, Setting)]

    assert labels == ["engine", "size"]
    assert Setting("size", "1280\u00d7720") in hud_of(bare).lines


def test_the_engine_on_its_way_stands_out(status: Status) -> None:
    lines = hud_of(replace(status, building="TensorRT float16")).lines

    assert Setting("building", "TensorRT float16", "accent") in lines


def test_a_preset_that_gives_way_says_when(status: Status) -> None:
    lines = hud_of(replace(status, preset="fur", left_s=30.2)).lines

    assert Setting("preset", "fur, the next one in 31 s") in lines


def test_the_attract_loop_stands_out(status: Status) -> None:
    lines = hud_of(replace(status, attract=True)).lines

    assert Setting("attract", "past frames, until something moves", "accent") in lines


def test_motion_is_shown_beside_its_floor(status: Status) -> None:
    lines = hud_of(replace(status, motion_px=0.317, floor_px=0.125)).lines

    assert Setting("motion", "0.32 px, still below 0.125") in lines


def test_sizes_read_from_working_to_output(status: Status) -> None:
    assert Setting("size", "320\u00d7240 \u2192 1280\u00d7720") in hud_of(status).lines


def test_a_finer_dream_says_how_much_finer(status: Status) -> None:
    lines = hud_of(replace(status, finer=1.998)).lines
    assert Setting("size", "320\u00d7240 (2 times finer) \u2192 1280\u00d7720") in lines
    assert not any(
        "finer" in line.text for line in hud_of(replace(status, working_wh=(0, 0), finer=2.0)).lines
    )


def test_a_live_source_shows_its_measured_rate(status: Status) -> None:
    assert Device("C920 webcam", "30.0 fps, 1280x720 MJPG", "live") in hud_of(status).lines


def test_a_source_that_fails_shows_no_rate(status: Status) -> None:
    lines = hud_of(replace(status, source_health=Health("failed", "gone", "plug it in"))).lines

    assert lines[0] == Device("C920 webcam", "gone", "failed", "plug it in")


def test_a_device_without_a_message_says_its_state(status: Status) -> None:
    assert Device("ndi", "off", "off") in hud_of(replace(status, sinks={"ndi": Health("off")})).lines


def test_only_the_last_notices_are_shown_the_newest_last(status: Status) -> None:
    notices = [line.text for line in hud_of(status).lines if isinstance(line, Notice)]

    assert notices == ["two", "three", "four"]


def test_extra_lines_follow_the_settings(status: Status) -> None:
    lines = hud_of(status, (Setting("display", "HDMI-1"),)).lines

    assert (
        lines.index(Setting("display", "HDMI-1"))
        == lines.index(Setting("size", "320\u00d7240 \u2192 1280\u00d7720")) + 1
    )


def test_a_show_that_knows_nothing_yet_still_has_a_hud() -> None:
    assert hud_of(Status()).lines == (Device("source", "off", "off"),)


@pytest.mark.parametrize(("state", "troubled"), [(s, s in ("stale", "failed")) for s in STATES])
def test_trouble_is_what_was_to_deliver_and_does_not(state: State, troubled: bool) -> None:
    assert Device("a", "", state).troubled is troubled


@given(states=st.lists(st.sampled_from(STATES), max_size=6))
def test_problems_come_first_the_failed_before_the_stale_and_nothing_is_lost(states: list[State]) -> None:
    status = Status(source="source", sinks={f"sink {n}": Health(state) for n, state in enumerate(states)})

    devices = [line for line in hud_of(status).lines if isinstance(line, Device)]
    ranks = [{"failed": 0, "stale": 1}.get(device.state, 2) for device in devices]

    assert ranks == sorted(ranks)
    assert sorted(device.name for device in devices) == sorted(["source", *status.sinks])
    assert list(problems(status)) == [device for device in devices if device.troubled]


def test_a_notice_is_one_line_the_rest_stands_with_its_device() -> None:
    lines = hud_of(Status(notices=("The camera cannot start.\nsudo modprobe v4l2loopback",))).lines
    assert Notice("The camera cannot start.") in lines


def test_flashes_and_the_audio_offset_are_told_when_there_is_something_to_tell() -> None:
    def settings(status: Status) -> dict[str, str]:
        return {line.label: line.text for line in hud_of(status).lines if isinstance(line, Setting)}

    assert {"flashes", "OBS audio offset"}.isdisjoint(settings(Status()))
    assert settings(Status(dampening=True))["flashes"] == "dampened"
    assert settings(Status(flash_limit="off"))["flashes"] == "not limited"
    assert settings(Status(audio_offset_ms=83.6))["OBS audio offset"] == "84 ms"


def test_a_source_that_does_not_open_is_a_problem_beside_the_one_that_runs(status: Status) -> None:
    refused = replace(status, sinks={}, refused="C920 cannot be shown, clouds goes on: it is in use")
    (problem,) = problems(refused)
    assert (problem.name, problem.state, problem.text) == ("another source", "failed", refused.refused)
    assert [device.name for device in devices(refused)] == ["C920 webcam", "another source"]
