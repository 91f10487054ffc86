"""A text kept inside a file: in a film's comment, a picture's text or EXIF; written and read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from livedream.containers.addresses import file_address
from livedream.containers.picture_faults import PICTURE_FAULTS
from livedream.errors import InputError, SinkError
from livedream.frame import Rgb
from livedream.sinks.image_file import JPEG_QUALITY
from livedream.sinks.segments import told
from livedream.whole_file import write_whole

EXIF_TABLE, USER_COMMENT = 0x8769, 0x9286
"""Where EXIF keeps free text (Exif 2.32, 4.6.5)."""

ASCII, UNDEFINED = b"ASCII\0\0\0", bytes(8)
"""How the text is coded; undefined is UTF-8 here, which EXIF has no code for."""

FILMS = (".mp4", ".mov", ".mkv")
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff")

WEBP_QUALITY = 90

_KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    ".png": ("PNG", {}),
    ".jpg": ("JPEG", {"quality": JPEG_QUALITY}),
    ".webp": ("WEBP", {"quality": WEBP_QUALITY}),
    ".tif": ("TIFF", {}),
    ".tiff": ("TIFF", {}),
}


JPEG_TEXT_BYTES = 65_000
"""A JPEG's EXIF block holds 65,533 bytes, some of them its own."""

LONGEST_SIDE = {".webp": 16_383, ".jpg": 65_500, ".jpeg": 65_500, ".gif": 65_535}
"""In pixels, that a format or its library holds; PNG and TIFF hold whatever can be dreamed."""


def check_size(file: Path, size_wh: tuple[int, int], instead: str = "to .png") -> None:
    """Raise InputError if the file's kind cannot hold so large a picture. instead: where to write it."""
    most = LONGEST_SIDE.get(file.suffix.lower())
    if most is not None and max(size_wh) > most:
        raise InputError(
            f"{file}: {size_wh[0]}x{size_wh[1]} pixels are too many for {file.suffix}, which holds {most} a "
            f"side; write {instead}, or use --size"
        )


def check_metadata(file: Path, text: str) -> None:
    """Raise InputError if the file's kind cannot hold a text of that length."""
    length = len(text.encode())
    if file.suffix.lower() in (".jpg", ".jpeg") and length > JPEG_TEXT_BYTES:
        raise InputError(
            f"{file}: its settings take {length} bytes, more than a JPEG can hold; write to .png"
        )


def write_with_metadata(file: Path, rgb: Rgb, text: str) -> None:
    """Write uint8 HxWx3, or HxWx4 with alpha, with a text in it; whole or not at all.

    file: ends in one of PICTURES. Raises SinkError, InputError.
    """
    check_metadata(file, text)
    picture, suffix = Image.fromarray(rgb), file.suffix.lower()
    kind, how = _KINDS.get(suffix, _KINDS[".jpg"])
    note: dict[str, Any] = {"pnginfo": _png_text(text)} if kind == "PNG" else {"exif": exif_with(text)}
    try:
        with told(file):
            write_whole(file, lambda into: picture.save(into, kind, **how, **note))
    except ValueError as fault:  # what Pillow raises for what a format cannot hold
        raise SinkError(f"{file} cannot be written ({fault}); write to .png, or use --size") from fault


def _png_text(text: str) -> PngInfo:
    chunk = PngInfo()
    chunk.add_itxt("Comment", text)
    return chunk


def exif_with(text: str) -> bytes:
    """Make an EXIF block with a user comment."""
    exif = Image.Exif()
    exif.get_ifd(EXIF_TABLE)[USER_COMMENT] = (ASCII if text.isascii() else UNDEFINED) + text.encode()
    return exif.tobytes()


def read_metadata(file: Path) -> str:
    """Read the text that a film or a picture carries; "" if there is none.

    Raises InputError if the file is neither, or is damaged.
    """
    try:
        return _film_comment(file) if file.suffix.lower() in FILMS else _picture_text(file)
    except (av.FFmpegError, *PICTURE_FAULTS) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else None
        raise InputError(
            f"{file} cannot be read ({reason or 'it is damaged, or neither a film nor a picture'}); give "
            "a file that livedream made"
        ) from fault


def _film_comment(file: Path) -> str:
    with av.open(file_address(file), "r", metadata_errors="replace") as film:
        known = {key.casefold(): value for key, value in film.metadata.items()}
    return known.get("comment", "")


def _picture_text(file: Path) -> str:
    with Image.open(file) as picture:
        picture.load()  # what stands behind the pixels, too
        told_ = picture.info.get("Comment") or picture.info.get("comment")
        coded = picture.getexif().get_ifd(EXIF_TABLE).get(USER_COMMENT)
    if isinstance(coded, bytes) and len(coded) > 8:
        return coded[8:].decode(errors="replace")
    return told_.decode(errors="replace") if isinstance(told_, bytes) else str(told_ or "")
