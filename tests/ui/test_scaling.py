import pytest
from pytestqt.qtbot import QtBot

from livedream.ui import gl_functions
from livedream.ui.gpu_fault import GpuFault
from livedream.ui.scaling import Scaling, find_scaling, scaling_by


@pytest.mark.parametrize(
    "renderer",
    [
        "llvmpipe (LLVM 15.0.6, 256 bits)",
        "softpipe",
        "Google SwiftShader",
        "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)",
        "Software Rasterizer",
        "Apple Software Renderer",
        "GDI Generic",
        "D3D12 (Microsoft Basic Render Driver)",
    ],
)
def test_a_renderer_in_software_leaves_it_to_the_processor_and_is_named(renderer: str) -> None:
    scaling = scaling_by(renderer)
    assert not scaling.on_gpu
    assert renderer in scaling.told()


@pytest.mark.parametrize(
    "renderer",
    ["NVIDIA GeForce RTX 3060/PCIe/SSE2", "Mesa Intel(R) UHD Graphics 620 (KBL GT2)", "Apple M2", "V3D 4.2"],
)
def test_a_gpu_scales_and_is_named(renderer: str) -> None:
    assert scaling_by(renderer).told() == f"scaled on the GPU ({renderer})"


def test_where_nobody_sees_a_window_the_processor_scales(qtbot: QtBot) -> None:
    assert find_scaling() == Scaling(reason='Qt\'s platform "offscreen" has no screen')


def test_a_display_without_opengl_says_so(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> str:
        raise GpuFault("this display has no OpenGL")

    monkeypatch.setattr("PyQt6.QtGui.QGuiApplication.platformName", lambda: "xcb")
    monkeypatch.setattr(gl_functions, "renderer_here", refused)
    assert find_scaling().told() == "scaled on the processor (this display has no OpenGL)"
