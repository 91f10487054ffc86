from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from livedream.clock import SystemClock
from livedream.dream.program import KernelProgram
from livedream.dream.spec import kernel_spec, working_size_hw
from livedream.dreamed import Dreamed
from livedream.engines import in_process
from livedream.engines.cache import EngineCache
from livedream.engines.eager import EagerEngine
from livedream.errors import EngineError, EngineMissingError, SourceError
from livedream.frame import Rgb, Shown
from livedream.health import Health
from livedream.pipeline import DreamPipeline
from livedream.presets import Preset, apply_assignments
from livedream.runtime import workers
from livedream.runtime.plan import Plan
from livedream.runtime.playlist import Playlist
from livedream.runtime.session import LiveSession
from livedream.runtime.sink_worker import Rate
from livedream.runtime.source_switcher import Devices, Wish
from livedream.runtime.store import SettingsStore
from livedream.settings import Settings, change
from livedream.sinks.image_file import write_image
from livedream.sinks.memory_sink import Memory
from livedream.sinks.recorder import Recorder
from livedream.sinks.render_recipe import recipe_of
from livedream.sources.camera import Camera
from livedream.sources.cameras import CameraInfo
from livedream.sources.capture import Opened
from livedream.sources.fake_camera import FakeCapture, FakeDevice
from livedream.sources.still_image import read_image

PLAN = Plan("test", output_wh=(128, 96), fps=50.0, engine="eager", governed=False)
NOTHING = Shown(0, np.zeros((1, 1, 3), np.uint8))
EVERY = Rate((128, 96), 50.0, pace="each frame")


@pytest.fixture
def session_of(cache: EngineCache, small_settings: Settings) -> Callable[..., LiveSession]:
    def make(
        source: Any, plan: Plan = PLAN, settings: Settings = small_settings, **options: Any
    ) -> LiveSession:
        return LiveSession(source, SettingsStore(settings), plan, SystemClock(), cache=cache, **options)

    return make


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end_s = time.perf_counter() + seconds
    while not condition() and time.perf_counter() < end_s:
        time.sleep(0.01)
    assert condition()


@pytest.mark.parametrize(("of_the_clip", "wanted", "held"), [(30.0, 120.0, 30.0), (100.0, 30.0, 30.0)])
def test_the_governor_holds_no_rate_that_the_clip_does_not_have(
    session_of: Callable[..., LiveSession],
    make_source: Callable[..., Any],
    of_the_clip: float,
    wanted: float,
    held: float,
) -> None:
    session = session_of(make_source(1, fps=of_the_clip), replace(PLAN, fps=wanted, governed=True))
    governor = session._dreamer._governor
    assert governor is not None
    assert governor.interval_s == pytest.approx(1 / held)
    session.finish()


def test_every_frame_of_a_file_is_dreamed_when_unpaced(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any]
) -> None:
    source, sink = make_source(12), Memory()
    session = session_of(source, replace(PLAN, paced=False))
    session.add_sink(sink, EVERY)
    session.start()
    wait_for(lambda: session.ended)
    session.finish()
    assert sink.written == 12
    assert session.status().frames == 12
    assert session.status().dropped == 0
    assert source.closed >= 1


@pytest.mark.parametrize("finer", [1.0, 2.0])
def test_live_and_offline_dream_the_same(
    session_of: Callable[..., LiveSession],
    make_source: Callable[..., Any],
    small_settings: Settings,
    finer: float,
) -> None:
    sink, small_settings = Memory(), change(small_settings, {"dream.finer": finer})
    session = session_of(make_source(6), replace(PLAN, paced=False), small_settings)
    session.add_sink(sink, EVERY)
    session.start()
    wait_for(lambda: session.ended)
    session.finish()
    spec = kernel_spec(small_settings.dream, working_size_hw((128, 96), small_settings.dream.working_px))
    pipeline, source = DreamPipeline(spec, EagerEngine(KernelProgram(spec))), make_source(6)
    for live in sink.frames:
        offline = pipeline.process(source.read(threading.Event()), small_settings).rgb
        assert np.abs(live.astype(int) - offline).max() <= 1


def test_stopping_finishes_the_sinks(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any]
) -> None:
    sink = Memory()
    session = session_of(make_source())
    session.add_sink(sink)
    session.start()
    wait_for(lambda: session.latest() is not None)
    session.stop()
    session.finish()
    assert sink.closed
    assert session.status().sinks[sink.name].state == "off"


def test_a_broken_source_stops_the_show_and_is_raised(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any]
) -> None:
    session = session_of(make_source(broken_at=4))
    sink = Memory()
    session.add_sink(sink)
    session.start()
    wait_for(lambda: session.ended)
    with pytest.raises(SourceError, match="broke"):
        session.finish()
    assert sink.closed


def test_a_mistake_in_a_source_leaves_a_slate_is_told_once_and_the_source_is_read_again(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livedream.runtime.placeholder.LOST_S", 0.1)
    source, told = make_source(), []
    read = source.read

    def failing_read(stop: threading.Event) -> Any:
        if source._given == 20:
            source._given += 1
            raise ZeroDivisionError("a mistake")
        return read(stop)

    source.read = failing_read
    session = session_of(source, tell=told.append)
    session.add_sink(Memory())
    session.start()
    slated = []
    wait_for(
        lambda: bool(slated.append((session.latest() or NOTHING).is_slate)) or "drifting is back" in told
    )
    seen = session.status().frames
    wait_for(lambda: session.status().frames > seen + 3)
    session.finish()
    assert any(slated)
    assert [words for words in told if "lost" in words] == [
        "drifting is lost: ZeroDivisionError: a mistake; trying again in 1 s."
    ]


def test_a_guide_that_has_gone_since_the_start_ends_no_show(
    session_of: Callable[..., LiveSession],
    make_source: Callable[..., Any],
    small_settings: Settings,
    tmp_path: Path,
) -> None:
    guide, told = tmp_path / "guide.png", list[str]()
    write_image(guide, np.full((32, 32, 3), 90, np.uint8))
    settings = change(small_settings, {"dream.guide": str(guide)})
    session = session_of(make_source(), settings=settings, tell=told.append)
    guide.unlink()
    with session:
        session.start()
        assert session.wait_settled(60.0)
        wait_for(lambda: any(f"dream.guide = {guide} cannot be seen any more" in words for words in told))
        seen = session.status().frames
        wait_for(lambda: session.status().frames > seen + 3)


def test_a_mistake_in_a_sink_is_raised(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any]
) -> None:
    class Wrong(Memory):
        def write(self, rgb: Rgb, time_s: float) -> None:
            raise ZeroDivisionError("a mistake")

    session = session_of(make_source())
    session.add_sink(Wrong())
    session.start()
    wait_for(lambda: session.latest() is not None)
    with pytest.raises(ZeroDivisionError):
        session.finish()


def test_an_engine_that_this_machine_cannot_have_stops_the_show(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise EngineMissingError("no engine for this machine")

    monkeypatch.setattr("livedream.engines.in_process.eager", missing)
    session = session_of(make_source())
    session.start()
    wait_for(lambda: session.ended)
    with pytest.raises(EngineMissingError, match="no engine for this machine"):
        session.finish()


@pytest.mark.parametrize("worker", ["dream", "finish"])
def test_the_end_waits_for_a_frame_that_is_being_dreamed(
    session_of: Callable[..., LiveSession],
    make_source: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    worker: str,
) -> None:
    dreaming, told, may = threading.Event(), threading.Event(), threading.Event()
    monkeypatch.setattr(workers, "JOIN_S", 0.01)
    monkeypatch.setattr(in_process, "PATIENCE_S", 0.01)

    def hold(frame: Any) -> Any:
        if not may.is_set():
            dreaming.set()
            assert may.wait(60.0)
        return frame

    session = session_of(
        make_source(), tell=lambda said: told.set() if "still being dreamed" in said else None
    )
    owner, name = (session.dreamer, "_begin") if worker == "dream" else (session.dreamer.recovery, "finish")
    real = getattr(owner, name)
    monkeypatch.setattr(owner, name, lambda *given: hold(real(*given)))
    session.start()
    assert dreaming.wait(60.0)
    ending = threading.Thread(target=session.finish)
    ending.start()
    assert told.wait(60.0)
    assert ending.is_alive()
    may.set()
    ending.join(60.0)
    assert not [thread for thread in session._workers._threads if thread.is_alive()]


def test_a_first_engine_that_has_to_be_there_and_cannot_be_built_stops_the_show(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise EngineError("no engine today")

    monkeypatch.setattr("livedream.engines.in_process.eager", broken)
    session = session_of(make_source(), replace(PLAN, engine_required=True))
    session.start()
    wait_for(lambda: session.ended)
    with pytest.raises(EngineError, match="no engine today"):
        session.finish()


def test_a_first_engine_that_cannot_be_built_now_leaves_the_picture_and_is_tried_again(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, may = in_process.eager, threading.Event()

    def made(*given: Any) -> Any:
        if not may.is_set():
            raise MemoryError("no room")
        return real(*given)

    monkeypatch.setattr("livedream.engines.in_process.eager", made)
    told: list[str] = []
    with session_of(make_source(), tell=told.append) as session:
        session.start()
        wait_for(lambda: session.status().frames > 3)
        assert not session.dreamer.settled.is_set()
        assert [sentence for sentence in told if "no room" in sentence] == [
            "the engine eager cannot be made (MemoryError: no room); "
            "the show goes on without it, and it is tried again"
        ]
        may.set()
        assert session.wait_settled(60.0)


def test_status_tells_what_really_runs(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any]
) -> None:
    told: list[str] = []
    session = session_of(make_source(), tell=told.append)
    session.start()
    assert session.wait_settled(60.0)
    wait_for(lambda: session.status().fps > 1)
    status = session.status()
    session.finish()
    assert status.engine == "eager"
    assert status.working_wh == (80, 56)
    assert status.output_wh == (128, 96)
    assert status.source == "drifting"
    assert status.latency_ms.p95 >= status.latency_ms.p50 > 0
    assert any("eager dreams 80x56" in sentence for sentence in told)
    assert list(status.notices) == told[-5:]


def test_a_setting_changed_in_mid_show_changes_the_dream(
    cache: EngineCache, small_settings: Settings, make_source: Callable[..., Any]
) -> None:
    store, sizes = SettingsStore(small_settings), set()
    session = LiveSession(
        make_source(),
        store,
        PLAN,
        SystemClock(),
        cache=cache,
        observe=lambda dreamed: sizes.add(dreamed.residual.shape[:2]),
    )
    session.start()
    wait_for(lambda: len(sizes) == 1)
    store.change({"dream.working_px": 8192}, "test")
    wait_for(lambda: len(sizes) == 2)
    session.finish()
    assert sizes == {(56, 80), (80, 104)}


@pytest.mark.slow
def test_until_the_engine_of_another_dream_is_there_the_old_dream_goes_on(
    cache: EngineCache,
    small_settings: Settings,
    make_source: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, seen, build = SettingsStore(small_settings), [], threading.Event()
    eager = in_process.eager

    def held_back(part: Any, **options: Any) -> Any:
        assert build.wait(60.0)
        return eager(part, **options)

    def note(dreamed: Dreamed) -> None:
        seen.append((dict(dreamed.settings.dream.layers), float(np.abs(dreamed.residual).mean())))

    session = LiveSession(make_source(), store, PLAN, SystemClock(), cache=cache, observe=note)
    build.set()
    session.start()
    wait_for(lambda: len(seen) > 100)
    grown = seen[-1][1]
    build.clear()
    monkeypatch.setattr("livedream.engines.in_process.eager", held_back)
    store.change({"dream.layers": {"patterns": 1.0}}, "test")
    wait_for(lambda: bool(session.status().building))
    begun = len(seen)
    wait_for(lambda: len(seen) > begun + 100)
    held = seen[-1]
    build.set()
    wait_for(lambda: seen[-1][0] == {"patterns": 1.0})
    session.finish()
    # Without the layer that its engine has, the dream would fade away within these hundred frames.
    assert held[0] == {"lines": 1.0}
    assert held[1] > 0.3 * grown


def test_programs_change_the_dream_by_the_clock_of_the_show(
    small_settings: Settings, cache: EngineCache, make_source: Callable[..., Any]
) -> None:
    looks = [apply_assignments(small_settings, [f"look.strength={strength}"]) for strength in (0.5, 1.5)]
    programs = Playlist([Preset(f"at {n}", "", look) for n, look in enumerate(looks)], every_s=0.3)
    shown: list[float] = []
    session = LiveSession(
        make_source(),
        programs,
        replace(PLAN, fade_s=0.0),
        SystemClock(),
        cache=cache,
        observe=lambda dreamed: shown.append(dreamed.settings.look.strength),
    )
    session.start()
    wait_for(lambda: session.status().preset == "at 1")
    assert 0 <= session.status().left_s <= 0.3
    wait_for(lambda: session.status().preset == "at 0")
    session.finish()
    assert set(shown) == {0.5, 1.5}


def test_a_preset_melts_into_the_next_and_both_dreams_are_seen(
    small_settings: Settings,
    cache: EngineCache,
    make_source: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = apply_assignments(small_settings, ["dream.layers={patterns=1.0}", "look.strength=2"])
    programs = Playlist([Preset("lines", "", small_settings), Preset("patterns", "", other)])
    frames: list[tuple[str, float]] = []
    begin = DreamPipeline.begin

    def noted(self: DreamPipeline, frame: Any, settings: Settings, leaving: Any = None) -> Any:
        (mood,) = settings.dream.layers if leaving is None else leaving.dream.layers
        frames.append((mood, settings.look.strength))
        return begin(self, frame, settings, leaving)

    monkeypatch.setattr(DreamPipeline, "begin", noted)
    session = LiveSession(make_source(), programs, replace(PLAN, fade_s=3.0), SystemClock(), cache=cache)
    session.start()
    wait_for(lambda: len(frames) > 5)
    programs.step(1)
    wait_for(lambda: frames[-1] == ("patterns", 2.0))
    session.finish()
    moods = [mood for mood, _ in frames]
    fading = moods[moods.index("patterns") :]
    assert fading[:4].count("lines") >= 2, "the old dream is still seen"
    strengths = [strength for _, strength in frames]
    assert strengths == sorted(strengths)
    assert len(set(strengths)) > 4, "the look glides"


def test_a_show_of_which_nothing_is_asked_keeps_its_settings_and_its_frames(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any]
) -> None:
    session = session_of(make_source(), replace(PLAN, preset="fur"))
    session.start()
    wait_for(lambda: session.status().frames > 3)
    status = session.status()
    session.finish()
    assert (status.preset, status.left_s, status.attract) == ("fur", None, False)
    assert session.capture.attract is None


@pytest.mark.slow
def test_nobody_there_means_past_frames_and_the_status_says_so(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any]
) -> None:
    class Leaves(type(make_source())):  # type: ignore[misc]
        """Drifts for three seconds, then stands still."""

        def read(self, stop: threading.Event) -> Any:
            frame = super().read(stop)
            return frame if self._given < 90 else replace(frame, rgb=np.ascontiguousarray(self._texture))

    moved: list[float | None] = []
    session = session_of(
        Leaves(fps=30.0),
        replace(PLAN, fps=30.0, attract_s=1.0),
        observe=lambda dreamed: moved.append(dreamed.speed_px),
    )
    session.start()
    wait_for(lambda: session.status().attract)
    before = len(moved)
    wait_for(lambda: len(moved) > before + 20)
    session.finish()
    # The camera stands; what is dreamed does not.
    assert np.mean(moved[-15:]) > 0.1
    assert session.status().motion_px < session.status().floor_px == 0.1


def is_slate(shown: Shown | None) -> bool:
    return shown is not None and shown.is_slate


def test_a_lost_source_is_replaced_by_a_slate(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livedream.runtime.placeholder.LOST_S", 0.1)

    class Lost(type(make_source())):  # type: ignore[misc]
        def read(self, stop: threading.Event) -> Any:
            if self._given < 3:
                return super().read(stop)
            self.health = Health("stale", "the camera is gone, trying again")
            stop.wait()
            return None

    sink = Memory()
    session = session_of(Lost())
    session.add_sink(sink)
    session.start()
    wait_for(lambda: session.status().frames > 0 and is_slate(session.latest()))
    shown = session.latest()
    assert shown is not None
    wait_for(lambda: bool(sink.frames) and np.array_equal(sink.frames[-1], shown.rgb))
    seen = sink.written
    wait_for(lambda: sink.written > seen + 10)
    session.finish()
    assert session.status().source_health.message == "the camera is gone, trying again"


def test_a_sink_that_hangs_is_told_of_though_no_frame_comes(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livedream.runtime.sink_worker.BLOCKED_S", 0.1)
    monkeypatch.setattr("livedream.runtime.session.LOOK_UP_S", 0.02)
    source, told, release = make_source(), [], threading.Event()
    source.read = lambda stop: stop.wait() and None

    class Hanging(Memory):
        def write(self, rgb: Rgb, time_s: float) -> None:
            assert release.wait(60)

    with session_of(source, tell=told.append) as session:
        session.add_sink(Hanging())
        session.start()
        wait_for(lambda: any("does not answer" in words for words in told))
        release.set()


def test_a_sink_can_be_added_in_mid_show(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any]
) -> None:
    session, sink = session_of(make_source()), Memory()
    session.start()
    wait_for(lambda: session.latest() is not None)
    session.add_sink(sink)
    wait_for(lambda: sink.written > 3)
    session.finish()
    assert sink.closed


def test_the_governor_lowers_the_size_of_a_slow_dream_and_says_so(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livedream.runtime.governor.SETTLE_S", 0.2)
    told: list[str] = []
    session = session_of(make_source(fps=1000.0), replace(PLAN, fps=1000.0, governed=True), tell=told.append)
    session.start()
    wait_for(lambda: any("working size lowered from 4,096" in sentence for sentence in told))
    session.finish()


class Named(FakeCapture):
    """A fake camera that says which one it is."""

    def __init__(self, device: FakeDevice, name: str) -> None:
        super().__init__(device)
        self._named = name

    def open(self) -> Opened:
        super().open()
        return Opened(self._named, 30.0, f"/dev/{self._named}")


def plain(level: int, wh: tuple[int, int]) -> Callable[[int], Any]:
    def picture(index: int) -> Any:
        bgr = np.full((wh[1], wh[0], 3), level, np.uint8)
        bgr[0, 0] = index % 200  # or it would count as frozen
        return bgr

    return picture


def test_a_camera_is_changed_in_mid_show_and_the_recording_goes_on(
    session_of: Callable[..., LiveSession], tmp_path: Path
) -> None:
    devices = {"dark": FakeDevice(plain(30, (128, 96))), "bright": FakeDevice(plain(220, (160, 90)))}
    cameras = [
        CameraInfo(place, name, path=f"/dev/{name}") for place, name in enumerate([*devices, "broken"])
    ]

    def opened(wish: Wish) -> Camera:
        if wish.name not in devices:
            raise SourceError("it is in use")
        return Camera(lambda: Named(devices[wish.name], wish.name))

    told, shots, file = [], [], tmp_path / "show.mp4"
    session = session_of(
        opened(Wish(cameras[0])),
        replace(PLAN, attract_s=60.0),
        tell=told.append,
        observe=lambda dreamed: shots.append(dreamed.frame.shot),
    )
    session.sources.devices = Devices(opened, cameras=lambda: cameras)
    sink = session.add_sink(Recorder(file))
    with session:
        session.start()
        wait_for(lambda: sink.written > 3)
        assert session.commands.do("next camera") == "opening the next camera"
        wait_for(lambda: bool(shots) and shots[-1] == 1)
        wait_for(lambda: devices["dark"].releases == 1)
        assert session.status().source == "bright"
        assert session.status().source_wh == (160, 90)
        before = sink.written
        wait_for(lambda: sink.written > before + 3)
        session.sources.change(cameras[2])
        wait_for(lambda: bool(session.sources.trouble))
        before = len(shots)
        wait_for(lambda: len(shots) > before + 3)
        assert session.status().source == "bright"
    assert shots == sorted(shots)
    assert [said for said in told if "bright" in said] == [
        "showing bright",
        "broken cannot be shown, bright goes on: it is in use",
    ]
    with av.open(str(file)) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert {frame.shape for frame in frames} == {(96, 128, 3)}
    assert frames[-1].mean() > 120 > frames[0].mean()


def test_a_film_with_a_rate_of_its_own_is_followed(
    session_of: Callable[..., LiveSession], make_source: Callable[..., Any]
) -> None:
    session = session_of(make_source(), replace(PLAN, governed=True))
    session.sources.devices = Devices(lambda _: make_source(fps=20.0))
    with session:
        session.start()
        wait_for(lambda: session.latest() is not None)
        session.sources.change("film.mp4")
        governor = session._dreamer._governor
        wait_for(lambda: governor.interval_s == pytest.approx(1 / 20))


def test_names_tell_what_runs_and_not_what_was_asked_for(
    small_settings: Settings,
    cache: EngineCache,
    make_source: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = apply_assignments(small_settings, ["dream.layers={patterns=1.0}"])
    programs = Playlist([Preset("lines", "", small_settings), Preset("patterns", "", other)])
    build, eager = threading.Event(), in_process.eager

    def held_back(part: Any, **options: Any) -> Any:
        assert build.wait(60.0)
        return eager(part, **options)

    session = LiveSession(make_source(), programs, PLAN, SystemClock(), cache=cache)
    with session:
        session.start()
        wait_for(lambda: session.status().frames > 3)
        assert (session.status().preset, session.status().armed) == ("lines", "")
        monkeypatch.setattr("livedream.engines.in_process.eager", held_back)
        programs.step(1)
        wait_for(lambda: session.status().progress is not None)
        assert (session.status().preset, session.status().armed) == ("lines", "patterns")
        build.set()
        wait_for(lambda: session.status().preset == "patterns")
        assert session.status().armed == ""


def test_stills_and_the_last_seconds_are_written_in_mid_show(
    session_of: Callable[..., LiveSession],
    make_source: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    told: list[str] = []
    session = session_of(
        make_source(fps=50.0), replace(PLAN, replay=True, mirror_output=True), tell=told.append
    )
    with session:
        session.start()
        wait_for(lambda: session._keeper.replay is not None and session._keeper.replay.kept_bytes > 0)
        session.commands.do("still")
        session.commands.do("last ten seconds")
        status = session.status()
        assert (status.mirrored, status.flash_limit, status.sinks) == (True, "live", {})
        assert [one.command for one in status.outlets][:2] == ["record", "virtual camera"]
    (still,), (film,) = tmp_path.glob("*.png"), tmp_path.glob("*-last.mp4")
    assert read_image(still).shape == (96, 128, 3)
    assert recipe_of(still).made["engine"].startswith("eager")
    with av.open(str(film)) as container:
        assert sum(1 for _ in container.decode(video=0)) > 0
    assert [sentence for sentence in told if str(film) in sentence]


@pytest.mark.slow
def test_a_fader_in_the_middle_shows_both_dreams_and_at_an_end_one(
    small_settings: Settings,
    cache: EngineCache,
    make_source: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = apply_assignments(small_settings, ["dream.layers={patterns=1.0}", "look.strength=2"])
    programs = Playlist([Preset("lines", "", small_settings), Preset("patterns", "", other)])
    moods: list[str] = []
    begin = DreamPipeline.begin

    def noted(self: DreamPipeline, frame: Any, settings: Settings, leaving: Any = None) -> Any:
        (mood,) = settings.dream.layers if leaving is None else leaving.dream.layers
        moods.append(mood)
        return begin(self, frame, settings, leaving)

    monkeypatch.setattr(DreamPipeline, "begin", noted)
    session = LiveSession(make_source(), programs, replace(PLAN, fade_s=0.0), SystemClock(), cache=cache)
    session.start()

    def next_moods(count: int) -> set[str]:
        begun = len(moods)
        wait_for(lambda: len(moods) > begun + count + 5)
        return set(moods[begun + 5 : begun + 5 + count])

    assert session.wait_settled(60.0)
    assert next_moods(10) == {"lines"}
    for fader, seen in (
        (0.5, {"lines", "patterns"}),
        (0.0, {"lines"}),
        (0.5, {"lines", "patterns"}),
        (1.0, {"patterns"}),
    ):
        session.parameters.turn("fader", fader)
        wait_for(lambda seen=seen: next_moods(10) == seen)
    assert session.status().preset == "patterns"
    session.commands.do("go")
    wait_for(lambda: next_moods(10) == {"lines"})
    session.finish()
