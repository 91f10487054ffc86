from __future__ import annotations

from pathlib import Path

import pytest

from livedream.dream.network_info import NetworkInfo
from livedream.errors import InputError
from livedream.presets import shipped
from livedream.runtime.playlist_loading import load_look, load_playlist


def test_presets_come_as_they_were_named_with_the_assignments_on_top() -> None:
    playlist = load_playlist("eyes", ("weave", "fur"), assignments=["look.strength=2"], every_s=7.0)
    assert [preset.name for preset in playlist.presets] == ["weave", "fur"]
    assert {preset.settings.look.strength for preset in playlist.presets} == {2.0}
    assert (playlist.name, playlist.left_s) == ("weave", 7.0)
    assert playlist.store.snapshot() == playlist.presets[0].settings


def test_without_names_they_are_all_that_the_network_can_show() -> None:
    playlist = load_playlist("fur", (), every_s=45.0)
    assert tuple(preset.name for preset in playlist.presets) == shipped()
    assert (playlist.name, playlist.left_s) == ("fur", 45.0)
    assert [preset.name for preset in load_playlist("fur").presets] == ["fur"]


def test_what_the_network_has_no_layer_for_is_left_out_unless_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(NetworkInfo, "check_file", lambda _: None)
    other = ["dream.network=googlenet"]
    names = {preset.name for preset in load_playlist("eyes", (), assignments=other).presets}
    assert {"eyes", "weave", "stillness"} <= names
    assert not {"fur", "lines", "mosaic"} & names
    with pytest.raises(InputError, match="no layer 'eyes'"):
        load_playlist("eyes", ("weave", "fur"), assignments=other)


def test_a_look_is_checked_before_the_show(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.png"):
        load_look("weave", [f"dream.guide={tmp_path / 'gone.png'}", "dream.guide_layers={eyes=1}"])
    with pytest.raises(InputError, match="did you mean"):
        load_look("weeve")
