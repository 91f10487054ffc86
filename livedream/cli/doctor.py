"""`livedream doctor`: what is here, what is not, and how to get it."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from livedream.cli import check_engines, check_machine, check_media
from livedream.cli.finding import Check, Finding
from livedream.engines.kinds import ENGINES

_NAME_COLUMNS, _STATUS_COLUMNS = 20, 11
_FEWEST_COLUMNS = 24


def checks(system: str = sys.platform) -> tuple[Check, ...]:
    """List what is looked at on a system, in the order of the report."""
    nvidia, intel, apple = (
        Check("NVIDIA GPU", check_machine.nvidia_gpu),
        Check("Intel GPU", check_machine.intel_gpu, "openvino"),
        Check("Apple GPU", check_machine.apple_gpu),
    )
    return (
        Check("Python", check_machine.python),
        Check("system", check_machine.system, "psutil"),
        Check("camera", check_machine.cameras, "cv2-enumerate-cameras"),
        Check("sound input", check_media.sound_inputs, "sounddevice"),
        Check("display", check_machine.display, "PyQt6"),
        *((apple,) if system == "darwin" else (nvidia, intel)),
        *engine_checks(),
        Check("engine cache", check_engines.engine_cache),
        Check("network", check_engines.network, needed=True),
        Check("optical flow", check_engines.optical_flow, "opencv-python-headless", needed=True),
        Check("virtual camera", check_media.virtual_camera, "pyvirtualcam"),
        Check("ffmpeg", check_media.ffmpeg, "av"),
        Check("H.264 encoder", check_media.h264_encoders, "av"),
        Check("film decoders", check_media.decoders, "av"),
    )


def engine_checks() -> list[Check]:
    """List the looks at engines that mean something here."""
    kinds = [(name, kind) for name, kind in ENGINES.items() if kind.is_of_use()]
    return [Check(f"engine {name}", kind.doctor, kind.library) for name, kind in kinds]


def findings() -> Iterator[Finding]:
    """Look at one thing after the other; never raises for what is missing or broken."""
    for check in checks():
        yield check.run()


def print_report(console: Console) -> int:
    """Print each finding as it is made, then whether livedream can dream here; return the exit code.

    0: it can. 1: an engine, the network or optical flow is missing.
    """
    found = set()
    for finding in findings():
        _print(console, finding)
        found |= {finding.name} if finding.found else set()
    lacking = _lacking(found)
    verdict = f"cannot dream here; missing: {' and '.join(lacking)}" if lacking else "can dream here"
    console.print(Text(f"\nlivedream {verdict}.", "bold red" if lacking else "bold green"), soft_wrap=True)
    return 1 if lacking else 0


def _lacking(found: set[str]) -> list[str]:
    """Name what must be there to dream and was not found."""
    lacking = [check.name for check in checks() if check.needed and check.name not in found]
    return lacking if found & {f"engine {name}" for name in ENGINES} else ["an engine", *lacking]


def _print(console: Console, finding: Finding) -> None:
    columns = max(console.width - _NAME_COLUMNS - _STATUS_COLUMNS, _FEWEST_COLUMNS)
    status, colour = ("found", "green") if finding.found else ("not found", "yellow")
    what, *more = _wrapped(finding.what, columns) or [""]
    line = Text.assemble(
        (f"{finding.name:<{_NAME_COLUMNS}}", "bold"), (f"{status:<{_STATUS_COLUMNS}}", colour), what
    )
    margin = " " * (_NAME_COLUMNS + _STATUS_COLUMNS)
    rest = [*((text, "") for text in more), *((text, "cyan") for text in _wrapped(finding.how, columns))]
    for text in (line, *(Text.assemble(margin, part) for part in rest)):
        console.print(_encodable(text, console.encoding), soft_wrap=True)


def _wrapped(text: str, columns: int) -> list[str]:
    """Wrap each line between words, a shell command so that it still can be copied."""
    return [part for line in text.splitlines() for part in _wrapped_line(line, columns)]


def _wrapped_line(line: str, columns: int) -> Sequence[str]:
    continued = " \\" if line.startswith("sudo ") and len(line) > columns else ""
    parts = textwrap.wrap(line, columns - len(continued), break_long_words=False, break_on_hyphens=False)
    return [part + continued for part in parts[:-1]] + parts[-1:]


def _encodable(text: Text, encoding: str) -> Text:
    """Replace what the terminal cannot show: a camera's name may hold anything."""
    encodable = text.copy()
    encodable.plain = text.plain.encode(encoding, "replace").decode(encoding, "replace")
    return encodable
