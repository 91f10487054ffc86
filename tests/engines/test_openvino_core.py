from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines import build_openvino, openvino_core
from livedream.engines.cache import EngineCache

CHECKOUT = Path(__file__).resolve().parents[2]


def test_all_engines_of_a_process_share_one_core() -> None:
    """Each time that one comes and goes with an engine memory stays behind."""
    assert openvino_core.core() is openvino_core.core()


def test_two_that_want_the_core_first_at_once_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    had: list[object] = []
    second = threading.Event()

    def new() -> object:
        made.append(object())
        if len(made) > 1:
            second.set()
        second.wait(0.2)  # for a second one, which should not come
        return made[-1]

    monkeypatch.setattr(openvino_core, "_core", functools.cache(new))
    threads = [threading.Thread(target=lambda: had.append(openvino_core.core())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert had == made * 2


CTRL_C = """
import signal
from livedream.engines.openvino_core import new_core
older, newer = new_core(), new_core()
del older
del newer
signal.signal(signal.SIGINT, lambda *_: print("told"))
signal.raise_signal(signal.SIGINT)
"""


def test_in_whatever_order_cores_go_ctrl_c_is_told() -> None:
    """In a process of its own: without the thread that loads the plugin this ends in a segmentation fault."""
    ran = subprocess.run([sys.executable, "-c", CTRL_C], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.split()) == (0, ["told"])


def test_a_plugin_that_hangs_when_it_is_loaded_does_not_keep_the_process_from_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: list[threading.Thread] = []

    class Core:
        def __init__(self) -> None:
            threads.append(threading.current_thread())

        def get_property(self, *_: str) -> str:
            return "a processor"

    monkeypatch.setattr(openvino_core, "runtime", lambda: SimpleNamespace(Core=Core))
    assert isinstance(openvino_core.new_core(), Core)
    (thread,) = threads
    assert thread.daemon, "Python waits for all others"
    assert not thread.is_alive(), "the stack that the plugin gave it is not to be that of ours"


def test_that_openvino_cannot_be_loaded_reaches_who_wants_a_core(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise ImportError("no module named openvino")

    monkeypatch.setattr(openvino_core, "runtime", missing)
    with pytest.raises(ImportError, match="no module named openvino"):
        openvino_core.new_core()


TOOLS = """
import sys
import threading
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines import build_openvino, openvino_core
from livedream.engines.cache import EngineCache
openvino_core.runtime()
assert "openvino.tools.ovc" not in sys.modules
assert "openvino_telemetry" not in sys.modules
import openvino.tools.ovc
print(openvino.tools.ovc.convert_model.__name__)
"""


def test_the_tools_of_openvino_wait_until_somebody_wants_them() -> None:
    ran = subprocess.run([sys.executable, "-c", TOOLS], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["convert_model"]


APART = """
import ctypes
from livedream.engines.openvino_core import apart, glibc

IS_MAPPED = 2  # the bit of a chunk's size, in front of the block, for a mapping of its own (glibc's malloc.c)

def is_apart(size_bytes):
    library = glibc()
    library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    block = library.malloc(ctypes.c_size_t(size_bytes))
    try:
        return bool(ctypes.c_size_t.from_address(block - ctypes.sizeof(ctypes.c_size_t)).value & IS_MAPPED)
    finally:
        library.free(block)

with apart():
    print(is_apart(24 << 20), is_apart(1 << 12))
print(is_apart(24 << 20))
"""


@pytest.mark.skipif(openvino_core.glibc() is None, reason="another C library than glibc")
def test_what_an_engine_allocates_is_apart_and_a_show_s_pictures_are_not() -> None:
    """In a process of its own: what another has freed before may be taken from its heap."""
    ran = subprocess.run([sys.executable, "-c", APART], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["True", "False", "False"]


def test_other_c_libraries_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino_core, "glibc", lambda: None)
    with openvino_core.apart():
        pass


SIZES = 6

GROWTH = f"""
import pathlib, sys
from livedream.engines import openvino
from livedream.engines.cache import EngineCache
from livedream.runtime.process_figures import rss_mb
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at

cache, sizes_mb = EngineCache(pathlib.Path(sys.argv[1])), []
for number in range({SIZES}):
    spec = KernelSpec("embedded", taps_at("lines"), (48, 48 + 8 * number), 1, 1.6, 1, 1.0)
    engine, _ = openvino.load(KernelProgram(spec), cache)
    engine.run(KernelProgram(spec).example())
    engine.close()
    sizes_mb.append(rss_mb())
print(sizes_mb[-1] - sizes_mb[0])
"""


@pytest.mark.slow
def test_nothing_of_its_layers_stays_when_an_engine_is_closed(tmp_path: Path) -> None:
    for number in range(SIZES):
        spec = KernelSpec("embedded", taps_at("lines"), (48, 48 + 8 * number), 1, 1.6, 1, 1.0)
        build_openvino.build(KernelProgram(spec), EngineCache(tmp_path))

    def growth_mb(**environment: str) -> float:
        command = [sys.executable, "-c", GROWTH, str(tmp_path)]
        ran = subprocess.run(
            command, cwd=CHECKOUT, env=os.environ | environment, capture_output=True, text=True, check=True
        )
        return float(ran.stdout)

    assert growth_mb() < 0.6 * growth_mb(**{openvino_core.MOST_PRIMITIVES: "1024"})


def test_what_is_kept_is_read_once_and_nobody_else_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    name = openvino_core.MOST_PRIMITIVES
    monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(openvino_core, "_is_read", threading.Event())

    def fail() -> None:
        with openvino_core.forgetting():
            assert os.environ[name] == "0"
            raise RuntimeError("damaged")

    with pytest.raises(RuntimeError, match="damaged"):
        fail()
    for wanted in ("0", None):
        with openvino_core.forgetting():
            assert os.environ.get(name) == wanted
        assert name not in os.environ


def test_what_somebody_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    name = openvino_core.MOST_PRIMITIVES
    monkeypatch.setenv(name, "64")
    monkeypatch.setattr(openvino_core, "_is_read", threading.Event())
    with openvino_core.forgetting():
        assert os.environ[name] == "64"
    assert os.environ[name] == "64"
