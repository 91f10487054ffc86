from __future__ import annotations

import pytest

from livedream.errors import InputError
from livedream.offline.wanted_sources import Wanted, check_moves, notes_on_picture, wanted_of
from livedream.settings.modulation_row import ModulationRow as Row


def rows(*sources: str) -> tuple[Row, ...]:
    return tuple(Row(source, "look.depth") for source in sources)


@pytest.mark.parametrize(
    ("sources", "wanted"),
    [
        ((), Wanted()),
        (("depth", "sine 0.5 hz"), Wanted()),
        (("bass", "onset", "bass"), Wanted(("bass", "onset"))),
        (("saw 4 beats",), Wanted(beat=True)),
        (("channel 4", "low mid"), Wanted(("low mid",), absent=("channel 4",))),
    ],
)
def test_it_finds_what_rows_want(sources: tuple[str, ...], wanted: Wanted) -> None:
    assert wanted_of(rows(*sources)) == wanted


def test_a_beat_wants_a_sound_unless_there_is_a_tempo() -> None:
    assert Wanted(beat=True).listens(None)
    assert not Wanted(beat=True).listens(128.0)
    assert Wanted(("bass",)).listens(128.0)
    assert not Wanted(absent=("channel 4",)).listens(None)


def test_what_is_not_there_is_told_in_a_sentence_each() -> None:
    wanted = wanted_of(rows("bass", "onset", "mid", "saw 4 beats", "channel 4", "joystick"))
    assert list(wanted.without_sound("clip.mp4 has no sound", None)) == [
        "clip.mp4 has no sound, so what bass, onset and mid would move rests",
        "waves in beats go at 120 beats a minute; --bpm sets another tempo",
    ]
    assert list(wanted.notes()) == ["only a show has channel 4 and joystick: what they would move rests"]
    assert list(notes_on_picture(rows("bass"))) == ["a picture has no sound, so what bass would move rests"]
    assert list(notes_on_picture(rows("saw 4 beats", "depth"))) == []


def test_a_move_of_ones_own_needs_a_source_that_a_film_has() -> None:
    check_moves(rows("bass", "sine 4 beats", "depth"))
    with pytest.raises(InputError, match=r"--move channel 4=\.\.\.: a film has no source 'channel 4'; there"):
        check_moves(rows("channel 4"))
