from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from livedream.errors import InputError
from livedream.offline.engine_pool import Engines
from livedream.offline.render_lock import lock_beside
from livedream.offline.still import (
    Still,
    StillRequest,
    dreamed_still,
    engine_name,
    reserved,
    still_of,
    write_still,
)
from livedream.sinks import metadata
from livedream.sinks.render_recipe import recipe_of

QUICK = ("dream.layers={lines=1.0}", "dream.octaves=1", "dream.working_px=4096")


@pytest.fixture
def asked(tmp_path: Path) -> StillRequest:
    ramp = np.linspace(0, 255, 96).astype(np.uint8)
    picture = np.dstack([np.tile(ramp, (64, 1)), np.full((64, 96), 90), np.tile(ramp[::-1], (64, 1))])
    cv2.imwrite(str(tmp_path / "in.png"), picture)
    return StillRequest(
        str(tmp_path / "in.png"), str(tmp_path / "out.png"), assignments=QUICK, engine="eager", rounds=2
    )


def made(asked: StillRequest) -> tuple[Still, np.ndarray]:  # type: ignore[type-arg]
    still = still_of(asked)
    with Engines("eager", print) as engines:
        rgb = dreamed_still(still, engines, lambda _done, _of: None)
        write_still(still, rgb, engine_name(still, engines))
    return still, rgb


def test_a_picture_is_dreamed_and_written_with_what_it_was_made_with(asked: StillRequest) -> None:
    still, rgb = made(asked)
    assert rgb.shape == still.rgb.shape == (64, 96, 3)
    assert np.abs(rgb.astype(int) - still.rgb).mean() > 0.5
    np.testing.assert_array_equal(cv2.imread(asked.output)[..., ::-1], rgb)
    recipe = recipe_of(Path(asked.output))
    assert recipe.settings == still.recipe.settings
    assert recipe.made["rounds"] == 2
    assert recipe.made["engine"].startswith("eager")


def test_more_rounds_are_deeper(asked: StillRequest) -> None:
    depths = []
    for rounds in (1, 4):
        still, rgb = made(replace(asked, rounds=rounds, overwrite=True))
        depths.append(np.abs(rgb.astype(int) - still.rgb).mean())
    assert depths[1] > 1.5 * depths[0]


def test_the_same_wish_gives_the_same_picture(asked: StillRequest) -> None:
    once, again = (made(replace(asked, overwrite=True))[1] for _ in range(2))
    np.testing.assert_array_equal(once, again)


def test_progress_is_told(asked: StillRequest) -> None:
    told: list[tuple[int, int]] = []
    with Engines("eager", print) as engines:
        dreamed_still(still_of(asked), engines, lambda done, of: told.append((done, of)))
    assert told == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize("name", ["out.png", "out.webp", "out.tif"])
def test_what_is_transparent_stays_so(asked: StillRequest, tmp_path: Path, name: str) -> None:
    bgra = np.full((64, 96, 4), 120, np.uint8)
    bgra[:, :48, 3] = 0
    cv2.imwrite(asked.source, bgra)
    made(replace(asked, output=str(tmp_path / name)))
    alpha = cv2.imread(str(tmp_path / name), cv2.IMREAD_UNCHANGED)[..., 3]
    assert (alpha == bgra[..., 3]).all()
    assert recipe_of(tmp_path / name).made["rounds"] == 2


@pytest.mark.parametrize("pictures", [1, 3])
def test_of_a_picture_that_moves_it_is_told_that_the_first_is_dreamed(
    asked: StillRequest, tmp_path: Path, pictures: int
) -> None:
    frames = [Image.new("RGB", (64, 48), (80 * number, 90, 120)) for number in range(pictures)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    still = still_of(replace(asked, source=str(tmp_path / "moving.gif")))
    assert len(still.notes) == (pictures > 1)
    assert all("moving.gif moves: its first picture is dreamed" in note for note in still.notes)


def test_jpeg_has_no_alpha(asked: StillRequest, tmp_path: Path) -> None:
    cv2.imwrite(asked.source, np.full((64, 96, 4), 120, np.uint8))
    made(replace(asked, output=str(tmp_path / "out.jpg")))
    assert cv2.imread(str(tmp_path / "out.jpg"), cv2.IMREAD_UNCHANGED).shape == (64, 96, 3)


def test_a_box_shrinks_it(asked: StillRequest) -> None:
    assert still_of(replace(asked, size_wh=(48, 48))).rgb.shape == (32, 48, 3)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"output": "out.bmp"}, "must end in .png"),
        ({"output": "no/folder/out.png"}, "create it first"),
        ({"preset": "nobody"}, "no preset"),
        ({"assignments": ("dream.layers={nobody=1}",)}, "no layer"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_dreamed(
    asked: StillRequest, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        still_of(replace(asked, **change))


def test_settings_that_a_jpeg_cannot_hold_are_told_before_anything_is_dreamed(
    asked: StillRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "JPEG_TEXT_BYTES", 1000)
    still_of(replace(asked, output=str(tmp_path / "out.png")))
    with pytest.raises(InputError, match="more than a JPEG can hold"):
        still_of(replace(asked, output=str(tmp_path / "out.jpg")))


def test_a_picture_that_is_there_is_not_replaced_unasked(asked: StillRequest, tmp_path: Path) -> None:
    (tmp_path / "out.png").write_bytes(b"mine")
    with pytest.raises(InputError, match="--overwrite"):
        still_of(asked)
    with pytest.raises(InputError, match="is the input"):
        still_of(replace(asked, output=asked.source, overwrite=True))
    assert (tmp_path / "out.png").read_bytes() == b"mine"


def test_two_do_not_make_one_picture(asked: StillRequest, tmp_path: Path) -> None:
    out = still_of(asked).file
    with (
        reserved(out, overwrite=False),
        pytest.raises(InputError, match=r"out\.png is being rendered by another livedream"),
        reserved(out, overwrite=True),
    ):
        pytest.fail("both have it")
    out.write_bytes(b"made by another meanwhile")
    with pytest.raises(InputError, match="already exists"), reserved(out, overwrite=False):
        pytest.fail("it would be replaced")
    with reserved(out, overwrite=True):
        pass
    assert not lock_beside(out).exists()


def test_a_name_that_no_file_can_have_is_told_before_anything_is_dreamed(
    asked: StillRequest, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="choose another name"):
        still_of(replace(asked, output=str(tmp_path / f"{251 * 'a'}.png")))


def test_a_file_that_is_no_picture_is_told(asked: StillRequest, damaged: Callable[[], Path]) -> None:
    with pytest.raises(InputError, match="cannot decode"):
        still_of(replace(asked, source=str(damaged())))


@pytest.fixture
def damaged(tmp_path: Path) -> Callable[[], Path]:
    def write() -> Path:
        file = tmp_path / "damaged.png"
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 40)
        return file

    return write


def test_rows_and_macros_move_a_picture_from_round_to_round(asked: StillRequest, tmp_path: Path) -> None:
    preset = tmp_path / "waving.toml"
    preset.write_text('[[modulation]]\nsource = "square 5 hz"\nword = "look.strength"\ndepth = 0.9\n')
    still, plain = made(replace(asked, overwrite=True))
    moving, waved = made(replace(asked, preset=str(preset), overwrite=True))
    assert (plain != waved).any()
    assert recipe_of(Path(asked.output)).rows == moving.recipe.rows != still.recipe.rows
    turned = replace(asked, assignments=(*asked.assignments, "macro.depth=1"), overwrite=True)
    assert (plain != made(turned)[1]).any()


def test_what_moves_nothing_in_a_picture_is_told(asked: StillRequest, tmp_path: Path) -> None:
    preset = tmp_path / "loud.toml"
    preset.write_text('[[modulation]]\nsource = "bass"\nword = "look.strength"\n')
    assert still_of(replace(asked, preset=str(preset))).notes == (
        "a picture has no sound, so what bass would move rests",
    )


@pytest.mark.parametrize("word", ["guide", "style"])
def test_what_a_dream_looks_at_is_not_written_over(asked: StillRequest, tmp_path: Path, word: str) -> None:
    flowers = tmp_path / "flowers.png"
    cv2.imwrite(str(flowers), np.full((64, 96, 3), 90, np.uint8))
    looking = replace(asked, assignments=(*QUICK, f"dream.{word}={flowers}"), overwrite=True)
    still_of(looking)
    with pytest.raises(InputError, match=rf"flowers\.png is the {word}; choose another name for the output"):
        still_of(replace(looking, output=str(flowers)))


def test_what_is_hidden_is_not_seen_where_alpha_cannot_be_kept(asked: StillRequest, tmp_path: Path) -> None:
    bgra = np.full((64, 96, 4), 120, np.uint8)
    bgra[:, :48, 3], bgra[:, 48:, 3] = 0, 255
    cv2.imwrite(asked.source, bgra)
    still = still_of(replace(asked, output=str(tmp_path / "out.jpg")))
    assert still.notes == ("in.png is transparent in places, which .jpg cannot be: they become black",)
    assert still_of(replace(asked, output=str(tmp_path / "out.png"))).notes == ()
    assert still.alpha is None
    assert (still.rgb[:, :48] == 0).all()
    assert (still.rgb[:, 48:] == 120).all()


def test_what_is_too_large_for_its_kind_is_told_before_anything_is_dreamed(
    asked: StillRequest, tmp_path: Path
) -> None:
    cv2.imwrite(asked.source, np.full((16, 16_384, 3), 120, np.uint8))
    wide = replace(asked, output=str(tmp_path / "out.webp"))
    with pytest.raises(InputError, match=r"16384x16 pixels .* write to \.png, or use --size"):
        still_of(wide)
    assert still_of(replace(wide, size_wh=(8192, 8192))).rgb.shape == (8, 8192, 3)
