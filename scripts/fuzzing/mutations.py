"""Changes valid files and packets into hostile ones, the same ones for the same random numbers."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable, Sequence
from datetime import date
from random import Random
from typing import Any

import tomli_w

MOST_BYTES = 1 << 20
"""No mutant is longer, unless its sample was."""

EDGES = (0, 1, 0x7F, 0x80, 0xFF)
WORDS = (
    b"\0",
    b"\xff" * 4,
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"-1",
    b"nan",
    b"1e999",
    b"9" * 5000,
    b"\xed\xa0\x80",
)
HOSTILE: tuple[Any, ...] = (
    -1,
    0,
    2**31,
    2**63 - 1,
    -(2**63),
    10**400,
    1.5,
    math.nan,
    math.inf,
    -math.inf,
    5e-324,
    1e308,
    True,
    False,
    "",
    " ",
    "\0",
    "\u202e",
    "a" * 5000,
    "\U0001f600",
    "../../../etc/passwd",
    "/dev/zero",
    "~nobody/x",
    "%s%n",
    "a\nb",
    "eyes",
    "nan",
    "0:00:10",
    "1e999",
    [],
    [[]],
    [1, "a", {}],
    {},
    {"a": {"a": {}}},
    {"": 1},
    date(1, 1, 1),
)
"""Values that somebody may write where another is meant."""


def mutant(random: Random, samples: Sequence[bytes]) -> bytes:
    """Return a changed sample: its structure where it is TOML or JSON, else its bytes, or both."""
    content = random.choice(samples)
    if random.random() < 0.5:
        content = _of_structure(random, content) or content
        if random.random() < 0.7:
            return content
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        content = random.choice(_CHANGES)(random, content, samples)
    return content[: max(MOST_BYTES, *map(len, samples))]


def _of_structure(random: Random, content: bytes) -> bytes | None:
    for read, write in ((tomllib.loads, tomli_w.dumps), (json.loads, json.dumps)):
        try:
            table = read(content.decode())
        except (ValueError, RecursionError):
            continue
        try:
            for _ in range(random.choice((1, 1, 2, 5))):
                _change_tree(random, table)
            return write(table).encode()
        except (ValueError, TypeError, AttributeError, RecursionError):
            return None
    return None


def _change_tree(random: Random, tree: Any) -> None:
    """Change one place in tables and lists: another value, one less, one twice, one deeper."""
    places = list(_places(tree))
    if not places:
        return
    holder, key = random.choice(places)
    match random.randrange(5):
        case 0 | 1:
            holder[key] = json_copy(random.choice(HOSTILE))  # never changed itself
        case 2:
            del holder[key]
        case 3:
            holder[key] = [holder[key], holder[key]] if random.random() < 0.5 else {"a": holder[key]}
        case _:
            other, there = random.choice(places)
            holder[key] = json_copy(other[there]) if there in _keys(other) else 0


def json_copy(value: Any) -> Any:
    """Return tables and lists as their own copies, so that no tree holds itself."""
    if isinstance(value, dict):
        return {key: json_copy(inner) for key, inner in value.items()}
    return [json_copy(inner) for inner in value] if isinstance(value, list) else value


def _places(tree: Any) -> list[tuple[Any, Any]]:
    found = [(tree, key) for key in _keys(tree)]
    for key in _keys(tree):
        found += _places(tree[key])
    return found


def _keys(tree: Any) -> list[Any]:
    if isinstance(tree, dict):
        return list(tree)
    return list(range(len(tree))) if isinstance(tree, list) else []


def _flip(random: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    at = random.randrange(len(content) or 1)
    return content[:at] + bytes([random.randrange(256)]) + content[at + 1 :]


def _edge(random: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    at = random.randrange(len(content) or 1)
    return content[:at] + bytes([random.choice(EDGES)]) * random.choice((1, 2, 4, 8)) + content[at + 1 :]


def _cut(random: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def _drop(random: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    at = random.randrange(len(content) + 1)
    return content[:at] + content[at + random.randrange(1, 64) :]


def _repeat(random: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    at = random.randrange(len(content) + 1)
    part = content[at : at + random.randrange(1, 64)]
    return content[:at] + part * random.choice((2, 3, 100)) + content[at:]


def _insert(random: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    at = random.randrange(len(content) + 1)
    return content[:at] + random.choice(WORDS) + content[at:]


def _number(random: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """Write a number over four or eight bytes, as lengths and offsets are."""
    at, size = random.randrange(len(content) + 1), random.choice((2, 4, 8))
    number: int = random.choice((0, 1, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, len(content))) % 2 ** (
        8 * size
    )
    return content[:at] + number.to_bytes(size, random.choice(("big", "little"))) + content[at + size :]


def _splice(random: Random, content: bytes, samples: Sequence[bytes]) -> bytes:
    other = random.choice(samples)
    return content[: random.randrange(len(content) + 1)] + other[random.randrange(len(other) + 1) :]


def _noise(random: Random, _: bytes, __: Sequence[bytes]) -> bytes:
    return random.randbytes(random.choice((0, 1, 3, 8, 64, 1000)))


def _nest(random: Random, content: bytes, _: Sequence[bytes]) -> bytes:
    at = random.randrange(len(content) + 1)
    return (
        content[:at]
        + random.choice((b"[", b"{a=", b'{"a":', b"((")) * random.choice((10, 3000))
        + content[at:]
    )


_Change = Callable[[Random, bytes, Sequence[bytes]], bytes]
_CHANGES: tuple[_Change, ...] = (
    _flip,
    _flip,
    _flip,
    _edge,
    _edge,
    _cut,
    _drop,
    _repeat,
    _insert,
    _number,
    _number,
    _splice,
    _noise,
    _nest,
)
