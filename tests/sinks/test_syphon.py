"""Syphon through a fake of syphon-python 0.1: a texture of 8 bits RGBA, and a server that publishes it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.sinks.sink import Sink
from livedream.sinks.syphon import Syphon


class Texture:
    def __init__(self, width: int, height: int) -> None:
        self.rgba = np.zeros((height, width, 4), np.uint8)


class Server:
    """A SyphonMetalServer; it sees what a client would."""

    made: ClassVar[list[Server]] = []

    def __init__(self, name: str) -> None:
        if name == "no Metal":
            raise AttributeError("'NoneType' object has no attribute 'newCommandQueue'")
        self.name, self.device, self.stopped = name, object(), 0
        self.seen: list[Rgb] = []
        self.made.append(self)

    def publish_frame_texture(self, texture: Texture, is_flipped: bool = False) -> None:
        assert not is_flipped, "the first row of a Metal texture is the top one"
        self.seen.append(texture.rgba[..., :3].copy())

    def stop(self) -> None:
        self.stopped += 1


def copy_image_to_mtl_texture(image: Any, texture: Texture) -> None:
    assert image.shape == texture.rgba.shape
    texture.rgba[:] = image


@pytest.fixture(autouse=True)
def _library(monkeypatch: pytest.MonkeyPatch) -> None:
    Server.made.clear()
    raw = SimpleNamespace(create_mtl_texture=lambda device, width, height: Texture(width, height))
    modules = {
        "syphon": SimpleNamespace(SyphonMetalServer=Server),
        "syphon.utils": SimpleNamespace(),
        "syphon.utils.raw": raw,
        "syphon.utils.numpy": SimpleNamespace(copy_image_to_mtl_texture=copy_image_to_mtl_texture),
    }
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)


def test_colour_bars_arrive_with_their_colours(bars: Rgb, send_bars: Callable[[Sink], str]) -> None:
    assert send_bars(Syphon("stage")) == "stage at 96x24, 30 fps"
    (server,) = Server.made
    assert np.array_equal(server.seen[0], bars)
    assert (server.name, server.stopped) == ("stage", 1)


def test_what_cannot_start_or_has_stopped_says_so(bars: Rgb, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SinkError, match="Syphon no Metal cannot start") as caught:
        Syphon("no Metal").open((96, 24), 30)
    assert "Metal" in caught.value.remedy
    sink = Syphon("stage")
    sink.open((96, 24), 30)
    monkeypatch.setattr(Server, "publish_frame_texture", lambda self, texture: 1 / 0)
    with pytest.raises(SinkError, match="has stopped"):
        sink.write(bars, 0.0)
