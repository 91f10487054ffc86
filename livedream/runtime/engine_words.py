"""What is said of the engine that dreams."""

from __future__ import annotations

from livedream.dream.program import KernelProgram
from livedream.engines.maker import Ready


def describe(ready: Ready[KernelProgram]) -> str:
    """Describe the engine that dreams now: size, speed, and how it was checked."""
    height, width = ready.program.spec.size_hw
    said = f"{ready.engine.name} dreams {width}x{height}"
    if ready.run_ms is not None:
        said += f" in {ready.run_ms:.0f} ms"
    if ready.stopgap:
        is_lent = ready.run_ms is not None  # a fast one itself, while what may be faster is asked, and built
        return f"{said} while a faster engine is {'looked for' if is_lent else 'being built'}"
    if ready.checked is not None:
        said += f" (agrees with eager: cosine {ready.checked.cosine:.4f})"
    return said
