"""One time line of all stamps of a file."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from livedream.containers.steady_stamps import LONGEST_PAUSE_S, PAUSE_S, SteadyStamps

VIDEO, SOUND = 0, 1
MS = Fraction(1, 1000)


def packet(stream: int, ms: int | None, length_ms: int = 40) -> Any:
    kind = SimpleNamespace(type="audio" if stream else "video")
    return SimpleNamespace(
        stream_index=stream, stream=kind, pts=ms, dts=ms, time_base=MS, duration=length_ms, size=1
    )


def mended(stamps: SteadyStamps, given: list[tuple[int, int | None]]) -> list[int | None]:
    packets = [packet(stream, ms) for stream, ms in given]
    for one in packets:
        stamps.mend(one)
    assert all(one.dts == one.pts for one in packets)
    return [one.pts for one in packets]


def test_what_is_steady_stays_as_it_is() -> None:
    given = [(stream, ms) for ms in range(5000, 9000, 40) for stream in (VIDEO, SOUND)]
    stamps = SteadyStamps()
    assert mended(stamps, given) == [ms for _, ms in given]
    assert not stamps.jumps


def test_what_begins_anew_goes_on_and_its_sound_with_it() -> None:
    once = [(stream, ms) for ms in range(1000, 2000, 40) for stream in (VIDEO, SOUND)]
    stamps = SteadyStamps(jumpy=True)
    assert mended(stamps, once + once) == [ms for _, ms in once] + [ms + 1000 for _, ms in once]
    ((at_s, by_s),) = [(jump.at_s, jump.by_s) for jump in stamps.jumps]
    assert (at_s, by_s) == pytest.approx((2.0, -1.0))


@pytest.mark.parametrize("first", [VIDEO, SOUND])
def test_the_pictures_go_on_whichever_stream_is_the_first_to_jump(first: int) -> None:
    stamps = SteadyStamps(jumpy=True)
    mended(stamps, [(VIDEO, 0), (SOUND, 0), (SOUND, 40), (SOUND, 80)])
    order = sorted([(VIDEO, 90_000), (SOUND, 90_000)], key=lambda each: each[0] != first)
    assert mended(stamps, order) == [40, 40]
    assert len(stamps.jumps) == 1


def test_a_pause_of_all_streams_is_a_jump_where_stamps_may_jump() -> None:
    pause_ms = round(1000 * PAUSE_S)
    given: list[tuple[int, int | None]] = [(VIDEO, 0), (VIDEO, pause_ms), (VIDEO, 5 * pause_ms)]
    assert mended(SteadyStamps(jumpy=True), given) == [0, pause_ms, pause_ms + 40]
    assert mended(SteadyStamps(), given) == [0, pause_ms, 5 * pause_ms]
    given[2] = (VIDEO, pause_ms + 2 * round(1000 * LONGEST_PAUSE_S))
    assert mended(SteadyStamps(), given) == [0, pause_ms, pause_ms + 40]


def test_a_pause_of_the_pictures_stays_while_sound_goes_on() -> None:
    given: list[tuple[int, int | None]] = [
        (VIDEO, 0),
        *((SOUND, ms) for ms in range(0, 60_000, 40)),
        (VIDEO, 60_000),
    ]
    stamps = SteadyStamps(jumpy=True)
    assert mended(stamps, given) == [ms for _, ms in given]
    assert not stamps.jumps


def test_a_stream_that_begins_after_a_jump_begins_where_the_others_are() -> None:
    stamps = SteadyStamps(jumpy=True)
    mended(stamps, [(VIDEO, ms) for ms in range(0, 1000, 40)] * 2)
    assert mended(stamps, [(SOUND, 960)]) == [1960]


def test_pictures_that_are_stored_out_of_their_order_jump_together() -> None:
    one = [packet(VIDEO, ms) for ms in (0, 120, 40, 80)]
    late = [packet(VIDEO, 90_000 + ms) for ms in (240, 160, 200)]
    for number, each in enumerate([*one, *late]):
        each.dts = 40 * number - 80 if number < 5 else each.dts - 120
    stamps = SteadyStamps(jumpy=True)
    for place, each in enumerate(all_ := [*one, *late]):
        stamps.mend(each, all_[place + 1 :])
    assert [each.pts for each in all_] == [0, 120, 40, 80, 240, 160, 200]
    assert len(stamps.jumps) == 1


def test_a_single_wrong_stamp_moves_nothing_after_it() -> None:
    assert mended(SteadyStamps(jumpy=True), [(VIDEO, 0), (VIDEO, 90_000_000), (VIDEO, 80)]) == [0, 40, 80]


def test_what_has_no_stamp_is_left_alone() -> None:
    assert mended(SteadyStamps(), [(VIDEO, None), (VIDEO, 40), (VIDEO, None)]) == [None, 40, None]
