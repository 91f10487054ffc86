from __future__ import annotations

from pathlib import Path

import pytest

from livedream.dream.program import KernelProgram
from livedream.dream.spec import kernel_spec
from livedream.engines.build_job import Ahead
from livedream.runtime.governor import Governor
from livedream.runtime.working_specs import WorkingSpecs
from livedream.settings import DreamSettings

EYES, LINES = DreamSettings(layers={"eyes": 1.0}), DreamSettings(layers={"lines": 1.0})
SIZE_WH = 1280, 720
BASE_HW, TWICE_HW = (208, 376), (296, 528)


def specs(*there: DreamSettings, finer: float = 1.0) -> tuple[WorkingSpecs, Governor]:
    """Make what chooses; there: dreams of which the engine with twice the pixels is there."""
    governor = Governor(EYES.working_px, 1 / 30, finer=finer)
    engines = {KernelProgram(kernel_spec(dream, BASE_HW, TWICE_HW)) for dream in there}
    return WorkingSpecs(governor, lambda program: program in engines), governor


def test_a_dream_begins_as_its_settings_say_and_follows_the_governor() -> None:
    chosen, governor = specs()
    assert chosen.choose(EYES, SIZE_WH) == kernel_spec(EYES, BASE_HW)
    governor.finer = 2.0
    assert chosen.choose(EYES, SIZE_WH) == kernel_spec(EYES, BASE_HW, TWICE_HW)


@pytest.mark.parametrize("name", ["total_variation", "decay", "octave_swing"])
def test_a_wave_that_touches_zero_stays_with_one_engine(name: str) -> None:
    chosen, _ = specs()
    plain = chosen.choose(EYES, SIZE_WH)
    moved = [chosen.choose(EYES.model_copy(update={name: value}), SIZE_WH) for value in (0.1, 0.0, 0.2, 0.0)]
    assert moved[0] != plain
    assert set(moved) == {moved[0]}
    assert chosen.choose(LINES.model_copy(update={name: 0.0}), SIZE_WH) == kernel_spec(LINES, BASE_HW)


def test_what_a_preset_is_said_to_begin_with_is_what_it_does_begin_with() -> None:
    """Else the panel says that its engine is still to come, or it is built, while another one is taken."""
    chosen, _ = specs()
    wave = EYES.model_copy(update={"decay": 0.1})
    plain, more = kernel_spec(EYES, BASE_HW), kernel_spec(wave, BASE_HW)
    assert chosen.choose(EYES, SIZE_WH) == plain
    assert chosen.program(wave) == KernelProgram(more)
    assert chosen.program(EYES) == KernelProgram(plain), "nobody has chosen what does more"
    assert chosen.choose(EYES, SIZE_WH) == plain
    assert chosen.choose(wave, SIZE_WH) == more
    assert chosen.program(EYES) == KernelProgram(more)
    assert chosen.ahead([EYES, LINES], None).load == [
        KernelProgram(more),
        KernelProgram(kernel_spec(LINES, BASE_HW)),
    ]
    assert chosen.choose(EYES, SIZE_WH) == more


def test_it_is_never_finer_than_the_output_unless_that_is_asked_for() -> None:
    chosen, governor = specs()
    chosen.choose(EYES, SIZE_WH)
    assert governor.most_finer == 1280 * 720 / EYES.working_px
    chosen.choose(EYES.model_copy(update={"finer": 16.0}), SIZE_WH)
    assert governor.most_finer == 16
    assert governor.finer == 16


def test_beside_another_dream_it_is_as_its_settings_say() -> None:
    chosen, governor = specs(EYES)
    chosen.choose(EYES, SIZE_WH)
    governor.finer = 2.0
    assert chosen.choose(EYES, SIZE_WH, alone=False).size_hw == BASE_HW
    assert chosen.choose(EYES, SIZE_WH).size_hw == TWICE_HW, "and then what it was"


def test_another_dream_does_not_wait_for_its_finer_engine() -> None:
    chosen, governor = specs(EYES)
    chosen.choose(EYES, SIZE_WH)
    governor.finer = 2.0
    chosen.choose(EYES, SIZE_WH)
    assert chosen.choose(LINES, SIZE_WH).size_hw == BASE_HW
    assert governor.finer == 1
    assert chosen.choose(EYES, SIZE_WH).size_hw == TWICE_HW, "that was reached, and its engine is there"
    assert governor.finer == 2


def test_of_a_dream_whose_finer_engine_has_gone_the_plain_one_comes_back() -> None:
    chosen, governor = specs()
    chosen.choose(EYES, SIZE_WH)
    governor.finer = 2.0
    chosen.choose(EYES, SIZE_WH)
    chosen.choose(LINES, SIZE_WH)
    assert chosen.choose(EYES, SIZE_WH).size_hw == BASE_HW


def test_what_is_built_ahead_is_what_a_hand_may_ask_for_then_the_finer_one() -> None:
    chosen, governor = specs()
    chosen.choose(EYES, SIZE_WH)
    assert chosen.awaited(EYES) is None
    governor.awaited = 2.0
    awaited = chosen.awaited(EYES)
    assert awaited == KernelProgram(kernel_spec(EYES, BASE_HW, TWICE_HW))
    ahead = chosen.ahead([EYES, LINES], awaited)
    assert ahead.load == [KernelProgram(kernel_spec(dream, BASE_HW)) for dream in (EYES, LINES)]
    assert ahead.store[0] == awaited
    assert [program.spec.size_hw < BASE_HW for program in ahead.store[1:]] == [True, True]
    assert not chosen.has_finer(EYES, 2.0)


def test_where_nothing_is_governed_a_dream_is_as_fine_as_its_settings_say() -> None:
    chosen = WorkingSpecs(None, lambda _program: True)
    fine = EYES.model_copy(update={"finer": 2.0})
    assert chosen.choose(fine, SIZE_WH) == kernel_spec(fine, BASE_HW)
    assert chosen.program(fine) == KernelProgram(kernel_spec(fine, BASE_HW))
    assert chosen.ahead([fine], None).load == [KernelProgram(kernel_spec(fine, BASE_HW))]
    unknown = EYES.model_copy(update={"layers": {"no such layer": 1.0}})
    assert chosen.program(unknown) is None


def test_on_a_slow_machine_the_smaller_size_is_chosen_and_nothing_finer() -> None:
    chosen, governor = specs(EYES)
    chosen.choose(EYES, SIZE_WH)
    governor.working_px = 40_000
    spec = chosen.choose(EYES, SIZE_WH)
    assert spec.size_hw < BASE_HW
    assert spec.finer == 1


def test_however_often_a_hand_changes_the_dream_no_more_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livedream.runtime.working_specs.MOST_KEPT", 3)
    governor = Governor(EYES.working_px, 1 / 30)
    chosen = WorkingSpecs(governor, lambda _program: True)
    dreams = [EYES.model_copy(update={"working_px": 40_000 + 5_000 * number}) for number in range(7)]
    for dream in dreams:
        chosen.choose(dream, SIZE_WH)
        governor.finer = 2.0
        fine = chosen.choose(dream, SIZE_WH)
        assert fine.finer > 1.5
        assert chosen.program(dream) is not None
    assert chosen._listed.cache_info().currsize == len(chosen._reached) == 3
    assert chosen.choose(dreams[-3], SIZE_WH).finer > 1.5, "so fine it was lately"
    assert chosen.choose(dreams[0], SIZE_WH).finer == 1, "that was long ago"


def hunts(chosen: WorkingSpecs, governor: Governor, dreams: list[DreamSettings], seconds: float) -> int:
    """Count the changes of size where another program takes its time whenever the dream is whole."""
    frames, changes = int(seconds * 30), 0
    for frame in range(frames):
        chosen.choose(dreams[frame * len(dreams) // frames], SIZE_WH)
        busy_s = 0.034 if governor.working_px == governor.wanted_px else 0.02
        changes += governor.observe(busy_s, frame / 30) is not None
    return changes


def test_a_size_that_had_to_be_left_is_remembered_while_the_dream_is_the_same() -> None:
    """The spec is another one at each size: that is no other dream."""
    louder = EYES.model_copy(update={"strength": 1.5})
    same, other = hunts(*specs(), [EYES], 600), hunts(*specs(), [EYES, louder] * 15, 600)
    assert same == other
    assert 4 <= same <= 20  # forgotten at each change: 55
    assert hunts(*specs(), [EYES, LINES] * 15, 600) > 2 * same, "of another dream nothing is known"


FAR = DreamSettings(network="googlenet", layers={"inception4c": 1.0})


def test_where_its_weights_have_gone_a_dream_still_has_each_size_but_nothing_is_built_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livedream.dream.catalog.networks_folder", lambda: tmp_path)
    chosen, governor = specs()
    assert chosen.choose(FAR, SIZE_WH) == kernel_spec(FAR, BASE_HW)
    governor.working_px = 40_000
    assert chosen.choose(FAR, SIZE_WH).size_hw < BASE_HW
    governor.working_px = governor.wanted_px
    program = KernelProgram(kernel_spec(FAR, BASE_HW))
    assert chosen.program(FAR) == program, "it may be loaded"
    assert chosen.ahead([FAR], None) == Ahead([], [])
    (tmp_path / "googlenet.safetensors").touch()
    ahead = chosen.ahead([FAR], None)
    assert ahead.load == [program]
    assert len(ahead.store) == 1


def test_an_engine_that_is_there_needs_no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livedream.dream.catalog.networks_folder", lambda: tmp_path)
    chosen = WorkingSpecs(None, lambda _program: True)
    chosen.choose(FAR, SIZE_WH)
    assert len(chosen.ahead([FAR], None).load) == 1
