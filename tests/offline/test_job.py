import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livedream.errors import InputError
from livedream.offline.job import Job, job_of
from livedream.offline.render_request import RenderRequest
from livedream.settings.modulation_row import parse_move
from livedream.sinks.image_file import write_image

Make = Callable[..., Path]


@pytest.mark.parametrize(
    ("words", "first", "count"),
    [
        ({}, 0, 25),
        ({"start": "5f"}, 5, 20),
        ({"start": "0.5", "end": "0:02"}, 5, 15),
        ({"end": "9f"}, 0, 9),
        ({"fps": Fraction(25)}, 0, 63),
        ({"fps": Fraction(5), "start": "1"}, 5, 8),
    ],
)
def test_its_frames_are_as_many_as_it_says_and_those_left_are_the_last(
    make_clip: Make, tmp_path: Path, words: dict[str, Any], first: int, count: int
) -> None:
    job = job_of(RenderRequest(str(make_clip(sound=None)), str(tmp_path / "out"), size_wh=(48, 48), **words))
    frames = list(job.frames(0))
    assert [frame.index for frame in frames] == list(range(first, first + count))
    assert {frame.size_wh for frame in frames} == {job.size_wh} == {(48, 32)}
    assert [frame.index for frame in job.frames(4)] == [frame.index for frame in frames[4:]]
    assert job.total == count


@pytest.mark.parametrize(
    ("preview", "box", "size_wh"),
    [
        (None, (48, 48), (48, 32)),
        (48, (90, 20), (30, 20)),
        (24, (48, 48), (24, 16)),
        (90, (48, 90), (48, 32)),
        (48, None, (48, 32)),
    ],
)
def test_a_preview_bounds_the_width_and_the_box_both_sides(
    make_clip: Make,
    tmp_path: Path,
    preview: int | None,
    box: tuple[int, int] | None,
    size_wh: tuple[int, int],
) -> None:
    request = RenderRequest(str(make_clip(frames=3)), str(tmp_path / "out.mp4"), preview=preview, size_wh=box)
    assert job_of(request).size_wh == size_wh


@pytest.mark.parametrize(
    "words",
    [
        {"seed": 1},
        {"preset": "lines"},
        {"assignments": ("dream.steps=3",)},
        {"changes": {"look.scene": 0.5}},
        {"size_wh": (48, 48)},
        {"fps": Fraction(5)},
        {"start": "1"},
        {"end": "1"},
        {"preview": 48},
        {"first_frame": "white.png"},
        {"timeline": "show.toml"},
        {"moves": (parse_move("sine 1 hz=look.depth"),)},
        {"bpm": 99.0},
    ],
)
def test_all_that_decides_the_frames_is_among_its_words(
    make_clip: Make, tmp_path: Path, words: dict[str, Any]
) -> None:
    clip = make_clip(frames=12, sound=None)
    make_clip("music.mp4", frames=3)
    write_image(tmp_path / "white.png", np.full((8, 8, 3), 255, np.uint8))
    (tmp_path / "show.toml").write_text('[[segment]]\nat = 1\npreset = "maze"\n')
    files = {"first_frame", "timeline", "sound_file"}
    words = {word: tmp_path / value if word in files else value for word, value in words.items()}

    def said(**given: Any) -> dict[str, Any]:
        job = job_of(RenderRequest(str(clip), str(tmp_path / "out.mp4"), **given))
        return job.words(job.recipe)

    assert said(**words) == said(**words) != said()


@pytest.mark.parametrize("word", ["first_frame", "dream.guide", "dream.style"])
def test_another_file_of_the_same_name_decides_too(make_clip: Make, tmp_path: Path, word: str) -> None:
    clip, beside = make_clip(frames=12, sound=None), tmp_path / "beside.png"

    def said() -> dict[str, Any]:
        named = {"assignments": (f"{word}={beside}",)} if "." in word else {word: beside}
        job = job_of(RenderRequest(str(clip), str(tmp_path / "out.mp4"), **named))
        return job.words(job.recipe)

    words = []
    for count in (2, 5):
        write_image(beside, np.full((8, 8 * count, 3), 255, np.uint8))
        words.append(said())
        assert words[-1] == said()
    assert words[0] != words[1]


@pytest.mark.skipif(sys.platform != "linux", reason="this system's file names are Unicode")
def test_a_name_that_is_no_unicode_is_written_as_far_as_it_is(make_clip: Make, tmp_path: Path) -> None:
    clip = make_clip(frames=3, sound=None).rename(tmp_path / "caf\udce9.mp4")
    job = job_of(RenderRequest(str(clip), str(tmp_path / "out.mp4"), assignments=(f"dream.guide={clip}",)))
    words = job.words(job.recipe)
    assert words["source"] == "caf?.mp4"
    assert words["dream"]["guide"] == str(tmp_path / "caf?.mp4")
    job.recipe.text().encode()


def test_pictures_are_not_rendered_into_their_own_folder(make_pictures: Make) -> None:
    shots = make_pictures(2)
    for source in (shots, shots / "shot %d.png"):
        with pytest.raises(InputError, match="is the input"):
            job_of(RenderRequest(str(source), str(shots), overwrite=True))


def test_what_is_there_gives_way_only_to_a_render_that_was_begun(make_clip: Make, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    out.write_bytes(b"mine")
    request = RenderRequest(str(make_clip()), str(out))
    with pytest.raises(InputError, match="--overwrite"):
        job_of(request)
    (tmp_path / "out.mp4.part").mkdir()
    assert job_of(request).total == 25
    assert out.read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("out", "file", "sound", "told"),
    [
        ("out.mp4", "gone.mp3", True, r"gone\.mp3 cannot be read \(No such file"),
        ("out.mp4", "text.mp3", True, r"text\.mp3 cannot be read"),
        ("out.mp4", "silent.mp4", True, r"silent\.mp4 contains no sound"),
        ("out.gif", "music.mp4", True, r"out\.gif cannot hold sound"),
        ("out.mp4", "music.mp4", False, "contradicts --no-sound"),
    ],
)
def test_a_sound_that_cannot_be_is_told(
    make_clip: Make, tmp_path: Path, out: str, file: str, sound: bool, told: str
) -> None:
    (tmp_path / "text.mp3").write_text("no music")
    make_clip(sound=None).rename(tmp_path / "silent.mp4")
    make_clip().rename(tmp_path / "music.mp4")
    request = RenderRequest("clouds", str(tmp_path / out), sound=sound, sound_file=tmp_path / file, seconds=1)
    with pytest.raises(InputError, match=told):
        job_of(request)


@pytest.mark.parametrize(
    ("out", "words", "what"),
    [
        ("music.mp4", {"sound_file": "music.mp4"}, "the music"),
        ("frame_%05d.png", {"first_frame": "frame_00002.png"}, "the picture that the dream starts from"),
        ("frame_%05d.png", {"assignments": "dream.guide=frame_00002.png"}, "the guide"),
        ("frame_%05d.png", {"assignments": "dream.style=frame_00002.png"}, "the style"),
    ],
)
def test_what_it_looks_at_and_listens_to_is_not_written_over(
    make_clip: Make,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    out: str,
    words: dict[str, str],
    what: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    make_clip("music.mp4", frames=3)
    write_image(tmp_path / "frame_00002.png", np.zeros((80, 80, 3), np.uint8))
    given = {word: (name,) if word == "assignments" else Path(name) for word, name in words.items()}
    with pytest.raises(InputError, match=f"is {what}; choose another name"):
        job_of(RenderRequest("clouds", out, seconds=1, overwrite=True, **given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("word", "name"),
    [("timeline", "show.toml"), ("first_frame", "black.png"), ("sound_file", "music.mp4")],
)
def test_files_are_found_from_home(
    make_clip: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, name: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    make_clip("music.mp4", frames=3)
    write_image(tmp_path / "black.png", np.zeros((80, 80, 3), np.uint8))
    (tmp_path / "show.toml").write_text('[[segment]]\nat = 0\npreset = "maze"\n')
    request = RenderRequest("clouds", "~/out.mp4", seconds=1)
    files: dict[str, Any] = {word: Path("~") / name}
    job = job_of(replace(request, **files))
    assert job.output.path == tmp_path / "out.mp4"
    assert job.recipe.made != job_of(request).recipe.made or job.timeline != job_of(request).timeline
    with pytest.raises(InputError, match="~nosuch12"):
        job_of(replace(request, **{word: Path("~nosuch12/x")}))  # type: ignore[arg-type]


def test_a_preview_is_small_and_dreams_no_larger(make_clip: Make, tmp_path: Path) -> None:
    job = job_of(RenderRequest(str(make_clip(frames=3)), str(tmp_path / "out.mp4"), preview=48))
    assert job.size_wh == (48, 32)
    assert job.recipe.settings.dream.working_px == 4096


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"start": "9"}, "ends at 0:00:02.5"),
        ({"end": "0:01:00"}, "ends at 0:00:02.5"),
        ({"start": "2", "end": "1"}, "must be after the start"),
        ({"seconds": 3.0}, "--end"),
        ({"preset": "eyez"}, "eyes"),
        ({"assignments": ["dream.layers.eyez=1"]}, "eyes"),
        ({"assignments": ["dream.guide=none.png"]}, "none.png"),
    ],
)
def test_what_cannot_be_rendered_is_told_before_it_begins(
    make_clip: Make, tmp_path: Path, words: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        job_of(RenderRequest(str(make_clip()), str(tmp_path / "out.mp4"), **words))
    assert not list(tmp_path.glob("out*"))


def test_pictures_of_two_sizes_are_told_before_anything_is_rendered(
    make_pictures: Make, tmp_path: Path
) -> None:
    shots = make_pictures(4)
    write_image(shots / "shot 3.png", np.zeros((50, 50, 3), np.uint8))
    with pytest.raises(InputError, match="50x50"):
        job_of(RenderRequest(str(shots), str(tmp_path / "out")))
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("words", [{"sound": False}, {"sound_file": "music.mp4"}])
def test_the_sound_may_change_while_a_render_is_unfinished(
    make_clip: Make, tmp_path: Path, words: dict[str, Any]
) -> None:
    clip = make_clip(frames=12)
    make_clip("music.mp4", frames=3)
    words = {word: tmp_path / value if word == "sound_file" else value for word, value in words.items()}
    request = RenderRequest(str(clip), str(tmp_path / "out.mp4"))
    before, now = job_of(request), job_of(replace(request, **words))
    assert before.words(before.recipe) == now.words(now.recipe)
    assert before.recipe.made != now.recipe.made
    assert before.sound != now.sound


def test_what_a_header_declares_never_refuses_what_is_there(make_clip: Make, tmp_path: Path) -> None:
    clip = make_clip(frames=25, sound=None)
    content = bytearray(clip.read_bytes())
    place = content.find(b"mdhd") + 20  # version and flags, two dates, the time scale; then the length
    ticks = int.from_bytes(content[place : place + 4], "big")
    content[place : place + 4] = (ticks // 30).to_bytes(4, "big")
    clip.write_bytes(content)
    assert job_of(RenderRequest(str(clip), str(tmp_path / "out.mp4"), end="2")).last == 20
    with pytest.raises(InputError, match=r"--end 9: clip\.mp4 ends at 0:00:02\.5"):
        job_of(RenderRequest(str(clip), str(tmp_path / "out.mp4"), end="9"))


WAVE, BASS = parse_move("sine 4 beats=look.depth:0.2"), parse_move("bass=look.light:0.3")


@pytest.mark.parametrize(
    ("words", "listening"),
    [
        ({}, ("clip.mp4", 0, None)),
        ({"start": "1", "end": "2"}, ("clip.mp4", 0, 20)),
        ({"sound": False}, ("clip.mp4", 0, None)),
        ({"sound_file": "music.mp4", "start": "1", "end": "2"}, ("music.mp4", 10, 10)),
        ({"audio": "music.mp4", "start": "1"}, ("music.mp4", 10, None)),
    ],
)
def test_rows_follow_what_the_film_will_sound_like_or_what_they_are_given(
    make_clip: Make, tmp_path: Path, words: dict[str, Any], listening: tuple[str, int, int | None]
) -> None:
    clip = make_clip()
    make_clip("music.mp4", frames=3)
    files = {"sound_file", "audio"}
    words = {word: tmp_path / value if word in files else value for word, value in words.items()}
    job = job_of(RenderRequest(str(clip), str(tmp_path / "out.mp4"), moves=(WAVE, BASS), **words))
    there = job.listening
    assert there is not None
    assert (there.path.name, there.first, there.frames) == listening
    assert there.begin_s == pytest.approx(0.0, abs=0.05)
    assert there.beat
    assert job.notes == ()


def test_nothing_is_listened_to_that_moves_nothing(make_clip: Make, tmp_path: Path) -> None:
    def asked(**words: Any) -> Job:
        return job_of(RenderRequest(str(make_clip()), str(tmp_path / "out.mp4"), **words))

    assert asked().listening is None
    assert asked(moves=(parse_move("sine 1 hz=look.depth"),)).listening is None
    assert asked(moves=(WAVE,), bpm=120.0).listening is None
    idle = asked(audio=make_clip("music.mp4", frames=3), bpm=99.0)
    assert idle.listening is None
    assert [note.partition(" moves")[0].partition(" changes")[0] for note in idle.notes] == [
        f"--audio {tmp_path / 'music.mp4'}",
        "--bpm 99",
    ]
    with pytest.raises(InputError, match=r"--audio .*gone\.wav cannot be read"):
        asked(audio=tmp_path / "gone.wav")


def test_another_sound_that_is_followed_makes_another_film(make_clip: Make, tmp_path: Path) -> None:
    clip, music = make_clip(frames=12, sound=None), tmp_path / "music.mp4"

    def said(**words: Any) -> dict[str, Any]:
        job = job_of(RenderRequest(str(clip), str(tmp_path / "out.mp4"), moves=(BASS,), **words))
        return job.words(job.recipe)

    make_clip("music.mp4", frames=3)
    before = said(sound_file=music)
    assert before == said(sound_file=music)
    make_clip("music.mp4", frames=5)
    assert before != said(sound_file=music)


def test_a_preset_of_a_timeline_brings_its_rows_along(make_clip: Make, tmp_path: Path) -> None:
    (tmp_path / "waving.toml").write_text(
        '[[modulation]]\nsource = "sine 4 beats"\nword = "look.depth"\ndepth = 0.1\n'
        '[[modulation]]\nsource = "depth"\nword = "look.light"\n'
    )
    show = tmp_path / "show.toml"
    show.write_text(
        '[[segment]]\nat = 1\npreset = "waving.toml"\n[[segment]]\nat = 2\nset = { "look.light" = 0.1 }\n'
    )
    job = job_of(
        RenderRequest(str(make_clip()), str(tmp_path / "out.mp4"), timeline=show, moves=(WAVE, BASS))
    )
    rows = [segment.rows for segment in job.timeline.segments]
    assert rows[0] == (WAVE, BASS)
    assert rows[1] == rows[2] == (WAVE, parse_move("depth=look.light"), BASS), "the command line's go over"
    assert job.recipe.rows == rows[0]


@pytest.mark.parametrize(
    ("begin", "preset", "recipe", "is_told"),
    [
        (0, "fur", "lines", True),
        (0, "eyes", "lines", False),
        (1, "fur", "fur", False),
        (0, "lines", "lines", False),
    ],
)
def test_a_preset_beside_a_timeline_that_has_one_from_the_beginning_changes_nothing(
    make_clip: Make, tmp_path: Path, begin: int, preset: str, recipe: str, is_told: bool
) -> None:
    show = tmp_path / "show.toml"
    show.write_text(f'[[segment]]\nat = {begin}\npreset = "lines"\n')
    job = job_of(RenderRequest(str(make_clip()), str(tmp_path / "out.mp4"), preset, timeline=show))
    assert job.recipe.name == recipe
    words = f"--preset {preset} changes nothing: the timeline has another from the beginning on"
    assert (words in job.notes) == is_told


def test_rows_with_which_a_macro_of_the_preset_would_move_itself_are_told(
    make_clip: Callable[..., Path], tmp_path: Path
) -> None:
    preset = tmp_path / "mine.toml"
    preset.write_text('name = "mine"\n[[modulation]]\nsource = "speed"\nword = "macro.depth"\n')
    moves = (parse_move("depth=macro.speed"),)
    with pytest.raises(InputError, match=r"--move, with the rows of the preset: macro.* cannot move itself"):
        job_of(RenderRequest(str(make_clip()), str(tmp_path / "out.mp4"), str(preset), moves=moves))
