from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from livedream.health import Health
from livedream.ui.panel.trouble_card import TroubleCard


def test_it_is_seen_only_while_something_has_failed(qtbot: QtBot) -> None:
    card = TroubleCard()
    qtbot.addWidget(card)
    assert card.isHidden()
    for state, hidden in (("off", True), ("failed", False), ("starting", True), ("live", True)):
        card.show_health(Health(state, "why"))  # type: ignore[arg-type]
        assert card.isHidden() == hidden


def test_without_a_remedy_there_is_nothing_to_copy(qtbot: QtBot) -> None:
    card = TroubleCard()
    qtbot.addWidget(card)
    card.show_health(Health("failed", "why"))
    assert card.copy.isHidden()
    assert not card.again.isHidden()
    card.show_health(Health("failed", "why", "do this"))
    assert not card.copy.isHidden()


def test_words_can_be_selected_and_are_words_not_markup(qtbot: QtBot) -> None:
    card = TroubleCard()
    qtbot.addWidget(card)
    card.show_health(Health("failed", "<b>why</b>", "do\nthis"))
    assert card.message.textFormat() == Qt.TextFormat.PlainText
    assert card.message.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    card.remedy.setSelection(0, 2)
    card.show_health(Health("failed", "<b>why</b>", "do\nthis"))
    assert card.remedy.selectedText() == "do", "what is selected stays so while it fails"


def test_what_was_copied_is_told_until_there_is_something_else_to_copy(qtbot: QtBot) -> None:
    card = TroubleCard()
    qtbot.addWidget(card)
    card.show_health(Health("failed", "why", "do this"))
    card.copy.click()
    card.show_health(Health("failed", "why", "do this"))
    assert card.copy.text() == "Copied"
    card.show_health(Health("failed", "why", "do that"))
    assert card.copy.text() == "Copy"
