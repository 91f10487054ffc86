"""Dream a single picture, round after round, as deep as is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from livedream.containers.checked_file import is_there
from livedream.dream.spec import check_dream
from livedream.engines.maker import Choice
from livedream.errors import InputError
from livedream.frame import Frame, Rgb
from livedream.imaging import fitted_size, resized
from livedream.offline.dreaming import FrameDreamer, spec_for
from livedream.offline.engine_pool import Engines
from livedream.offline.full_size import at_full_size, words_of
from livedream.offline.moving_settings import moving_look
from livedream.offline.output import check_name, check_writable
from livedream.offline.render_lock import RenderLock, lock_beside
from livedream.offline.wanted_sources import notes_on_picture
from livedream.presets import apply_assignments, load
from livedream.resources import DEFAULT_PRESET
from livedream.settings import Settings
from livedream.settings.modulation_row import ModulationRow
from livedream.sinks.metadata import PICTURES, check_metadata, check_size, write_with_metadata
from livedream.sinks.render_recipe import Recipe
from livedream.sinks.segments import told
from livedream.sources.source_spec import expanded
from livedream.sources.still_image import over_black
from livedream.sources.transparent import Alpha, holds_several, read_transparent
from livedream.version import __version__
from livedream.whole_file import unfinished

ROUNDS = 12
"""How often a picture is dreamed if nobody says."""

ROUNDS_PER_S = Fraction(30)
"""How many rounds are a second of a show's time."""

ENGINE_BYTES = 100
"""Room in a picture's text for the name of the engine, which is not known before it is dreamed."""

TRANSPARENT = (".png", ".webp", ".tif", ".tiff")
"""The kinds of picture that keep what is transparent."""


@dataclass(frozen=True, slots=True)
class StillRequest:
    """What a person asked for, in the words of the command's options.

    size_wh: the box that the picture is to fit in; None: it keeps its size. rounds: >= 1.
    """

    source: str
    output: str
    preset: str = DEFAULT_PRESET
    assignments: Sequence[str] = ()
    engine: Choice = "auto"
    seed: int = 0
    rounds: int = ROUNDS
    size_wh: tuple[int, int] | None = None
    overwrite: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """A picture that can be dreamed.

    alpha: None if it is opaque, or is to become so. notes: sentences for people on what moves nothing, and
    on what of the picture is lost.
    """

    file: Path
    rgb: Rgb
    alpha: Alpha | None
    recipe: Recipe
    rounds: int
    seed: int
    notes: tuple[str, ...] = ()


def still_of(request: StillRequest) -> Still:
    """Check a request and read its picture. Raises InputError."""
    source, file = expanded(request.source), expanded(request.output)
    _check_file(file, source, overwrite=request.overwrite)
    rgb, alpha = read_transparent(source)
    lost = _lost(source, file, alpha)
    if alpha is not None and file.suffix.lower() not in TRANSPARENT:
        rgb, alpha = over_black(rgb, alpha), None  # else what it hides would be seen
    size_wh = (rgb.shape[1], rgb.shape[0])
    if request.size_wh is not None:
        size_wh = fitted_size(size_wh, request.size_wh)
    check_size(file, size_wh)
    preset = load(request.preset)
    settings = apply_assignments(preset.settings, list(request.assignments))
    settings = at_full_size(settings, size_wh, words_of(request.assignments))
    check_dream(settings.dream)  # an unknown layer is told now
    _check_apart(
        file, {"the guide": expanded(settings.dream.guide), "the style": expanded(settings.dream.style)}
    )
    made = {
        "livedream": __version__,
        "seed": request.seed,
        "source": source.name,
        "size": f"{size_wh[0]}x{size_wh[1]}",
        "rounds": request.rounds,
    }
    recipe = Recipe(preset.name, settings, made, preset.rows)
    check_metadata(file, recipe.text() + " " * ENGINE_BYTES)
    return Still(
        file,
        resized(rgb, size_wh),
        None if alpha is None else np.asarray(resized(alpha, size_wh), np.uint8),
        recipe,
        request.rounds,
        request.seed,
        (*lost, *notes_on_picture(preset.rows)),
    )


@contextmanager
def reserved(file: Path, *, overwrite: bool) -> Iterator[None]:
    """Keep other processes from making the same picture. Raises InputError, SinkError."""
    with told(file):
        lock = RenderLock(lock_beside(file), file)
    try:
        _check_absent(file, overwrite=overwrite)  # another may have made it since it was checked
        yield
    finally:
        lock.release()


def dreamed_still(still: Still, engines: Engines, report: Callable[[int, int], None]) -> Rgb:
    """Dream a picture. Raises EngineError. report: called with how many rounds are done, and of how many."""
    look = still.recipe.settings, still.recipe.rows
    return dreamed_rounds(still.rgb, look, still.rounds, engines, still.seed, report)


def dreamed_rounds(
    rgb: Rgb,
    look: tuple[Settings, tuple[ModulationRow, ...]],
    rounds: int,
    engines: Engines,
    seed: int = 0,
    report: Callable[[int, int], None] = lambda _done, _of: None,
) -> Rgb:
    """Dream a picture, each round from what the one before has made of it. Raises EngineError.

    look: settings, and the rows that move them from round to round, as from frame to frame of a show.
    """
    settings, rows = look
    dream, moved = rgb, moving_look(settings, rows, ROUNDS_PER_S)
    with closing(FrameDreamer(engines, seed)) as dreamer:
        for index in range(rounds):
            report(index, rounds)
            at_s = float(index / ROUNDS_PER_S)
            dream = dreamer.dream(Frame(rgb, at_s, index, media_s=at_s), moved.at(index)).rgb
    report(rounds, rounds)
    return dream


def write_still(still: Still, rgb: Rgb, engine: str) -> None:
    """Write the dream with what it was made with. Raises SinkError."""
    recipe = replace(still.recipe, made=still.recipe.made | {"engine": engine})
    whole = rgb if still.alpha is None else np.dstack([rgb, still.alpha])
    write_with_metadata(still.file, whole, recipe.text())


def engine_name(still: Still, engines: Engines) -> str:
    """Build the engine and return its name. Raises EngineError."""
    size_wh = (still.rgb.shape[1], still.rgb.shape[0])
    return engines.engine_for(spec_for(still.recipe.settings.dream, size_wh)).name


def _lost(source: Path, file: Path, alpha: Alpha | None) -> tuple[str, ...]:
    """Return a sentence on each thing of a picture that its dream will not have."""
    lost = []
    if holds_several(source):
        lost.append(
            f"{source.name} moves: its first picture is dreamed; livedream render makes films of GIFs"
        )
    if alpha is not None and file.suffix.lower() not in TRANSPARENT:
        lost.append(
            f"{source.name} is transparent in places, which {file.suffix} cannot be: they become black"
        )
    return tuple(lost)


def _check_file(file: Path, source: Path, *, overwrite: bool) -> None:
    """Check, before anything is dreamed, that the picture can be written. Raises InputError."""
    if file.suffix.lower() not in PICTURES:
        raise InputError(f"{file}: the name of a picture must end in {', '.join(PICTURES)}")
    check_name(file, unfinished(file))
    if not file.absolute().parent.is_dir():
        raise InputError(f"{file}: the folder {file.absolute().parent} does not exist; create it first")
    if file.is_dir():
        raise InputError(f"{file} is a folder; give the name of a picture")
    _check_apart(file, {"the input": source})
    _check_absent(file, overwrite=overwrite)
    check_writable(file.absolute().parent)


def _check_apart(file: Path, inputs: Mapping[str, Path]) -> None:
    """Raise InputError if an input would be written over. inputs: what each is -> a file, if it is there."""
    for what, path in inputs.items():
        if is_there(path) and file.exists() and file.samefile(path):
            raise InputError(f"{file} is {what}; choose another name for the output")


def _check_absent(file: Path, *, overwrite: bool) -> None:
    if file.exists() and not overwrite:
        raise InputError(f"{file} already exists; choose another name, or use --overwrite")
