"""Colours of a picture's own profile, brought to sRGB: telephones save Display P3, cameras Adobe RGB."""

from __future__ import annotations

import io
import warnings

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

    profile: None for sRGB. The colours stay where the profile is damaged, or none of RGB: those of CMYK and
    of grey were converted when they were decoded.
    """
    if profile is None:
        return rgb
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != "RGB" or "sRGB" in ImageCms.getProfileDescription(source):
            return rgb
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            "RGB",
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        converted = ImageCms.applyTransform(Image.fromarray(rgb), transform)
    except (ImageCms.PyCMSError, *PICTURE_FAULTS):
        return rgb
    return rgb if converted is None else np.ascontiguousarray(converted, np.uint8)
