import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from livedream.engines import build_compiled
from livedream.engines.build_process import sent
from livedream.engines.cache import EngineCache
from livedream.engines.engine import Check
from livedream.errors import EngineError


@pytest.mark.parametrize(
    ("give", "reason"),
    [(lambda image: 1 - image, "does not agree"), (lambda image: image / 0, "not finite")],
)
@pytest.mark.filterwarnings("ignore")
def test_an_engine_that_is_wrong_is_not_stored(
    program: Any,
    tmp_path: Path,
    make_engine: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    give: Callable[[Any], Any],
    reason: str,
) -> None:
    monkeypatch.setattr(build_compiled, "CompiledEngine", lambda *_: make_engine(give, name="compiled"))
    with pytest.raises(EngineError, match=f"engine compiled .*{reason}"):
        build_compiled.build(program, EngineCache(tmp_path), tmp_path / "work", "cpu", "float32")
    assert list(tmp_path.glob("*.engine")) == []


def run_main(monkeypatch: pytest.MonkeyPatch, outcome: Callable[..., None]) -> int:
    """Run the child's program in this process, with something else in place of the build."""
    stdin = SimpleNamespace(buffer=io.BytesIO(sent(Check(1.0, 0.0, 0.0))))
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.setattr(sys, "argv", ["build_compiled", "/kept", "/work", "cuda", "float16", "3"])
    monkeypatch.setattr(build_compiled, "build", outcome)
    return build_compiled.main()


def test_it_builds_what_it_is_sent_where_and_how_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Any] = []
    assert run_main(monkeypatch, lambda sent, cache, *rest: built.append((sent, cache.folder, *rest))) == 0
    assert built == [(Check(1.0, 0.0, 0.0), Path("/kept"), Path("/work"), "cuda", "float16", 3)]


def test_a_fault_is_told_in_one_line_that_comes_last(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any) -> None:
        raise EngineError("two\n  lines")

    assert run_main(monkeypatch, fail) == 1
    assert capsys.readouterr().err.strip().splitlines()[-1] == "two lines"
