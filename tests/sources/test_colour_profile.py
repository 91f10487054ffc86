"""Colours of a profile become sRGB."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from livedream.sources.still_image import read_image

P3 = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])
SRGB = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
"""From linear light to XYZ under D50, as their profiles have it."""

WHITE = (0.96420, 1.0, 0.82491)
GAMMA = 2.2
KINDS = ("a.png", "a.jpg", "a.tif", "a.webp")


def fixed(number: float) -> bytes:
    return struct.pack(">i", round(number * 65536))


def matrix_profile(
    primaries: np.ndarray,  # type: ignore[type-arg]
    space: bytes = b"RGB ",
    gamma: float = GAMMA,
    words: bytes = b"Wide\0",
) -> bytes:
    """Make a profile of three primaries and a power (ICC.1:2001-04)."""
    xyz = [b"XYZ \0\0\0\0" + b"".join(map(fixed, column)) for column in (*primaries.T, WHITE)]
    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(gamma * 256))
    told = b"desc\0\0\0\0" + struct.pack(">I", len(words)) + words + bytes(78)
    told += bytes(-len(told) % 4)
    names = (b"rXYZ", b"gXYZ", b"bXYZ", b"wtpt", b"rTRC", b"gTRC", b"bTRC", b"desc", b"cprt")
    parts = [*xyz, curve, curve, curve, told, b"text\0\0\0\0none\0\0\0\0"]
    begin, table, data = 128 + 4 + 12 * len(names), b"", b""
    for name, part in zip(names, parts, strict=True):
        table += name + struct.pack(">II", begin + len(data), len(part))
        data += part
    head = struct.pack(">I4sI", begin + len(data), b"none", 0x02400000) + b"mntr" + space + b"XYZ "
    head += bytes(12) + b"acsp" + bytes(28) + b"".join(map(fixed, WHITE))
    return head + bytes(128 - len(head)) + struct.pack(">I", len(names)) + table + data


def as_srgb(rgb: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    linear = (rgb / 255.0) ** GAMMA @ P3.T @ np.linalg.inv(SRGB).T
    clipped = np.clip(linear, 0, 1)
    return 255 * np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("name", KINDS)
def test_the_colours_of_a_wide_profile_become_srgb(tmp_path: Path, name: str) -> None:
    colours = np.array([[200, 80, 80], [80, 180, 90], [90, 90, 190], [128, 128, 128]], np.uint8)
    rgb = colours.repeat(16, axis=0)[None].repeat(16, axis=0)
    how = {"lossless": True} if name.endswith("webp") else {"quality": 100, "subsampling": 0}
    kept = {} if name.endswith(("png", "tif")) else how
    Image.fromarray(rgb).save(tmp_path / name, icc_profile=matrix_profile(P3), **kept)
    read = read_image(tmp_path / name)
    np.testing.assert_allclose(read, as_srgb(rgb), atol=4)
    assert (read[0, 8].astype(int) - rgb[0, 8])[0] > 8, "its red is redder than sRGB's"


@pytest.mark.parametrize(
    "profile",
    [
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        b"no profile",
        matrix_profile(P3)[:200],
        matrix_profile(P3, b"CMYK"),
    ],
    ids=["sRGB", "damaged", "cut off", "of another space"],
)
def test_what_is_srgb_or_no_profile_of_colours_changes_nothing(tmp_path: Path, profile: bytes) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8)
    Image.fromarray(rgb).save(tmp_path / "a.png", icc_profile=profile)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), rgb)


def test_a_profile_is_not_judged_by_its_name(tmp_path: Path) -> None:
    linear = matrix_profile(SRGB, gamma=1.0, words=b"Linear sRGB\0")
    Image.fromarray(np.full((4, 4, 3), 55, np.uint8)).save(tmp_path / "a.png", icc_profile=linear)
    np.testing.assert_allclose(read_image(tmp_path / "a.png"), 128, atol=2)


def test_alpha_stays(tmp_path: Path) -> None:
    rgba = np.full((4, 4, 4), (200, 80, 80, 128), np.uint8)
    Image.fromarray(rgba).save(tmp_path / "a.png", icc_profile=matrix_profile(P3))
    half = read_image(tmp_path / "a.png")
    np.testing.assert_allclose(half, as_srgb(rgba[..., :3]) * 128 / 255, atol=2)


def test_a_grey_picture_with_a_profile_stays_grey(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.fromarray(np.full((4, 4), 90, np.uint8)).save(
        content, "PNG", icc_profile=matrix_profile(P3, b"GRAY")
    )
    (tmp_path / "a.png").write_bytes(content.getvalue())
    assert (read_image(tmp_path / "a.png") == 90).all()
