from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from livedream.ui.panel.quiet_button import QuietButton


def test_it_tells_what_it_does_and_leaves_the_space_bar_free(shown: Callable[[QWidget], QWidget]) -> None:
    button = QuietButton("Copy", "Copy how to mend it", 30)
    shown(button)
    assert (button.text(), button.toolTip(), button.height()) == ("Copy", "Copy how to mend it", 30)
    assert button.focusPolicy() == Qt.FocusPolicy.TabFocus
