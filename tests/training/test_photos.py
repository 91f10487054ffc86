import io
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from livedream.errors import InputError
from livedream.training.photos import HELD_OUT, Crops, read_photos, to_images

CPU = torch.device("cpu")


def crops(photos: list[np.ndarray], seed: int = 0, side_px: int = 32) -> Crops:
    return Crops(photos, side_px, np.random.default_rng(seed), CPU)


def test_some_photos_are_kept_out_and_never_learned_from(photos_file: Path) -> None:
    learned, held_out = read_photos(photos_file)
    assert (len(learned), len(held_out)) == (130 - HELD_OUT, HELD_OUT)
    seen = {photo.tobytes() for photo in learned}
    assert len(seen) == len(learned)
    assert not seen & {photo.tobytes() for photo in held_out}


def test_the_same_photos_are_kept_out_every_time(photos_file: Path) -> None:
    first, again = read_photos(photos_file)[1], read_photos(photos_file)[1]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def write_tar(file: Path, pictures: list[np.ndarray]) -> Path:
    with tarfile.open(file, "w") as tar:
        for number, picture in enumerate(pictures):
            content = bytes(cv2.imencode(".png", picture)[1])
            info = tarfile.TarInfo(f"{number:04d}.png")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file


def test_colours_are_read_red_first(tmp_path: Path) -> None:
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 2] = 255  # OpenCV writes blue first
    file = write_tar(tmp_path / "red.tar", [red] * (2 * HELD_OUT))
    assert read_photos(file)[0][0][0, 0].tolist() == [255, 0, 0]


def test_photos_of_several_sizes_are_told(tmp_path: Path) -> None:
    photos = [np.zeros((8, 8 + number % 2, 3), np.uint8) for number in range(2 * HELD_OUT)]
    with pytest.raises(InputError, match=r"mixed\.tar are of several sizes; crop them to one"):
        read_photos(write_tar(tmp_path / "mixed.tar", photos))


def test_a_missing_tar_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.tar are missing; give a tar of photos"):
        read_photos(tmp_path / "gone.tar")


@pytest.mark.parametrize("content", [b"", b"no tar at all" * 100])
def test_what_is_no_tar_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "text.tar").write_bytes(content)
    with pytest.raises(InputError, match=r"text\.tar cannot be read"):
        read_photos(tmp_path / "text.tar")


def test_too_few_photos_are_told(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "few.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("nothing.jpg"), io.BytesIO())
    with pytest.raises(InputError, match=rf"few\.tar holds 0 photos; at least {2 * HELD_OUT} are needed"):
        read_photos(tmp_path / "few.tar")


def test_images_are_rgb_in_0_to_1(photos: list[np.ndarray]) -> None:
    images = to_images(photos[:3])
    assert images.shape == (3, 3, 48, 48)
    assert images[1, 2, 5, 7].item() == pytest.approx(photos[1][5, 7, 2] / 255)


def test_crops_are_images_of_the_size_asked_for(photos: list[np.ndarray]) -> None:
    drawn = crops(photos).draw(40)
    assert drawn.shape == (40, 3, 32, 32)
    assert drawn.dtype == torch.float32
    assert 0 <= drawn.min() < drawn.max() <= 1
    assert len({image.numpy().tobytes() for image in drawn}) == 40


def test_crops_are_the_same_for_the_same_seed_only(photos: list[np.ndarray]) -> None:
    assert torch.equal(crops(photos).draw(4), crops(photos).draw(4))
    assert not torch.equal(crops(photos).draw(4), crops(photos, seed=1).draw(4))


def test_about_two_thirds_are_sharpened_or_compressed_and_stay_the_picture(photos: list[np.ndarray]) -> None:
    image = cv2.GaussianBlur(photos[0], (0, 0), 2).astype(np.float32) / 255
    drawn = crops(photos)
    sent = [drawn._sent(image) for _ in range(300)]
    assert 0.55 < np.mean([not np.array_equal(one, image) for one in sent]) < 0.75
    assert all(one.min() >= 0 and one.max() <= 1 for one in sent)
    assert max(np.abs(one - image).mean() for one in sent) < 0.05


def test_a_photo_smaller_than_the_crop_is_enlarged(photos: list[np.ndarray]) -> None:
    assert crops(photos, side_px=80).draw(2).shape == (2, 3, 80, 80)
