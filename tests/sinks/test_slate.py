import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from livedream.frame import Rgb
from livedream.sinks.slate import slate

SENTENCE = "camera lost, trying again"
LONG = f"The recording /home/someone/{'a_long_folder/' * 8}dream.mp4 has stopped; free some space."


def ink(rgb: Rgb) -> NDArray[np.bool_]:
    """Where text is: bright on the dark ground."""
    return rgb.min(axis=2) > 110


@pytest.fixture(params=["font", "strokes"])
def either_opencv(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "strokes":
        monkeypatch.delattr(cv2, "FontFace", raising=False)


@pytest.mark.usefixtures("either_opencv")
@pytest.mark.parametrize("size_wh", [(160, 90), (640, 480), (1280, 720), (720, 1280), (3840, 2160)])
def test_title_and_sentence_are_there_on_a_dark_ground(size_wh: tuple[int, int]) -> None:
    rgb = slate(size_wh, "livedream", [SENTENCE])
    rows = np.flatnonzero(ink(rgb).any(axis=1))
    assert rgb.shape == (size_wh[1], size_wh[0], 3)
    assert rgb.dtype == np.uint8
    assert np.median(rgb) < 50
    assert rgb.max() > 200
    assert (np.diff(rows) > size_wh[1] * 0.03).sum() == 1  # two blocks of text with a gap between
    assert abs(rows.mean() / size_wh[1] - 0.5) < 0.12


@pytest.mark.usefixtures("either_opencv")
@pytest.mark.parametrize("size_wh", [(160, 90), (320, 240), (1280, 720), (360, 640)])
def test_long_text_is_wrapped_and_stays_inside(size_wh: tuple[int, int]) -> None:
    text = ink(slate(size_wh, "livedream", [LONG, LONG]))
    edge_x, edge_y = size_wh[0] // 25, size_wh[1] // 25
    assert text.any()
    assert not text[:, :edge_x].any()
    assert not text[:, -edge_x:].any()
    assert not text[:edge_y].any()
    assert not text[-edge_y:].any()


def test_text_is_anti_aliased() -> None:
    rgb = slate((1280, 720), "livedream", [SENTENCE])
    levels = np.unique(rgb[200:500, 300:980, 1])
    assert len(levels) > 100


def test_the_ground_shows_no_bands() -> None:
    green = slate((1280, 720), "", [])[..., 1].astype(int)
    assert (np.abs(np.diff(green[100, :])) <= 2).all()
    changes = np.flatnonzero(np.diff(green[100, :]))
    assert np.diff(changes).max() < 40  # undithered, a level would be hundreds of pixels wide


def test_the_same_words_give_the_same_picture_and_others_another() -> None:
    first, again, other = (slate((320, 180), "livedream", [text]) for text in ("one", "one", "two"))
    assert (first == again).all()
    assert (first != other).any()


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.integers(1, 400), st.integers(1, 300)), st.text(max_size=40), st.lists(st.text(), max_size=3)
)
def test_any_size_and_any_text(size_wh: tuple[int, int], title: str, lines: list[str]) -> None:
    assert slate(size_wh, title, lines).shape == (size_wh[1], size_wh[0], 3)


def test_a_file_name_with_half_a_character_is_shown() -> None:
    assert ink(slate((320, 180), "livedream", ["cannot write caf\udce9.mp4"])).any()
