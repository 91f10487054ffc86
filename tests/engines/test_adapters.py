import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from livedream.engines import adapters
from livedream.engines.adapters import NODES, Adapter, adapter, has_node


class Asked:
    """Stands in for subprocess.run: answers with one text, or as a program that went wrong."""

    def __init__(self, answer: str = "", code: int = 0, fault: Exception | None = None) -> None:
        self.answer, self.code, self.fault = answer, code, fault
        self.commands: list[Any] = []

    def __call__(self, command: Any, **_: Any) -> Any:
        self.commands.append(command)
        if self.fault is not None:
            raise self.fault
        return SimpleNamespace(stdout=self.answer, returncode=self.code)


def asked(monkeypatch: pytest.MonkeyPatch, *given: Any, **options: Any) -> Asked:
    one = Asked(*given, **options)
    monkeypatch.setattr(subprocess, "run", one)
    return one


def listed(*kinds: str) -> str:
    return json.dumps([{"name": kind.upper(), "kind": kind, "driver": "1"} for kind in kinds])


@pytest.mark.parametrize(
    ("kinds", "taken"),
    [
        (("integrated", "discrete"), "DISCRETE"),
        (("software", "integrated"), "INTEGRATED"),
        (("software", "virtual"), "VIRTUAL"),
        (("software",), "SOFTWARE"),
    ],
)
def test_the_strongest_adapter_is_taken(
    monkeypatch: pytest.MonkeyPatch, kinds: tuple[str, ...], taken: str
) -> None:
    asked(monkeypatch, listed(*kinds))
    found = adapter("linux")
    assert found is not None
    assert found.name == taken


@pytest.mark.parametrize("system", ["linux", "win32"])
@pytest.mark.parametrize(
    "answer",
    [
        {"code": -11},
        {"answer": "[]"},
        {"answer": "no JSON"},
        {"fault": subprocess.TimeoutExpired("vulkan", 10)},
        {"fault": OSError("no such program")},
    ],
)
def test_a_driver_that_crashes_hangs_or_finds_nothing_is_no_adapter(
    monkeypatch: pytest.MonkeyPatch, system: str, answer: dict[str, Any]
) -> None:
    asked(monkeypatch, **answer)
    assert adapter(system) is None


@pytest.mark.parametrize(
    ("chip", "name"), [("Apple M2 Pro\n", "Apple M2 Pro"), ("Intel(R) Core(TM) i7", None)]
)
def test_on_a_mac_it_is_that_of_the_chip(
    monkeypatch: pytest.MonkeyPatch, chip: str, name: str | None
) -> None:
    sysctl = asked(monkeypatch, chip)
    found = adapter("darwin")
    assert (found and found.name) == name
    assert sysctl.commands[0][0] == "sysctl"


def test_one_in_software_is_called_so() -> None:
    assert str(Adapter("llvmpipe", "software")) == "llvmpipe (software)"
    assert str(Adapter("Radeon", "discrete")) == "Radeon"


def test_drivers_are_loaded_by_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    run = asked(monkeypatch, "[]")
    adapters.vulkan_adapters()
    assert "livedream.engines.vulkan_adapters" in run.commands[0]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such groups")
def test_a_ctrl_c_in_the_terminal_does_not_reach_a_program_that_is_asked() -> None:
    group = adapters.asked([sys.executable, "-c", "import os; print(os.getpgrp())"])
    assert int(group) != os.getpgrp(), "what it has found would be taken for nothing"


@pytest.mark.parametrize("node", NODES)
def test_on_linux_a_device_has_a_node(tmp_path: Path, node: str) -> None:
    assert not has_node(system="linux", root=tmp_path)
    assert has_node(system="win32", root=tmp_path), "that is for the driver to say"
    (tmp_path / node).mkdir(parents=True)
    assert has_node(system="linux", root=tmp_path)
    assert not has_node(("dev/accel",), "linux", tmp_path)
