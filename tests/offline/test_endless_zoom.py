from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from livedream.errors import InputError
from livedream.frame import Rgb
from livedream.offline.endless_zoom import BALANCE, PERSISTENCE, Flight, MeanColour, flying, zoom_of
from livedream.offline.engine_pool import Engines
from livedream.offline.render import render
from livedream.offline.render_request import RenderRequest
from livedream.settings import Settings, change
from livedream.sinks.render_recipe import recipe_of
from livedream.sources.open_footage import FootageRequest, open_footage
from livedream.sources.still_image import read_image

STILL = ("dream.layers={lines=1.0}", "dream.octaves=1", "dream.step_size=0.0")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    rows, columns = np.mgrid[-1:1:96j, -1:1:128j]
    blob = np.exp(-6 * (rows**2 + columns**2))
    cv2.imwrite(
        str(tmp_path / "in.png"), np.dstack([40 + 180 * blob, 120 * blob, 60 + 0 * blob]).astype(np.uint8)
    )
    return tmp_path / "in.png"


def frames(picture: Path, flight: Flight, count: int, assignments: tuple[str, ...] = STILL) -> list[Rgb]:
    """Render a flight into a folder, without a dream unless the assignments ask for one."""
    folder = picture.parent / "frames"
    request = RenderRequest(
        str(picture),
        str(folder),
        assignments=assignments,
        engine="eager",
        seconds=count / 10,
        fps=Fraction(10),
        overwrite=True,
    )
    with Engines("eager", print) as engines:
        render(zoom_of(request, flight), engines, lambda _done, _of: None, overwrite=True)
    return [read_image(file) for file in sorted(folder.glob("*.png"))]


def middle(rgb: Rgb) -> tuple[float, float]:
    light = rgb[..., 2].astype(float) - rgb[..., 2].min()
    rows, columns = np.indices(light.shape)
    return float((rows * light).sum() / light.sum()), float((columns * light).sum() / light.sum())


def test_it_begins_with_the_picture(picture: Path) -> None:
    first = frames(picture, Flight(), 1)[0]
    assert np.abs(first.astype(int) - read_image(picture)).max() <= 2


def test_it_grows_by_the_speed_and_does_not_drift(picture: Path) -> None:
    found = frames(picture, Flight(speed=0.5), 11, (*STILL, "motion.persistence=1", "colour.balance=1e-9"))
    centre = ((96 - 1) / 2, (128 - 1) / 2)
    for rgb in found:
        np.testing.assert_allclose(middle(rgb), centre, atol=0.3)
    grown = cv2.warpAffine(
        read_image(picture),
        cv2.getRotationMatrix2D((centre[1], centre[0]), 0, 2**0.5),
        (128, 96),
        borderMode=cv2.BORDER_REPLICATE,
    )
    assert np.abs(found[-1].astype(int) - grown).mean() < 2


def test_lost_sharpness_is_dreamed_anew(picture: Path) -> None:
    plain = frames(picture, Flight(speed=1.0), 6)[-1]
    dreamt = frames(picture, Flight(speed=1.0), 6, ("dream.layers={lines=1.0}",))[-1]
    sharpness = [cv2.Laplacian(rgb, cv2.CV_32F).std() for rgb in (plain, dreamt)]
    assert sharpness[1] > 2 * sharpness[0]


def test_colours_do_not_run_away(picture: Path) -> None:
    found = frames(picture, Flight(), 12, ("dream.layers={lines=1.0}", "dream.step_size=0.015"))
    means = np.array([rgb.mean(axis=(0, 1)) for rgb in (found[0], found[-1])])
    assert np.abs(means[0] - means[1]).max() < 25


def test_it_drifts_where_it_is_told_to(picture: Path) -> None:
    found = frames(picture, Flight(speed=0.0, pan_x=0.3), 6)
    assert middle(found[-1])[1] > middle(found[0])[1] + 8


def test_the_film_says_how_it_was_made(picture: Path) -> None:
    frames(picture, Flight(speed=0.25, rotate=12), 1)
    recipe = recipe_of(picture.parent / "frames")
    assert recipe.settings.feedback.zoom == 0.25
    assert recipe.settings.feedback.rotate == 12
    assert recipe.settings.dream.working_px == 96 * 128
    assert recipe.made["zoom"] is True


def test_a_flight_of_the_settings_own_is_kept() -> None:
    settings = change(Settings(), {"feedback.rotate": 5.0, "colour.balance": 0.5})
    flown = flying(settings, Flight())
    assert flown.feedback == settings.feedback
    assert flown.colour.balance == 0.5


def test_what_was_set_is_kept() -> None:
    plain = flying(Settings(), Flight())
    assert (plain.motion.persistence, plain.colour.balance) == (PERSISTENCE, BALANCE)
    kept = flying(Settings(), Flight(), frozenset({"motion.persistence", "colour.balance"}))
    assert (kept.motion.persistence, kept.colour.balance) == (Settings().motion.persistence, 0.0)


def test_the_mean_colour_has_the_picture_s_size_and_time(picture: Path) -> None:
    footage = open_footage(str(picture), FootageRequest(Fraction(10), 2.0))
    flat = MeanColour(footage)
    shots = list(flat.shots())
    assert [(shot.media_s, shot.end_s) for shot in shots] == [(0.0, 2.0)]
    rgb = shots[0].develop()
    assert rgb.shape == (96, 128, 3)
    np.testing.assert_allclose(rgb[0, 0], read_image(picture).mean(axis=(0, 1)), atol=0.5)
    assert (rgb == rgb[0, 0]).all()


@pytest.mark.parametrize("flight", [Flight(speed=0.2), Flight(rotate=10.0), Flight(pan_x=0.1)])
def test_two_ways_to_say_how_it_flies_contradict_each_other(picture: Path, flight: Flight) -> None:
    request = RenderRequest(str(picture), str(picture.parent / "out.mp4"), assignments=("feedback.zoom=1",))
    with pytest.raises(InputError, match="contradict --set feedback"):
        zoom_of(request, flight)
    assert zoom_of(request, Flight()).timeline.at(0.0).settings.feedback.zoom == 1.0


def test_a_film_is_no_picture(picture: Path) -> None:
    with pytest.raises(InputError):
        zoom_of(RenderRequest("clouds:x", "out.mp4"), Flight())
    with pytest.raises(InputError, match="single picture"):
        zoom_of(replace(RenderRequest("clouds", str(picture.parent / "out.mp4"))), Flight())


def test_a_film_is_told_to_be_none_before_any_option(make_clip: Callable[..., Path], tmp_path: Path) -> None:
    """Of a length, which zoom has by default and a film of its own, it would say nothing that helps."""
    clip = make_clip(frames=3, sound=None)
    for source in (str(clip), "clouds"):
        with pytest.raises(InputError, match="a zoom starts from a single picture"):
            zoom_of(RenderRequest(source, str(tmp_path / "out.mp4"), seconds=20.0), Flight())
