"""The options that live, demo and bench share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from livedream.control.control_plan import ControlPlan
from livedream.engines.kinds import ENGINES
from livedream.errors import InputError
from livedream.sinks.sink import FlashLimit
from livedream.sinks.sink_spec import SINKS

if TYPE_CHECKING:
    from livedream.engines.maker import Choice

PROGRAM_S = 45.0
"""How long each preset of a show is seen if nothing else is said."""

FADE_S = 0.5
"""In how long another preset takes the place of the one before if nothing else is said."""


DAY_S = 86400.0

MOST_BEATS = 100_000.0


def check_engine(name: str) -> str:
    """Return an engine's name if there is one of that name. Raises InputError."""
    if name != "auto" and name not in ENGINES:
        raise InputError(f"--engine {name}: choose one of {', '.join(['auto', *ENGINES])}")
    return name


SourceOption = Annotated[
    str | None,
    typer.Option(
        help="camera, camera:NAME-OR-INDEX, a video, an image, a stream's URL, or clouds.",
        metavar="SOURCE",
        show_default=False,
    ),
]
PresetOption = Annotated[str, typer.Option(help="A preset's name, or a TOML file.", metavar="NAME-OR-FILE")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="Change one setting; may be repeated.", metavar="WORD=VALUE", show_default=False
    ),
]
EngineOption = Annotated[
    str,
    typer.Option(
        help="What runs the network.",
        metavar="|".join(["auto", *ENGINES]),
        callback=check_engine,
    ),
]
SizeOption = Annotated[str, typer.Option(help="Size of the frames that go out.", metavar="WxH")]
FpsOption = Annotated[float, typer.Option(help="Frames a second that go out, and that are held.")]
RecordOption = Annotated[
    Path | None,
    typer.Option(help="Record to an .mp4, .mkv or .mov file.", metavar="FILE", show_default=False),
]
SinkOption = Annotated[
    list[str] | None,
    typer.Option(
        "--sink",
        help="Where else the frames go; may be repeated: a film's file, "
        + ", ".join(f"{name}[:DETAIL]" for name in SINKS)
        + ".",
        metavar="SINK",
        show_default=False,
    ),
]
FlashLimiterOption = Annotated[
    str,
    typer.Option(
        "--flash-limiter",
        help="Dampen what flashes more than three times a second: in what people watch as it comes, in "
        "recordings too, or not at all.",
        metavar="|".join(get_args(FlashLimit)),
    ),
]
MirrorOutputOption = Annotated[
    bool, typer.Option("--mirror-output", help="Mirror all that goes out, not only the preview.")
]
NoReplayOption = Annotated[
    bool,
    typer.Option("--no-replay", help="Do not keep the last ten seconds in memory, to be written by a key."),
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Let a recording replace an older file.")]
SecondsOption = Annotated[
    float | None, typer.Option(help="End after so many seconds.", metavar="N", show_default=False)
]

ResumeOption = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with what stood when the last show ended: preset, changes by hand, decks, modulation, "
        "tempo, mirrors, source.",
    ),
]
FreshOption = Annotated[
    bool, typer.Option("--fresh", help="Start anew, even if the last show did not end well.")
]

SoundOption = Annotated[
    Path | None,
    typer.Option(
        help="Sound of the film, from the beginning of this file.", metavar="FILE", show_default=False
    ),
]

ProgramsOption = Annotated[
    str | None,
    typer.Option(
        help="Show presets one after the other: names or files with commas between; without NAMES all "
        "that the network can show.",
        metavar="[NAMES]",
        show_default=False,
    ),
]
ProgramSOption = Annotated[
    float | None,
    typer.Option(
        help=f"With --programs: seconds that each is shown; {PROGRAM_S:g} if not given.",
        metavar="N",
        show_default=False,
    ),
]
ProgramBeatsOption = Annotated[
    float | None,
    typer.Option(
        help="With --programs: beats of the tempo that each is shown, in place of seconds.",
        metavar="N",
        show_default=False,
    ),
]
AttractSOption = Annotated[
    float,
    typer.Option(
        help="When nothing has moved for so many seconds, dream past frames in which something did, until "
        "somebody comes; 0: never.",
        metavar="N",
    ),
]
FadeSOption = Annotated[
    float,
    typer.Option(help="Seconds in which another preset takes the place of the one before.", metavar="N"),
]


@dataclass(frozen=True, slots=True)
class Options:
    """What a person asked for, checked.

    source: None if none was named. virtual_camera: None for none, "" for the first device. programs: names
    or files; () for all that can be shown, None for the preset alone. program_beats: how long each is shown,
    in place of program_s. attract_s: None for never. resume: True to go on with the last show, False to start
    anew, None to go on with one that did not end well. is_plain: nobody has said what is shown first.
    """

    source: str | None
    preset: str
    assignments: list[str] = field(default_factory=list)
    engine: Choice = "auto"
    size_wh: tuple[int, int] = (1280, 720)
    fps: float = 30.0
    record: Path | None = None
    overwrite: bool = False
    virtual_camera: str | None = None
    seconds: float | None = None
    programs: tuple[str, ...] | None = None
    program_s: float = PROGRAM_S
    attract_s: float | None = None
    fade_s: float = FADE_S
    sinks: tuple[str, ...] = ()
    control: ControlPlan = field(default_factory=ControlPlan)
    program_beats: float | None = None
    flash_limit: FlashLimit = "live"
    mirror_output: bool = False
    replay: bool = False
    resume: bool | None = None
    is_plain: bool = False

    @property
    def is_turned(self) -> bool:
        """Return whether anything turns the show from elsewhere: then all presets can be chosen."""
        return self.control.osc is not None or self.control.midi is not None


def check_resume(resume: bool, fresh: bool, *, is_plain: bool) -> bool | None:
    """Return what is asked for, None if nothing is. Raises InputError for what does not go together."""
    if resume and fresh:
        raise InputError("--resume goes on with the last show and --fresh starts anew: give one of the two")
    if resume and not is_plain:
        raise InputError(
            "--resume shows what stood in the last show: leave --preset, --programs and --set away"
        )
    return True if resume else False if fresh else None


def parse_size(text: str) -> tuple[int, int]:
    """Read "1280x720" as (width, height). Raises InputError."""
    match = re.fullmatch(r"(\d+)[xX](\d+)", text.strip())
    if match is None:
        raise InputError(f"--size {text}: write it as WIDTHxHEIGHT, for example 1280x720")
    width, height = int(match[1]), int(match[2])
    if not (64 <= width <= 7680 and 64 <= height <= 4320):
        raise InputError(f"--size {text}: each side has 64 to 7680 pixels, the height at most 4320")
    return width, height


def check_flash_limit(name: str) -> FlashLimit:
    """Return what is kept from flashing, if there is such a choice. Raises InputError."""
    for choice in get_args(FlashLimit):
        if name == choice:
            limit: FlashLimit = choice
            return limit
    raise InputError(f"--flash-limiter {name}: choose one of {', '.join(get_args(FlashLimit))}")


def check_fps(fps: float) -> float:
    """Return the frame rate if it is in range. Raises InputError."""
    if not 1 <= fps <= 240:
        raise InputError(f"--fps {fps:g}: choose 1 to 240 frames per second")
    return fps


def check_seconds(seconds: float | None) -> float | None:
    """Return the duration if it is in range. Raises InputError."""
    if seconds is not None and not 0 < seconds <= 7 * 24 * 3600:
        raise InputError(f"--seconds {seconds:g}: choose more than 0, and at most a week (604800)")
    return seconds


def parse_programs(text: str | None) -> tuple[str, ...] | None:
    """Read "eyes,fur" as names; () for "", None for None. Raises InputError."""
    if not text:
        return None if text is None else ()
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise InputError(f"--programs {text}: write names with one comma between, for example eyes,fur,weave")
    return names


def check_programs(programs: str | None, preset: str | None, program_s: float | None) -> float:
    """Return the seconds that each preset is shown, if the options agree. Raises InputError."""
    if programs and preset is not None:
        raise InputError(
            f"--preset {preset}: --programs {programs} begins with its first; give one of the two"
        )
    if programs is None and program_s is not None:
        raise InputError(f"--program-s {program_s:g} is for presets that take turns: give --programs, too")
    if program_s is not None and not 0 < program_s <= DAY_S:
        raise InputError(f"--program-s {program_s:g}: choose more than 0, and at most a day ({DAY_S:g})")
    return PROGRAM_S if program_s is None else program_s


def check_program_beats(beats: float | None, programs: str | None, program_s: float | None) -> float | None:
    """Return the beats that each preset is shown, if the options agree. Raises InputError."""
    if beats is None:
        return None
    if programs is None:
        raise InputError(f"--program-beats {beats:g} is for presets that take turns: give --programs, too")
    if program_s is not None:
        raise InputError(f"--program-beats {beats:g} and --program-s {program_s:g}: give one of the two")
    if not 1 <= beats <= MOST_BEATS:
        raise InputError(f"--program-beats {beats:g}: choose 1 to {MOST_BEATS:g} beats")
    return beats


def check_attract_s(seconds: float) -> float | None:
    """Return the duration if it is in range, None for 0. Raises InputError."""
    if not 0 <= seconds <= DAY_S:
        raise InputError(f"--attract-s {seconds:g}: choose 0 (never) to a day ({DAY_S:g})")
    return seconds or None


def check_fade_s(seconds: float) -> float:
    """Return the duration if it is in range. Raises InputError."""
    from livedream.settings.show_numbers import LONGEST_FADE_S  # settings take a tenth of a second to load

    if not 0 <= seconds <= LONGEST_FADE_S:
        raise InputError(f"--fade-s {seconds:g}: choose 0 (at once) to {LONGEST_FADE_S:g} seconds")
    return seconds
