"""The commands that begin with a single picture, and their options."""

from __future__ import annotations

from typing import Annotated

import typer

from livedream.cli.offline import (
    AudioOption,
    BpmOption,
    MoveOption,
    ReplaceOption,
    SeedOption,
    TimelineOption,
)
from livedream.cli.show_options import EngineOption, PresetOption, SetOption, SoundOption
from livedream.resources import DEFAULT_PRESET

PictureArgument = Annotated[
    str, typer.Argument(help="A picture: PNG, JPEG, WebP, TIFF, ...", metavar="PICTURE", show_default=False)
]
BoxOption = Annotated[
    str | None,
    typer.Option(
        help="Fit it into this size; default: the picture's own.", metavar="WxH", show_default=False
    ),
]
FlightArgument = Annotated[
    str,
    typer.Argument(
        help="A film (.mp4, .mkv, .mov), .gif, .webp, a folder, or frames such as out/frame_%05d.jpg.",
        metavar="OUT",
        show_default=False,
    ),
]
FlightSecondsOption = Annotated[str, typer.Option(help="Length of the film.", metavar="N")]
FlightRateOption = Annotated[str, typer.Option(help="Frames per second.", metavar="N")]
SpeedOption = Annotated[
    float, typer.Option(help="Doublings per second; below 0 flies backwards.", min=-4, max=4)
]
RotateOption = Annotated[float, typer.Option(help="Degrees per second, clockwise.", min=-360, max=360)]
PanOption = Annotated[
    str,
    typer.Option(help="Drift to the right and down: shares of the picture per second.", metavar="X,Y"),
]


def image(
    source: PictureArgument,
    output: Annotated[
        str,
        typer.Argument(help="A .png, .jpg, .webp or .tif file.", metavar="OUT", show_default=False),
    ],
    preset: PresetOption = DEFAULT_PRESET,
    set_: SetOption = None,
    engine: EngineOption = "auto",
    seed: SeedOption = 0,
    rounds: Annotated[
        int, typer.Option(help="How many times it is dreamed; more is deeper.", min=1, max=10_000)
    ] = 12,
    size: BoxOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Dream a single picture at its own size; above 3840x2160 pixels the dream is enlarged to it."""
    from livedream.cli.image_command import run
    from livedream.offline.render_options import box_of
    from livedream.offline.still import StillRequest

    run(
        StillRequest(source, output, preset, tuple(set_ or ()), engine, seed, rounds, box_of(size), overwrite)
    )


def zoom(
    source: PictureArgument,
    output: FlightArgument,
    preset: PresetOption = DEFAULT_PRESET,
    set_: SetOption = None,
    engine: EngineOption = "auto",
    seed: SeedOption = 0,
    size: BoxOption = None,
    seconds: FlightSecondsOption = "20",
    fps: FlightRateOption = "30",
    speed: SpeedOption = 0.5,
    rotate: RotateOption = 0.0,
    pan: PanOption = "0,0",
    timeline: TimelineOption = None,
    sound: SoundOption = None,
    move: MoveOption = None,
    audio: AudioOption = None,
    bpm: BpmOption = None,
    overwrite: ReplaceOption = False,
) -> None:
    """Zoom endlessly into a dreaming picture; run the same command again to continue an interrupted film."""
    from livedream.cli.zoom_command import pan_of, run
    from livedream.offline.endless_zoom import Flight
    from livedream.offline.render_options import box_of, bpm_of, length_of, rate_of
    from livedream.offline.render_request import RenderRequest
    from livedream.settings.modulation_row import parse_moves

    request = RenderRequest(
        source,
        output,
        preset,
        tuple(set_ or ()),
        engine=engine,
        seed=seed,
        size_wh=box_of(size),
        fps=rate_of(fps),
        seconds=length_of(seconds),
        timeline=timeline,
        sound_file=sound,
        moves=parse_moves(move or ()),
        audio=audio,
        bpm=bpm_of(bpm),
        overwrite=overwrite,
    )
    run(request, Flight(speed, rotate, *pan_of(pan)))
