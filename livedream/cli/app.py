"""The commands and their options; what each does lies in a module of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from livedream.cli import engines_app, lists, networks, offline, pictures
from livedream.cli.bench_options import FaultOption, MeasuredSOption, SoakOption, check_soak
from livedream.cli.control_options import (
    ArtNetHostOption,
    ArtNetOption,
    AudioOption,
    BpmOption,
    LeadOption,
    LookaheadOption,
    MidiOption,
    MoveOption,
    OscOption,
    OscToOption,
    QuantiseOption,
    control_plan,
    with_sound_and_light,
)
from livedream.cli.engine_ahead import engine_ahead, loading
from livedream.cli.show_options import (
    FADE_S,
    AttractSOption,
    EngineOption,
    FadeSOption,
    FlashLimiterOption,
    FpsOption,
    FreshOption,
    MirrorOutputOption,
    NoReplayOption,
    Options,
    OverwriteOption,
    PresetOption,
    ProgramBeatsOption,
    ProgramSOption,
    ProgramsOption,
    RecordOption,
    ResumeOption,
    SecondsOption,
    SetOption,
    SinkOption,
    SizeOption,
    SourceOption,
    check_attract_s,
    check_fade_s,
    check_flash_limit,
    check_fps,
    check_program_beats,
    check_programs,
    check_resume,
    check_seconds,
    parse_programs,
    parse_size,
)
from livedream.resources import DEFAULT_PRESET
from livedream.version import __version__

app = typer.Typer(
    help="Point a webcam at the world and watch it dream. Without a command: live.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(engines_app.app, name="engines")
app.add_typer(networks.app, name="networks")
app.command()(offline.render)
app.command()(pictures.image)
app.command()(pictures.zoom)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"livedream {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Tell the version and exit.")
    ] = False,
) -> None:
    """Point a webcam at the world and watch it dream. Without a command: live."""


@app.command()
def live(
    source: SourceOption = None,
    preset: Annotated[
        str | None,
        typer.Option(
            help=f"A preset's name, or a TOML file; {DEFAULT_PRESET} if not given.",
            metavar="NAME-OR-FILE",
            show_default=False,
        ),
    ] = None,
    programs: ProgramsOption = None,
    program_s: ProgramSOption = None,
    program_beats: ProgramBeatsOption = None,
    attract_s: AttractSOption = 0.0,
    fade_s: FadeSOption = FADE_S,
    set_: SetOption = None,
    engine: EngineOption = "auto",
    size: SizeOption = "1280x720",
    fps: FpsOption = 30.0,
    record: RecordOption = None,
    overwrite: OverwriteOption = False,
    virtual_camera: Annotated[
        str | None,
        typer.Option(help="Send to a virtual camera; the first one without DEVICE.", metavar="[DEVICE]"),
    ] = None,
    sink: SinkOption = None,
    mirror_output: MirrorOutputOption = False,
    flash_limiter: FlashLimiterOption = "live",
    no_replay: NoReplayOption = False,
    osc: OscOption = None,
    osc_to: OscToOption = None,
    midi: MidiOption = None,
    bpm: BpmOption = 120.0,
    quantise: QuantiseOption = "off",
    lookahead: LookaheadOption = 0.0,
    audio: AudioOption = None,
    tempo: LeadOption = "hand",
    move: MoveOption = None,
    art_net: ArtNetOption = None,
    art_net_host: ArtNetHostOption = "127.0.0.1",
    no_window: Annotated[bool, typer.Option("--no-window", help="Open no window.")] = False,
    full_screen: Annotated[bool, typer.Option("--full-screen", help="Start the window full screen.")] = False,
    resume: ResumeOption = False,
    fresh: FreshOption = False,
    seconds: SecondsOption = None,
) -> None:
    """Dream live: from a camera or any other source to a window, a virtual camera, a recording."""
    shown_s = check_programs(programs, preset, program_s)
    plan = control_plan(osc, osc_to, midi, bpm, quantise, lookahead)
    is_plain = preset is None and programs is None and not set_
    options = Options(
        source,
        DEFAULT_PRESET if preset is None else preset,
        set_ or [],
        engine,
        size_wh=parse_size(size),
        fps=check_fps(fps),
        record=record,
        overwrite=overwrite,
        virtual_camera=virtual_camera,
        seconds=check_seconds(seconds),
        programs=parse_programs(programs),
        program_s=shown_s,
        attract_s=check_attract_s(attract_s),
        fade_s=check_fade_s(fade_s),
        sinks=tuple(sink or ()),
        control=with_sound_and_light(plan, audio, tempo, move, art_net, art_net_host),
        program_beats=check_program_beats(program_beats, programs, program_s),
        flash_limit=check_flash_limit(flash_limiter),
        mirror_output=mirror_output,
        replay=not no_replay,
        resume=check_resume(resume, fresh, is_plain=is_plain),
        is_plain=is_plain,
    )
    with engine_ahead(options) as builder:
        with loading():
            from livedream.cli.live_command import run

        run(options, builder, window=not no_window, full_screen=full_screen)


@app.command()
def demo(
    source: SourceOption = "clouds",
    preset: PresetOption = DEFAULT_PRESET,
    set_: SetOption = None,
    engine: EngineOption = "auto",
    size: SizeOption = "1280x720",
    fps: FpsOption = 30.0,
    osc: OscOption = None,
    osc_to: OscToOption = None,
    midi: MidiOption = None,
    bpm: BpmOption = 120.0,
    quantise: QuantiseOption = "off",
    lookahead: LookaheadOption = 0.0,
    seconds: SecondsOption = 10.0,
) -> None:
    """Dream for ten seconds without camera or display and leave livedream-demo.mp4."""
    options = Options(
        source,
        preset,
        set_ or [],
        engine,
        parse_size(size),
        check_fps(fps),
        seconds=check_seconds(seconds),
        control=control_plan(osc, osc_to, midi, bpm, quantise, lookahead),
    )
    with engine_ahead(options) as builder:
        with loading():
            from livedream.cli.demo import run

        run(options, builder)


@app.command()
def bench(
    source: SourceOption = "clouds",
    preset: PresetOption = DEFAULT_PRESET,
    set_: SetOption = None,
    engine: EngineOption = "auto",
    size: SizeOption = "1280x720",
    fps: FpsOption = 30.0,
    seconds: MeasuredSOption = None,
    soak: SoakOption = None,
    paced: Annotated[bool, typer.Option("--paced", help="Run at --fps, not as fast as it goes.")] = False,
    fault: FaultOption = None,
    json: Annotated[
        Path | None,
        typer.Option(help="Write the figures to a JSON file too.", metavar="FILE", show_default=False),
    ] = None,
) -> None:
    """Measure frame rate, latency, stages, memory and flicker."""
    options = Options(
        source, preset, set_ or [], engine, parse_size(size), check_fps(fps), seconds=check_seconds(seconds)
    )
    soak_minutes = check_soak(soak, seconds, fault)
    if fault:
        with loading():
            from livedream.cli.fault_command import run_faults

        run_faults(options, fault, json_file=json)
        return
    with engine_ahead(options) as builder:
        with loading():
            from livedream.cli.bench_command import run

        run(options, builder, paced=paced, json_file=json, soak_minutes=soak_minutes)


@app.command()
def doctor() -> None:
    """Check this machine and say how to get what is missing."""
    from rich.console import Console

    from livedream.cli.doctor import print_report

    raise typer.Exit(print_report(Console()))


@app.command()
def cameras() -> None:
    """List the cameras."""
    from livedream.cli.listing import print_cameras

    print_cameras()


app.command()(lists.presets)
app.command()(lists.settings)
