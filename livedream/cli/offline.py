"""The commands for what lies on the disk, and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from livedream.cli.show_options import EngineOption, PresetOption, SetOption, SoundOption
from livedream.errors import InputError
from livedream.resources import DEFAULT_PRESET

SourceArgument = Annotated[
    str | None,
    typer.Argument(
        help="A film, a folder of frames, a series such as frame_%05d.png, a picture, or clouds.",
        metavar="[IN]",
        show_default=False,
    ),
]
OutputArgument = Annotated[
    str | None,
    typer.Argument(
        help="A film (.mp4, .mkv, .mov), .gif, .webp, a folder, or frames such as out/frame_%05d.jpg.",
        metavar="[OUT]",
        show_default=False,
    ),
]


SeedOption = Annotated[int, typer.Option(help="Random seed.", min=0)]
BoxOption = Annotated[
    str | None,
    typer.Option(help="Fit frames into this size; default: the source's.", metavar="WxH", show_default=False),
]
RateOption = Annotated[
    str | None,
    typer.Option(help="Frames per second; default: the source's.", metavar="N", show_default=False),
]
StartOption = Annotated[
    str | None,
    typer.Option(
        help="Begin here: seconds, H:MM:SS, or a frame such as 120f.", metavar="TIME", show_default=False
    ),
]
EndOption = Annotated[
    str | None, typer.Option(help="End before this; in the same forms.", metavar="TIME", show_default=False)
]
LengthOption = Annotated[
    str | None,
    typer.Option(help="Length of a film made from a picture or clouds.", metavar="N", show_default=False),
]
PreviewOption = Annotated[
    str | None,
    typer.Option(help="Render a small, quick preview of this width.", metavar="WIDTH", show_default=False),
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format", help="Format of a folder's frames: png or jpg.", metavar="FORMAT", show_default=False
    ),
]
TimelineOption = Annotated[
    Path | None,
    typer.Option(help="A TOML file of settings over time.", metavar="FILE", show_default=False),
]
FirstFrameOption = Annotated[
    Path | None,
    typer.Option(help="Picture that the dream starts from.", metavar="PICTURE", show_default=False),
]
NoSoundOption = Annotated[bool, typer.Option("--no-sound", help="Leave out the sound.")]
MoveOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Let a source move a setting by a share of its range, such as bass=look.depth:0.4; may be "
        "repeated. Sources: bass, low mid, mid, high, onset, loudness, waves such as sine 4 beats, macros.",
        metavar="SOURCE=WORD[:DEPTH]",
        show_default=False,
    ),
]
AudioOption = Annotated[
    Path | None,
    typer.Option(
        help="What moves settings by sound follows this file, from the first frame that is rendered; "
        "default: --sound, or else the sound of a film that is rendered.",
        metavar="FILE",
        show_default=False,
    ),
]
BpmOption = Annotated[
    str | None,
    typer.Option(
        help="Tempo of waves in beats; default: the beat of the sound, or 120 without one.",
        metavar="N",
        show_default=False,
    ),
]
BatchOption = Annotated[
    Path | None,
    typer.Option(help="Render the films listed in a TOML file.", metavar="FILE", show_default=False),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        help="Dream this many chunks in parallel.", metavar="N", min=1, max=1000, show_default=False
    ),
]
ClusterOption = Annotated[
    str | None,
    typer.Option(help="Use the workers of a Dask scheduler.", metavar="ADDRESS", show_default=False),
]
ReplaceOption = Annotated[
    bool,
    typer.Option(
        "--overwrite", help="Replace an existing output; restart an unfinished render that differs."
    ),
]


_IN_BATCH = {
    "set_": "set",
    "picture_format": "format",
    "sound": "sound_file",
    "no_sound": "sound = false",
    "overwrite": "overwrite = true",
}
"""What options are called in a batch's file, where it is not their own name."""


def _check_alone(context: typer.Context, batch: Path) -> None:
    """Raise InputError for an option beside --batch, which would hold for none of its renders."""
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        if name == "batch" or source is None or source.name != "COMMANDLINE":
            continue
        value = context.params[name]
        said = parameter.opts[0] + ("" if value is True else f" {' '.join(map(str, _listed(value)))}")
        word = _IN_BATCH.get(name, name)
        raise InputError(
            f"{said}: with --batch, each render sets {word} in {batch} itself; leave it out here"
        )


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def render(
    context: typer.Context,
    source: SourceArgument = None,
    output: OutputArgument = None,
    preset: PresetOption = DEFAULT_PRESET,
    set_: SetOption = None,
    engine: EngineOption = "auto",
    seed: SeedOption = 0,
    size: BoxOption = None,
    fps: RateOption = None,
    start: StartOption = None,
    end: EndOption = None,
    seconds: LengthOption = None,
    preview: PreviewOption = None,
    picture_format: FormatOption = None,
    timeline: TimelineOption = None,
    first_frame: FirstFrameOption = None,
    sound: SoundOption = None,
    no_sound: NoSoundOption = False,
    move: MoveOption = None,
    audio: AudioOption = None,
    bpm: BpmOption = None,
    batch: BatchOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    overwrite: ReplaceOption = False,
) -> None:
    """Dream a film, frame by frame; run the same command again to continue an interrupted render."""
    from livedream.cli.render_command import one_or_batch, run, run_batch
    from livedream.cli.workers import Crew
    from livedream.offline.render_options import box_of, bpm_of, length_of, preview_of, rate_of
    from livedream.offline.render_request import RenderRequest
    from livedream.settings.modulation_row import parse_moves

    places = one_or_batch((source, output), batch)
    if places is None:
        assert batch is not None
        Crew(workers, cluster).check_none(batch)
        _check_alone(context, batch)
        run_batch(batch)
        return
    crew = Crew(workers, cluster)
    (run if crew.is_none else crew.run)(
        RenderRequest(
            *places,
            preset,
            tuple(set_ or ()),
            engine=engine,
            seed=seed,
            size_wh=box_of(size),
            fps=rate_of(fps),
            start=start,
            end=end,
            seconds=length_of(seconds),
            preview=preview_of(preview),
            picture_format=picture_format,
            timeline=timeline,
            first_frame=first_frame,
            sound=not no_sound,
            sound_file=sound,
            moves=parse_moves(move or ()),
            audio=audio,
            bpm=bpm_of(bpm),
            overwrite=overwrite,
        )
    )
