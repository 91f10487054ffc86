import ctypes
import json
import struct
import subprocess
import sys
from typing import Any

import pytest

from livedream.engines import vulkan_adapters


@pytest.mark.parametrize(
    ("number", "kind"),
    [(0, "other"), (1, "integrated"), (2, "discrete"), (3, "virtual"), (4, "software"), (9, "other")],
)
def test_properties_are_read_as_vulkan_lays_them_out(number: int, kind: str) -> None:
    head = struct.pack("=5I", 0x400000, 0x17, 0x1002, 0x744C, number)
    told = vulkan_adapters.described((head + b"Radeon RX\0rubbish").ljust(824, b"\xff"))
    assert told == {"name": "Radeon RX", "kind": kind, "driver": "1002:744c 17"}


@pytest.mark.parametrize(
    ("system", "name"), [("linux", "libvulkan.so.1"), ("win32", "vulkan-1.dll"), ("darwin", "libvulkan.so.1")]
)
def test_the_loader_is_called_as_the_system_calls_it(system: str, name: str) -> None:
    assert vulkan_adapters.library_name(system) == name


def test_without_vulkan_there_is_no_adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert vulkan_adapters.listed() == []


def test_a_vulkan_that_refuses_has_no_adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def vkCreateInstance(self, *_: Any) -> int:  # noqa: N802  Vulkan's own name
            return -9

    monkeypatch.setattr(ctypes, "CDLL", lambda _: Refusing())
    assert vulkan_adapters.listed() == []


def test_it_prints_what_it_finds_whatever_that_is() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "livedream.engines.vulkan_adapters"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert all({"name", "kind", "driver"} == set(one) for one in json.loads(done.stdout))
