from typing import Any

import pytest

from livedream.settings import Settings, change, describe
from livedream.ui.panel.setting_fold import SettingFold, first_glance, groups
from livedream.ui.panel.store_link import Standpoint


@pytest.fixture
def fold(stage: Any) -> SettingFold:
    """The fold of one group, in the panel."""
    return next(
        part
        for part in stage.panel.findChildren(SettingFold)
        if "motion.persistence" in {info.word for info in part.infos}
    )


def standpoint(**hand: Any) -> Standpoint:
    plain, moved = Settings(), change(Settings(), {word.replace("_", ".", 1): n for word, n in hand.items()})
    return Standpoint(plain, moved, moved, frozenset(), frozenset())


def test_each_setting_stands_in_one_place() -> None:
    grouped = [info.word for infos in groups().values() for info in infos]
    words = [info.word for info in first_glance()] + grouped
    assert sorted(words) == sorted(info.word for info in describe())


def test_at_first_glance_what_builds_an_engine_comes_last() -> None:
    rebuilds = [info.lifetime == "engine" for info in first_glance()]
    assert rebuilds == sorted(rebuilds)
    assert {True, False} == set(rebuilds)


def test_searching_unfolds_it_shows_what_matches_and_folds_it_as_before(fold: SettingFold) -> None:
    fold.unfold(on=False)
    assert fold.search("persistence")
    assert fold.is_unfolded()
    visible = {word for word, row in fold.rows.items() if not row.isHidden()}
    assert "motion.persistence" in visible
    assert visible < {info.word for info in fold.infos}
    assert fold.search("pers")
    assert fold.search("")
    assert not fold.is_unfolded()
    assert not any(row.isHidden() for row in fold.rows.values())


def test_where_nothing_matches_it_goes_away(fold: SettingFold) -> None:
    assert not fold.search("there is no such setting")
    assert fold.isHidden()
    assert fold.search("")
    assert not fold.isHidden()


def test_it_counts_what_the_hand_has_changed(fold: SettingFold) -> None:
    notes: list[str] = []
    fold.note = notes.append  # type: ignore[method-assign]
    fold.count(standpoint())
    fold.count(standpoint(motion_persistence=0.123))
    assert notes == ["", "1 changed"]
