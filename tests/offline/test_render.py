import errno
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from livedream.errors import InputError, SinkError
from livedream.offline.job import job_of
from livedream.offline.render import Rendered, render
from livedream.offline.render_request import RenderRequest
from livedream.settings.modulation_row import parse_move
from livedream.sinks import segments
from livedream.sinks.render_recipe import recipe_of
from livedream.sources.film import Film
from livedream.sources.still_image import read_image

Make = Callable[..., Path]
Engines = Callable[..., Any]

SMALL = ("dream.working_px=4096", "look.steer=false")
"""Where steps are steered, a young dream is dreamed twice a frame, and counting would be of no use."""


def nothing(done: int, total: int | None) -> None:
    """Take a report."""


def rendered(source: Path | str, out: Path, engines: Any, **words: Any) -> Rendered:
    request = RenderRequest(str(source), str(out), assignments=SMALL, **words)
    return render(job_of(request), engines, nothing, overwrite=request.overwrite)


def frames_of(film: Path) -> list[np.ndarray]:
    with av.open(str(film)) as container:
        return [frame.to_ndarray() for frame in container.decode(video=0)]


def assert_same(film: Path, other: Path) -> None:
    np.testing.assert_array_equal(np.stack(frames_of(film)), np.stack(frames_of(other)))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
@pytest.mark.parametrize("rate", [Fraction(10), Fraction(30000, 1001)])
def test_a_film_has_the_rate_the_size_the_length_and_the_sound_of_its_source(
    make_clip: Make, tmp_path: Path, fake_engines: Engines, suffix: str, rate: Fraction
) -> None:
    done = rendered(make_clip(rate=rate, frames=34), tmp_path / f"out{suffix}", fake_engines())
    assert done.frames == 34
    assert not (tmp_path / f"out{suffix}.part").exists()
    with av.open(str(done.path)) as film:
        video, audio = film.streams.video[0], film.streams.audio[0]
        assert (video.average_rate, video.width, video.height) == (rate, 96, 64)
        assert audio.codec.canonical_name == "aac"
        assert abs(film.duration / 1e6 - 34 / rate) <= 1 / rate
        assert len(frames_of(done.path)) == 34


def test_a_film_may_have_the_sound_of_another_file(
    make_clip: Make, tmp_path: Path, fake_engines: Engines
) -> None:
    music = make_clip(frames=40).rename(tmp_path / "music.mp4")
    clip = make_clip(frames=20, sound=None)
    plain, scored = (
        rendered(clip, tmp_path / f"{number}.mp4", fake_engines(), start="1", sound_file=file)
        for number, file in enumerate((None, music))
    )
    with av.open(str(plain.path)) as film:
        assert not film.streams.audio
    with av.open(str(scored.path)) as film, av.open(str(music)) as source:
        heard, there = (
            np.concatenate([frame.to_ndarray() for frame in one.decode(audio=0)], axis=1)
            for one in (film, source)
        )
        assert heard.shape[1] == pytest.approx(48_000, abs=2048), "as long as the film"
        np.testing.assert_allclose(heard[:, 4096:40_000], there[:, 4096:40_000], atol=1e-3)
    assert recipe_of(scored.path).made["sound_file"] == "music.mp4"


@pytest.mark.parametrize("breaks_at", [0, 3, 10, 24])
def test_what_was_interrupted_goes_on_and_is_the_same(
    make_clip: Make, tmp_path: Path, fake_engines: Engines, power_cut: type[BaseException], breaks_at: int
) -> None:
    clip, whole, broken = make_clip(), tmp_path / "whole.mp4", tmp_path / "broken.mp4"
    rendered(clip, whole, fake_engines())
    with pytest.raises(power_cut):
        rendered(clip, broken, fake_engines(breaks_at))
    assert not broken.exists()
    engines = fake_engines()
    again = rendered(clip, broken, engines)
    assert again.resumed == breaks_at // 10 * 10
    assert engines.dreamed == 25 - again.resumed
    assert_same(whole, broken)


def test_the_join_alone_can_be_what_was_interrupted(
    make_clip: Make, tmp_path: Path, fake_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip, out = make_clip(), tmp_path / "out.mp4"
    with monkeypatch.context() as patch:
        patch.setattr("livedream.offline.render.mux_film", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rendered(clip, out, fake_engines())
    engines = fake_engines()
    assert rendered(clip, out, engines).frames == 25
    assert engines.dreamed == 0


def test_a_full_disk_is_told_and_what_is_finished_stays(
    make_clip: Make, tmp_path: Path, fake_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip, whole, out = make_clip(), tmp_path / "whole.mp4", tmp_path / "out.mp4"
    rendered(clip, whole, fake_engines())

    def full(file: Path) -> None:
        if "000001" in file.name:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(segments, "to_disk", full)
        with pytest.raises(SinkError, match="disk is full"):
            rendered(clip, out, fake_engines())
    assert rendered(clip, out, fake_engines()).resumed == 10
    assert_same(whole, out)


def test_another_wish_does_not_go_on_with_what_was_begun(
    make_clip: Make, tmp_path: Path, fake_engines: Engines, power_cut: type[BaseException]
) -> None:
    clip, out = make_clip(), tmp_path / "out.mp4"
    with pytest.raises(power_cut):
        rendered(clip, out, fake_engines(15))
    with pytest.raises(InputError, match=r"differs in seed;.*--overwrite"):
        rendered(clip, out, fake_engines(), seed=3)
    make_clip(frames=24)
    with pytest.raises(InputError, match="differs in content"):
        rendered(clip, out, fake_engines())
    assert rendered(clip, out, fake_engines(), overwrite=True).resumed == 0


def test_a_part_of_a_film_is_cut_to_the_frame(make_clip: Make, tmp_path: Path, fake_engines: Engines) -> None:
    still = ("look.strength=0", *SMALL)
    clip = make_clip()
    request = RenderRequest(str(clip), str(tmp_path / "out.mp4"), assignments=still, start="5f", end="1.8")
    done = render(job_of(request), fake_engines(), nothing)
    assert done.frames == 13
    before, after = (
        [shot.develop().astype(int) for shot in Film(film).shots()] for film in (clip, done.path)
    )
    assert max(np.abs(a - b).mean() for a, b in zip(before[5:18], after, strict=True)) < 4
    off = [np.abs(rgb - after[0]).mean() for rgb in before]
    assert off.index(min(off)) == 5
    with av.open(str(done.path)) as film:
        assert abs(film.duration / 1e6 - 1.3) <= 0.1
        heard = sum(frame.samples for frame in film.decode(audio=0)) / 48_000
    assert abs(heard - 1.3) < 0.05


def test_pictures_in_a_folder_become_a_film_in_their_natural_order(
    make_pictures: Make, tmp_path: Path, fake_engines: Engines
) -> None:
    request = RenderRequest(
        str(make_pictures(12)), str(tmp_path / "out"), assignments=("look.strength=0", *SMALL)
    )
    done = render(job_of(request), fake_engines(), nothing)
    assert done.frames == 12
    files = sorted((tmp_path / "out").glob("frame_*.png"))
    assert [file.name for file in files] == [f"frame_{number:05d}.png" for number in range(1, 13)]
    for number, file in enumerate(files, 1):
        np.testing.assert_array_equal(read_image(file), read_image(tmp_path / "shots" / f"shot {number}.png"))


def test_frames_that_are_finished_are_not_dreamed_again(
    make_pictures: Make, tmp_path: Path, fake_engines: Engines, power_cut: type[BaseException]
) -> None:
    shots = make_pictures(8)
    rendered(shots, tmp_path / "whole", fake_engines())
    with pytest.raises(power_cut):
        rendered(shots, tmp_path / "broken", fake_engines(5))
    assert rendered(shots, tmp_path / "broken", fake_engines()).resumed == 5
    for file in sorted((tmp_path / "whole").glob("*.png")):
        assert file.read_bytes() == (tmp_path / "broken" / file.name).read_bytes()


def test_frames_are_finished_where_their_folder_is_on_another_disk(
    make_pictures: Make, tmp_path: Path, fake_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    shots, rename = make_pictures(4), Path.replace

    def across(file: Path, to: Path) -> Path:
        if file.parent != Path(to).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(file, to)

    rendered(shots, tmp_path / "whole", fake_engines())
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", across)
        rendered(shots, tmp_path / "out", fake_engines())
    for file in (tmp_path / "whole").glob("*.png"):
        assert file.read_bytes() == (tmp_path / "out" / file.name).read_bytes()
    assert not (tmp_path / "out.part").exists()


def test_a_folder_that_is_rendered_anew_keeps_what_is_not_of_the_render(
    make_pictures: Make, tmp_path: Path, fake_engines: Engines
) -> None:
    shots, out = make_pictures(6), tmp_path / "out"
    rendered(shots, out, fake_engines())
    (out / "notes.txt").write_text("mine")
    rendered(shots, out, fake_engines(), end="4f", overwrite=True)
    names = sorted(file.name for file in out.iterdir())
    assert names == [*(f"frame_{number:05d}.png" for number in range(1, 5)), "livedream.toml", "notes.txt"]


def test_a_folder_that_is_rendered_anew_in_another_format_shows_each_frame_once(
    make_pictures: Make, tmp_path: Path, fake_engines: Engines
) -> None:
    shots, out = make_pictures(6), tmp_path / "out"
    rendered(shots, out, fake_engines(), picture_format="jpg")
    mine = {"frame_00007.jpg", "frame_1.jpg", "shot_00001.jpg", "notes.txt"}
    for name in mine:
        (out / name).write_text("mine")
    rendered(shots, out, fake_engines(), end="4f", overwrite=True)
    kept = {f"frame_{number:05d}.png" for number in range(1, 5)} | {"livedream.toml"} | mine
    assert {file.name for file in out.iterdir()} == kept


def test_names_that_mean_other_frames_than_before_are_not_taken_for_old_ones(
    make_pictures: Make, tmp_path: Path, fake_engines: Engines
) -> None:
    shots, out = make_pictures(10), tmp_path / "out"
    out.mkdir()
    rendered(shots, out / "%d.png", fake_engines())
    rendered(shots, out / "%02d.png", fake_engines(), overwrite=True)
    assert {file.stem for file in out.glob("*.png")} == {f"{number:02d}" for number in range(1, 11)}


@pytest.mark.parametrize("line", ['names = "../%d.txt"', 'names = "%s"', 'frames = "all"', "names = 3", ""])
def test_a_recipe_in_a_folder_that_says_nothing_of_frames_removes_none(
    make_pictures: Make, tmp_path: Path, fake_engines: Engines, line: str
) -> None:
    shots, out = make_pictures(2), tmp_path / "out"
    rendered(shots, out, fake_engines(), picture_format="jpg")
    recipe, word = out / "livedream.toml", line.partition(" ")[0]
    lines = recipe.read_text().splitlines()
    told = ("## names", "## frames") if not word else (f"## {word}",)
    recipe.write_text("\n".join([f"## {line}", *(one for one in lines if not one.startswith(told))]))
    rendered(shots, out, fake_engines(), overwrite=True)
    assert len(list(out.glob("*.jpg"))) == len(list(out.glob("*.png"))) == 2


@pytest.mark.parametrize("name", ["out.mp4", "out.mkv", "out.mov", "out.gif", "out.webp", "out"])
def test_what_it_was_made_with_can_be_read_back(
    make_pictures: Make, tmp_path: Path, fake_engines: Engines, name: str
) -> None:
    out = tmp_path / name
    request = RenderRequest(str(make_pictures(3)), str(out), "lines", SMALL, seed=4, fps=Fraction(10))
    job = job_of(request)
    render(job, fake_engines(), nothing)
    recipe = recipe_of(out)
    assert recipe.settings == job.recipe.settings
    assert recipe.name == "lines"
    assert recipe.made == job.recipe.made | {"engine": "drifter"}
    assert recipe.made["source"] == "shots"


def test_one_picture_becomes_a_film_of_a_dream_that_deepens(
    make_pictures: Make, tmp_path: Path, fake_engines: Engines
) -> None:
    picture = make_pictures(1) / "shot 1.png"
    done = rendered(picture, tmp_path / "out.mp4", fake_engines(), seconds=1.0, fps=Fraction(12))
    frames = frames_of(done.path)
    assert len(frames) == 12
    assert np.abs(frames[-1].astype(int) - frames[0]).mean() > 1


def test_a_timeline_is_followed_and_told(make_clip: Make, tmp_path: Path, fake_engines: Engines) -> None:
    timeline = tmp_path / "show.toml"
    timeline.write_text('[[segment]]\nat = 1\npreset = "maze"\nfade_s = 0.5\n')
    engines = fake_engines()
    done = rendered(make_clip(), tmp_path / "out.mp4", engines, preset="lines", timeline=timeline)
    assert len(set(engines.specs)) == 2
    assert len(engines.specs) > 2  # while one becomes the other both are dreamed
    assert [segment["at"] for segment in recipe_of(done.path).made["segment"]] == [0.0, 1.0]


def test_the_first_picture_can_be_another(make_clip: Make, tmp_path: Path, fake_engines: Engines) -> None:
    from livedream.sinks.image_file import write_image

    write_image(tmp_path / "white.png", np.full((64, 96, 3), 255, np.uint8))
    clip = make_clip(frames=2)
    films = [
        rendered(clip, tmp_path / f"{first}.mp4", fake_engines(), first_frame=first and tmp_path / first).path
        for first in (None, "white.png")
    ]
    plain, given = (frames_of(film)[0][:64].mean() for film in films)
    assert given > plain + 20


def test_a_picture_that_cannot_be_read_is_told_and_what_is_finished_stays(
    make_pictures: Make, tmp_path: Path, fake_engines: Engines
) -> None:
    shots = make_pictures(4)
    damaged = shots / "shot 3.png"
    damaged.write_bytes(damaged.read_bytes()[:30])
    with pytest.raises(InputError, match=r"shot 3\.png"):
        rendered(shots, tmp_path / "out", fake_engines())
    assert len(list((tmp_path / "out.part").rglob("*.png"))) == 2


def test_a_film_that_is_cut_short_is_rendered_as_far_as_it_goes(
    make_clip: Make, tmp_path: Path, fake_engines: Engines
) -> None:
    clip = make_clip("clip.mkv", frames=60)
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    done = rendered(clip, tmp_path / "out.mp4", fake_engines())
    assert 5 < done.frames < 60
    assert len(frames_of(done.path)) == done.frames
    assert "cut short" in " ".join(done.notes)


MOVES = (parse_move("onset=look.strength:0.8"), parse_move("random 1 beat=look.depth:0.4"))


def test_a_film_moves_with_its_sound_and_is_the_same_after_an_interruption(
    make_clip: Make,
    tmp_path: Path,
    fake_engines: Engines,
    power_cut: type[BaseException],
    drums: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clip = make_clip(sound=None)
    song = drums.save(drums.track(120, 4), tmp_path / "song.wav")
    still = rendered(clip, tmp_path / "still.mp4", fake_engines())
    whole = rendered(clip, tmp_path / "whole.mp4", fake_engines(), moves=MOVES, audio=song)
    with pytest.raises(power_cut):
        rendered(clip, tmp_path / "broken.mp4", fake_engines(13), moves=MOVES, audio=song)
    # It is listened to once: nothing is read of it any more.
    monkeypatch.setattr("livedream.offline.listening.sound_blocks", lambda *_: 1 / 0)
    again = rendered(clip, tmp_path / "broken.mp4", fake_engines(), moves=MOVES, audio=song)
    assert again.resumed == 10
    assert_same(whole.path, again.path)
    apart = [
        np.abs(a.astype(int) - b).mean()
        for a, b in zip(*map(frames_of, (whole.path, still.path)), strict=True)
    ]
    assert max(apart) > 1


def test_what_a_film_follows_is_told_before_it_is_dreamed(
    make_clip: Make, tmp_path: Path, fake_engines: Engines
) -> None:
    told: list[str] = []
    request = RenderRequest(
        str(make_clip(sound=None)), str(tmp_path / "out.mp4"), assignments=SMALL, moves=MOVES
    )
    render(job_of(request), fake_engines(), nothing, tell=told.append)
    assert told == [
        "clip.mp4 has no sound (--audio FILE gives it one), so what onset would move rests",
        "waves in beats go at 120 beats a minute; --bpm sets another tempo",
    ]
    recipe = recipe_of(tmp_path / "out.mp4")
    assert recipe.rows == MOVES


@pytest.mark.parametrize("name", ["out.mp4", "out.gif", "out.webp", "out"])
def test_all_is_on_the_disk_before_what_it_was_made_from_is_removed(
    make_clip: Make, tmp_path: Path, fake_engines: Engines, unsynced: list[str], name: str
) -> None:
    rendered(make_clip(frames=12, sound=None), tmp_path / name, fake_engines())
    assert not (tmp_path / f"{name}.part").exists()
    assert not unsynced


@pytest.mark.parametrize("name", ["out.mp4", "out.webp"])
def test_a_film_that_is_a_link_stays_one(
    make_clip: Make, tmp_path: Path, fake_engines: Engines, name: str
) -> None:
    there, link = tmp_path / "disk" / name, tmp_path / name
    there.parent.mkdir()
    link.symlink_to(there)
    done = rendered(make_clip(frames=5, sound=None), link, fake_engines())
    assert done.path == there
    assert link.is_symlink()
    assert recipe_of(link).made["source"] == "clip.mp4"
    assert sorted(file.name for file in there.parent.iterdir()) == [name]
