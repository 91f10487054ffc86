import typing
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from livedream.errors import InputError
from livedream.presets import load, preset_text
from livedream.settings import Settings
from livedream.sinks.metadata import write_with_metadata
from livedream.sinks.render_recipe import SIDECAR, Recipe, parse_recipe, recipe_of

WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)


def _limits(metadata: Any) -> dict[str, Any]:
    names = {"ge": "min_value", "le": "max_value"}
    found: dict[str, Any] = {}
    for limit in metadata:
        for part in getattr(limit, "metadata", [limit]):
            for ours, theirs in names.items():
                if hasattr(part, ours):
                    found[theirs] = getattr(part, ours)
    return found


def _values(kind: Any, limits: dict[str, Any]) -> st.SearchStrategy[Any]:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        return _values(arguments[0], _limits(arguments[1:]))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(_values(arguments[0], {}), max_size=3).map(tuple)
    if origin is not None and issubclass(origin, typing.Mapping):
        return st.dictionaries(_values(arguments[0], {}), _values(arguments[1], {}), max_size=3)
    if kind is float:
        return st.floats(allow_nan=False, allow_infinity=False, **limits)
    plain = {
        int: st.integers(**({"min_value": -(10**6), "max_value": 10**6} | limits)),
        bool: st.booleans(),
        str: WORDS,
    }
    return plain[kind]


@st.composite
def any_settings(draw: st.DrawFn) -> Settings:
    """Give settings of any values that are possible."""
    tree: dict[str, Any] = {}
    for section, outer in Settings.model_fields.items():
        fields: dict[str, FieldInfo] = outer.annotation.model_fields
        for name in draw(st.sets(st.sampled_from(sorted(fields)))):
            value = draw(_values(fields[name].annotation, _limits(fields[name].metadata)))
            tree.setdefault(section, {})[name] = value
    try:
        return Settings.model_validate(tree)
    except ValidationError:
        assume(False)
        raise


@settings(deadline=None, max_examples=30)
@given(any_settings(), WORDS)
def test_every_setting_comes_back_from_a_recipe(made_with: Settings, source: str) -> None:
    recipe = Recipe("mine", made_with, {"livedream": "0.1", "seed": 7, "source": source})
    assert parse_recipe(recipe.text(), Path("film.mp4")) == recipe


@settings(deadline=None, max_examples=10)
@given(any_settings())
def test_a_recipe_is_a_preset_file(tmp_path_factory: pytest.TempPathFactory, made_with: Settings) -> None:
    file = tmp_path_factory.mktemp("preset") / "mine.toml"
    file.write_text(Recipe("mine", made_with, {"livedream": "0.1"}).text(), encoding="utf-8")
    assert load(str(file)).settings == made_with


def test_the_segments_of_a_timeline_come_back() -> None:
    made = {
        "livedream": "0.1",
        "segment": [{"at": 0.0, "dream": {"steps": 2}}, {"at": 1.5}],
        "engine": "eager",
    }
    assert parse_recipe(Recipe("a", Settings(), made).text(), Path("x")).made == made


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_picture_gives_its_recipe_back(tmp_path: Path, suffix: str) -> None:
    recipe = Recipe("eyes", load("eyes").settings, {"livedream": "0.1", "source": "Straße 5.png"})
    write_with_metadata(tmp_path / f"a{suffix}", np.zeros((8, 8, 3), np.uint8), recipe.text())
    assert recipe_of(tmp_path / f"a{suffix}") == recipe


def test_a_folder_gives_its_recipe_back(tmp_path: Path) -> None:
    recipe = Recipe("eyes", load("eyes").settings, {"livedream": "0.1"})
    (tmp_path / SIDECAR).write_text(recipe.text(), encoding="utf-8")
    assert recipe_of(tmp_path) == recipe


def test_what_livedream_did_not_make_is_told(tmp_path: Path) -> None:
    (tmp_path / "plain.toml").write_text(preset_text("mine", Settings()))
    (tmp_path / "story.mp4").write_text("once upon a time " * 99)
    (tmp_path / "noise.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    (tmp_path / "binary.toml").write_bytes(bytes(range(256)))
    write_with_metadata(tmp_path / "foreign.png", np.zeros((8, 8, 3), np.uint8), "# holiday")
    (tmp_path / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(9))
    for name in (
        "plain.toml",
        "story.mp4",
        "noise.png",
        "binary.toml",
        "foreign.png",
        "cut.jpg",
        "none.mp4",
        ".",
    ):
        with pytest.raises(InputError) as caught:
            recipe_of(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_a_recipe_with_settings_that_are_none_is_told(tmp_path: Path) -> None:
    (tmp_path / SIDECAR).write_text('# livedream = "9.0"\n[dream]\noctavs = 2\n')
    with pytest.raises(InputError, match="octaves"):
        recipe_of(tmp_path)
