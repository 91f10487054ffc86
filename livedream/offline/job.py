"""A render as it was asked for, checked: all that decides its frames."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from livedream.engines.maker import Choice
from livedream.errors import InputError
from livedream.fade import Blend
from livedream.frame import Frame, Rgb
from livedream.imaging import resized
from livedream.offline.dreaming import spec_for
from livedream.offline.moments import clock_words, seconds_of
from livedream.offline.output import Output, check_apart, check_output, output_of, size_for
from livedream.offline.recipe import Recipe
from livedream.offline.settings_timeline import Segment, SettingsTimeline, load_timeline
from livedream.presets import DEFAULT, apply_assignments, as_toml, load, preset_table
from livedream.references import References
from livedream.settings import change
from livedream.sinks.soundtrack import check_sound, music_begin_s
from livedream.sources.film import Film, identity_of
from livedream.sources.footage import Footage, at_rate, slot_at
from livedream.sources.image import read_image
from livedream.sources.open import expanded
from livedream.sources.open_footage import FootageRequest, open_footage
from livedream.version import __version__

LEAST_WORKING_PX = 4096
"""What dream.working_px cannot go below."""

_KINDS = {
    "first_frame": "the picture that the dream starts from", "sound_file": "the music",
    "guide": "the guide", "style": "the style",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for, in the words of the command's options; None: not said.

    size_wh: the box that frames are to fit in. fps: frames a second that come out. preview: width.
    sound_file: in place of the source's sound. folder: what preset, timeline and set files are looked up
    from. changes: of settings, word -> value.
    """

    source: str
    output: str
    preset: str = DEFAULT
    assignments: Sequence[str] = ()
    changes: dict[str, Any] = field(default_factory=dict)
    engine: Choice = "auto"
    seed: int = 0
    size_wh: tuple[int, int] | None = None
    fps: Fraction | None = None
    start: str | None = None
    end: str | None = None
    seconds: float | None = None
    preview: int | None = None
    picture_format: str | None = None
    timeline: Path | None = None
    first_frame: Path | None = None
    sound: bool = True
    sound_file: Path | None = None
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound of a file, from `begin_s` on its own clock."""

    path: Path
    begin_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A render that can begin.

    size_wh: of the frames that come out, `rate` a second; first, last: those of the source that are
    rendered, counted at `rate`, last None for its end. files: what it looks at and listens to beside the
    footage, word -> identity.
    """

    footage: Footage
    output: Output
    size_wh: tuple[int, int]
    rate: Fraction
    first: int
    last: int | None
    timeline: SettingsTimeline
    recipe: Recipe
    seed: int
    start_picture: Rgb | None
    sound: Sound | None
    files: dict[str, str]

    @property
    def total(self) -> int | None:
        """Tell how many frames there will be, as far as the source says."""
        length_s = self.footage.length_s
        last = self.last if self.last is not None or length_s is None else slot_at(length_s, self.rate)
        return None if last is None else max(1, last - self.first)

    def frames(self, done: int) -> Iterator[Frame]:
        """Give the frames after the first `done`, in the size that comes out. Raises InputError."""
        for frame in at_rate(self.footage.shots(), self.rate, self.first + done, self.last):
            yield replace(frame, rgb=resized(frame.rgb, self.size_wh))

    def wanted_at(self, frame: Frame) -> Blend:
        """Give what one of its frames is dreamed with."""
        return self.timeline.at(float(frame.index / self.rate))

    def words(self, recipe: Recipe) -> dict[str, Any]:
        """Give all that decides the frames, as TOML gives it back."""
        names = {"content": self.footage.identity, "files": self.files, "names": self.output.pattern}
        return tomllib.loads(as_toml(recipe.made | names | preset_table(recipe.settings)))


def job_of(wish: Wish) -> Job:
    """Check a wish and open its source. Raises InputError."""
    wish = _at_home(wish)
    output = output_of(wish.output, wish.picture_format)
    sized = FootageRequest(wish.fps, wish.seconds) if wish.size_wh is None else FootageRequest(
        wish.fps, wish.seconds, wish.size_wh
    )  # fmt: skip
    footage = open_footage(wish.source, sized)
    rate = wish.fps or footage.rate
    begun = wish.overwrite or output.unfinished.is_dir()
    check_output(output, _path_of(wish.source), rate, overwrite=begun)
    size_wh = size_for(output, footage.size_wh, _box(wish))
    first, last = _span(wish, footage, rate)
    timeline = _previewed(_timeline(wish, footage), size_wh if wish.preview else None)
    _check_settings(timeline, size_wh)
    files = _files(wish, timeline)
    check_apart(output, {_KINDS[word.split()[0]]: file for word, file in files.items()})
    recipe = Recipe(
        _preset_name(wish),
        timeline.at(float(first / rate)).settings,
        _made(wish, footage, size_wh, rate, timeline),
    )
    picture = None if wish.first_frame is None else read_image(wish.first_frame)
    return Job(
        footage, output, size_wh, rate, first, last, timeline, recipe, wish.seed, picture,
        _sound(wish, footage, output, float(first / rate)),
        {word: identity_of([file]) for word, file in files.items()},
    )  # fmt: skip


def _at_home(wish: Wish) -> Wish:
    """Read the files that are named beside the source as a shell does. Raises InputError."""
    named = {word: getattr(wish, word) for word in ("timeline", "first_frame", "sound_file")}
    files: dict[str, Any] = {word: file and expanded(str(file)) for word, file in named.items()}
    return replace(wish, **files)


def _sound(wish: Wish, footage: Footage, output: Output, start_s: float) -> Sound | None:
    """Say which sound the output has. Raises InputError."""
    if wish.sound_file is not None:
        if not wish.sound:
            raise InputError(f"--sound {wish.sound_file}: with --no-sound there is none; give one of the two")
        if output.kind != "film":
            raise InputError(
                f"--sound {wish.sound_file}: {output.path.name} can have none; write to .mp4, .mkv or .mov"
            )
        return Sound(wish.sound_file, music_begin_s(wish.sound_file))
    if not wish.sound or output.kind != "film" or not isinstance(footage, Film):
        return None
    check_sound(footage.path)
    return Sound(footage.path, footage.origin_s + start_s)


def _path_of(source: str) -> Path | None:
    path = expanded(source)
    return path if path.exists() else path.parent if "%" in path.name else None


def _box(wish: Wish) -> tuple[int, int] | None:
    """Give the box that frames are to fit in: --preview bounds the width alone."""
    if wish.preview is None:
        return wish.size_wh
    if wish.size_wh is None:
        return wish.preview, 100 * wish.preview
    return min(wish.preview, wish.size_wh[0]), wish.size_wh[1]


def _span(wish: Wish, footage: Footage, rate: Fraction) -> tuple[int, int | None]:
    """Give the first frame and the one after the last. Raises InputError."""
    start_s = 0.0 if wish.start is None else seconds_of(wish.start, footage.rate, "--start")
    end_s = None if wish.end is None else seconds_of(wish.end, footage.rate, "--end")
    first, last = slot_at(start_s, rate), None if end_s is None else slot_at(end_s, rate)
    if last is not None and last <= first:
        raise InputError(f"--end {wish.end}: it is not after the start at {clock_words(start_s)}")
    length_s = footage.length_s
    for word, given, slot in (("--start", wish.start, first + 1), ("--end", wish.end, last)):
        if length_s is not None and slot is not None and slot > slot_at(length_s, rate) + 1:
            raise InputError(f"{word} {given}: {footage.name} ends at {clock_words(length_s)}")
    return first, last


def _timeline(wish: Wish, footage: Footage) -> SettingsTimeline:
    settings = apply_assignments(load(wish.preset).settings, list(wish.assignments))
    settings = change(settings, wish.changes, "set")
    if wish.timeline is None:
        return SettingsTimeline([Segment(0.0, settings)])
    return load_timeline(wish.timeline, settings, wish.assignments, footage.rate, footage.length_s)


def _previewed(timeline: SettingsTimeline, size_wh: tuple[int, int] | None) -> SettingsTimeline:
    """Dream at no larger size than a preview shows."""
    if size_wh is None:
        return timeline
    shown_px = max(LEAST_WORKING_PX, size_wh[0] * size_wh[1])
    return SettingsTimeline([_at_most(segment, shown_px) for segment in timeline.segments])


def _at_most(segment: Segment, working_px: int) -> Segment:
    smaller = {"dream.working_px": min(working_px, segment.settings.dream.working_px)}
    return replace(segment, settings=change(segment.settings, smaller, "--preview"))


def _check_settings(timeline: SettingsTimeline, size_wh: tuple[int, int]) -> None:
    """Raise InputError for a layer, a guide or a style that is not there, before hours of rendering."""
    with closing(References()) as references:
        for segment in timeline.segments:
            spec_for(segment.settings.dream, size_wh)
            references.check(segment.settings.dream)


def _files(wish: Wish, timeline: SettingsTimeline) -> dict[str, Path]:
    """List the files beside the source that are there: a render goes on with the same ones only."""
    named = {"first_frame": wish.first_frame, "sound_file": wish.sound_file}
    for number, segment in enumerate(timeline.segments):
        dream = segment.settings.dream
        named |= {f"guide {number}": expanded(dream.guide), f"style {number}": expanded(dream.style)}
    return {word: path for word, path in named.items() if path is not None and path.is_file()}


def _preset_name(wish: Wish) -> str:
    return load(wish.preset).name


def _made(
    wish: Wish, footage: Footage, size_wh: tuple[int, int], rate: Fraction, timeline: SettingsTimeline
) -> dict[str, Any]:
    """Write down all that decides the frames besides settings; what was not said is left out."""
    given = {
        "start": wish.start, "end": wish.end, "seconds": wish.seconds,
        "first_frame": None if wish.first_frame is None else wish.first_frame.name,
        "sound_file": None if wish.sound_file is None else wish.sound_file.name,
    }  # fmt: skip
    segments = [
        {"at": segment.at_s, "fade_s": segment.fade_s} | preset_table(segment.settings)
        for segment in timeline.segments
    ]
    return {
        "livedream": __version__, "seed": wish.seed, "source": footage.name,
        "size": f"{size_wh[0]}x{size_wh[1]}", "fps": str(rate), "sound": wish.sound,
        **{word: value for word, value in given.items() if value is not None},
        **({"segment": segments} if len(segments) > 1 else {}),
    }  # fmt: skip
