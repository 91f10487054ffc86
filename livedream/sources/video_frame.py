"""From FFmpeg's frames to pictures as people should see them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

import av
import cv2
import numpy as np
from av.sidedata.sidedata import Type
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from livedream.frame import Rgb
from livedream.imaging import fitted_size
from livedream.sources.orientation import of_matrix
from livedream.sources.still_image import over_black
from livedream.sources.tone_map import name_of, needs_mapping, to_bt709

UNTAGGED = 2
"""AVCOL_SPC_UNSPECIFIED: the file does not say how its colours are coded."""

FIELD_BLEND = np.array([0.25, 0.5, 0.25], np.float32)
"""Takes out exactly what alternates from line to line."""


class Developer:
    """Turn frames of one stream into RGB of one size.

    The file's colour matrix and range, turn and mirroring (as phones store it), pixel shape, interlacing
    and transparency (over black) are honoured; HDR and wide gamuts become BT.709. swscale's direct
    path (0.3 ms for 1280x720, within 3 levels of exact arithmetic) is both cheaper and truer than OpenCV's
    I420 conversion, which knows BT.601 only.
    """

    def __init__(
        self,
        first: av.VideoFrame,
        pixel_shape: Fraction | None,
        most_wh: tuple[int, int] | None = None,
    ) -> None:
        """Take turn and size from the `first` frame; pixel_shape: width of a pixel over its height.

        most_wh: a box in which larger frames are shown anyway; those whose colours are mapped are made to fit
        it before that: of 4K shown at 1280x720 mapping would take nine times as long. None: they keep their
        size.
        """
        self._orientation = of_matrix(_display_matrix(first))
        self._square_wh = self._shown_wh = square_size((first.width, first.height), pixel_shape)
        self._reformatter = VideoReformatter()
        self.saw_transparency = False
        # Interlaced lines have to be blended at their own size.
        if most_wh and needs_mapping(first.color_trc, first.color_primaries) and not first.interlaced_frame:
            fitting_wh = self._orientation.size_wh(fitted_size(self.size_wh, most_wh))
            self._shown_wh = min(fitting_wh, self._square_wh)

    @property
    def size_wh(self) -> tuple[int, int]:
        """Return the size that the frames have, upright, unless they are made to fit a box."""
        return self._orientation.size_wh(self._square_wh)

    def __call__(self, frame: av.VideoFrame) -> Rgb:
        """Convert a frame to uint8 HxWx3, contiguous, a new array."""
        rgb = self._rgb(frame)
        if frame.interlaced_frame:
            rgb = cv2.sepFilter2D(rgb, -1, np.ones(1, np.float32), FIELD_BLEND)
        if (rgb.shape[1], rgb.shape[0]) != self._shown_wh:
            rgb = cv2.resize(rgb, self._shown_wh, interpolation=cv2.INTER_LINEAR)
        return self._orientation.upright(np.asarray(rgb, np.uint8))

    def _rgb(self, frame: av.VideoFrame) -> NDArray[Any]:
        has_alpha = any(component.is_alpha for component in frame.format.components)
        if needs_mapping(frame.color_trc, frame.color_primaries):
            return self._mapped(frame, has_alpha=has_alpha)
        converted = self._reformatter.reformat(
            frame,
            format="rgba" if has_alpha else "rgb24",
            src_colorspace=Colorspace.ITU709 if _is_untagged_hd(frame) else None,
            # More threads cost more than they save on so short a task.
            threads=1,
        )
        picture: NDArray[Any] = converted.to_ndarray()
        if has_alpha:
            return self._over_black(picture)
        # What needed no conversion is the decoder's own picture, which others may show on.
        return picture.copy() if converted is frame else picture

    def _mapped(self, frame: av.VideoFrame, *, has_alpha: bool) -> NDArray[Any]:
        """Convert colours that are not BT.709's by way of 16 bits."""
        form = "rgba64le" if has_alpha else "rgb48le"
        fitting: dict[str, Any] = {}
        if self._shown_wh != self._square_wh:
            width, height = self._shown_wh
            fitting = {"width": width, "height": height, "interpolation": Interpolation.AREA}
        deep: NDArray[Any] = self._reformatter.reformat(frame, format=form, threads=1, **fitting).to_ndarray()
        rgb = to_bt709(deep[..., :3], frame.color_trc, frame.color_primaries)
        return self._over_black(np.dstack([rgb, deep[..., 3] >> 8])) if has_alpha else rgb

    def _over_black(self, rgba: NDArray[Any]) -> NDArray[Any]:
        rgb, alpha = rgba[..., :3], rgba[..., 3]
        self.saw_transparency = self.saw_transparency or bool(alpha.min() < 255)
        return over_black(rgb, alpha)


def colour_words(frame: av.VideoFrame) -> str:
    """Name the colours of a picture that become BT.709's, for people; "" if they are."""
    curve, primaries = frame.color_trc, frame.color_primaries
    return name_of(curve, primaries) if needs_mapping(curve, primaries) else ""


def _display_matrix(frame: av.VideoFrame) -> bytes | None:
    matrix = cast("Any", frame.side_data).get(Type.DISPLAYMATRIX)
    return None if matrix is None else bytes(matrix)


def square_size(size_wh: tuple[int, int], pixel_shape: Fraction | None) -> tuple[int, int]:
    """Return the size with square pixels: the side that is too short is stretched, none is shrunk.

    A shape that is missing or absurd (beyond 1:4 and 4:1) counts as square.
    """
    width, height = size_wh
    shape = float(pixel_shape) if pixel_shape else 1.0
    if not 0.25 <= shape <= 4.0:
        return size_wh
    return (round(width * shape), height) if shape >= 1 else (width, round(height / shape))


def _is_untagged_hd(frame: av.VideoFrame) -> bool:
    """Return whether to read it as BT.709, as players do; FFmpeg would read it as BT.601."""
    return frame.colorspace == UNTAGGED and (frame.width >= 1280 or frame.height > 576)
