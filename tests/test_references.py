"""Guide and style: what the settings name is opened once and looked at in its turn."""

import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from livedream.dream.inputs import PICTURE_PX
from livedream.errors import InputError, LivedreamError
from livedream.frame import Frame
from livedream.references import AGAIN_FRAMES, MOST_OPEN, References
from livedream.settings import DreamSettings
from livedream.sources import SourceInfo

RGB = np.full((90, 160, 3), (200, 40, 90), np.uint8)


@pytest.fixture
def red(tmp_path: Path) -> Path:
    path = tmp_path / "red.png"
    cv2.imwrite(str(path), np.full((30, 40, 3), (0, 0, 255), np.uint8))
    return path


def colour(image: np.ndarray) -> list[float]:
    assert image.shape == (1, 3, PICTURE_PX, PICTURE_PX)
    return [round(float(mean), 2) for mean in image.mean((0, 2, 3))]


def test_a_picture_is_opened_once_and_shown_to_every_frame(red: Path) -> None:
    references, dream = References(), DreamSettings(style=str(red))
    first, later = (references.look_up(("style",), dream, RGB, number) for number in (0, 7))
    assert colour(first["style"]) == [1.0, 0.0, 0.0]
    assert later["style"] is first["style"]
    references.close()


def test_of_two_dreams_each_has_its_own_picture_and_both_stay(red: Path, tmp_path: Path) -> None:
    blue = tmp_path / "blue.png"
    cv2.imwrite(str(blue), np.full((30, 40, 3), (255, 0, 0), np.uint8))
    references, dreams = References(), [DreamSettings(style=str(file)) for file in (red, blue)]
    seen = [
        [references.look_up(("style",), dream, RGB, number)["style"] for dream in dreams] for number in (0, 1)
    ]
    assert [colour(image) for image in seen[0]] == [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    assert all(one is other for one, other in zip(*seen, strict=True))


def test_only_what_is_wanted_is_looked_up(red: Path) -> None:
    dream = DreamSettings(style=str(red), guide="clouds")
    assert set(References().look_up(("style", "frame", "rank"), dream, RGB, 0)) == {"style"}
    assert References().look_up((), dream, RGB, 0) == {}


def test_the_frame_itself_can_be_the_guide() -> None:
    found = References().look_up(("guide",), DreamSettings(guide="itself"), RGB, 0)
    assert colour(found["guide"]) == [round(level / 255, 2) for level in (200, 40, 90)]


def test_an_engine_that_wanted_a_guide_goes_on_until_the_one_without_it_is_there() -> None:
    assert set(References().look_up(("guide",), DreamSettings(), RGB, 0)) == {"guide"}


def test_of_what_moves_each_frame_sees_the_picture_of_its_number() -> None:
    dream = DreamSettings(guide="clouds")
    steady, resumed = References(), References()
    seen = [steady.look_up(("guide",), dream, RGB, number)["guide"] for number in range(4)]
    assert not np.array_equal(seen[0], seen[3])
    assert np.array_equal(resumed.look_up(("guide",), dream, RGB, 3)["guide"], seen[3])


def test_the_strokes_of_a_style_have_the_size_that_is_wished(red: Path) -> None:
    references = References()
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    cv2.imwrite(str(red), stripes)
    small, large = (
        references.look_up(("style",), DreamSettings(style=str(red), style_scale=scale), RGB, 0)["style"]
        for scale in (0.5, 4.0)
    )
    assert np.abs(np.diff(large, axis=3)).mean() < np.abs(np.diff(small, axis=3)).mean() * 0.5 + 0.1
    assert not np.array_equal(small, large)


@pytest.mark.parametrize("word", ["guide", "style"])
@pytest.mark.parametrize("content", [None, b"", b"\x89PNG\r\n\x1a\nno picture", b"\x80\x04cposix\nsystem\n"])
def test_what_is_no_picture_is_told_with_its_word(tmp_path: Path, word: str, content: bytes | None) -> None:
    path = tmp_path / "bad.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LivedreamError) as told:
        References().check(DreamSettings(**{word: str(path)}))  # type: ignore[arg-type]
    assert f"dream.{word} = {path}" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("spec", ["camera", "camera:2", "rtsp://host/a", " UDP://@:1234 "])
def test_what_would_keep_the_show_waiting_is_refused_before_it_is_opened(
    monkeypatch: pytest.MonkeyPatch, spec: str
) -> None:
    monkeypatch.setattr("livedream.references.open_source", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(InputError, match="would keep the show waiting"):
        References().check(DreamSettings(guide=spec))


def test_nothing_to_check_is_right() -> None:
    References().check(DreamSettings())
    References().check(DreamSettings(guide="itself"))


class Clip:
    """Opened with `open_source`: picture i is of level i; its reads may fail."""

    def __init__(self) -> None:
        self.info = SourceInfo("clip", (4, 4), 30.0, is_device=False)
        self.fault: Exception | None = None
        self.opened = self.closed = self.reads = 0

    def open(self, *_: Any, **__: Any) -> Any:
        self.opened, self.reads = self.opened + 1, 0
        return self

    def read(self, stop: threading.Event) -> Frame:
        if self.fault is not None:
            raise self.fault
        self.reads += 1
        return Frame(np.full((4, 4, 3), self.reads - 1, np.uint8), 0.0, self.reads - 1)

    def close(self) -> None:
        self.closed += 1
        raise OSError("it is gone")


@pytest.fixture
def clip(monkeypatch: pytest.MonkeyPatch) -> Clip:
    clip = Clip()
    monkeypatch.setattr("livedream.references.open_source", clip.open)
    return clip


def level(references: References, number: int) -> int:
    seen = references.look_up(("guide",), DreamSettings(guide="clip.mp4"), RGB, number)
    return round(255 * float(seen["guide"][0, 0, PICTURE_PX // 2, PICTURE_PX // 2]))


def test_a_clip_that_is_named_in_mid_show_begins_then(clip: Clip) -> None:
    show, film = References(lambda _: None), References()
    assert [level(show, number) for number in (100, 100, 101, 104)] == [0, 0, 1, 4]
    assert level(film, 100) == 100, "wherever a film is begun, it is the same"


def test_what_a_show_cannot_see_any_more_is_told_once_stays_and_is_tried_again(clip: Clip) -> None:
    told: list[str] = []
    show = References(told.append)
    assert [level(show, number) for number in range(5)] == [0, 1, 2, 3, 4]
    clip.fault = MemoryError("no room")
    assert [level(show, number) for number in range(5, 2 * AGAIN_FRAMES, 50)] == [4] * 12
    clip.fault = None
    assert level(show, 2 * AGAIN_FRAMES - 1) == 4
    assert [level(show, 2 * AGAIN_FRAMES + number) for number in range(3)] == [0, 1, 2]
    assert told == [
        "dream.guide = clip.mp4 cannot be seen any more (MemoryError: no room); "
        "the show goes on, and it is tried again"
    ]
    assert (clip.opened, clip.closed) == (2, 1)


def test_for_what_a_show_has_never_seen_the_frame_stands(tmp_path: Path) -> None:
    told: list[str] = []
    path = tmp_path / "gone.png"
    found = References(told.append).look_up(("style",), DreamSettings(style=str(path)), RGB, 0)
    assert colour(found["style"]) == [round(level / 255, 2) for level in (200, 40, 90)]
    assert told[0].startswith(f"dream.style = {path} cannot be seen any more (there is no file {path}")
    with pytest.raises(InputError, match=r"dream\.style"):
        References().look_up(("style",), DreamSettings(style=str(path)), RGB, 0)


def test_of_all_that_is_named_in_a_long_show_some_stay_open(clip: Clip) -> None:
    show = References(lambda _: None)

    def see(number: int) -> None:
        show.look_up(("style",), DreamSettings(style=f"{number}.mp4"), RGB, number)

    for number in range(3 * MOST_OPEN):
        see(number)
        see(0)
    assert (clip.opened, clip.closed) == (3 * MOST_OPEN, 2 * MOST_OPEN), "the one in use is not closed"
    assert len(show._squares) == MOST_OPEN
    clip.fault = OSError("no room")
    for number in range(3 * MOST_OPEN):
        see(number)
    assert len(show._lost) <= MOST_OPEN


def test_whatever_a_decoder_raises_is_told_to_who_chooses_its_clip(clip: Clip) -> None:
    clip.fault = ValueError("an odd number of planes")
    with closing(References()) as references, pytest.raises(InputError) as told:
        references.check(DreamSettings(guide="clip.mp4"))
    assert str(told.value) == (
        "dream.guide = clip.mp4 cannot be seen (ValueError: an odd number of planes); "
        "choose another guide or style"
    )
    assert clip.closed == 1
