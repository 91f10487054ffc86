import subprocess
import sys
from pathlib import Path

from livedream.control.osc_address import addressed, command_address
from livedream.settings import by_word


def test_every_setting_that_one_argument_can_set_has_an_address() -> None:
    known = addressed()
    assert known["/look/depth"] == (by_word()["look.depth"], False)
    assert known["/look/depth/position"] == (by_word()["look.depth"], True)
    assert "/dream/layers" not in known
    assert command_address("reset dream") == "/command/reset_dream"


def test_the_page_in_the_documentation_is_the_one_that_is_made() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "livedream.control.osc_address"], capture_output=True, text=True, check=True
    ).stdout
    page = Path(__file__).parents[2] / "docs" / "osc.md"
    assert page.read_text(encoding="utf-8") == made
