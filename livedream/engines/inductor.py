"""The folder where torch.compile keeps what it compiled: one for each engine, which travels as bytes."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

TRITON_FOLDER = "TRITON_CACHE_DIR"
"""Where Triton keeps its own; if it is not set, in a part of the same folder."""


@contextmanager
def kept_in(folder: Path) -> Iterator[None]:
    """Confine torch.compile's cache to a folder: it reads compiled code from there and stores it there.

    That holds for the whole process, so that one thread at a time may be in here.
    """
    import torch._functorch.config
    import torch._inductor.config
    from torch._inductor.runtime.cache_dir_utils import temporary_cache_dir

    triton = os.environ.pop(TRITON_FOLDER, None)
    with ExitStack() as stack:
        stack.callback(_restore_triton, triton)
        stack.enter_context(temporary_cache_dir(str(folder)))
        stack.enter_context(torch._inductor.config.patch(fx_graph_cache=True))
        stack.enter_context(torch._functorch.config.patch(enable_autograd_cache=True))
        yield


def _restore_triton(before: str | None) -> None:
    os.environ.pop(TRITON_FOLDER, None)
    if before is not None:
        os.environ[TRITON_FOLDER] = before


def pack(folder: Path) -> bytes:
    """Pack a cache folder into one blob."""
    blob = io.BytesIO()
    with zipfile.ZipFile(blob, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".lock":
                archive.write(path, path.relative_to(folder).as_posix())
    return blob.getvalue()


def unpack(blob: bytes, folder: Path) -> None:
    """Unpack a blob's files into a folder. Raises ValueError if it is invalid, OSError if it does not fit."""
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            archive.extractall(folder)
    except zipfile.BadZipFile as fault:
        raise ValueError(f"this is not a pack of files: {fault}") from fault
