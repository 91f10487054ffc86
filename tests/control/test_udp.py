"""Hosts are found, and this machine is told from others."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from livedream.control.udp import is_this_machine, udp_address


def test_a_host_with_both_is_found_at_its_older_address(monkeypatch: pytest.MonkeyPatch) -> None:
    new = (socket.AF_INET6, socket.SOCK_DGRAM, 17, "", ("::1", 9000, 0, 0))
    old = (socket.AF_INET, socket.SOCK_DGRAM, 17, "", ("127.0.0.1", 9000))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [new, old])
    assert udp_address("localhost", 9000) == (socket.AF_INET, ("127.0.0.1", 9000))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [new])
    assert udp_address("localhost", 9000) == (socket.AF_INET6, ("::1", 9000, 0, 0))


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", "x y"), ("a" * 70, 1)])
def test_what_is_no_address_is_an_error(host: str, port: Any) -> None:
    with pytest.raises(OSError):  # noqa: PT011  # each system has words of its own
        udp_address(host, port)


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("192.0.2.7", False), ("", False)],
)
def test_this_machine_is_told_from_others(host: str, here: bool) -> None:
    assert is_this_machine(host) == here
