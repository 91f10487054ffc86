from fractions import Fraction
from pathlib import Path

import pytest

from livedream.errors import InputError
from livedream.offline.output import check_absent, check_apart, check_output, output_of, size_for

RATE = Fraction(30)
LONG = 251 * "a"


@pytest.mark.parametrize(
    ("name", "kind", "pattern"),
    [
        ("a.mp4", "film", "frame_%05d.png"),
        ("a.MKV", "film", "frame_%05d.png"),
        ("a.gif", "animation", "frame_%05d.png"),
        ("a.webp", "animation", "frame_%05d.png"),
        ("frames", "folder", "frame_%05d.png"),
        ("frames.2026-11-21", "folder", "frame_%05d.png"),
        ("frames/shot-%d.jpg", "folder", "shot-%d.jpg"),
    ],
)
def test_the_name_says_what_comes_out(name: str, kind: str, pattern: str) -> None:
    output = output_of(name)
    assert (output.kind, output.pattern) == (kind, pattern)


@pytest.mark.parametrize("name", ["a.avi", "a.jpg", "f/%d.tiff", "f/%s.png", "f/%d-%d.png", "f/%d%%.png"])
def test_what_cannot_come_out_is_told(name: str) -> None:
    with pytest.raises(InputError):
        output_of(name)


def test_what_a_system_leaves_in_a_folder_is_no_output(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for name in (".DS_Store", "desktop.ini", "Thumbs.db"):
        (tmp_path / "out" / name).touch()
    check_absent(output_of(str(tmp_path / "out")))
    (tmp_path / "out" / "a.txt").touch()
    with pytest.raises(InputError, match="already exists"):
        check_absent(output_of(str(tmp_path / "out")))


def test_a_format_is_for_a_folder() -> None:
    assert output_of("frames", "JPG").pattern == "frame_%05d.jpg"
    for name in ("a.mp4", "f/%d.png"):
        with pytest.raises(InputError, match="format"):
            output_of(name, "png")
    with pytest.raises(InputError, match="png or jpg"):
        output_of("frames", "bmp")


def test_the_size_keeps_the_shape_and_a_film_has_even_sides() -> None:
    film, folder = output_of("a.mp4"), output_of("a")
    assert size_for(film, (1280, 720), None) == (1280, 720)
    assert size_for(film, (1280, 720), (640, 640)) == (640, 360)
    assert size_for(film, (99, 51), None) == (100, 52)
    assert size_for(folder, (99, 51), None) == (99, 51)
    assert size_for(film, (1080, 1920), (640, 360)) == (202, 360)


def test_what_is_there_stays(tmp_path: Path) -> None:
    there, film = tmp_path / "there.mp4", tmp_path / "film.mp4"
    there.write_bytes(b"x")
    folder = tmp_path / "frames"
    folder.mkdir()
    check_output(output_of(str(film)), there, RATE, overwrite=False)
    check_output(output_of(str(folder)), there, RATE, overwrite=False)
    check_output(output_of(str(there)), None, RATE, overwrite=True)
    (folder / "mine.txt").write_text("x")
    for name, told in [
        (there, "overwrite"),
        (folder, "overwrite"),
        (tmp_path / "no" / "film.mp4", "create it first"),
    ]:
        with pytest.raises(InputError, match=told):
            check_output(output_of(str(name)), None, RATE, overwrite=False)


def test_nothing_is_rendered_onto_itself(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"x")
    with pytest.raises(InputError, match="is the input"):
        check_output(output_of(str(film)), film, RATE, overwrite=True)


def test_no_input_is_written_over(tmp_path: Path) -> None:
    music, frame, other = tmp_path / "m.mp4", tmp_path / "shot_7.png", tmp_path / "photo.png"
    for file in (music, frame, other):
        file.write_bytes(b"x")
    film, frames = output_of(str(music)), output_of(str(tmp_path / "shot_%03d.png"))
    for output, file in ((film, music), (frames, frame)):
        with pytest.raises(InputError, match=f"{file.name} is the music; choose another name"):
            check_apart(output, {"the music": file})
    check_apart(film, {"the guide": frame})
    check_apart(frames, {"the guide": other})


@pytest.mark.parametrize(
    "name",
    [
        f"{LONG}.mp4",
        f"{LONG}.gif",
        f"{LONG}.2026-11-21",
        300 * "a",
        f"{LONG}_%d.png",
        "f/%0999d.png",
        "a\0.mp4",
    ],
)
def test_a_name_that_no_file_can_have_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f").mkdir()
    with pytest.raises(InputError, match="name"):
        output_of(name)
    assert not list((tmp_path / "f").iterdir())


def test_a_home_that_nobody_has_is_told() -> None:
    with pytest.raises(InputError, match="~nosuch12"):
        output_of("~nosuch12/x.mp4")


def test_frames_may_come_out_where_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("f_%03d.png", "."):
        assert output_of(name).unfinished == tmp_path.with_name(f"{tmp_path.name}.part")
    with pytest.raises(InputError, match="folder in it"):
        output_of(tmp_path.anchor)


def test_a_folder_is_no_film(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").mkdir()
    with pytest.raises(InputError, match="already exists as a folder"):
        check_output(output_of(str(tmp_path / "film.mp4")), None, RATE, overwrite=True)


def test_a_gif_is_not_faster_than_players_show_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--fps"):
        check_output(output_of(str(tmp_path / "a.gif")), None, Fraction(60), overwrite=False)


def test_a_folder_that_is_a_link_is_the_one_that_it_leads_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "disk" / "dream").mkdir(parents=True)
    link = tmp_path / "dream"
    link.symlink_to(tmp_path / "disk" / "dream", target_is_directory=True)
    for name in (link, link / "frame_%05d.png"):
        assert output_of(str(name)).unfinished == tmp_path / "disk" / "dream.part"
    monkeypatch.chdir(tmp_path / "disk" / "dream")
    assert output_of("..").unfinished == tmp_path / "disk.part"


@pytest.mark.parametrize(
    ("name", "width", "told"),
    [("a.webp", 16_384, "write a film"), ("a.gif", 65_536, "write a film"), ("f/%d.jpg", 65_501, "to .png")],
)
def test_what_is_too_large_for_its_kind_is_told(name: str, width: int, told: str) -> None:
    output = output_of(name)
    assert size_for(output, (width, 64), (8000, 8000))[0] == 8000
    with pytest.raises(InputError, match=f"{width}x64 pixels .*{told}, or use --size"):
        size_for(output, (width, 64), None)


def test_a_link_to_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    (tmp_path / "out.mp4").symlink_to(tmp_path / "out.avi")
    with pytest.raises(InputError, match=r"out\.avi, whose name ends otherwise; choose another name"):
        output_of(str(tmp_path / "out.mp4"))
