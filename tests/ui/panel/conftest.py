from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from pytestqt.qtbot import QtBot

from livedream.presets import Preset
from livedream.runtime.playlist import Playlist
from livedream.runtime.store import Change, SettingsStore
from livedream.settings import Settings, by_word, change
from livedream.ui.fake_show import FakeDesk
from livedream.ui.panel.control_panel import ControlPanel
from livedream.ui.panel.setting_row import SettingRow

DEEP = change(Settings(), {"look.depth": 0.8, "dream.octaves": 3})


@dataclass
class Stage:
    """A panel with all that it is made from, and what it says."""

    panel: ControlPanel
    playlist: Playlist
    commands: FakeDesk
    qtbot: QtBot
    said: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def store(self) -> SettingsStore:
        return self.playlist.store

    def row(self, word: str) -> SettingRow:
        """The row of a setting, its group unfolded."""
        for fold in (self.panel.first, *self.panel.groups.values()):
            if any(info.word == word for info in fold.infos):
                fold.unfold(on=True)
                return fold.rows[word]
        raise KeyError(word)

    def value(self, word: str) -> object:
        return by_word()[word].value_of(self.store.snapshot())

    def until(self, true: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(true)


@pytest.fixture
def playlist() -> Playlist:
    plain = Settings()
    return Playlist(
        [
            Preset("plain", "as it is", plain),
            Preset("deep", "far down", DEEP),
            Preset("light", "in other light", change(plain, {"look.light": 0.1})),
            *(Preset(f"mood {number}", "one more", plain) for number in range(4, 8)),
        ]
    )


@pytest.fixture
def stage(qtbot: QtBot, playlist: Playlist) -> Iterator[Stage]:
    commands = FakeDesk()
    panel = ControlPanel(playlist.store, commands)
    qtbot.addWidget(panel)
    panel.resize(420, 800)
    stage = Stage(panel, playlist, commands, qtbot)
    panel.said.connect(stage.said.append)
    end = playlist.store.observe(stage.changes.append)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.activateWindow()
    yield stage
    end()
