"""The command line: `livedream`, which is `livedream live`, and its other commands."""

from __future__ import annotations

import sys

from livedream.errors import INTERRUPTED, LivedreamError
from livedream.plugins import load_plugins


def main() -> None:
    """Run the command line; one sentence and an exit code for whatever goes wrong."""
    from livedream.cli.printed import printing

    with printing() as outward:
        code = _run(sys.argv[1:])
    # A closed pipe, as after `| head`, is not an error.
    if outward.fault is not None and not isinstance(outward.fault, BrokenPipeError):
        sys.stderr.write(f"livedream: could not write all of the output ({outward.fault.strerror})\n")
        code = code or 1
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    """Run a command; return its exit code."""
    try:
        load_plugins(_complain)
        from livedream.cli.app import app
        from livedream.cli.default_command import with_default_command

        app(args=with_default_command(arguments), prog_name="livedream", standalone_mode=True)
    except LivedreamError as fault:
        _complain(str(fault))
        return fault.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _complain(sentence: str) -> None:
    sys.stderr.write(f"livedream: {sentence}\n")
