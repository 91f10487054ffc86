"""A render as it was asked for, checked: all that decides its frames."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from livedream.dream.spec import check_dream
from livedream.errors import InputError
from livedream.frame import Frame, Rgb
from livedream.imaging import resized
from livedream.modulation.row_follower import standing
from livedream.offline.job_record import SOUND_WORDS, files_of, made_of
from livedream.offline.listening import Listening, has_sound
from livedream.offline.output import Output, check_output, output_of, size_for
from livedream.offline.render_request import RenderRequest, box_wh, with_files
from livedream.offline.settings_timeline import Segment, SettingsTimeline, load_timeline
from livedream.offline.timecode import clock_words, seconds_of
from livedream.offline.wanted_sources import Wanted, check_moves, wanted_of
from livedream.presets import apply_assignments, as_toml, load, preset_table
from livedream.references import References
from livedream.resources import DEFAULT_PRESET
from livedream.settings import change
from livedream.settings.modulation_row import ModulationRow, check_circle
from livedream.sinks.render_recipe import Recipe
from livedream.sinks.sound_choice import check_sound, music_begin_s
from livedream.sources.film import Film, identity_of
from livedream.sources.footage import Footage, at_rate, end_before, slot_at
from livedream.sources.open_footage import FootageRequest, open_footage
from livedream.sources.source_spec import expanded
from livedream.sources.still_image import read_image
from livedream.toml_table import toml_table

LEAST_WORKING_PX = 4096
"""What dream.working_px cannot go below."""


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
    footage, word -> identity. listening: the sound that moves settings. bpm: of waves that go by beats, None
    for that of the sound. notes: sentences for people on what moves nothing.
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
    listening: Listening | None
    bpm: float | None
    notes: tuple[str, ...]

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

    def words(self, recipe: Recipe) -> dict[str, Any]:
        """Return everything that determines the frames, as TOML would read it back."""
        files = {word: identity for word, identity in self.files.items() if word not in SOUND_WORDS}
        made = {word: value for word, value in recipe.made.items() if word not in SOUND_WORDS}
        names = {"content": self.footage.identity, "files": files, "names": self.output.pattern}
        return toml_table(as_toml(made | names | preset_table(recipe.settings, recipe.rows)))


def job_of(request: RenderRequest) -> Job:
    """Check a request and open its source. Raises InputError."""
    request = with_files(request)
    output = output_of(request.output, request.picture_format)
    footage = _footage(request)
    rate = request.fps or footage.rate
    begun = request.overwrite or output.unfinished.is_dir()
    check_output(output, _path_of(request.source), rate, overwrite=begun)
    size_wh = size_for(output, footage.size_wh, box_wh(request))
    first, last = _span(request, footage, rate)
    timeline = _previewed(_timeline(request, footage), size_wh if request.preview else None)
    _check_settings(timeline)
    wanted = wanted_of(row for segment in timeline.segments for row in segment.rows)
    begin_s = float(first / rate)
    sound = _sound(request, footage, output, begin_s)
    listening = _listening(request, footage, wanted, (first, last), rate)
    files = files_of(request, timeline, listening, output)
    begins, holds = timeline.at(begin_s).settings, timeline.around(begin_s).holds
    identities = {word: identity_of([file]) for word, file in files.items()}
    made = made_of(request, footage, size_wh, rate, timeline)
    made |= {"content": footage.identity} | ({"files": identities} if identities else {})
    return Job(
        footage,
        output,
        size_wh,
        rate,
        first,
        last,
        timeline,
        Recipe(holds.preset, begins, made, holds.rows),
        request.seed,
        None if request.first_frame is None else read_image(request.first_frame),
        sound,
        identities,
        listening,
        request.bpm,
        (*_preset_notes(request, timeline), *_notes(request, footage, wanted, listening)),
    )


def _footage(request: RenderRequest) -> Footage:
    sized = (
        FootageRequest(request.fps, request.seconds)
        if request.size_wh is None
        else FootageRequest(request.fps, request.seconds, request.size_wh)
    )
    return open_footage(request.source, sized)


def _listening(
    request: RenderRequest, footage: Footage, wanted: Wanted, span: tuple[int, int | None], rate: Fraction
) -> Listening | None:
    """Return the sound that rows follow: what they are given, or else what the film will sound like.

    What a file brings begins with the first frame that is rendered, as its music does; the film's own sound
    with the film. None if none is wanted, or there is none. Raises InputError.
    """
    first, last = span
    if last is None and not isinstance(footage, Film) and footage.length_s is not None:
        last = slot_at(footage.length_s, rate)
    file, option = (request.audio, "--audio") if request.audio else (request.sound_file, "--sound")
    if file is not None and option == "--audio":
        music_begin_s(file, option)  # whether anything listens or not, it has to be there
    if not wanted.listens(request.bpm):
        return None
    beat = wanted.beat and request.bpm is None
    if file is not None:
        return Listening(file, music_begin_s(file, option), first, last and last - first, beat)
    if isinstance(footage, Film) and has_sound(footage.path):
        return Listening(footage.path, footage.origin_s, 0, last, beat)
    return None


def _preset_notes(request: RenderRequest, timeline: SettingsTimeline) -> Iterator[str]:
    if request.preset != DEFAULT_PRESET and timeline.segments[0].preset != load(request.preset).name:
        yield f"--preset {request.preset} changes nothing: the timeline has another from the beginning on"


def _notes(
    request: RenderRequest, footage: Footage, wanted: Wanted, listening: Listening | None
) -> Iterator[str]:
    """Yield a sentence on each thing that moves nothing."""
    yield from wanted.notes()
    if wanted.listens(request.bpm) and listening is None:
        yield from wanted.without_sound(
            f"{footage.name} has no sound (--audio FILE gives it one)", request.bpm
        )
    if request.audio is not None and listening is None:
        add = "add one, such as --move onset=look.light:-0.5"
        yield f"--audio {request.audio} moves nothing, as no row listens to sound; {add}"
    if request.bpm is not None and not wanted.beat:
        yield f"--bpm {request.bpm:g} changes nothing: no row is moved by a wave in beats"


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
    """Return the settings of the film, with the rows of presets and command line. Raises InputError."""
    check_moves(request.moves)
    preset = load(request.preset)
    settings = apply_assignments(preset.settings, list(request.assignments))
    first = Segment(0.0, change(settings, request.changes, "set"), rows=preset.rows, preset=preset.name)
    timeline = SettingsTimeline([first])
    if request.timeline is not None:
        ends = partial(end_before, footage)
        timeline = load_timeline(request.timeline, first, request.assignments, footage.rate, ends)
    return SettingsTimeline([_moved(one, request.moves) for one in timeline.segments])


def _moved(segment: Segment, moves: tuple[ModulationRow, ...]) -> Segment:
    """Return a segment with rows of the command line beside its own. Raises InputError."""
    rows = tuple(standing((segment.rows, moves)).values())
    try:
        check_circle(rows)
    except InputError as fault:
        raise InputError(f"--move, with the rows of the preset: {fault}") from fault
    return replace(segment, rows=rows)


def _previewed(timeline: SettingsTimeline, size_wh: tuple[int, int] | None) -> SettingsTimeline:
    """Dream at no larger size than a preview shows."""
    if size_wh is None:
        return timeline
    shown_px = max(LEAST_WORKING_PX, size_wh[0] * size_wh[1])
    return SettingsTimeline([_at_most(segment, shown_px) for segment in timeline.segments])


def _at_most(segment: Segment, working_px: int) -> Segment:
    smaller = {"dream.working_px": min(working_px, segment.settings.dream.working_px)}
    return replace(segment, settings=change(segment.settings, smaller, "--preview"))


def _check_settings(timeline: SettingsTimeline) -> None:
    """Raise InputError for a layer, a guide or a style that is not there, before hours of rendering."""
    with closing(References()) as references:
        for segment in timeline.segments:
            check_dream(segment.settings.dream)
            references.check(segment.settings.dream)
