import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.dream.spec import kernel_spec, working_size_hw
from livedream.offline.full_size import DETAIL, RATIO, at_full_size, words_of
from livedream.settings import Settings, change


def test_a_picture_is_dreamed_at_its_own_size() -> None:
    wanted = at_full_size(Settings(), (1280, 720))
    assert working_size_hw((1280, 720), wanted.dream.working_px) == (720, 1280)


@settings(max_examples=50)
@given(st.integers(32, 8000), st.integers(32, 8000), st.floats(1.2, 4.0))
def test_the_smallest_octave_stays_as_large_as_it_was(width: int, height: int, scale: float) -> None:
    before = change(Settings(), {"dream.octave_scale": scale}).dream
    dream = at_full_size(Settings(dream=before), (width, height)).dream
    if dream.working_px < before.working_px or dream.octaves == 8:
        return
    smallest = [one.working_px / one.octave_scale ** (2 * (one.octaves - 1)) for one in (before, dream)]
    assert smallest[1] == pytest.approx(smallest[0], rel=0.3 if dream.octave_scale == 1.1 else 1e-6)
    assert dream.octave_scale <= max(scale, RATIO) + 1e-9


def test_forms_of_a_large_picture_have_several_sizes_and_the_large_ones_lead() -> None:
    for size_wh in ((640, 480), (960, 720), (1920, 1080)):
        settings_ = at_full_size(Settings(), size_wh)
        dream = settings_.dream
        spec = kernel_spec(dream, working_size_hw(size_wh, dream.working_px))
        assert len(spec.sizes_hw) >= 3
        assert dream.detail == DETAIL


def test_a_picture_beyond_what_can_be_dreamed_is_dreamed_at_the_most() -> None:
    assert at_full_size(Settings(), (9000, 9000)).dream.working_px == 8_294_400


@pytest.mark.parametrize("finer", [2.0, 4.0])
def test_a_finer_dream_has_the_size_of_the_picture_not_more(finer: float) -> None:
    dream = at_full_size(change(Settings(), {"dream.finer": finer}), (1280, 720)).dream
    spec = kernel_spec(dream, working_size_hw((1280, 720), dream.working_px))
    assert spec.size_hw == pytest.approx((720, 1280), abs=16)
    assert spec.finer == pytest.approx(finer, rel=0.05)


def test_a_small_picture_needs_no_more_octaves() -> None:
    dream = at_full_size(Settings(), (100, 100)).dream
    assert (dream.working_px, dream.octaves) == (10_000, 2)


@settings(max_examples=50)
@given(st.sampled_from([1, 3, 4, 16, 50, 100]), st.lists(st.floats(0.1, 1.0), min_size=1, max_size=4))
def test_listed_sizes_stay_as_large_and_finer_ones_follow(times: int, sizes: list[float]) -> None:
    before = change(Settings(), {"dream.octave_sizes": sizes, "dream.working_px": 20_000})
    listed = at_full_size(before, (200, times * 100)).dream.octave_sizes
    more = len(listed) - len(sizes)
    assert more == min(8 - len(sizes), round(np.log(times) / np.log(RATIO) / 2))
    if more == 0:
        assert listed == tuple(sizes)
        return
    np.testing.assert_allclose(np.array(listed[: len(sizes)]) * times**0.5, sizes)
    finer = np.array([max(listed[: len(sizes)]), *listed[len(sizes) :]])
    assert finer[-1] == pytest.approx(max(sizes))
    np.testing.assert_allclose(np.diff(np.log(finer)), np.log(times**0.5) / more)


def test_a_working_size_that_was_set_needs_no_more_octaves() -> None:
    assert at_full_size(Settings(), (1280, 720), ["dream.working_px"]) == Settings()


@pytest.mark.parametrize("word", ["dream.octaves", "dream.working_px"])
def test_what_was_set_stays(word: str) -> None:
    given_ = words_of([f"{word}=7000", "look.scene=0"])
    assert word in given_
    name = word.partition(".")[2]
    kept = at_full_size(Settings(), (1280, 720), given_)
    assert getattr(kept.dream, name) == getattr(Settings().dream, name)
