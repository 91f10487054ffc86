"""When a picture goes to the GPU, and how it is scaled there; what is drawn is in test_gpu_surface.py."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest
from PyQt6.QtCore import QRect
from PyQt6.QtOpenGL import QOpenGLShaderProgram, QOpenGLTexture

from livedream.ui import gpu_scaler
from livedream.ui.gpu_fault import GpuFault
from livedream.ui.gpu_scaler import CUBIC_FROM, GpuScaler, _linked

SIZE_WH = (160, 90)


class Gpu:
    """Stands in for OpenGL: notes its textures, and what the shader is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.textures: list[Any] = []
        self.program, self.functions, self.buffer = MagicMock(), MagicMock(), MagicMock()
        monkeypatch.setattr(gpu_scaler, "gl_functions", lambda _: self.functions)
        monkeypatch.setattr(gpu_scaler, "_linked", lambda: self.program)
        monkeypatch.setattr(gpu_scaler, "_texture", self._texture)
        monkeypatch.setattr(gpu_scaler, "QOpenGLBuffer", lambda: self.buffer)
        monkeypatch.setattr(gpu_scaler.sip, "isdeleted", lambda _: False)
        self.asked = 0

    def _texture(self, width: int, height: int) -> Any:
        self.textures.append(MagicMock(width=lambda: width, height=lambda: height))
        return self.textures[-1]

    def draw(
        self,
        scaler: GpuScaler,
        number: int,
        size_wh: tuple[int, int] = SIZE_WH,
        width: int = 160,
        **kind: bool,
    ) -> None:
        def pixels() -> Any:
            self.asked += 1
            return np.zeros((size_wh[1], size_wh[0], 4), np.uint8)

        scaler.draw(number, pixels, QRect(0, 0, width, width * 9 // 16), **{"mirror": False, **kind})

    def told(self, name: str) -> Any:
        return [call.args[1] for call in self.program.setUniformValue.call_args_list if call.args[0] == name]


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Gpu:
    return Gpu(monkeypatch)


@pytest.fixture
def scaler(gpu: Gpu) -> GpuScaler:
    return GpuScaler(SimpleNamespace())  # type: ignore[arg-type]


def test_a_picture_goes_to_the_gpu_once_however_often_it_is_drawn(gpu: Gpu, scaler: GpuScaler) -> None:
    for number in (0, 0, 0, 1, 1):
        gpu.draw(scaler, number)
    assert gpu.asked == 2
    assert len(gpu.textures) == 1
    assert gpu.textures[0].setData.call_count == 2
    assert gpu.functions.draw_quad.call_count == gpu.functions.check.call_count == 5


def test_a_picture_of_another_size_has_another_texture_and_the_one_before_is_freed(
    gpu: Gpu, scaler: GpuScaler
) -> None:
    gpu.draw(scaler, 0)
    gpu.draw(scaler, 1, (320, 180))
    before, now = gpu.textures
    assert before.destroy.call_count == 1
    scaler.release()
    assert now.destroy.call_count == gpu.buffer.destroy.call_count == 1
    gpu.draw(scaler, 1)
    assert len(gpu.textures) == 3, "it has to go there again"


def test_it_is_cubic_where_it_is_much_enlarged_and_averaged_where_it_is_halved(
    gpu: Gpu, scaler: GpuScaler
) -> None:
    most = int(CUBIC_FROM * SIZE_WH[0])
    for width in (80, 81, most, most + 1):
        gpu.draw(scaler, 0, width=width)
    assert gpu.told("cubic") == [0.0, 0.0, 0.0, 1.0]
    filters = QOpenGLTexture.Filter
    (texture,) = gpu.textures
    used = [call.args[0] for call in texture.setMinificationFilter.call_args_list]
    assert used == [filters.LinearMipMapLinear, filters.Linear, filters.Linear, filters.Linear]
    assert texture.generateMipMaps.call_count == 1


def test_it_is_mirrored_if_wished(gpu: Gpu, scaler: GpuScaler) -> None:
    gpu.draw(scaler, 0)
    gpu.draw(scaler, 0, mirror=True)
    assert gpu.told("mirror") == [1.0, -1.0]


def test_a_gpu_without_room_is_told(gpu: Gpu) -> None:
    gpu.buffer.create.return_value = False
    with pytest.raises(GpuFault, match="no room"):
        GpuScaler(SimpleNamespace())  # type: ignore[arg-type]


def test_a_shader_that_is_refused_is_told_with_the_driver_s_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QOpenGLShaderProgram, "addShaderFromSourceCode", lambda *_: True)
    monkeypatch.setattr(QOpenGLShaderProgram, "link", lambda _: False)
    monkeypatch.setattr(QOpenGLShaderProgram, "log", lambda _: "0:1: no such function\n")
    with pytest.raises(GpuFault, match=r"^OpenGL refuses the shader: 0:1: no such function$"):
        _linked()
