"""Published weights from their publisher, and one's own, to where livedream looks for them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urljoin

from livedream.dream.network_info import NetworkInfo
from livedream.errors import InputError

if TYPE_CHECKING:
    from requests import Response

SECURE = "https://"
TIMEOUT_S = 30.0
"""For an answer, and between two pieces of a file."""


class Progress(Protocol):
    """Is told how a download goes."""

    total: float
    """Bytes of the whole file."""

    def update(self, size: int) -> None:
        """Take note of `size` bytes more."""
        ...

    def reset(self) -> None:
        """Restart from 0 bytes."""
        ...

    def close(self) -> None:
        """Close the progress display."""
        ...


def fetch(info: NetworkInfo, progress: Progress | None = None) -> Path:
    """Download a network's published weights, check them and put them in place; nothing half done stays.

    Raises InputError if they cannot be had, are not what was published or cannot be written.
    """
    if not info.address:
        raise InputError(f"the weights of {info.name} are not downloaded; {info.way_out}")
    with _unfinished(info.file) as part:
        _download(info, part, progress)
        _check_digest(info, part)
        _check_fit(info, part)
        part.replace(info.file)
    return info.file


def install(info: NetworkInfo, file: Path) -> Path:
    """Copy the user's own weights into place, after checking that they fit; the file itself stays.

    Raises InputError if it is missing, damaged, another network's or cannot be written.
    """
    from safetensors.torch import save_file

    from livedream.dream.loading import read_fitting

    if not info.plan.layers:
        raise InputError(f"the network {info.name} comes with livedream and takes no other weights")
    weights = read_fitting(info, file)
    with _unfinished(info.own_place) as part:
        save_file({name: tensor.contiguous() for name, tensor in weights.items()}, part)
        part.replace(info.own_place)
    return info.own_place


@contextmanager
def _unfinished(place: Path) -> Iterator[Path]:
    """Return a file beside `place` that is gone afterwards, unless it was moved. Raises InputError."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=place.parent) as folder:
            yield Path(folder) / place.name
    except OSError as fault:
        raise InputError(
            f"{place} cannot be written ({fault.strerror or fault}); free some space there, "
            "or check its permissions"
        ) from fault


def _download(info: NetworkInfo, part: Path, progress: Progress | None) -> None:
    from pooch import HTTPDownloader
    from requests import RequestException

    secure = {"response": _check_secure} if info.address.startswith(SECURE) else {}
    downloader = HTTPDownloader(progressbar=progress or False, timeout=TIMEOUT_S, hooks=secure)
    try:
        downloader(info.address, str(part), None)
    except RequestException as fault:
        if fault.response is not None:
            fault.response.close()  # which nobody has read to its end
        raise InputError(
            f"{info.address} cannot be downloaded ({_reason(fault)}); try again later, or download it "
            f"elsewhere and save it as {info.file}"
        ) from fault


def _check_secure(answer: Response, **_: object) -> None:
    """Raise InputError for an answer that sends from an encrypted address to one that is not."""
    to = answer.headers.get("Location", "") if answer.is_redirect else ""
    if not urljoin(answer.url, to).startswith(SECURE):
        raise InputError(
            f"{answer.url} sends on to {to or answer.url}, which is not encrypted, so nothing was "
            "downloaded; try again later, on another network"
        )


def _reason(fault: Exception) -> str:
    """Return what kept a download, shorter than requests does."""
    from requests import ConnectionError as NotReached
    from requests import HTTPError, Timeout

    if isinstance(fault, HTTPError) and fault.response is not None:
        return f"the server answered {fault.response.status_code} {fault.response.reason}"
    if isinstance(fault, Timeout):
        return f"no answer in {TIMEOUT_S:.0f} seconds"
    if isinstance(fault, NotReached):
        return "it cannot be reached: is this machine online?"
    return type(fault).__name__


def _check_digest(info: NetworkInfo, part: Path) -> None:
    """Compare with as much of the SHA-256 as is known."""
    from pooch import file_hash

    found = str(file_hash(str(part)))
    if not found.startswith(info.sha256):
        raise InputError(
            f"{info.address} sent another file than the published one: its SHA-256 begins with "
            f"{found[:8]}, not {info.sha256[:8]}; try again later"
        )


def _check_fit(info: NetworkInfo, part: Path) -> None:
    from livedream.dream.loading import read_fitting

    try:
        read_fitting(info, part, "try again later")
    except InputError as fault:
        message = str(fault).removeprefix("the network file ")
        raise InputError(message.replace(str(part), f"what {info.address} sent", 1)) from fault
