from __future__ import annotations

import pytest

from livedream.dream.program import KernelProgram
from livedream.dream.spec import kernel_spec
from livedream.engines.engine import Check
from livedream.engines.maker import Ready
from livedream.runtime.engine_words import describe
from livedream.settings import DreamSettings


class Quick:
    name = "quick"

    def run(self, inputs: object) -> object:
        return None

    def close(self) -> None:
        pass


def ready(**changes: object) -> Ready[KernelProgram]:
    program = KernelProgram(kernel_spec(DreamSettings(), (64, 96)))
    facts = {"stopgap": False, "build_s": 1.0, "checked": Check(0.9999, 0.01, 5.0), "run_ms": 5.0} | changes
    return Ready(program, Quick(), **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "quick dreams 96x64 in 5 ms (agrees with eager: cosine 0.9999)"),
        ({"checked": None}, "quick dreams 96x64 in 5 ms"),
        ({"stopgap": True, "run_ms": None}, "quick dreams 96x64 while a faster engine is being built"),
        ({"stopgap": True, "run_ms": 9.0}, "quick dreams 96x64 in 9 ms while a faster engine is looked for"),
    ],
)
def test_an_engine_is_described(changes: dict[str, object], said: str) -> None:
    assert describe(ready(**changes)) == said
