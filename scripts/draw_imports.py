"""Prints which package of livedream imports which, as a Mermaid diagram; docs/architecture.md has it.

python scripts/draw_imports.py
An arrow that others add up to is left out: what a package imports, those above it may import as well.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]


def layers() -> list[list[str]]:
    """List the layers that the linter knows, the highest first, each with its packages."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = [one for one in content["tool"]["importlinter"]["contracts"] if one["type"] == "layers"]
    return [[name.strip() for name in layer.split("|")] for layer in contract["layers"]]


def imports(packages: list[str]) -> dict[str, set[str]]:
    """Map each package to those that it imports, itself left out."""
    graph = grimp.build_graph("livedream", exclude_type_checking_imports=True)
    found: dict[str, set[str]] = {package: set() for package in packages}
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            here, there = (
                next((one for one in packages if name == one or name.startswith(f"{one}.")), None)
                for name in (module, imported)
            )
            if here is not None and there is not None and here != there:
                found[here].add(there)
    return found


def reduced(edges: dict[str, set[str]]) -> dict[str, set[str]]:
    """Leave out what is reached through others as well (transitive reduction of a graph without circles)."""

    def reached(package: str) -> set[str]:
        return set().union(*({one} | reached(one) for one in edges[package]))

    return {
        package: {one for one in direct if not any(one in reached(other) for other in direct - {one})}
        for package, direct in edges.items()
    }


def diagram() -> str:
    """Draw the packages, layer by layer, and their imports."""
    rows = layers()
    edges = reduced(imports([package for row in rows for package in row]))
    lines = ["flowchart TD"]
    for number, row in enumerate(rows):
        names = " & ".join(sorted(_short(package) for package in row))
        lines.append(f"    subgraph layer{number} [ ]")
        lines += [f"        {name}" for name in names.split(" & ")]
        lines.append("    end")
    for row in rows:
        for package in sorted(row):
            lines += [f"    {_short(package)} --> {_short(one)}" for one in sorted(edges[package])]
    return "\n".join(lines) + "\n"


def _short(package: str) -> str:
    return package.removeprefix("livedream.")


if __name__ == "__main__":
    print(diagram(), end="")
