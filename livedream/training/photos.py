"""The photos: read from a tar, some kept out for judging, crops of the others to learn from."""

from __future__ import annotations

import tarfile
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from livedream.errors import InputError
from livedream.frame import Rgb

HELD_OUT = 64
"""Photos that training never sees: every n-th by name, so that they are of all kinds."""


def read_photos(file: Path) -> tuple[list[Rgb], list[Rgb]]:
    """Read the photos of a tar: (those to learn from, those kept out), in the order of their names.

    Raises InputError if the tar cannot be read or holds too few.
    """
    try:
        with tarfile.open(file) as tar:
            members = sorted((m for m in tar.getmembers() if m.isfile()), key=lambda member: member.name)
            streams = (tar.extractfile(member) for member in members)
            photos = [_decode(stream.read()) for stream in streams if stream is not None]
    except FileNotFoundError as fault:
        raise InputError(f"the photos {file} are missing; give a tar of photos") from fault
    except (tarfile.TarError, OSError, EOFError) as fault:
        raise InputError(f"the photos {file} cannot be read: {fault}; give a tar of photos") from fault
    kept = [photo for photo in photos if photo is not None]
    if len(kept) < 2 * HELD_OUT:
        raise InputError(f"{file} holds {len(kept)} photos; at least {2 * HELD_OUT} are needed")
    if len({photo.shape for photo in kept}) > 1:
        raise InputError(f"the photos in {file} are of several sizes; crop them to one")
    every = len(kept) // HELD_OUT
    held = set(range(0, every * HELD_OUT, every))
    return [photo for n, photo in enumerate(kept) if n not in held], [kept[n] for n in sorted(held)]


def _decode(content: bytes) -> Rgb | None:
    """Decode a picture; None for what is none, such as a text beside the photos."""
    rgb = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB) if content else None
    return None if rgb is None else np.asarray(rgb, np.uint8)


def to_images(photos: list[Rgb]) -> Tensor:
    """Stack photos of one size as NCHW in 0..1."""
    return torch.from_numpy(np.stack(photos)).permute(0, 3, 1, 2).float() / 255


class Crops:
    """Draws crops of photos as a camera might see them: any part, nearer or farther, in any light."""

    def __init__(
        self, photos: list[Rgb], side_px: int, rng: np.random.Generator, device: torch.device
    ) -> None:
        self._photos = photos
        self._side_px = side_px
        self._rng = rng
        self._device = device

    def draw(self, count: int) -> Tensor:
        """Draw `count` random crops, NCHW in 0..1."""
        return torch.from_numpy(np.stack([self._one() for _ in range(count)])).to(self._device)

    def _one(self) -> np.ndarray:
        rng = self._rng
        photo = self._photos[rng.integers(len(self._photos))]
        crop = self._cut(photo)
        if rng.random() < 0.5:
            crop = crop[:, ::-1]
        image = crop.astype(np.float32) / 255
        light = rng.normal(1.0, 0.15) * rng.normal(1.0, 0.05, 3)
        image = (image - 0.5) * rng.uniform(0.7, 1.2) + 0.5
        image = np.clip(image * light + rng.normal(0, 0.05), 0, 1)
        image += rng.normal(0, 1, image.shape) * max(0.0, rng.normal(0, 0.015))  # what a sensor adds
        image = self._sent(np.clip(image, 0, 1).astype(np.float32))
        return np.ascontiguousarray(image.transpose(2, 0, 1), np.float32)

    def _sent(self, image: np.ndarray) -> np.ndarray:
        """Sharpen and compress a picture, or not, as cameras do before they send it."""
        rng = self._rng
        if rng.random() < 0.3:
            soft = cv2.GaussianBlur(image, (0, 0), 1.0)
            image = np.clip(image + rng.uniform(0.2, 1.0) * (image - soft), 0, 1)
        if rng.random() < 0.5:
            quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 96))]
            packed = cv2.imencode(".jpg", np.round(image * 255).astype(np.uint8), quality)[1]
            image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.float32) / 255
        return image

    def _cut(self, photo: Rgb) -> Rgb:
        """Cut a square somewhere and bring it to the crop's size."""
        shorter = min(photo.shape[:2])
        side = int(min(shorter, self._side_px * self._rng.uniform(0.75, 1.4)))
        top, left = (int(self._rng.integers(0, length - side + 1)) for length in photo.shape[:2])
        cut = photo[top : top + side, left : left + side]
        way = cv2.INTER_AREA if side > self._side_px else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(cut, (self._side_px, self._side_px), interpolation=way), np.uint8)
