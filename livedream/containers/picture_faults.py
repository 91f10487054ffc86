"""What Pillow raises for pictures that are damaged, foreign or, to its mind, too large."""

from __future__ import annotations

import struct

from PIL import Image, UnidentifiedImageError

PICTURE_FAULTS = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    EOFError,
    ValueError,
    SyntaxError,
    RuntimeError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    MemoryError,
    struct.error,
)
"""Each of its readers has its own way: that of AVIF a RuntimeError, that of PNG a SyntaxError."""
