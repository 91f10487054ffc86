"""`livedream networks`: lists the networks, shows one, gets its weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from livedream.dream.network_info import NetworkInfo

app = typer.Typer(help="List the networks, show one, get its weights.", invoke_without_command=True)

Name = Annotated[str, typer.Argument(help="A network's name.", metavar="NAME")]


@app.callback()
def _networks(context: typer.Context) -> None:
    """List the networks, show one, get its weights. Without a command: list."""
    if context.invoked_subcommand is None:
        list_networks()


@app.command("list")
def list_networks() -> None:
    """List the networks: whether their weights are installed, their size, layers and default layer."""
    from livedream.dream.catalog import network_info, network_names

    table = Table(
        Column("network", no_wrap=True),
        "weights",
        Column("MB", justify="right"),
        Column("layers", justify="right"),
        "default layer",
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
    )
    for info in map(network_info, network_names()):
        table.add_row(info.name, _weights(info), _megabytes(info), str(len(info.layers)), info.default_layer)
    console = Console()
    console.print(table)
    _say(console, "to download a network: livedream networks get NAME")


@app.command("show")
def show_network(name: Name) -> None:
    """Show a network: its layers with their channels and other names, and where its weights come from."""
    from livedream.dream.catalog import network_info

    info, console = network_info(name), Console()
    facts = {
        "weights": f"{_weights(info)}: {info.file}",
        "address": info.address,
        "licence": info.licence,
        "parameters": f"{info.parameters:,}" if info.parameters else "",
        "classes": _classes(info),
        "default layer": info.default_layer,
        "before_LAYER": f"the input of a layer: before_{info.default_layer} is {_default_input(info)}",
    }
    for word, fact in facts.items():
        if fact:
            _say(console, f"{word}: {fact}")
    table = Table(
        Column("layer", no_wrap=True),
        Column("channels", justify="right"),
        "other names",
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
    )
    for layer, channels in info.layers.items():
        table.add_row(layer, str(channels), ", ".join(_other_names(info, layer)))
    console.print(table)


@app.command("get")
def get_network(
    name: Name,
    file: Annotated[
        Path | None,
        typer.Option(
            help="Install your own weights for the same network from this file: .safetensors, .npz, .pth "
            "or .pt.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Download a network's weights from their publisher and verify them, or install your own."""
    from livedream.dream.catalog import network_info
    from livedream.dream.fetch import fetch, install

    info, console = network_info(name), Console()
    if file is not None:
        _say(console, f"{name}: {file} is valid and was copied to {install(info, file)}")
    elif info.file.is_file():
        _say(console, f"{name}: the weights are already installed: {info.file}")
    else:
        with _shown(name, console) as progress:
            place = fetch(info, progress)
        _say(console, f"{name}: the weights were verified and saved to {place}; licence: {info.licence}")


def _weights(info: NetworkInfo) -> str:
    if not info.file.is_file():
        return "not installed"
    return "your own" if info.own else "installed"


def _megabytes(info: NetworkInfo) -> str:
    size = info.file.stat().st_size / 1e6 if info.file.is_file() else info.megabytes
    return f"{size:.0f}"


def _classes(info: NetworkInfo) -> str:
    return info.labels or (f"{info.classes}, by number" if info.classes else "")


def _default_input(info: NetworkInfo) -> str:
    return info.find(f"before_{info.default_layer}")


def _other_names(info: NetworkInfo, layer: str) -> list[str]:
    return [name for name, technical in [*info.moods.items(), *info.aliases.items()] if technical == layer]


class _Bar:
    """A download's bar."""

    def __init__(self, bars: Bars, task: TaskID) -> None:
        self._bars, self._task, self._total = bars, task, 0.0

    @property
    def total(self) -> float:
        """Return the size of the whole file, in bytes."""
        return self._total

    @total.setter
    def total(self, size: float) -> None:
        self._total = size
        self._bars.update(self._task, total=size or None)

    def update(self, size: int) -> None:
        """Move on."""
        self._bars.update(self._task, advance=size)

    def reset(self) -> None:
        """Restart from 0 bytes."""
        self._bars.update(self._task, completed=0)

    def close(self) -> None:
        """Do nothing: the bar is removed with the others."""


@contextmanager
def _shown(name: str, console: Console) -> Iterator[_Bar]:
    """Yield a progress bar for a download; it is hidden unless the console is a terminal."""
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        yield _Bar(bars, bars.add_task(name, total=None))


def _say(console: Console, sentence: str) -> None:
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)
