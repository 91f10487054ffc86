"""Nothing listens to other machines unless a person asks for it."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

import pytest

import livedream
from livedream.cli.app import live
from livedream.cli.control_options import parse_osc
from livedream.control.artnet_server import ArtNetPlan, ArtNetServer, parse_art_net
from livedream.control.control_plan import ControlPlan
from livedream.control.osc_server import OscServer
from livedream.control.show_commands import ShowCommands
from livedream.control.udp import is_this_machine
from livedream.presets import load
from livedream.runtime.commands import Commands
from livedream.runtime.playlist import Playlist
from livedream.ui.panel.control_fold import HERE

PACKAGE = Path(livedream.__file__).parent


def test_a_show_listens_to_nothing_by_itself() -> None:
    plan = ControlPlan()
    assert (plan.osc, plan.art_net, plan.midi, plan.audio, plan.lead) == (None, None, None, None, "hand")
    options = inspect.signature(live).parameters
    for name in ("osc", "art_net", "midi", "audio", "sink"):
        assert options[name].default is None
    assert options["tempo"].default == "hand"  # "link" finds others in the network, as it is made for


def test_what_listens_without_a_host_listens_to_this_machine_alone() -> None:
    osc = parse_osc("9000")
    assert osc is not None
    default = inspect.signature(live).parameters["art_net_host"].default
    for host in (osc[0], default, parse_art_net("0/1=-").host, ArtNetPlan(0, 1, ("-",)).host, HERE):
        assert is_this_machine(host)


def test_their_sockets_are_bound_to_this_machine(desk: Any) -> None:
    asked = ShowCommands(Commands(), Playlist([load("eyes")]), desk.parameters)
    osc = OscServer(desk.coalescer, asked, ("127.0.0.1", 0))
    art_net = ArtNetServer(ArtNetPlan(0, 1, ("-",), port=0), desk.coalescer.want)
    try:
        assert [one._socket.getsockname()[0] for one in (osc, art_net)] == ["127.0.0.1"] * 2
    finally:
        osc.close()
        art_net.close()


@pytest.mark.parametrize("module", ["socketserver", "http.server", "xmlrpc.server", "asyncio"])
def test_no_server_of_the_standard_library_is_used(module: str) -> None:
    assert not [path for path in PACKAGE.rglob("*.py") if module in _imported(path)]


def test_one_function_alone_opens_ports() -> None:
    with_sockets = {path.name for path in PACKAGE.rglob("*.py") if "socket" in _imported(path)}
    # The feedback only sends; the window asks Wayland's socket on the disk whether it is there.
    assert with_sockets == {"udp.py", "osc_feedback.py", "available.py"}
    binding = [path.name for path in PACKAGE.rglob("*.py") if "ui" not in path.parts and _binds(path)]
    assert binding == ["udp.py"]


def _imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def _binds(path: Path) -> bool:
    calls = (
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    )
    return any(isinstance(one.func, ast.Attribute) and one.func.attr in ("bind", "listen") for one in calls)
