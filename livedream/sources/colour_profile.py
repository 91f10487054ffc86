"""Colours of a picture's own profile, brought to sRGB: telephones save Display P3, cameras Adobe RGB."""

from __future__ import annotations

import io
import warnings
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

from livedream.containers.picture_faults import PICTURE_FAULTS
from livedream.frame import Rgb


def profile_of(content: bytes) -> bytes | None:
    """Return the ICC profile in an image file; None if it has none, or Pillow cannot tell."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content)) as picture:
                profile = picture.info.get("icc_profile")
    except PICTURE_FAULTS:
        return None
    return profile if isinstance(profile, bytes) and profile else None


def to_srgb(rgb: Rgb, profile: bytes | None) -> Rgb:
    """Return colours of a profile as sRGB, by the relative colorimetric way (ICC.1:2022).

    profile: None for sRGB. The colours stay where the profile is damaged, or none of RGB: of CMYK and of grey
    decoding has made RGB without it.
    """
    if profile is None:
        return rgb
    try:
        transform = _transform(profile)
        converted = None if transform is None else ImageCms.applyTransform(Image.fromarray(rgb), transform)
    except (ImageCms.PyCMSError, ImportError, *PICTURE_FAULTS):
        return rgb
    return rgb if converted is None else np.ascontiguousarray(converted, np.uint8)


@lru_cache(maxsize=4)
def _transform(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """Make the way from a profile to sRGB; None where there is nothing to do."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if source.profile.xcolor_space.strip() != "RGB":
        return None
    transform = ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        "RGB",
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    # A name does not tell: "Linear sRGB" is another thing, and sRGB has many names.
    steps = np.mgrid[0:256:51, 0:256:51, 0:256:51].reshape(3, 1, -1).transpose(1, 2, 0).astype(np.uint8)
    seen = ImageCms.applyTransform(Image.fromarray(steps), transform)
    apart = np.abs(np.asarray(seen, np.int16) - steps.astype(np.int16))
    return transform if apart.max() > 1 else None
