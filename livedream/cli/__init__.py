"""The command line: `livedream`, which is `livedream live`, and its other commands.

Importing this loads next to nothing, so that Ctrl-C is heard from the first moment on.
"""

from __future__ import annotations

import sys

from livedream.cli.signals import interrupted
from livedream.errors import INTERRUPTED


def main() -> None:
    """Run the command line; one sentence and an exit code for whatever goes wrong."""
    signals: list[int] = []
    try:
        with interrupted(signals):
            code = _printed(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED
    # As shells tell it: 128 and the signal's number.
    sys.exit(128 + signals[0] if signals and code == INTERRUPTED else code)


def _printed(arguments: list[str]) -> int:
    """Run a command; return its exit code, also for output that could not be written."""
    from livedream.cli.printed import printing

    with printing() as outward:
        code = _run(arguments)
    # A closed pipe, as after `| head`, is not an error.
    if outward.fault is not None and not isinstance(outward.fault, BrokenPipeError):
        sys.stderr.write(f"livedream: could not write all of the output ({outward.fault.strerror})\n")
        code = code or 1
    return code


def _run(arguments: list[str]) -> int:
    """Run a command; return its exit code."""
    try:
        from livedream.plugins import load_plugins

        load_plugins(_complain)
        from livedream.cli.app import app
        from livedream.cli.default_command import with_default_command

        code = app(args=with_default_command(arguments), prog_name="livedream", standalone_mode=False)
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as ended:
        return int(ended.code or 0)
    except Exception as fault:  # what a library raises reaches no person as it is
        from livedream.cli.faults import told

        sentence, code = told(fault, arguments)
        if sentence:
            _complain(sentence)
    return int(code or 0)


def _complain(sentence: str) -> None:
    # A file's name may be no Unicode.
    sys.stderr.write(f"livedream: {sentence}\n".encode(errors="backslashreplace").decode())
