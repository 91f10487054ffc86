"""A show is turned from elsewhere while it runs, and goes on whatever is missing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from livedream.clock import ManualClock
from livedream.control.controls import ControlPlan, Controls
from livedream.control.osc_reading import OscReader
from livedream.control.osc_writing import osc_packet
from livedream.presets import load
from livedream.runtime.performer_actions import performer_commands
from livedream.runtime.playlist import Playlist

HERE = ("127.0.0.1", 0)


class Show:
    """Two presets, what controls them, and what was told."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.playlist = Playlist([load("eyes"), load("weave")])
        self.store = self.playlist.store
        self.commands = performer_commands(self.playlist)
        self.told: list[str] = []

    def controls(self, **plan: Any) -> Controls:
        """Return controls that are stepped by the test."""
        planned = ControlPlan(**plan)
        return Controls(
            self.store, self.commands, self.playlist, planned, tell=self.told.append, clock=self.clock
        )


@pytest.fixture
def show() -> Show:
    return Show()


def until(is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    end_s = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end_s, "it takes too long"
        time.sleep(0.002)


def sent(port: int, *packets: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for packet in packets:
            sender.sendto(packet, ("127.0.0.1", port))


def test_osc_turns_the_show_while_it_is_entered(show: Show) -> None:
    before = threading.active_count()
    controls = Controls(show.store, show.commands, show.playlist, ControlPlan(osc=HERE))
    with controls:
        assert controls.osc is not None
        sent(controls.osc.port, osc_packet("/preset", "weave"), osc_packet("/look/depth", 7.0))
        until(lambda: show.playlist.name == "weave" and show.store.snapshot().look.depth == 1.0)
        assert controls.status().osc == f"127.0.0.1:{controls.osc.port}"
    assert threading.active_count() == before


def test_what_changes_is_sent_to_those_who_follow(show: Show) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(HERE)
        client.settimeout(20)
        controls = show.controls(osc_to=client.getsockname())
        controls.open()
        controls.step()
        known = {message.address for _ in range(20) for message in OscReader().read(client.recv(9000))}
        assert known, "one who comes is sent everything"
        controls.close()


def test_a_port_that_is_taken_is_said_in_a_sentence_and_the_show_goes_on(show: Show) -> None:
    first = show.controls(osc=HERE)
    first.open()
    assert first.osc is not None
    second = show.controls(osc=("127.0.0.1", first.osc.port))
    second.open()
    second.step()
    assert second.status().osc == ""
    assert list(second.status().problems) == show.told
    assert "OSC cannot listen on 127.0.0.1" in show.told[0]
    first.close()
    second.close()


def test_a_library_that_is_missing_is_said_in_a_sentence(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pythonosc", None)
    monkeypatch.setitem(__import__("sys").modules, "pythonosc.osc_message", None)
    controls = show.controls(osc=HERE)
    controls.open()
    controls.step()
    controls.close()
    assert show.told == [
        "OSC needs pythonosc, which is not installed; install it with: pip install 'livedream[control]'"
    ]


def test_what_was_asked_for_last_is_done_before_the_end(show: Show) -> None:
    controls = show.controls(osc=HERE)
    controls.open()
    controls.coalescer.want("look.depth", 0.9)
    controls.close()
    assert show.store.snapshot().look.depth == 0.9
