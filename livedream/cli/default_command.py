"""What may be left out on the command line: the command `live`, and what some options are given."""

from __future__ import annotations

BARE = ("--virtual-camera", "--programs", "--midi", "--audio")
"""Options that may stand without a value."""


def with_default_command(arguments: list[str]) -> list[str]:
    """Put `live` in front of arguments that name no command, so that `livedream --fps 25` works.

    `--virtual-camera` may stand without a device, which then is the first one, `--programs` without names,
    which then are all, `--midi` without a profile and `--audio` without an input, which then are the default.
    """
    given = list(arguments)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help", "--version")):
        given.insert(0, "live")
    bare = [place for place, word in enumerate(given) if word in BARE]
    for place in reversed(bare):
        following = given[place + 1 : place + 2]
        if not following or following[0].startswith("-"):
            given[place] += "="
    return given
