"""What is said of an OpenGL that fails, or that is too old."""

from types import SimpleNamespace
from typing import Any

import pytest
from PyQt6.QtOpenGL import QOpenGLVersionFunctionsFactory

from livedream.ui.gl_functions import GlFunctions, gl_functions
from livedream.ui.gpu_fault import GpuFault


def context(*version: int, is_es: bool = False) -> Any:
    return SimpleNamespace(format=lambda: SimpleNamespace(version=lambda: version), isOpenGLES=lambda: is_es)


@pytest.mark.parametrize(("code", "words"), [(0x0505, "out of memory"), (0x0507, "lost"), (0x1234, "0x1234")])
def test_a_fault_is_named_or_else_its_number(code: int, words: str) -> None:
    faults = [code, 0]
    functions = GlFunctions(SimpleNamespace(glGetError=lambda: faults.pop(0)))
    with pytest.raises(GpuFault, match=rf"^OpenGL says: .*{words}"):
        functions.check()
    functions.check()


@pytest.mark.parametrize(("is_es", "name"), [(False, "OpenGL 1.4 "), (True, "OpenGL ES 1.4 ")])
@pytest.mark.parametrize("found", [None, SimpleNamespace(initializeOpenGLFunctions=lambda: False)])
def test_an_opengl_that_is_too_old_is_told_with_its_version(
    monkeypatch: pytest.MonkeyPatch, found: Any, is_es: bool, name: str
) -> None:
    monkeypatch.setattr(QOpenGLVersionFunctionsFactory, "get", lambda *_: found)
    with pytest.raises(GpuFault, match=f"^{name}lacks"):
        gl_functions(context(1, 4, is_es=is_es))


def test_the_functions_are_those_of_opengl_2(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    driver = SimpleNamespace(
        initializeOpenGLFunctions=lambda: True, glGetString=lambda name: {0x1F01: "a renderer"}[name]
    )

    def get(profile: Any, _: Any) -> Any:
        asked.append(profile.version())
        return driver

    monkeypatch.setattr(QOpenGLVersionFunctionsFactory, "get", get)
    assert gl_functions(context(4, 6)).renderer() == "a renderer"
    assert asked == [(2, 0)]
