from collections.abc import Callable

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QLabel, QWidget

from livedream.ui.panel.fold import Fold


@pytest.fixture
def fold(shown: Callable[[QWidget], QWidget]) -> Fold:
    return shown(Fold("Motion", lambda: QLabel("within")))


def test_the_body_is_made_when_it_is_first_seen_and_kept(fold: Fold) -> None:
    assert fold.body is None
    fold.header.click()
    body = fold.body
    assert body is not None
    assert body.isVisible()
    fold.header.click()
    assert not body.isVisible()
    fold.header.click()
    assert fold.body is body


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        (Qt.Key.Key_Space, False, True),
        (Qt.Key.Key_Return, True, False),
        (Qt.Key.Key_Right, False, True),
        (Qt.Key.Key_Right, True, True),
        (Qt.Key.Key_Left, True, False),
    ],
)
def test_keys_fold_and_unfold(fold: Fold, key: Qt.Key, before: bool, after: bool) -> None:
    fold.unfold(on=before)
    QTest.keyClick(fold.header, key)
    assert fold.is_unfolded() == after


def test_the_header_shows_its_note_and_the_focus(fold: Fold) -> None:
    fold.resize(300, 40)
    fold.header.clearFocus()
    plain = fold.header.grab().toImage()
    fold.note("eyes")
    noted = fold.header.grab().toImage()
    fold.header.setFocus()
    assert plain != noted != fold.header.grab().toImage()
