import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("openvino", reason="openvino is not installed")

from livedream.engines import openvino_device
from livedream.engines.adapters import Adapter, asked, python
from livedream.engines.cache import EngineCache, facts_of
from livedream.engines.engine import Check
from livedream.engines.openvino_device import cache_key, find, listed, load, names
from livedream.errors import EngineError

ARC = Adapter("Intel Arc", "integrated", "1")


def core(*devices: str) -> Any:
    """Play OpenVINO's core with some devices, of which each is named as it is called."""
    return SimpleNamespace(available_devices=devices, get_property=lambda name, _: f"the {name} ")


@pytest.mark.parametrize(
    ("devices", "kind", "names"),
    [
        (("CPU",), "GPU", []),
        (("CPU", "GPU"), "GPU", ["the GPU"]),
        (("CPU", "GPU.0", "GPU.1", "NPU"), "GPU", ["the GPU.0", "the GPU.1"]),
        (("CPU", "GPU", "NPU"), "NPU", ["the NPU"]),
    ],
)
def test_devices_are_found_by_their_kind(devices: tuple[str, ...], kind: str, names: list[str]) -> None:
    assert listed(core(*devices), kind) == names


@pytest.mark.parametrize(("engine", "device"), [("openvino-gpu", "GPU"), ("openvino-npu", "NPU")])
def test_each_engine_has_its_device(monkeypatch: pytest.MonkeyPatch, engine: str, device: str) -> None:
    monkeypatch.setattr(openvino_device, "names", lambda kind: [f"the {kind}", "another"])
    found = find(engine)
    assert found.name == f"the {device}"
    assert found.driver.startswith("OpenVINO 2")


@pytest.mark.parametrize(("engine", "device"), [("openvino-gpu", "GPU"), ("openvino-npu", "NPU")])
def test_without_it_that_is_told_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, engine: str, device: str
) -> None:
    monkeypatch.setattr(openvino_device, "names", lambda _: [])
    with pytest.raises(
        EngineError, match=f"{engine} needs an Intel {device}, and OpenVINO finds none; install"
    ):
        find(engine)


def test_that_openvino_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise ImportError

    monkeypatch.setattr(openvino_device, "runtime", missing)
    monkeypatch.setattr(openvino_device, "names", lambda _: pytest.fail("there is nobody to ask"))
    with pytest.raises(EngineError, match="openvino-gpu is not installed; pip install openvino"):
        find("openvino-gpu")


def ask(monkeypatch: pytest.MonkeyPatch, answer: str) -> list[Any]:
    """Play the process that loads the drivers; returns the commands that it is started with."""
    commands: list[Any] = []
    monkeypatch.setattr(openvino_device, "asked", lambda command: [commands.append(command), answer][1])
    monkeypatch.setattr(openvino_device, "core", lambda: pytest.fail("a driver was loaded here"))
    return commands


@pytest.mark.parametrize(("device", "node"), [("GPU", "dri"), ("GPU", "dxg"), ("NPU", "accel")])
def test_drivers_are_loaded_by_another_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, device: str, node: str
) -> None:
    (tmp_path / "dev" / node).mkdir(parents=True)
    commands = ask(monkeypatch, json.dumps(["Intel Arc", "Intel UHD"]))
    assert names(device, "linux", tmp_path) == ["Intel Arc", "Intel UHD"]
    (command,) = commands
    assert command[-2:] == ["livedream.engines.openvino_device", device]


def test_on_linux_nothing_is_asked_where_no_device_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commands = ask(monkeypatch, json.dumps(["Intel Arc"]))
    assert names("GPU", "linux", tmp_path) == []
    assert commands == []
    assert names("GPU", "win32", tmp_path) == ["Intel Arc"]


def test_a_driver_that_crashes_or_hangs_costs_no_show(monkeypatch: pytest.MonkeyPatch) -> None:
    ask(monkeypatch, "")
    with pytest.raises(
        EngineError, match="crashes or hangs when it looks for an Intel GPU; update its driver"
    ):
        names("GPU", "win32")


def test_the_process_that_is_asked_answers_with_what_there_is() -> None:
    assert json.loads(asked(python("livedream.engines.openvino_device", "CPU")))


def test_what_cannot_be_imported_is_built_anew(
    program: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as what was made with another driver."""

    def refuse(*_: Any) -> Any:
        raise RuntimeError("made with another driver")

    cache = EngineCache(tmp_path)
    assert load("openvino-gpu", program, cache, ARC) is None
    facts = facts_of("openvino-gpu", "float16", program, Check(1.0, 0.0, 1.0), 1.0)
    cache.put(cache_key("openvino-gpu", program, ARC), b"blob", facts)
    monkeypatch.setattr(openvino_device, "new_core", lambda: SimpleNamespace(import_model=refuse))
    assert load("openvino-gpu", program, cache, ARC) is None


def test_each_engine_of_a_device_has_a_core_of_its_own(
    program: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A GPU that was lost comes back with its plugin loaded anew."""
    cores: list[Any] = []

    def new() -> Any:
        compiled = SimpleNamespace(create_infer_request=lambda: None)
        cores.append(SimpleNamespace(import_model=lambda *_: compiled))
        return cores[-1]

    cache = EngineCache(tmp_path)
    facts = facts_of("openvino-gpu", "float16", program, Check(1.0, 0.0, 1.0), 1.0)
    cache.put(cache_key("openvino-gpu", program, ARC), b"blob", facts)
    monkeypatch.setattr(openvino_device, "new_core", new)
    for _ in range(2):
        loaded = load("openvino-gpu", program, cache, ARC)
        assert loaded is not None
        assert loaded[0].name == "openvino-gpu float16"
    assert len(cores) == 2


def test_a_key_is_of_one_engine_program_and_device(make_program: Any) -> None:
    keys = {
        cache_key(engine, make_program(name), device)
        for engine in ("openvino-gpu", "openvino-npu")
        for name in ("glow", "gleam")
        for device in (ARC, Adapter("Intel Xe", "integrated", "1"), Adapter("Intel Arc", "integrated", "2"))
    }
    assert len(keys) == 12
