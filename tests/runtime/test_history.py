from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from livedream.clock import ManualClock
from livedream.errors import InputError
from livedream.own_presets import OwnPresets
from livedream.presets import Preset, own
from livedream.runtime.commands import Commands
from livedream.runtime.history import MOST, History, add_history_commands
from livedream.runtime.panic import add_panic_commands
from livedream.runtime.playlist import Playlist
from livedream.runtime.preset_edits import delete_preset, rename_preset, revert, save_preset
from livedream.settings import Settings, change

TWO = [
    Preset(name, "", change(Settings(), {"look.depth": depth}))
    for name, depth in (("low", 0.2), ("mid", 0.5))
]


class Evening:
    """A playlist with a history and a clock that stands still."""

    def __init__(self, folder: Path, every_s: float | None = None) -> None:
        self.clock = ManualClock()
        self.playlist = Playlist(TWO, own=OwnPresets(folder), every_s=every_s)
        self.store = self.playlist.store
        self.history = History(self.playlist, self.clock)

    @property
    def depth(self) -> float:
        return self.store.snapshot().look.depth

    def turn(self, number: float, word: str = "look.depth", after_s: float = 2.0) -> None:
        self.clock.advance(after_s)
        self.store.change({word: number}, "panel")


@pytest.fixture
def evening(tmp_path: Path) -> Evening:
    return Evening(tmp_path)


def test_a_slider_that_is_dragged_is_one_step(evening: Evening) -> None:
    evening.turn(0.7)
    for number in range(100):
        evening.turn(0.7 + number / 1000, after_s=0.016)
    assert evening.history.undo() == "undone: look.depth"
    assert evening.depth == 0.2
    assert evening.history.undo() == "nothing to undo"
    assert evening.history.redo() == "redone: look.depth"
    assert evening.depth == pytest.approx(0.799)
    assert evening.history.redo() == "nothing to redo"


def test_two_gestures_on_one_slider_are_two_steps(evening: Evening) -> None:
    evening.turn(0.7)
    evening.turn(0.8)
    evening.history.undo()
    assert evening.depth == 0.7


def test_two_settings_one_after_the_other_are_two_steps_and_both_at_once_are_one(evening: Evening) -> None:
    evening.turn(0.7)
    evening.turn(2.0, "look.gamma", after_s=0.5)
    evening.history.undo()
    assert (evening.depth, evening.store.snapshot().look.gamma) == (0.7, 1.0)
    evening.history.undo()
    for number in range(50):
        evening.turn(0.3 + number / 100, after_s=0.02)
        evening.turn(1.0 + number / 100, "look.gamma", after_s=0.02)
    assert evening.history.undo() == "undone: 2 settings"
    assert (evening.depth, evening.store.snapshot().look.gamma) == (0.2, 1.0)


def test_another_preset_is_a_step_with_what_the_hand_had_done(evening: Evening) -> None:
    evening.turn(0.7)
    evening.store.hold(["look.gamma"])
    evening.playlist.step(1)
    assert evening.depth == 0.5
    assert evening.history.undo() == "undone: preset mid"
    assert (evening.playlist.name, evening.depth, evening.store.held) == ("low", 0.7, {"look.gamma"})
    evening.history.redo()
    assert (evening.playlist.name, evening.depth) == ("mid", 0.5)


def test_presets_picked_in_quick_succession_are_steps_of_their_own(evening: Evening) -> None:
    for _ in range(3):
        evening.playlist.step(1)
    names = []
    for _ in range(3):
        evening.history.undo()
        names.append(evening.playlist.name)
    assert names == ["low", "mid", "low"]


def test_what_comes_by_itself_is_no_step(tmp_path: Path) -> None:
    evening = Evening(tmp_path, every_s=10.0)
    evening.playlist.advance(0.0)
    evening.playlist.advance(11.0)
    assert evening.playlist.name == "mid"
    evening.store.change({"look.depth": 0.9}, "lfo", "modulation")
    assert not evening.history.can_undo


def test_reset_all_and_revert_are_undone(evening: Evening) -> None:
    class Lit:
        panic = ""

        def switch_panic(self, mode: str) -> None:
            pass

        def expect_reset(self) -> None:
            pass

    commands = Commands()
    add_panic_commands(commands, Lit(), evening.store, lambda: None)  # type: ignore[arg-type]
    for put_back in (lambda: commands.do("reset all"), lambda: revert(evening.playlist)):
        evening.turn(0.7)
        evening.turn(2.0, "look.gamma")
        evening.store.hold(["look.gamma"])
        evening.clock.advance(5.0)
        put_back()
        assert (evening.depth, evening.store.held) == (0.2, frozenset())
        evening.history.undo()
        assert (evening.depth, evening.store.snapshot().look.gamma) == (0.7, 2.0)


def test_what_is_done_by_hand_after_an_undo_ends_the_way_forth(evening: Evening) -> None:
    evening.turn(0.7)
    evening.history.undo()
    evening.turn(0.6)
    assert evening.history.redo() == "nothing to redo"


def test_a_preset_saved_renamed_and_deleted_comes_back_with_its_file(evening: Evening) -> None:
    folder = evening.playlist.own.folder
    evening.turn(0.7)
    save_preset(evening.playlist, "deep")
    rename_preset(evening.playlist, 2, "deeper")
    delete_preset(evening.playlist, 2)
    seen = []
    for _ in range(3):
        said = evening.history.undo()
        seen.append((said, own(folder), evening.playlist.name))
    assert seen == [
        ("undone: deeper deleted", ("deeper",), "deeper"),
        ("undone: deep renamed to deeper", ("deep",), "deep"),
        ("undone: deep saved", (), "low"),
    ]
    assert evening.depth == 0.7
    for _ in range(3):
        evening.history.redo()
    assert (own(folder), len(evening.playlist.presets)) == ((), 2)


def test_a_step_that_is_not_possible_any_more_is_told(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise InputError("the guide has gone")

    evening.turn(0.7)
    monkeypatch.setattr("livedream.runtime.store.check", gone)
    with pytest.raises(InputError, match="cannot be undone: the guide has gone"):
        evening.history.undo()
    assert evening.depth == 0.7


def test_only_so_many_steps_are_kept(evening: Evening) -> None:
    for number in range(MOST + 50):
        evening.turn(0.3 + 0.001 * number)
    commands = Commands()
    add_history_commands(commands, evening.history)
    said = [commands.do("undo") for _ in range(MOST + 1)]
    assert said.count("nothing to undo") == 1


def test_many_threads_leave_no_lock_behind(evening: Evening) -> None:
    import threading

    def often(do: Callable[[], object]) -> threading.Thread:
        return threading.Thread(target=lambda: [do() for _ in range(200)])

    workers = [
        often(lambda: evening.playlist.step(1)),
        often(evening.history.undo),
        often(evening.history.redo),
        often(lambda: evening.store.change({"look.depth": 0.4}, "OSC")),
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30.0)
    assert not any(worker.is_alive() for worker in workers)
