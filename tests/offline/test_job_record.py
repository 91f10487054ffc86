from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from livedream.errors import InputError
from livedream.offline.job_record import files_of, made_of
from livedream.offline.listening import Listening
from livedream.offline.output import output_of
from livedream.offline.render_request import RenderRequest
from livedream.offline.settings_timeline import Segment, SettingsTimeline
from livedream.settings import Settings, change
from livedream.sources.footage import Footage
from livedream.sources.open_footage import FootageRequest, open_footage

CLOUDS = SettingsTimeline([Segment(0.0, Settings())])


@pytest.fixture
def clouds() -> Footage:
    return open_footage("clouds", FootageRequest(None, 1.0))


def written(folder: Path, name: str) -> Path:
    (folder / name).write_text(name)
    return folder / name


def test_the_files_are_those_that_are_there(tmp_path: Path) -> None:
    guide, music, heard = (written(tmp_path, name) for name in ("guide.png", "music.wav", "heard.wav"))
    gone = tmp_path / "gone.png"
    guided = change(Settings(), {"dream.guide": str(guide), "dream.style": str(gone)}, "test")
    timeline = SettingsTimeline([Segment(0.0, Settings()), Segment(1.0, guided)])
    request = RenderRequest("clouds", "out.mp4", sound_file=music, first_frame=gone)
    output = output_of(str(tmp_path / "out.mp4"))
    assert files_of(request, timeline, Listening(heard, 0.0), output) == {
        "sound_file": music,
        "audio": heard,
        "guide 1": guide,
    }
    assert files_of(RenderRequest("clouds", "out.mp4"), CLOUDS, None, output) == {}


def test_the_output_is_none_of_the_files(tmp_path: Path) -> None:
    film = written(tmp_path, "music.mp4")
    with pytest.raises(InputError, match="is the sound that is listened to; choose another name"):
        files_of(RenderRequest("clouds", str(film)), CLOUDS, Listening(film, 0.0), output_of(str(film)))


def test_only_what_was_given_is_told_and_files_by_their_names(clouds: Footage) -> None:
    usual = made_of(RenderRequest("clouds", "out.mp4"), clouds, (64, 48), Fraction(30), CLOUDS)
    assert usual.keys() == {"livedream", "seed", "source", "size", "fps", "sound"}
    assert (usual["size"], usual["fps"], usual["sound"]) == ("64x48", "30", True)
    given = RenderRequest("clouds", "out.mp4", start="0:01", bpm=99.0, audio=Path("/far/drums.wav"))
    told = made_of(given, clouds, (64, 48), Fraction(30), CLOUDS)
    assert told == usual | {"start": "0:01", "bpm": 99.0, "audio": "drums.wav"}


def test_segments_are_told_where_there_are_several(clouds: Footage) -> None:
    deep = change(Settings(), {"look.depth": 0.7}, "test")
    timeline = SettingsTimeline([*CLOUDS.segments, Segment(2.0, deep, 0.5)])
    told = made_of(RenderRequest("clouds", "out.mp4"), clouds, (64, 48), Fraction(30), timeline)
    assert [(one["at"], one["fade_s"], one["look"]["depth"]) for one in told["segment"]] == [
        (0.0, 0.0, Settings().look.depth),
        (2.0, 0.5, 0.7),
    ]
