"""The race of rivals against the engine that stands, with engines that are made in no time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from livedream.engines import race
from livedream.engines.cache import EngineCache
from livedream.engines.engine import Check
from livedream.engines.in_process import Made
from livedream.engines.kinds import ENGINES, EngineKind
from livedream.engines.maker import EngineMaker, Order
from livedream.engines.race import Entry, Hands, Race
from livedream.engines.subprocess_builds import SubprocessBuilds
from livedream.errors import EngineError
from livedream.health import Health


class Track:
    """A machine with rivals: how fast each would be, what is known of it, and what became of every engine."""

    def __init__(self, make_engine: Callable[..., Any], cache: EngineCache) -> None:
        self._make_engine = make_engine
        self.ms = {"openvino": 10.0, "gpu": 5.0, "other-gpu": 2.0}
        self.verdicts: dict[str, Check | str | None] = {}
        self.fails: dict[str, str] = {}
        self.is_kept = False
        self.built_names: list[str] = []
        self.made: list[str] = []
        self.closed: list[str] = []
        self.told: list[str] = []
        self.lent: list[Entry] = []
        self.is_cancelled = False
        self.suits, self.asks = True, False
        self.asked: list[str] = []
        self.refused: list[Any] = []
        self.race = Race(self.built, cache, self.told.append, lambda: self.is_cancelled)

    def built(self, name: str) -> Any:
        return SimpleNamespace(
            verdict=lambda *_: self.verdicts.get(name),
            suits=lambda: [self.asked.append(f"{name} after {len(self.lent)}"), self.suits][1],
            asks=lambda: self.asks,
            refuse=lambda *given: self.refused.append((name, given[0], given[2])),
        )

    def build(self, name: str) -> None:
        self.built_names.append(name)
        if self.is_kept:
            self.verdicts[name] = Check(1.0, 0.0, self.ms[name])

    def make(self, name: str) -> list[Made]:
        self.made.append(name)
        if name in self.fails:
            raise EngineError(self.fails[name])
        engine = self._make_engine(lambda image: image, name)
        engine.close = lambda: self.closed.append(name)
        return [Made(engine, Check(1.0, 0.0, self.ms[name]), self.ms[name])]

    def run(self, *, shows: bool = False, name: str = "openvino") -> Entry:
        standing = Entry(name, self.make(name))
        hands = Hands(self.build, self.make)
        return self.race.run(standing, ["program"], hands, self.lent.append if shows else None)


@pytest.fixture
def track(make_engine: Callable[..., Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Track:
    monkeypatch.setattr(race, "rivals", lambda: ("gpu",))
    return Track(make_engine, EngineCache(tmp_path))


def test_a_rival_that_is_clearly_faster_takes_over(track: Track) -> None:
    assert track.run().name == "gpu"
    assert track.made == ["openvino", "gpu"]
    assert track.closed == ["openvino"]
    assert track.told == []


@pytest.mark.parametrize("ms", [9.5, 10.0, 40.0])
def test_one_that_is_not_clearly_faster_is_closed_told_and_not_tried_again(track: Track, ms: float) -> None:
    track.ms["gpu"] = ms
    assert track.run().name == "openvino"
    assert track.closed == ["gpu"]
    assert track.told == [
        f"the engine gpu takes {ms:.1f} ms for a frame and openvino 10.0 ms; openvino stays"
    ]
    assert track.run().name == "openvino"
    assert track.made == ["openvino", "gpu", "openvino"]


@pytest.mark.parametrize(("ms", "winner", "made"), [(9.5, "openvino", []), (5.0, "gpu", ["gpu"])])
def test_what_is_built_is_judged_before_it_is_loaded(
    track: Track, ms: float, winner: str, made: list[str]
) -> None:
    """A driver that passed in another process need not trouble the show if its engine loses."""
    track.is_kept, track.ms["gpu"] = True, ms
    assert track.run().name == winner
    assert (track.built_names, track.made[1:]) == (["gpu"], made)


def test_one_that_fails_is_told_and_not_tried_again(track: Track) -> None:
    track.fails["gpu"] = "the engine gpu could not be built: exit code -11"
    assert track.run().name == "openvino"
    assert track.told == ["the engine gpu could not be built: exit code -11; openvino stays"]
    track.run()
    assert track.made.count("gpu") == 1


def test_a_show_dreams_with_what_stands_while_a_rival_is_made(track: Track) -> None:
    entry = track.run(shows=True)
    assert entry.name == "gpu"
    assert [one.name for one in track.lent] == ["openvino"]
    assert track.closed == [], "what was handed over belongs to the show"


def test_a_show_dreams_with_what_stands_while_a_driver_is_asked(track: Track) -> None:
    track.asks, track.suits = True, False
    entry = track.run(shows=True)
    assert track.asked == ["gpu after 1"]
    assert [one.name for one in track.lent] == ["openvino"]
    assert (entry.name, track.made) == ("openvino", ["openvino"]), "the one that the show has"
    assert track.closed == []
    track.run(shows=True)
    assert (len(track.asked), len(track.lent)) == (1, 1), "it is known now"


@pytest.mark.parametrize(("asks", "shows"), [(False, True), (True, False)])
def test_nothing_is_lent_where_no_driver_is_asked_or_nobody_waits(
    track: Track, asks: bool, shows: bool
) -> None:
    track.asks, track.suits = asks, False
    assert track.run(shows=shows).name == "openvino"
    assert (track.asked, track.lent, track.made) == (["gpu after 0"], [], ["openvino"])


def test_when_another_engine_is_wanted_no_further_driver_is_asked(
    track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(race, "rivals", lambda: ("gpu", "other-gpu"))
    track.asks, track.suits = True, False
    asked = track.race._suits

    def cancelled_meanwhile(rival: str) -> bool:
        track.is_cancelled = True
        return asked(rival)

    monkeypatch.setattr(track.race, "_suits", cancelled_meanwhile)
    assert track.run(shows=True).engine is track.lent[0].engine
    assert track.asked == ["gpu after 1"]
    track.is_cancelled = False
    track.run(shows=True)
    assert track.asked == ["gpu after 1", "other-gpu after 2"], "at the next race"


def test_whether_a_race_is_open_is_said_without_asking_a_driver(track: Track) -> None:
    track.asks = True
    assert track.race.is_open(Entry("openvino", track.make("openvino")), ["program"])  # type: ignore[list-item]
    assert track.asked == []


def test_after_one_has_won_the_drivers_of_the_others_are_not_asked(
    track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(race, "rivals", lambda: ("gpu", "other-gpu"))
    track.asks = True
    assert track.run(shows=True).name == "gpu"
    assert track.asked == ["gpu after 1"]


@pytest.fixture
def slow_driver(bench: Any, make_engine: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Race an engine that is on the disk against one whose driver answers when it is told to: no."""
    near, answers = Elsewhere(1.0, make_engine, is_kept=True), Event()
    kinds = {
        "near": SubprocessBuilds(near.load, {"": near.begin}, verdict=near.verdict),
        "far": SubprocessBuilds(
            lambda *_: None, {}, suits=lambda: not answers.wait(60), asks=lambda: not answers.is_set()
        ),
    }
    for name, builds in kinds.items():
        ENGINES.add(name, EngineKind(lambda: Health("live", ""), built=lambda builds=builds: builds))
    monkeypatch.setattr(race, "rivals", lambda: ("far",))
    monkeypatch.setattr("livedream.engines.maker.candidates", lambda: ("near",))
    yield SimpleNamespace(near=near, answers=answers, builder=bench.builder("auto"))
    answers.set()
    bench.close()
    ENGINES.remove("near")
    ENGINES.remove("far")


def test_what_was_loaded_before_anybody_asked_dreams_until_the_drivers_have_answered(
    bench: Any, program: Any, slow_driver: Any
) -> None:
    builder, near = slow_driver.builder, slow_driver.near
    builder.begin(program)
    while near.loads == 0 or builder.is_busy:
        assert builder.take(0.01) is None, "nobody has asked for it"
    builder.request(program, stopgap=True)
    meanwhile = bench.take(builder)
    assert (meanwhile.kind, meanwhile.stopgap, near.loads) == ("near", True, 1)
    slow_driver.answers.set()
    final = bench.take(builder)
    assert (final.kind, final.stopgap, near.loads) == ("near", False, 1), "it is not loaded twice"
    assert final.engine is meanwhile.engine
    builder.give_back(meanwhile)
    bench.until(lambda: not builder.is_busy)
    assert final.engine.is_open, "it dreams on"
    builder.give_back(final)
    builder.close()
    assert not final.engine.is_open


@pytest.mark.parametrize("avoid", [False, True])
def test_what_fails_while_a_driver_is_asked_does_not_come_again(
    bench: Any, program: Any, slow_driver: Any, avoid: bool
) -> None:
    builder = slow_driver.builder
    builder.request(program, stopgap=True)
    meanwhile = bench.take(builder)
    builder.discard(meanwhile, avoid=avoid)
    slow_driver.answers.set()
    bench.until(lambda: not builder.is_busy)
    assert builder.take() is None
    builder.request(program, stopgap=True)
    again = bench.take(builder)
    assert again.engine is not meanwhile.engine
    assert again.engine.is_open


def test_nor_if_the_drivers_have_just_answered(bench: Any, program: Any, slow_driver: Any) -> None:
    builder = slow_driver.builder
    builder.request(program, stopgap=True)
    meanwhile = bench.take(builder)
    slow_driver.answers.set()
    bench.until(lambda: not builder.is_busy)
    builder.discard(meanwhile)  # the same engine is offered again, as the one that was asked for
    assert builder.take() is None
    assert builder.state(program) == "waiting"


def test_what_is_asked_for_again_before_it_was_taken_comes(
    bench: Any, program: Any, slow_driver: Any
) -> None:
    builder = slow_driver.builder
    builder.request(program, stopgap=True)
    bench.until(lambda: slow_driver.near.loads == 1)
    builder.request(program, stopgap=True)
    slow_driver.answers.set()
    ready = bench.take(builder)
    while ready.stopgap:
        ready = bench.take(builder)
    assert ready.engine.is_open


def test_what_runs_stays_open_though_its_kind_is_avoided(
    bench: Any, program: Any, make_program: Any, make_engine: Any, slow_driver: Any
) -> None:
    builder = slow_driver.builder
    builder.request(program, stopgap=True)
    running = bench.take(builder)
    leaving = make_engine(lambda image: image)
    builder.discard(replace(running, program=make_program("leaving"), engine=leaving), avoid=True)
    slow_driver.answers.set()
    bench.until(lambda: not builder.is_busy)
    assert running.engine.is_open
    assert builder.take() is None
    builder.give_back(running)
    bench.until(lambda: not running.engine.is_open)


def test_a_mood_that_is_picked_during_a_race_is_dreamed_with_the_processor_s_engine(
    bench: Any, workshop: Any, make_program: Any, make_engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rival takes minutes; eager, which is slower than what runs, does not come between."""
    far = Elsewhere(0.001, make_engine)
    cancelled = Event()

    def begin(program: Any, cache: EngineCache, *, polite: bool) -> Any:
        far.begun.append(polite)

        def wait() -> None:
            assert cancelled.wait(60)
            cancelled.clear()
            raise EngineError("building the engine far was cancelled")

        return SimpleNamespace(wait=wait, cancel=cancelled.set)

    builds = SubprocessBuilds(far.load, {"": begin}, verdict=far.verdict)
    ENGINES.add("far", EngineKind(lambda: Health("live", ""), built=lambda: builds))
    try:
        monkeypatch.setattr(race, "rivals", lambda: ("far",))
        workshop.finish.set()
        builder = bench.builder("auto")
        builder.request(make_program("first"), stopgap=True)
        assert [bench.take(builder).kind for _ in range(2)] == ["", "openvino"]
        builder.request(make_program("second"), stopgap=True)
        meanwhile = bench.take(builder)
        assert (meanwhile.program.name, meanwhile.kind, meanwhile.stopgap) == ("second", "openvino", True)
        builder.discard(meanwhile)
        builder.request(make_program("third"), stopgap=True)
        assert [bench.take(builder).kind for _ in range(2)] == ["", "openvino"], "nothing runs"
    finally:
        builder.close()
        ENGINES.remove("far")


def test_after_a_race_that_was_lost_a_show_keeps_what_stands(track: Track) -> None:
    track.ms["gpu"] = 30.0
    entry = track.run(shows=True)
    assert track.made == ["openvino", "gpu"]
    assert entry.engine is track.lent[0].engine
    assert track.closed == ["gpu"]


@pytest.mark.parametrize(
    "verdict", [Check(1.0, 0.0, 9.9), "the engine gpu could not be built: exit code -11"]
)
def test_one_that_is_known_to_lose_is_not_made_at_all(track: Track, verdict: Any) -> None:
    track.verdicts["gpu"] = verdict
    assert track.run(shows=True).name == "openvino"
    assert (track.made, track.lent, track.told) == (["openvino"], [], [])


def test_one_that_is_known_to_win_is_loaded(track: Track) -> None:
    track.verdicts["gpu"] = Check(1.0, 0.0, 3.0)
    assert track.run().name == "gpu"


@pytest.mark.parametrize(
    ("verdict", "is_open"), [(None, True), (Check(1.0, 0.0, 3.0), True), ("crashed", False)]
)
def test_a_race_is_open_as_long_as_something_may_win(track: Track, verdict: Any, is_open: bool) -> None:
    track.verdicts["gpu"] = verdict
    standing = Entry("openvino", track.make("openvino"))
    assert track.race.is_open(standing, ["program"]) == is_open  # type: ignore[list-item]
    assert track.race.is_open(Entry("gpu", []), ["program"]) is False  # type: ignore[list-item]


def test_one_that_does_not_suit_is_not_looked_at(track: Track) -> None:
    track.suits = False
    assert track.run().name == "openvino"
    assert track.made == ["openvino"]


def test_what_cannot_be_asked_is_passed_over_with_its_reason(track: Track) -> None:
    def nothing(name: str) -> Any:
        raise EngineError("the engine gpu needs onnx, which is not installed")

    track.race = Race(nothing, EngineCache(), track.told.append, lambda: False)
    assert track.run().name == "openvino"
    assert track.told == ["the engine gpu needs onnx, which is not installed; openvino stays"]


def test_the_winner_is_tried_first_for_what_comes_next_and_does_not_race_itself(track: Track) -> None:
    assert track.race.after_a_win(None, ["openvino", "eager"]) == ["openvino", "eager"]
    track.run()
    assert track.race.after_a_win("gpu", ["openvino", "eager"]) == ["gpu", "openvino", "eager"]
    track.made.clear()
    assert track.run(name="gpu").name == "gpu"
    assert track.made == ["gpu"]


def test_of_two_rivals_the_first_that_wins_is_taken(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(race, "rivals", lambda: ("gpu", "other-gpu"))
    track.ms["gpu"] = 20.0
    assert track.run().name == "other-gpu"
    assert track.closed == ["gpu", "openvino"]


@pytest.mark.parametrize(("shows", "closed"), [(False, ["openvino"]), (True, [])])
def test_what_is_cancelled_in_a_race_leaves_nothing_open(
    track: Track, shows: bool, closed: list[str]
) -> None:
    def cancelled(name: str) -> None:
        track.is_cancelled = True
        raise EngineError(f"building the engine {name} was cancelled")

    track.build = cancelled  # type: ignore[method-assign]
    with pytest.raises(EngineError, match="cancelled"):
        track.run(shows=shows)
    assert track.closed == closed
    assert track.told == []


@pytest.fixture
def fast_lane(program: Any, make_engine: Callable[..., Any]) -> Any:
    """Add an engine that is made here, races on processors and is as fast as it is told to be."""
    lane = SimpleNamespace(ms=0.001, made=0)

    def make(*_: Any) -> Made:
        lane.made += 1
        return Made(make_engine(lambda image: image, "lane"), Check(1.0, 0.0, lane.ms), lane.ms)

    kind = EngineKind(lambda: Health("live", ""), made=make, at_once=True, rivals=frozenset({"cpu"}))
    ENGINES.add("lane", kind)
    yield lane
    ENGINES.remove("lane")


@pytest.mark.parametrize(("ms", "named"), [(0.001, "lane"), (1e6, "eager")])
def test_auto_takes_a_rival_only_if_it_is_faster(
    bench: Any, program: Any, fast_lane: Any, monkeypatch: pytest.MonkeyPatch, ms: float, named: str
) -> None:
    monkeypatch.setattr(race, "rivals", lambda: ("lane",))
    monkeypatch.setattr("livedream.engines.maker.candidates", lambda: ("eager",))
    monkeypatch.setattr("livedream.engines.in_process.torch_device", lambda: "cpu")
    fast_lane.ms = ms
    builder = bench.builder("auto")
    builder.request(program, stopgap=True)
    meanwhile, final = bench.take(builder), bench.take(builder)
    assert (meanwhile.engine.name, meanwhile.stopgap) == ("eager", True)
    assert (final.engine.name, final.stopgap) == (named, False)
    assert (final.engine is meanwhile.engine) == (named == "eager")
    assert fast_lane.made == 1


@pytest.mark.parametrize("stage", ["suits", "verdict", "begin"])
def test_a_rival_whose_library_fails_in_any_way_is_told_and_what_stands_stays(
    bench: Any, program: Any, make_engine: Any, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise TypeError("3 arguments")

    far = Elsewhere(0.001, make_engine)
    hands: dict[str, Any] = {"verdict": far.verdict, "suits": lambda: True, "begin": far.begin, stage: broken}
    if stage == "suits":
        hands["verdict"] = broken
    begin = {"": hands.pop("begin")}
    ENGINES.add(
        "far",
        EngineKind(lambda: Health("live", ""), built=lambda: SubprocessBuilds(far.load, begin, **hands)),
    )
    try:
        monkeypatch.setattr(race, "rivals", lambda: ("far",))
        monkeypatch.setattr("livedream.engines.maker.candidates", lambda: ("eager",))
        monkeypatch.setattr("livedream.engines.in_process.torch_device", lambda: "cpu")
        builder = bench.builder("auto")
        builder.request(program, stopgap=False)
        assert bench.take(builder).engine.name == "eager"
        assert bench.told == ["the engine far cannot be made (TypeError: 3 arguments); eager stays"]
    finally:
        ENGINES.remove("far")


@pytest.mark.parametrize("choice", ["eager", "lane"])
def test_who_names_an_engine_gets_it_without_a_race(
    bench: Any, program: Any, fast_lane: Any, monkeypatch: pytest.MonkeyPatch, choice: str
) -> None:
    monkeypatch.setattr(race, "rivals", lambda: pytest.fail("nothing races"))
    monkeypatch.setattr("livedream.engines.in_process.torch_device", lambda: "cpu")
    fast_lane.ms = 1e6
    builder = bench.builder(choice)
    builder.request(program, stopgap=False)
    assert bench.take(builder).engine.name == choice


@dataclass
class Elsewhere:
    """Stands in for what another process builds: it counts what was begun, polite or not, and loaded."""

    ms: float
    make_engine: Callable[..., Any]
    is_kept: bool = False
    begun: list[bool] = field(default_factory=list)
    loads: int = 0

    def begin(self, program: Any, cache: EngineCache, *, polite: bool) -> Any:
        self.begun.append(polite)
        return SimpleNamespace(wait=lambda: setattr(self, "is_kept", True), cancel=lambda: None)

    def load(self, program: Any, cache: EngineCache) -> Any:
        self.loads += 1
        return self.make_engine(lambda image: image, "far"), Check(1.0, 0.0, self.ms)

    def verdict(self, *_: Any) -> Check | None:
        return Check(1.0, 0.0, self.ms) if self.is_kept else None


@pytest.mark.parametrize("is_kept", [False, True])
@pytest.mark.parametrize("race_of", [(0.001, "far"), (1e6, "eager")])
def test_an_engine_built_elsewhere_is_built_once_and_loaded_only_if_it_wins(
    bench: Any, program: Any, make_engine: Any, monkeypatch: Any, race_of: tuple[float, str], is_kept: bool
) -> None:
    ms, named = race_of
    far = Elsewhere(ms, make_engine, is_kept)
    builds = SubprocessBuilds(far.load, {"": far.begin}, verdict=far.verdict)
    ENGINES.add("far", EngineKind(lambda: Health("live", ""), built=lambda: builds))
    try:
        monkeypatch.setattr(race, "rivals", lambda: ("far",))
        monkeypatch.setattr("livedream.engines.maker.candidates", lambda: ("eager",))
        monkeypatch.setattr("livedream.engines.in_process.torch_device", lambda: "cpu")
        builder = bench.builder("auto")
        builder.request(program, stopgap=True)
        ready = bench.take(builder)
        while ready.stopgap:
            ready = bench.take(builder)
        assert ready.engine.name == named
        assert far.begun == ([] if is_kept else [True]), "a show is on: it gives way"
        assert far.loads == (1 if named == "far" else 0)
    finally:
        ENGINES.remove("far")


@pytest.mark.parametrize(("ms", "is_final"), [(0.001, False), (1e6, True)])
def test_what_a_start_loads_is_final_only_if_nothing_is_known_to_beat_it(
    make_engine: Any, program: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, ms: float, is_final: bool
) -> None:
    near, far = Elsewhere(1.0, make_engine, is_kept=True), Elsewhere(ms, make_engine, is_kept=True)
    for name, each in (("near", near), ("far", far)):
        builds = SubprocessBuilds(each.load, {"": each.begin}, verdict=each.verdict)
        ENGINES.add(name, EngineKind(lambda: Health("live", ""), built=lambda builds=builds: builds))
    try:
        monkeypatch.setattr(race, "rivals", lambda: ("far",))
        monkeypatch.setattr("livedream.engines.maker.candidates", lambda: ("near",))
        maker: EngineMaker[Any] = EngineMaker("auto", EngineCache(tmp_path), lambda _: None)
        assert (maker.make_from_cache(Order(program)) is not None) == is_final
        assert far.loads == 0
        assert maker.make(Order(program)).run_ms == (1.0 if is_final else ms)
    finally:
        ENGINES.remove("near")
        ENGINES.remove("far")


def test_a_rival_that_failed_while_it_ran_is_out_and_what_stands_is_tried_last_after_a_fault(
    track: Track,
) -> None:
    winner = track.run().name
    assert track.race.after_a_win(winner, ["openvino", "eager"]) == [winner, "openvino", "eager"]
    track.race.fail(winner)
    assert track.race.after_a_win(winner, ["openvino", "eager"]) == ["openvino", "eager"]
    track.race.fail("openvino")
    assert track.race.after_a_win(None, ["openvino", "eager"]) == ["eager", "openvino"]
    # Only a rival is remembered: of the others there is one that stands in its place.
    why = "the engine gpu failed again and again while it ran"
    assert track.refused == [("gpu", None, why)], "whatever the program"
    assert track.told == [
        f"{why}; auto does without it from now on (livedream engines clear has it tried again)"
    ]
