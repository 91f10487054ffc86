"""A timeline: which settings hold when, and how one set of them becomes the next."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from livedream.errors import InputError
from livedream.fade import Blend, blend
from livedream.offline.timecode import LONGEST_S, clock_words, seconds_of
from livedream.presets import apply_assignments, load, shipped
from livedream.references import ITSELF, PICTURES
from livedream.settings import Settings, change
from livedream.settings.modulation_row import ModulationRow
from livedream.sources.media import is_url
from livedream.sources.source_spec import expanded
from livedream.toml_table import toml_table

WORDS = ("at", "preset", "set", "fade_s")
"""What a segment may say."""

EndBefore = Callable[[float], float | None]
"""Returns when the source ends if that is before a time, else None."""


@dataclass(frozen=True, slots=True)
class Segment:
    """From `at_s` on these settings hold; those before become them within `fade_s` seconds.

    rows: what moves them. preset: the name of what they were made from.
    """

    at_s: float
    settings: Settings
    fade_s: float = 0.0
    rows: tuple[ModulationRow, ...] = ()
    preset: str = ""


class Around(NamedTuple):
    """Which segments hold at a time.

    leaving: the one that fades out, None for none. holds: the one that has begun. share: how much of that is
    seen, 1 unless one fades.
    """

    leaving: Segment | None
    holds: Segment
    share: float


@dataclass(frozen=True, slots=True)
class SettingsTimeline:
    """Segments in the order of their times; the first begins at 0."""

    segments: Sequence[Segment]

    def at(self, time_s: float) -> Blend:
        """Return what to dream with at a time, unless rows move it."""
        leaving, holds, share = self.around(time_s)
        return Blend(holds.settings) if leaving is None else blend(leaving.settings, holds.settings, share)

    def around(self, time_s: float) -> Around:
        """Return which segments hold at a time."""
        number = max((n for n, segment in enumerate(self.segments) if segment.at_s <= time_s), default=0)
        segment = self.segments[number]
        into_s = time_s - segment.at_s
        if number == 0 or into_s >= segment.fade_s:
            return Around(None, segment, 1.0)
        return Around(self.segments[number - 1], segment, into_s / segment.fade_s)


def load_timeline(
    file: Path, first: Segment, assignments: Sequence[str], rate: Fraction, end_before: EndBefore
) -> SettingsTimeline:
    """Read a timeline: [[segment]] tables with at, preset, set and fade_s; a preset brings its rows along.

    first: holds before the first of them, from 0 on. assignments: --set, made after each segment's preset and
    before its own set. rate: of the source, whose clock the times are of. Raises InputError.
    """
    tables = tables_in(file, "segment")
    segments = [first]
    for number, table in enumerate(tables, 1):
        origin = f"{file}: segment {number}"
        check_words(table, WORDS, origin)
        look = _look(table, segments[-1], assignments, origin, file.parent)
        at_s = seconds_of(_given(table, "at", origin), rate, f"{origin}: at")
        segments.append(replace(look, at_s=at_s, fade_s=_fade_s(table, origin)))
    _check_order(segments, file)
    end_s = end_before(segments[-1].at_s)
    if end_s is not None:
        raise InputError(
            f"{file}: segment {len(tables)} begins at {clock_words(segments[-1].at_s)}, but the source ends "
            f"at {clock_words(end_s)}"
        )
    return SettingsTimeline(segments[1:] if segments[1].at_s == 0 else segments)


def tables_in(file: Path, name: str) -> list[dict[str, Any]]:
    """Read the [[name]] tables of a TOML file that has nothing else. Raises InputError."""
    try:
        content = toml_table(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise InputError(f"{file} is not valid TOML: {fault}") from fault
    except OSError as fault:
        raise InputError(f"{file} cannot be read: {fault.strerror}") from fault
    foreign = [word for word in content if word != name]
    tables = content.get(name)
    if (
        foreign
        or not isinstance(tables, list)
        or not all(isinstance(table, dict) for table in tables)
        or not tables
    ):
        raise InputError(f"{file} needs tables that begin with [[{name}]], and nothing else")
    return tables


def check_words(table: Mapping[str, Any], words: Sequence[str], origin: str) -> None:
    """Raise InputError for a word that is not among `words`."""
    for word in table:
        if word not in words:
            raise InputError(f"{origin}: there is no word {word!r}; choose one of: {', '.join(words)}")


def beside(folder: Path, name_or_file: str) -> str:
    """Find a preset by its name, or as a file by its path from `folder`."""
    return name_or_file if name_or_file in shipped() else str(folder / expanded(name_or_file))


def named_from(folder: Path, source: str) -> str:
    """Name a guide or a style that is a file by its path from `folder`, in full. Raises InputError."""
    is_word = source in ("", ITSELF) or source.strip().partition(":")[0] in ("camera", "clouds")
    return source if is_word or is_url(source) else str((folder / expanded(source)).absolute())


def words_of(given: Any, origin: str, folder: Path) -> dict[str, Any]:
    """Read a `set` table, {dream.steps = 3} or {"dream.steps" = 3}, as word -> value.

    folder: from which guides and styles are named. Raises InputError.
    """
    if not isinstance(given, Mapping):
        raise InputError(f"{origin}: set must be a table, such as set = {{ dream.steps = 3 }}")
    words: dict[str, Any] = {}
    for key, value in given.items():
        nested = value.items() if isinstance(value, Mapping) and "." not in key else None
        words |= {key: value} if nested is None else {f"{key}.{name}": inner for name, inner in nested}
    seen = {word: value for word, value in words.items() if word in PICTURES and isinstance(value, str)}
    return words | {word: named_from(folder, source) for word, source in seen.items()}


def _look(
    table: Mapping[str, Any], before: Segment, assignments: Sequence[str], origin: str, folder: Path
) -> Segment:
    """Return what a segment looks like: as the one before, but for what it says."""
    look = before
    if "preset" in table:
        preset = load(beside(folder, str(table["preset"])))
        settings = apply_assignments(preset.settings, list(assignments))
        look = replace(look, settings=settings, rows=preset.rows, preset=preset.name)
    return replace(
        look, settings=change(look.settings, words_of(table.get("set", {}), origin, folder), origin)
    )


def _given(table: Mapping[str, Any], word: str, origin: str) -> str | float:
    value = table.get(word)
    if value is None or not isinstance(value, str | int | float):
        raise InputError(f'{origin} needs a time, as in {word} = "0:00:10"')
    return value


def _fade_s(table: Mapping[str, Any], origin: str) -> float:
    fade_s = table.get("fade_s", 0.0)
    if isinstance(fade_s, bool) or not isinstance(fade_s, int | float) or not 0 <= fade_s <= LONGEST_S:
        raise InputError(f"{origin}: fade_s = {fade_s!r} is not possible; give seconds, 0 or more")
    return float(fade_s)


def _check_order(segments: Sequence[Segment], file: Path) -> None:
    """Raise InputError unless each segment begins after the one before, its fade over. The first is none."""
    for number, (before, after) in enumerate(pairwise(segments[1:]), 1):
        if after.at_s <= before.at_s:
            raise InputError(
                f"{file}: segment {number + 1} begins at {clock_words(after.at_s)}, but the one before it at "
                f"{clock_words(before.at_s)}; put them in order"
            )
        if before.at_s + before.fade_s > after.at_s:
            raise InputError(
                f"{file}: segment {number} still fades when the next begins at {clock_words(after.at_s)}; "
                f"give it a fade_s of at most {after.at_s - before.at_s:g}"
            )
