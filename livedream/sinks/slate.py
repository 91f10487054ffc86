"""The picture that goes out while there is none: dark, calm, with a word and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from livedream.frame import Rgb

_TOP = (13.0, 15.0, 27.0)
_BOTTOM = (27.0, 17.0, 36.0)
_GLOW = (26.0, 20.0, 46.0)
_TITLE = (236, 233, 244)
_TEXT = (172, 168, 190)
_ACCENT = (150.0, 110.0, 225.0)


def slate(size_wh: tuple[int, int], title: str, lines: Sequence[str]) -> Rgb:
    """Paint a title and, below it, some lines of text, centred on a soft dark ground.

    size_wh: (width, height) in pixels, each >= 1. Long lines are wrapped; the text shrinks until
    it fits. The same arguments give the same picture. Returns uint8 HxWx3.
    """
    rgb = _ground(size_wh)
    rows = _fit(size_wh, title, lines)
    top = (size_wh[1] - _height(rows)) / 2
    for row in rows:
        _paint(rgb, row, top)
        top += row.height
    return rgb


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the slate: text of `size_px`, in a strip `height` pixels high; no text: the rule."""

    text: str
    size_px: int
    height: float
    is_title: bool = False


def _fit(size_wh: tuple[int, int], title: str, lines: Sequence[str]) -> list[_Row]:
    """Lay the text out at the largest size at which it fits; what fits at no size is left out."""
    unit = min(size_wh[0] * 0.75, size_wh[1])
    for shrink in np.geomspace(1.0, 0.2, 12):
        rows = _layout(size_wh[0], unit * float(shrink), title, lines)
        if _height(rows) <= 0.8 * size_wh[1]:
            break
    while len(rows) > 1 and _height(rows) > 0.9 * size_wh[1]:
        rows.pop()
    return rows


def _height(rows: list[_Row]) -> float:
    """Add up the heights of the rows, in pixels."""
    return sum(row.height for row in rows)


def _layout(width: int, unit: float, title: str, lines: Sequence[str]) -> list[_Row]:
    """Wrap title and lines into rows for a picture whose text is measured in `unit` pixels."""
    title_px = max(6, round(0.15 * unit))
    text_px = max(5, round(0.055 * unit), round(min(10, 0.11 * unit)))  # 10: legible on a thumbnail
    room = 0.86 * width
    rows = [_Row(row, title_px, 1.15 * title_px, True) for row in _wrap(title, title_px, room, True)]
    rows.append(_Row("", text_px, 1.4 * text_px))
    for line in lines:
        rows += [_Row(row, text_px, 1.45 * text_px) for row in _wrap(line, text_px, room, False)]
    return rows


def _wrap(text: str, size_px: int, room: float, is_title: bool) -> list[str]:
    """Break text into rows at most `room` pixels wide: between words, inside a word if it must be."""
    rows = [""]
    # A file's name may hold halves of characters, which OpenCV refuses.
    for word in text.encode(errors="replace").decode().split():
        joined = f"{rows[-1]} {word}".strip()
        if _width(joined, size_px, is_title) <= room:
            rows[-1] = joined
        else:
            rows += _pieces(word, size_px, room, is_title)
    return [row for row in rows if row]


def _pieces(word: str, size_px: int, room: float, is_title: bool) -> list[str]:
    """Break a word into pieces at most `room` pixels wide, each at least one letter."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and _width(pieces[-1] + letter, size_px, is_title) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _ground(size_wh: tuple[int, int]) -> Rgb:
    """Paint the soft gradient with a glow in the middle, dithered so that no bands show."""
    x, y = np.linspace(0, 1, 64)[None, :, None], np.linspace(0, 1, 36)[:, None, None]
    glow = np.exp(-(((x - 0.5) / 0.3) ** 2) - ((y - 0.45) / 0.32) ** 2)
    small = np.asarray(_TOP) * (1 - y) + np.asarray(_BOTTOM) * y + np.asarray(_GLOW) * glow
    smooth = cv2.resize(small.astype(np.float32), size_wh, interpolation=cv2.INTER_CUBIC)
    tile = np.random.default_rng(0).random((128, 128, 1), np.float32)
    repeats = (-(-size_wh[1] // 128), -(-size_wh[0] // 128), 1)
    smooth += np.tile(tile, repeats)[: size_wh[1], : size_wh[0]]
    return np.asarray(smooth, np.uint8)


def _paint(rgb: Rgb, row: _Row, top: float) -> None:
    """Paint one row whose strip begins `top` pixels down."""
    if not row.text:
        _paint_rule(rgb, round(top + row.height / 2), row.size_px)
        return
    left = (rgb.shape[1] - _width(row.text, row.size_px, row.is_title)) / 2
    baseline = top + 0.5 * row.height + 0.34 * row.size_px
    _draw(rgb, row, (round(left), round(baseline)))


def _paint_rule(rgb: Rgb, y: int, text_px: int) -> None:
    """Paint a thin line, in the middle, that fades at both ends."""
    half = min(4 * text_px, rgb.shape[1] // 2)
    thickness = max(1, text_px // 14)
    middle = rgb.shape[1] // 2
    strip = rgb[max(0, y) : max(0, y + thickness), middle - half : middle + half]
    fade = np.cos(np.linspace(-np.pi / 2, np.pi / 2, 2 * half, dtype=np.float32))[:, None] ** 2
    strip[:] = strip * (1 - fade) + np.asarray(_ACCENT, np.float32) * fade


def _width(text: str, size_px: int, is_title: bool) -> int:
    """Measure a text in pixels."""
    if hasattr(cv2, "FontFace"):
        box = cv2.getTextSize((0, 0), text, (0, 0), cv2.FontFace("sans"), size_px, _weight(is_title))
        return int(box[2])
    size, _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, *_stroke(size_px, is_title))
    return int(size[0])


def _draw(rgb: Rgb, row: _Row, origin_xy: tuple[int, int]) -> None:
    """Draw a text from its left end on the base line: OpenCV 5 with a real font, OpenCV 4 with strokes."""
    color = _TITLE if row.is_title else _TEXT
    if hasattr(cv2, "FontFace"):
        face = cv2.FontFace("sans")
        cv2.putText(rgb, row.text, origin_xy, color, face, row.size_px, _weight(row.is_title))
        return
    scale, thickness = _stroke(row.size_px, row.is_title)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(rgb, row.text, origin_xy, font, scale, color, thickness, cv2.LINE_AA)


def _weight(is_title: bool) -> int:
    """Choose the weight of OpenCV 5's font, 100..1000."""
    return 300 if is_title else 380


def _stroke(size_px: int, is_title: bool) -> tuple[float, int]:
    """Choose scale and thickness of OpenCV 4's stroke font, whose capitals are 22 pixels high at scale 1."""
    return 0.72 * size_px / 22, max(1, round(size_px / (16 if is_title else 13)))
