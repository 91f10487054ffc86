from types import SimpleNamespace
from typing import Any

import pytest

from livedream.engines import provider_trial
from livedream.engines.onnxruntime_kinds import KINDS


def play(monkeypatch: pytest.MonkeyPatch, add: Any) -> None:
    options = SimpleNamespace(add_provider=add)
    monkeypatch.setattr(provider_trial, "runtime", lambda _: SimpleNamespace(SessionOptions=lambda: options))


@pytest.mark.parametrize("name", ["webgpu", "coreml"])
def test_a_provider_that_begins_has_no_refusal(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    asked: list[Any] = []
    play(monkeypatch, lambda *given: asked.append(given))
    assert provider_trial.refusal(name) == ""
    assert asked == [(KINDS[name].provider, dict(KINDS[name].options))]


def test_one_that_does_not_says_why_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise RuntimeError("/context.cc:65 status == Success was false. Failed to get\nan adapter\n")

    play(monkeypatch, refuse)
    assert provider_trial.refusal("webgpu") == "Failed to get an adapter"
