"""OpenVINO itself: imported in silence, one core a process, and its memory given back."""

from __future__ import annotations

import ctypes
import functools
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from types import ModuleType
from typing import Any, cast

TOOLS = "openvino.tools.ovc"
"""OpenVINO's converter of files, which none of ours needs: `convert` takes its steps one by one."""


def runtime() -> ModuleType:
    """Import OpenVINO, which would report that to a server and leave a file in the home directory.

    Without its tools, which do the reporting and take half of the time, it works in silence. Whoever wants
    them can import them afterwards. Raises ImportError.
    """
    sys.modules.setdefault(TOOLS, None)  # type: ignore[arg-type]
    try:
        import openvino
    finally:
        if sys.modules.get(TOOLS) is None:
            sys.modules.pop(TOOLS, None)
    return cast(ModuleType, openvino)


def new_core() -> Any:
    """Return an OpenVINO core whose CPU plugin was loaded by a thread that has ended.

    Loading the plugin gives the thread that does it another alternate signal stack, and unloading frees
    that stack though it may be the one in use (as when of two engines the older goes first). Python's
    handlers run on it: in the main thread the next Ctrl-C would end the process (sigaltstack(2)).
    """
    loaded: Future[Any] = Future()

    def load() -> None:
        try:
            core = runtime().Core()
            core.get_property("CPU", "FULL_DEVICE_NAME")
            loaded.set_result(core)
        except BaseException as fault:
            loaded.set_exception(fault)

    # Python would wait for one of an executor's at its end, however long the plugin hangs.
    thread = threading.Thread(target=load, name="openvino", daemon=True)
    thread.start()
    thread.join()
    return loaded.result()


_loading = threading.Lock()


def core() -> Any:
    """Return the OpenVINO core of this process.

    There is one for as long as the process lives: each time that a core comes and goes with an engine some
    memory stays behind, and a show at changing sizes loads hundreds.
    """
    with _loading:  # of two that ask first at once each would make one
        return _core()


@functools.cache
def _core() -> Any:
    return new_core()


M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""What mallopt(3) calls them."""

LARGE_BYTES, MOST_BYTES = 1 << 16, 32 << 20
"""Blocks of an engine from this size on are apart; all others up to glibc's own largest threshold are not."""


@contextmanager
def apart() -> Iterator[None]:
    """Have large blocks that are allocated meanwhile, by any thread, apart from all others.

    glibc learns from blocks that are freed to put such of up to 32 MB onto heaps, where what lives longer
    lies between them: of an engine that is closed a part stays behind, and a show that loads engines of
    changing sizes grows. What has mappings of its own goes back at once. Other C libraries are left alone.
    """
    options = glibc()
    if options is None:
        yield
        return
    options.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
    try:
        yield
    finally:
        options.mallopt(M_MMAP_THRESHOLD, MOST_BYTES)
        options.mallopt(M_TRIM_THRESHOLD, 2 * MOST_BYTES)


MOST_PRIMITIVES = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"
"""Names what oneDNN reads from the environment, once, when the first layer of a process is made."""

_is_read = threading.Event()


@contextmanager
def forgetting() -> Iterator[None]:
    """Have OpenVINO's oneDNN keep no layer's code once the engine that it is of is closed.

    It would keep that of the last 1024 layers: a show at changing sizes grows by it, by 2 to 3 MB with each
    new size. An engine that is loaded again takes 0.05 s longer without. torch's own oneDNN, which makes its
    layers anew with each frame, is left as it is; so is what somebody has set.
    """
    if _is_read.is_set() or MOST_PRIMITIVES in os.environ:
        yield
        return
    os.environ[MOST_PRIMITIVES] = "0"
    try:
        yield
        _is_read.set()
    finally:
        os.environ.pop(MOST_PRIMITIVES, None)


@functools.cache
def glibc() -> Any:
    """Return the C library of this process if it is glibc, else None."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") else None
