"""A render as it was asked for, checked: all that decides its frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from livedream.engines.maker import Choice
from livedream.errors import InputError
from livedream.fade import Blend
from livedream.frame import Frame, Rgb
from livedream.imaging import resized
from livedream.offline.dreaming import spec_for
from livedream.offline.output import Output, check_apart, check_output, output_of, size_for
from livedream.offline.settings_timeline import Segment, SettingsTimeline, load_timeline
from livedream.offline.timecode import clock_words, seconds_of
from livedream.presets import DEFAULT, apply_assignments, as_toml, load, preset_table
from livedream.references import References
from livedream.settings import change
from livedream.sinks.render_recipe import Recipe
from livedream.sinks.sound_choice import check_sound, music_begin_s
from livedream.sources.film import Film, identity_of
from livedream.sources.footage import Footage, at_rate, end_before, slot_at
from livedream.sources.open_footage import FootageRequest, open_footage
from livedream.sources.source_spec import expanded
from livedream.sources.still_image import read_image
from livedream.toml_table import toml_table
from livedream.version import __version__

LEAST_WORKING_PX = 4096
"""What dream.working_px cannot go below."""

SOUND_WORDS = ("sound", "sound_file")
"""What may change while a render is unfinished: sound is added when all frames are there."""

_KINDS = {
    "first_frame": "the picture that the dream starts from",
    "sound_file": "the music",
    "guide": "the guide",
    "style": "the style",
}


@dataclass(frozen=True, slots=True)
class RenderRequest:
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
        """Return how many frames there will be, if the source declares its length."""
        length_s = self.footage.length_s
        last = self.last if self.last is not None or length_s is None else slot_at(length_s, self.rate)
        return None if last is None else max(1, last - self.first)

    def frames(self, done: int) -> Iterator[Frame]:
        """Yield the frames after the first `done`, at the output size. Raises InputError."""
        for frame in at_rate(self.footage.shots(), self.rate, self.first + done, self.last):
            yield replace(frame, rgb=resized(frame.rgb, self.size_wh))

    def wanted_at(self, frame: Frame) -> Blend:
        """Return the settings that a frame is dreamed with."""
        return self.timeline.at(float(frame.index / self.rate))

    def words(self, recipe: Recipe) -> dict[str, Any]:
        """Return everything that determines the frames, as TOML would read it back."""
        files = {word: identity for word, identity in self.files.items() if word not in SOUND_WORDS}
        made = {word: value for word, value in recipe.made.items() if word not in SOUND_WORDS}
        names = {"content": self.footage.identity, "files": files, "names": self.output.pattern}
        return toml_table(as_toml(made | names | preset_table(recipe.settings)))


def job_of(request: RenderRequest) -> Job:
    """Check a request and open its source. Raises InputError."""
    request = _at_home(request)
    output = output_of(request.output, request.picture_format)
    sized = (
        FootageRequest(request.fps, request.seconds)
        if request.size_wh is None
        else FootageRequest(request.fps, request.seconds, request.size_wh)
    )
    footage = open_footage(request.source, sized)
    rate = request.fps or footage.rate
    begun = request.overwrite or output.unfinished.is_dir()
    check_output(output, _path_of(request.source), rate, overwrite=begun)
    size_wh = size_for(output, footage.size_wh, _box(request))
    first, last = _span(request, footage, rate)
    timeline = _previewed(_timeline(request, footage), size_wh if request.preview else None)
    _check_settings(timeline, size_wh)
    files = _files(request, timeline)
    check_apart(output, {_KINDS[word.split()[0]]: file for word, file in files.items()})
    recipe = Recipe(
        _preset_name(request),
        timeline.at(float(first / rate)).settings,
        _made(request, footage, size_wh, rate, timeline),
    )
    picture = None if request.first_frame is None else read_image(request.first_frame)
    return Job(
        footage,
        output,
        size_wh,
        rate,
        first,
        last,
        timeline,
        recipe,
        request.seed,
        picture,
        _sound(request, footage, output, float(first / rate)),
        {word: identity_of([file]) for word, file in files.items()},
    )


def _at_home(request: RenderRequest) -> RenderRequest:
    """Read the files that are named beside the source as a shell does. Raises InputError."""
    named = {word: getattr(request, word) for word in ("timeline", "first_frame", "sound_file")}
    files: dict[str, Any] = {word: file and expanded(str(file)) for word, file in named.items()}
    return replace(request, **files)


def _sound(request: RenderRequest, footage: Footage, output: Output, start_s: float) -> Sound | None:
    """Return the output's sound, None for none. Raises InputError."""
    if request.sound_file is not None:
        if not request.sound:
            raise InputError(f"--sound {request.sound_file} contradicts --no-sound; leave out one of the two")
        if output.kind != "film":
            raise InputError(
                f"--sound {request.sound_file}: {output.path.name} cannot hold sound; write to .mp4, .mkv "
                "or .mov"
            )
        return Sound(request.sound_file, music_begin_s(request.sound_file))
    if not request.sound or output.kind != "film" or not isinstance(footage, Film):
        return None
    check_sound(footage.path)
    return Sound(footage.path, footage.origin_s + start_s)


def _path_of(source: str) -> Path | None:
    path = expanded(source)
    return path if path.exists() else path.parent if "%" in path.name else None


def _box(request: RenderRequest) -> tuple[int, int] | None:
    """Return the box that frames must fit in; --preview bounds only the width."""
    if request.preview is None:
        return request.size_wh
    if request.size_wh is None:
        return request.preview, 100 * request.preview
    return min(request.preview, request.size_wh[0]), request.size_wh[1]


def _span(request: RenderRequest, footage: Footage, rate: Fraction) -> tuple[int, int | None]:
    """Return the first frame and the one after the last. Raises InputError."""
    start_s = 0.0 if request.start is None else seconds_of(request.start, footage.rate, "--start")
    stop_s = None if request.end is None else seconds_of(request.end, footage.rate, "--end")
    first, last = slot_at(start_s, rate), None if stop_s is None else slot_at(stop_s, rate)
    if last is not None and last <= first:
        raise InputError(f"--end {request.end}: it must be after the start at {clock_words(start_s)}")
    for word, given, slot in (("--start", request.start, first + 1), ("--end", request.end, last)):
        end_s = None if slot is None else end_before(footage, float((slot - Fraction(3, 2)) / rate))
        if end_s is not None:
            raise InputError(f"{word} {given}: {footage.name} ends at {clock_words(end_s)}")
    return first, last


def _timeline(request: RenderRequest, footage: Footage) -> SettingsTimeline:
    settings = apply_assignments(load(request.preset).settings, list(request.assignments))
    settings = change(settings, request.changes, "set")
    if request.timeline is None:
        return SettingsTimeline([Segment(0.0, settings)])
    return load_timeline(
        request.timeline, settings, request.assignments, footage.rate, partial(end_before, footage)
    )


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


def _files(request: RenderRequest, timeline: SettingsTimeline) -> dict[str, Path]:
    """List the existing files besides the source: a render resumes only with the same ones."""
    named = {"first_frame": request.first_frame, "sound_file": request.sound_file}
    for number, segment in enumerate(timeline.segments):
        dream = segment.settings.dream
        named |= {f"guide {number}": expanded(dream.guide), f"style {number}": expanded(dream.style)}
    return {word: path for word, path in named.items() if path is not None and path.is_file()}


def _preset_name(request: RenderRequest) -> str:
    return load(request.preset).name


def _made(
    request: RenderRequest,
    footage: Footage,
    size_wh: tuple[int, int],
    rate: Fraction,
    timeline: SettingsTimeline,
) -> dict[str, Any]:
    """Return everything besides the settings that determines the frames; options not given are left out."""
    given = {
        "start": request.start,
        "end": request.end,
        "seconds": request.seconds,
        "first_frame": None if request.first_frame is None else request.first_frame.name,
        "sound_file": None if request.sound_file is None else request.sound_file.name,
    }
    segments = [
        {"at": segment.at_s, "fade_s": segment.fade_s} | preset_table(segment.settings)
        for segment in timeline.segments
    ]
    return {
        "livedream": __version__,
        "seed": request.seed,
        "source": footage.name,
        "size": f"{size_wh[0]}x{size_wh[1]}",
        "fps": str(rate),
        "sound": request.sound,
        **{word: value for word, value in given.items() if value is not None},
        **({"segment": segments} if len(segments) > 1 else {}),
    }
