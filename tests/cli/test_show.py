from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from livedream.cli.show import (
    FIRST_FRAME_S,
    check_apart,
    check_dreamed,
    check_recorded,
    ending_on_signals,
    playlist_of,
    print_summary,
    recorded,
    status_line,
    wait_out,
)
from livedream.cli.show_options import Options
from livedream.errors import EngineError, InputError, SinkError
from livedream.presets import load, shipped
from livedream.runtime.status import Percentiles, Status
from livedream.sinks.recorder import Recorder


def test_the_line_says_what_runs_and_what_is_built() -> None:
    assert status_line(Status()) == "starting"
    assert status_line(Status(building="openvino")) == "building the engine openvino"
    line = status_line(
        Status(
            fps=29.97,
            latency_ms=Percentiles(31, 44, 60),
            engine="eager",
            building="openvino",
            working_wh=(376, 208),
        )
    )
    assert "30.0 fps" in line
    assert "eager 376x208, building openvino" in line


def test_the_line_says_what_is_shown_and_for_how_long() -> None:
    line = status_line(Status(engine="eager", preset="fur", left_s=31.2, attract=True))
    assert "fur for 31 s" in line
    assert "attract" in line


def test_by_hand_all_presets_can_be_chosen_and_none_comes_by_itself() -> None:
    by_hand = playlist_of(Options(None, "fur", ["look.strength=2"]), by_hand=True)
    assert (len(by_hand.presets), by_hand.name, by_hand.left_s) == (len(shipped()), "fur", None)
    assert {preset.settings.look.strength for preset in by_hand.presets} == {2.0}
    alone = playlist_of(Options(None, "fur"), by_hand=False)
    assert [preset.settings for preset in alone.presets] == [load("fur").settings]
    in_turns = playlist_of(Options(None, "fur", programs=(), program_s=7.0), by_hand=True)
    assert (in_turns.name, in_turns.left_s) == ("fur", 7.0)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_session_and_not_the_process(name: str) -> None:
    if not hasattr(signal, name):
        pytest.skip(f"this system has no {name}")
    number, stopped = getattr(signal, name), threading.Semaphore(0)
    before = signal.getsignal(number)
    with ending_on_signals(SimpleNamespace(stop=stopped.release)):  # type: ignore[arg-type]
        for _ in range(2):
            signal.raise_signal(number)
            assert stopped.acquire(timeout=60)
    assert signal.getsignal(number) is before


def test_a_signal_may_come_while_what_it_stops_is_locked() -> None:
    lock, stopped = threading.Lock(), threading.Event()

    def stop() -> None:
        with lock:
            stopped.set()

    with ending_on_signals(SimpleNamespace(stop=stop)):  # type: ignore[arg-type]
        with lock:
            signal.raise_signal(signal.SIGINT)
        assert stopped.wait(60)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
def test_what_is_to_outlive_its_terminal_does() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with ending_on_signals(SimpleNamespace(stop=pytest.fail)):  # type: ignore[arg-type]
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_what_is_dreamed_is_not_written_over(tmp_path: Path) -> None:
    clip, other = tmp_path / "clip.mp4", tmp_path / "other.mp4"
    clip.write_bytes(b"dear")
    (tmp_path / "link.mp4").symlink_to(clip)
    for file in (clip, tmp_path / "link.mp4"):
        with pytest.raises(InputError, match="is the input"):
            check_apart(file, Options(str(clip), "eyes"))
    for source in (str(clip), "clouds", "camera:0", None):
        check_apart(other, Options(source, "eyes"))


class _Show:
    """A session whose first dreamed frame comes after so many looks; counts the seconds that pass."""

    def __init__(self, first_at: float) -> None:
        self.passed_s, self._first_at = 0.0, first_at

    def wait(self, seconds: float) -> bool:
        self.passed_s += seconds
        return False

    def status(self) -> Status:
        return Status(frames=int(self.passed_s >= self._first_at))


@pytest.mark.parametrize(("first_at", "lasts_s"), [(0.0, 3.0), (20.0, 22.75), (9999.0, FIRST_FRAME_S)])
def test_seconds_count_from_the_first_dreamed_frame(first_at: float, lasts_s: float) -> None:
    show, told = _Show(first_at), list[Status]()
    wait_out(show, 3.0, told.append)  # type: ignore[arg-type]
    assert show.passed_s == pytest.approx(lasts_s)
    assert told


def test_a_recording_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "film.mp4")
    worker = SimpleNamespace(sink=recorder, written=0, dropped=0)
    with pytest.raises(SinkError, match=r"film\.mp4: nothing, the show ended before the first dreamed"):
        check_recorded([worker])  # type: ignore[list-item]
    worker.written = 9
    check_recorded([worker, SimpleNamespace(sink=object(), written=0)])  # type: ignore[list-item]
    recorder.went_on = (tmp_path / "film-2.mp4",)
    with pytest.raises(SinkError, match=r"film\.mp4, then after a pause .*film-2\.mp4"):
        check_recorded([worker])  # type: ignore[list-item]
    recorder.failure = SinkError("the disk is full")
    with pytest.raises(SinkError, match="the disk is full"):
        check_recorded([worker])  # type: ignore[list-item]


def test_a_show_in_which_nothing_was_dreamed_is_an_error() -> None:
    recovery = SimpleNamespace(undreamed=None)
    session = SimpleNamespace(dreamer=SimpleNamespace(recovery=recovery))
    check_dreamed(session)  # type: ignore[arg-type]
    recovery.undreamed = EngineError("the engine far could not be built")
    with pytest.raises(EngineError, match="nothing was dreamed: the engine far"):
        check_dreamed(session)  # type: ignore[arg-type]


def test_a_recording_s_end_is_told() -> None:
    recorder = SimpleNamespace(path="film.mp4", failure=None, went_on=())
    sink_worker = SimpleNamespace(written=0, dropped=0)
    assert "before the first dreamed frame" in recorded(sink_worker, recorder)  # type: ignore[arg-type]
    sink_worker.written = 30
    assert recorded(sink_worker, recorder) == "film.mp4"  # type: ignore[arg-type]
    sink_worker.dropped = 2
    assert recorded(sink_worker, recorder) == "film.mp4, 2 of its frames missed"  # type: ignore[arg-type]
    recorder.failure = SinkError("the disk is full; the first 3 s are kept in film.mp4")
    assert "the first 3 s are kept" in recorded(sink_worker, recorder)  # type: ignore[arg-type]
    recorder.went_on = ("film-2.mp4",)
    assert recorded(sink_worker, recorder).endswith("It went on in film-2.mp4.")  # type: ignore[arg-type]


@pytest.mark.parametrize(("offset_ms", "told"), [(83.6, True), (None, False)])
def test_the_summary_says_by_how_much_sound_has_to_be_delayed(offset_ms: float | None, told: bool) -> None:
    console = Console(width=100)
    with console.capture() as printed:
        print_summary(Status(audio_offset_ms=offset_ms), {}, console)
    assert ("OBS audio offset" in printed.get()) == told
    assert ("84 ms" in printed.get()) == told
