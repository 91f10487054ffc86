"""The front door."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import livedream
from livedream import api
from livedream.errors import InputError
from livedream.frame import Rgb
from livedream.presets import Preset, load
from livedream.resources import folder
from livedream.runtime.store import SettingsStore
from livedream.settings import Settings, change
from livedream.settings.modulation_row import ModulationRow
from tests.offline.conftest import FakeEngines

OFFERED = [
    "DreamPipeline",
    "EngineError",
    "InputError",
    "LiveSession",
    "LivedreamError",
    "Settings",
    "SinkError",
    "SourceError",
    "dream_frames",
    "dream_image",
    "load_playlist",
    "load_preset",
    "open_sink",
    "open_source",
]
SMALL = change(Settings(), {"dream.working_px": 4096})


def picture(seed: int = 0) -> Rgb:
    return np.random.default_rng(seed).integers(0, 256, (48, 64, 3), np.uint8)


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[FakeEngines]:
    made = list[FakeEngines]()

    class Known(FakeEngines):
        def __init__(self, *_: Any) -> None:
            super().__init__()
            made.append(self)

        def __enter__(self) -> Known:
            return self

        def __exit__(self, *_: object) -> None:
            self.closed = True

    monkeypatch.setattr(api, "Engines", Known)
    return made


def test_what_is_offered_is_there_documented_and_nothing_else() -> None:
    assert sorted(livedream.__all__) == OFFERED
    for name in OFFERED:
        assert getattr(livedream, name).__doc__, name
        assert name in dir(livedream)
    with pytest.raises(AttributeError, match="dream_imag"):
        _ = livedream.dream_imag  # type: ignore[attr-defined]
    text = Path(__file__).parents[1].joinpath("docs/library.md").read_text(encoding="utf-8")
    assert all(f"`{name}" in text for name in OFFERED)


def test_importing_it_loads_nothing_heavy() -> None:
    heavy = ("torch", "cv2", "openvino", "PyQt6", "numpy", "av", "pydantic")
    told = f"import sys, livedream; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_picture_is_dreamed_from_an_array_and_from_its_file(
    engines: list[FakeEngines], tmp_path: Path
) -> None:
    cv2.imwrite(str(tmp_path / "me.png"), cv2.cvtColor(picture(), cv2.COLOR_RGB2BGR))
    dreams = [livedream.dream_image(given, SMALL, rounds=3) for given in (picture(), tmp_path / "me.png")]
    assert (dreams[0] == dreams[1]).all()
    assert dreams[0].shape == picture().shape
    assert (dreams[0] != picture()).any()
    assert engines[0].dreamed == engines[1].dreamed >= 3
    assert all(one.closed for one in engines)


def test_frames_are_dreamed_one_after_the_other_when_they_are_due(engines: list[FakeEngines]) -> None:
    read = list[int]()

    def frames() -> Any:
        for number in range(4):
            read.append(number)
            yield picture(number)

    dreams = livedream.dream_frames(frames(), SMALL)
    assert read == []
    assert next(dreams).shape == picture().shape
    assert read == [0]
    assert len(list(dreams)) == 3
    assert engines[0].closed


@pytest.mark.parametrize(
    "look", ["subtle", folder("configs") / "subtle.toml", load("subtle"), load("subtle").settings]
)
def test_a_look_is_a_name_a_preset_or_settings(look: Any) -> None:
    assert api.look_of(look) == (load("subtle").settings, ())


def test_rows_and_macros_move_what_a_program_dreams(
    engines: list[FakeEngines], drums: Any, tmp_path: Path
) -> None:
    frames = [picture()] * 12
    song, told = drums.save(drums.track(120, 1), tmp_path / "song.wav"), list[str]()
    row = ModulationRow("onset", "look.strength", 0.5)
    moving = Preset("moving", "", SMALL, (row,))
    still = list(livedream.dream_frames(frames, SMALL))
    quiet = list(livedream.dream_frames(frames, moving, tell=told.append))
    assert (np.stack(still) == np.stack(quiet)).all()
    assert told == ["these frames have no sound, so what onset would move rests"]
    loud = list(livedream.dream_frames(frames, moving, audio=song))
    assert (np.stack(still) != np.stack(loud)).any()
    deep = change(SMALL, {"macro.depth": 1.0})
    assert (livedream.dream_image(picture(), deep) != livedream.dream_image(picture(), SMALL)).any()


def test_what_is_none_is_told() -> None:
    with pytest.raises(InputError, match="subtel"):
        livedream.dream_image(picture(), "subtel")
    with pytest.raises(InputError, match=r"gone\.png"):
        livedream.dream_image("/nowhere/gone.png")


class Still:
    """A source that has nothing to give."""

    from livedream.health import Health
    from livedream.sources.source import SourceInfo

    info, health = SourceInfo("still", (64, 48), 30.0, is_device=False), Health("live")

    def read(self, _: Any) -> None:
        return None

    def close(self) -> None:
        self.closed = True


def test_a_session_takes_a_preset_settings_or_a_store() -> None:
    store = SettingsStore(SMALL)
    for look, name in ((load("subtle"), "subtle"), (SMALL, ""), (store, "")):
        source = Still()
        with livedream.LiveSession(source, look) as session:
            assert session.plan.preset == name
            assert isinstance(session.store, SettingsStore)
        assert source.closed
    assert session.store is store


def test_a_session_of_what_cannot_be_dreamed_does_not_begin() -> None:
    with pytest.raises(InputError, match="no such layer"):
        livedream.LiveSession(Still(), change(SMALL, {"dream.layers": {"no such layer": 1.0}}))
