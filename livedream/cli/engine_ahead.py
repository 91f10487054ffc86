"""The first engine of a show, begun before all else that a show needs is loaded.

While OpenVINO reads the engine from the disk, or a process that builds it loads torch, the rest is imported.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from livedream.cli.printed import teller
from livedream.errors import LivedreamError

if TYPE_CHECKING:
    from livedream.cli.show_options import Options
    from livedream.dream.program import KernelProgram
    from livedream.dream.spec import KernelSpec
    from livedream.engines.builder import EngineBuilder


@contextmanager
def engine_ahead(options: Options) -> Iterator[EngineBuilder[KernelProgram]]:
    """Begin with the engine that the options will most likely ask for; closed at the end of the block."""
    with loading():
        from rich.console import Console

        from livedream.dream.program import KernelProgram
        from livedream.engines.builder import EngineBuilder
        from livedream.engines.cache import EngineCache

    builder: EngineBuilder[KernelProgram]
    builder = EngineBuilder(options.engine, EngineCache(), teller(Console()))
    with closing(builder):
        with suppress(LivedreamError):  # whoever puts the show together tells it
            builder.begin(KernelProgram(_spec(options)))
        yield builder


def _spec(options: Options) -> KernelSpec:
    """Return what is dreamed first, if pictures have the shape of the output. Raises LivedreamError."""
    from livedream.dream.spec import check_dream, kernel_spec, working_size_hw
    from livedream.presets import apply_assignments, load

    look = load(options.programs[0] if options.programs else options.preset)
    dream = apply_assignments(look.settings, options.assignments).dream
    check_dream(dream)
    return kernel_spec(dream, working_size_hw(options.size_wh, dream.working_px))


@contextmanager
def loading() -> Iterator[None]:
    """Import in the block without looking for garbage: there is none, and looking takes a tenth of the time.

    What was imported is not looked at later on either.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
