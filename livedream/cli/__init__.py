"""The command line: `livedream`, which is `livedream live`, and its other commands."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from livedream.errors import LivedreamError


def main() -> None:
    """Run the command line; one sentence and an exit code for whatever goes wrong."""
    from livedream.cli.app import app, with_default_command

    _print_whatever_comes()
    try:
        app(args=with_default_command(sys.argv[1:]), prog_name="livedream", standalone_mode=True)
    except LivedreamError as fault:
        sys.stderr.write(f"livedream: {fault}\n")
        sys.exit(fault.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output has gone; nobody is left to be told
        sys.exit(0)


def _print_whatever_comes() -> None:
    """Escape what the terminal cannot show, such as a file's name that is no Unicode, as errors do."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
