"""Spout through a fake of SpoutGL 0.1: what its binding takes, with a context that belongs to a thread."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.sinks.sink import Sink
from livedream.sinks.spout import Spout

GL_RGBA, GL_RGB = 0x1908, 0x1907


class Sender:
    """A SpoutSender; it sees what a receiver would."""

    made: ClassVar[list[Sender]] = []
    has_opengl: ClassVar[bool] = True
    takes: ClassVar[bool] = True

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.seen: list[Rgb] = []
        self.thread = 0
        self.made.append(self)

    def createOpenGL(self) -> bool:  # noqa: N802  (the library's name)
        self.thread = threading.get_ident()
        return self.has_opengl

    def setSenderName(self, name: str) -> None:  # noqa: N802
        self.name = name

    def sendImage(self, pixels: Any, width: int, height: int, code: int, invert: bool, fbo: int) -> bool:  # noqa: N802
        assert threading.get_ident() == self.thread, "its context belongs to another thread"
        parts = {GL_RGBA: 4, GL_RGB: 3}[code]
        flat = np.frombuffer(memoryview(pixels), np.uint8)
        assert flat.size == width * height * parts
        assert not invert, "the first row is the top one"
        self.seen.append(flat.reshape(height, width, parts)[..., :3])
        return self.takes

    def setFrameSync(self, name: str) -> None:  # noqa: N802
        self.calls.append(f"sync {name}")

    def releaseSender(self) -> None:  # noqa: N802
        self.calls.append("release")

    def closeOpenGL(self) -> bool:  # noqa: N802
        self.calls.append("close")
        return True


@pytest.fixture(autouse=True)
def _library(monkeypatch: pytest.MonkeyPatch) -> None:
    Sender.made.clear()
    module = SimpleNamespace(SpoutSender=Sender, enums=SimpleNamespace(GL_RGBA=GL_RGBA))
    monkeypatch.setitem(sys.modules, "SpoutGL", module)


def test_colour_bars_arrive_with_their_colours(bars: Rgb, send_bars: Callable[[Sink], str]) -> None:
    assert send_bars(Spout("stage")) == "stage at 96x24, 30 fps"
    (sender,) = Sender.made
    assert np.array_equal(sender.seen[0], bars)
    assert (sender.name, sender.calls) == ("stage", ["sync stage", "release", "close"])


def test_what_cannot_start_or_takes_nothing_says_so(bars: Rgb, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = Spout("stage")
    monkeypatch.setattr(Sender, "has_opengl", False)
    with pytest.raises(SinkError, match="OpenGL") as caught:
        sink.open((96, 24), 30)
    assert "driver" in caught.value.remedy
    monkeypatch.setattr(Sender, "has_opengl", True)
    monkeypatch.setattr(Sender, "takes", False)
    sink.open((96, 24), 30)
    with pytest.raises(SinkError, match="takes no frames"):
        sink.write(bars, 0.0)
