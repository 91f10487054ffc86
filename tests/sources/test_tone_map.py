"""HDR and wide gamuts become what a screen shows."""

from __future__ import annotations

from typing import Any

import av
import cv2
import numpy as np
import pytest

from livedream.sources.tone_map import BT2020, HLG, P3, PQ, needs_mapping, to_bt709
from livedream.sources.video_frame import Developer, colour_words

BT709 = 1


def grey(code: float) -> np.ndarray:
    return np.full((2, 2, 3), round(code * 65_535), np.uint16)


def pq(nits: float) -> float:
    power = (nits / 10_000) ** 0.1593017578125
    return float(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def hlg(nits: tuple[float, float, float]) -> list[float]:
    """Return the codes of a colour on a screen of 1000 cd/m2 (BT.2100: gamma 1.2, on the luminance)."""
    luma = (0.2627 * nits[0] + 0.6780 * nits[1] + 0.0593 * nits[2]) / 1000
    scene = [each / 1000 * luma ** (1 / 1.2 - 1) for each in nits]
    bright = [0.17883277 * np.log(max(12 * each - 0.28466892, 1e-9)) + 0.55991073 for each in scene]
    return [(3 * each) ** 0.5 if each <= 1 / 12 else float(b) for each, b in zip(scene, bright, strict=True)]


@pytest.mark.parametrize("nits", [0.5, 5, 50, 90])
def test_below_the_knee_light_is_kept(nits: float) -> None:
    shown = to_bt709(grey(pq(nits)), PQ, BT2020)
    assert np.ptp(shown) == 0
    assert shown[0, 0, 0] == pytest.approx(255 * (nits / 203) ** (1 / 2.4), abs=1.5)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_what_is_brighter_stays_brighter_up_to_white(transfer: int) -> None:
    codes = np.linspace(0, 1 if transfer == HLG else pq(1000), 200)
    shown = [int(to_bt709(grey(code), transfer, BT2020)[0, 0, 0]) for code in codes]
    assert shown == sorted(shown)
    assert (shown[0], shown[-1]) == (0, 255)
    assert int(to_bt709(grey(1.0), transfer, BT2020)[0, 0, 0]) == 255


@pytest.mark.parametrize(
    "nits", [(8.4, 2.2, 173.4), (131.0, 15.7, 176.6), (80.0, 180.0, 30.0), (203.0, 203.0, 203.0)]
)
def test_a_colour_is_shown_alike_by_pq_and_hlg(nits: tuple[float, float, float]) -> None:
    by_pq = to_bt709(np.array([[[round(pq(each) * 65_535) for each in nits]]], np.uint16), PQ, BT2020)
    by_hlg = to_bt709(np.array([[[round(each * 65_535) for each in hlg(nits)]]], np.uint16), HLG, BT2020)
    assert np.abs(by_hlg.astype(int) - by_pq.astype(int)).max() <= 1


def test_white_of_sdr_is_nearly_white() -> None:
    assert 225 <= to_bt709(grey(pq(203)), PQ, BT2020)[0, 0, 0] <= 245
    assert 220 <= to_bt709(grey(0.75), HLG, BT2020)[0, 0, 0] <= 245


@pytest.mark.parametrize("primaries", [BT2020, P3])
def test_a_wide_gamut_keeps_grey_and_widens_colour(primaries: int) -> None:
    assert to_bt709(grey(0.5), BT709, primaries)[0, 0] == pytest.approx([127.5] * 3, abs=1)
    dull = np.tile(np.array([40_000, 20_000, 20_000], np.uint16), (2, 2, 1))
    red, green, _ = to_bt709(dull, BT709, primaries)[0, 0].astype(int)
    assert red - green > (40_000 - 20_000) / 257


def test_hdr_in_the_primaries_of_p3_is_not_taken_for_bt2020() -> None:
    red = np.array([[[round(pq(80) * 65_535), round(pq(20) * 65_535), round(pq(20) * 65_535)]]], np.uint16)
    assert np.array_equal(to_bt709(red, PQ, BT709), to_bt709(red, PQ, BT2020))
    by_p3, by_bt2020 = (to_bt709(red, PQ, primaries)[0, 0].astype(int) for primaries in (P3, BT2020))
    assert by_p3[1] - by_bt2020[1] > 5


def test_what_is_bt709_needs_nothing() -> None:
    assert not needs_mapping(1, 1)
    assert not needs_mapping(2, 2)
    assert not needs_mapping(13, 5)


@pytest.mark.parametrize(("transfer", "words"), [(PQ, "HDR (PQ)"), (HLG, "HDR (HLG)"), (1, "BT.2020")])
@pytest.mark.parametrize("form", ["yuv420p10le", "gbrp10le", "yuva444p10le"])
def test_a_frame_is_mapped_by_its_tags(transfer: int, words: str, form: str) -> None:
    given = np.zeros((32, 32, 3), np.uint16)
    given[:] = np.array([0.5, 0.4, 0.3]) * 65_535
    frame: Any = av.VideoFrame.from_ndarray(given, "rgb48le").reformat(format=form, dst_colorspace=9)
    frame.color_trc, frame.color_primaries = transfer, BT2020
    frame.colorspace = 0 if form == "gbrp10le" else 9
    assert colour_words(frame) == words
    wanted = to_bt709(given, transfer, BT2020)[8, 8].astype(int)
    assert np.abs(Developer(frame, None)(frame)[8, 8].astype(int) - wanted).max() <= 4


def tagged(width: int, height: int, transfer: int = PQ) -> Any:
    """Paint a slope of 10 bits, bright and dull from left to right."""
    given = np.zeros((height, width, 3), np.uint16)
    given[:] = (np.linspace(0.1, 0.6, width)[:, None] * np.array([1.0, 0.8, 0.6]) * 65_535).astype(np.uint16)
    frame: Any = av.VideoFrame.from_ndarray(given, "rgb48le").reformat(format="yuv420p10le", dst_colorspace=9)
    frame.color_trc, frame.color_primaries, frame.colorspace = transfer, BT2020 if transfer != BT709 else 1, 9
    return frame


def test_what_is_shown_smaller_is_made_so_before_it_is_mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    mapped: list[tuple[int, ...]] = []

    def noting(rgb: Any, transfer: int, primaries: int) -> Any:
        mapped.append(rgb.shape)
        return to_bt709(rgb, transfer, primaries)

    monkeypatch.setattr("livedream.sources.video_frame.to_bt709", noting)
    frame = tagged(384, 216)
    develop = Developer(frame, None, (128, 128))
    assert develop.size_wh == (384, 216), "what the film itself has"
    small = develop(frame)
    assert mapped == [(72, 128, 3)]
    assert small.shape == (72, 128, 3)
    whole = cv2.resize(Developer(frame, None)(frame), (128, 72), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - whole).max() <= 4


@pytest.mark.parametrize(("size", "transfer"), [((96, 54), PQ), ((384, 216), BT709)])
def test_what_is_no_larger_or_needs_no_mapping_keeps_its_size(size: tuple[int, int], transfer: int) -> None:
    frame = tagged(*size, transfer)
    np.testing.assert_array_equal(Developer(frame, None, (128, 128))(frame), Developer(frame, None)(frame))
