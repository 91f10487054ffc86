"""What is switched on turns the show, and what is off turns nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from livedream.control.artnet_server import ArtNetPlan
from livedream.control.control_plan import ControlPlan
from livedream.control.controls import Controls
from livedream.control.input_switch import InputSwitch
from livedream.runtime.commands import Commands
from livedream.runtime.store import SettingsStore
from livedream.settings import Settings
from tests.control.conftest import art_dmx


@pytest.fixture
def controls() -> Iterator[Controls]:
    controls = Controls(SettingsStore(Settings()), Commands(), plan=ControlPlan())
    yield controls
    controls.close()


def test_all_are_off_until_they_are_asked_for(controls: Controls) -> None:
    assert {one.state for one in controls.inputs.health().values()} == {"off"}
    assert controls.inputs.loudness() == 0.0
    assert controls.inputs.settle(0.0)


def test_none_of_the_switches_is_left_out(controls: Controls) -> None:
    inputs = controls.inputs
    switches = {one.name: one for one in vars(inputs).values() if isinstance(one, InputSwitch)}
    assert inputs.health().keys() == switches.keys()
    inputs.close()
    for switch in switches.values():
        switch.turn_on(lambda: pytest.fail("it is closed for good"))
    assert inputs.settle(20)
    assert {one.state for one in inputs.health().values()} == {"off"}


def test_channels_are_sources_while_they_are_heard(controls: Controls) -> None:
    inputs = controls.inputs
    inputs.use_art_net(ArtNetPlan(0, 4, ("look.depth",), port=0))
    assert inputs.settle(20)
    server = inputs.art_net.current
    assert server is not None
    assert "channel 4" in controls.matrix.sources()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:
        for level in (0, 255):
            desk.sendto(art_dmx(0, bytes([0, 0, 0, level])), ("127.0.0.1", server.port))
            controls.step()
    assert controls.coalescer.store.snapshot().look.depth == 1.0
    inputs.art_net.turn_off()
    assert inputs.settle(20)
    assert "channel 4" not in controls.matrix.sources()


def test_sound_is_heard_and_its_sources_go_with_it(controls: Controls, drums: Any, tmp_path: Path) -> None:
    inputs = controls.inputs
    inputs.use_sound(str(drums.save(drums.track(120, 0.5), tmp_path / "song.wav")))
    assert inputs.settle(20)
    assert inputs.sound_name == str(tmp_path / "song.wav")
    assert {"bass", "onset"} <= set(controls.matrix.sources())
    inputs.sound.turn_off()
    assert inputs.settle(20)
    assert not {"bass", "onset"} & set(controls.matrix.sources())


def test_a_client_is_sent_what_changes_from_when_it_is_asked_for(controls: Controls) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", 0))
        client.settimeout(20)
        controls.inputs.send_osc_to(client.getsockname())
        assert controls.inputs.settle(20)
        controls.step()
        assert client.recv(9000)
    assert controls.inputs.health()["OSC feedback"].message.startswith("sends to 127.0.0.1:")
