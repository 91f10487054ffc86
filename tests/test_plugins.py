"""Installed packages that add to the registries: a distribution with entry points, as pip would leave it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from livedream.cli import main
from livedream.plugins import load_plugins
from livedream.sinks.sink_spec import SINKS

LOUD = """
from livedream.sinks.memory_sink import Memory
from livedream.sinks.sink_spec import SINKS, SinkKind

SINKS.add("loud", SinkKind("Shouts.", lambda request: Memory()))
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install two plug-ins, one of which cannot be imported."""
    (tmp_path / "loud_sink.py").write_text(LOUD)
    (tmp_path / "broken_sink.py").write_text("raise RuntimeError('no loudspeaker')")
    facts = tmp_path / "livedream_loud-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: livedream-loud\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[livedream]\nloud = loud_sink\nbroken = broken_sink\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "loud_sink", raising=False)
    return tmp_path


@pytest.fixture
def restored() -> Iterator[None]:
    yield
    if "loud" in SINKS:
        SINKS.remove("loud")


@pytest.mark.usefixtures("installed", "restored")
def test_what_is_installed_registers_and_what_is_broken_is_told() -> None:
    told: list[str] = []
    assert load_plugins(told.append) == ("loud",)
    assert "loud" in SINKS
    assert len(told) == 1
    assert "broken (broken_sink) cannot be loaded (RuntimeError: no loudspeaker)" in told[0]


@pytest.mark.usefixtures("installed", "restored")
def test_the_command_line_loads_them_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["livedream", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert "loud" in SINKS
    printed = capsys.readouterr()
    assert printed.out.startswith("livedream ")
    assert printed.err.count("plug-in broken") == 1
