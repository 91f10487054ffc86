import tomllib
from pathlib import Path
from typing import Any

import pytest

from livedream.dream.catalog import network_info
from livedream.dream.inputs import controls
from livedream.dream.spec import kernel_spec
from livedream.errors import InputError
from livedream.presets import apply_assignments, load, save, shipped
from livedream.resources import DEFAULT_PRESET, folder
from livedream.settings import Settings, change
from livedream.settings.modulation_row import ModulationRow

SHIPPED = shipped()


def write(tmp_path: Path, text: str, name: str = "mine.toml") -> str:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def told(name_or_file: str) -> str:
    with pytest.raises(InputError) as caught:
        load(name_or_file)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_default_is_shipped_and_the_names_are_in_order() -> None:
    assert DEFAULT_PRESET in SHIPPED
    assert list(SHIPPED) == sorted(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_preset_loads_and_its_layers_and_channels_exist(name: str) -> None:
    preset = load(name)
    assert preset.name == name
    assert preset.description.endswith(".")
    assert kernel_spec(preset.settings.dream, (64, 64)).taps


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_preset_dreams_something(name: str) -> None:
    settings = load(name).settings
    assert settings.dream.step_size > 0
    assert settings.look.strength > 0
    weights = controls(
        kernel_spec(settings.dream, (64, 64)).taps, settings.dream, network_info("embedded"), 0.0
    )
    assert any(weight.any() for weight in weights)


def test_shipped_presets_differ() -> None:
    looks = [load(name).settings for name in SHIPPED]
    assert all(a != b for number, a in enumerate(looks) for b in looks[:number])


def test_the_default_settings_are_the_default_preset() -> None:
    assert load(DEFAULT_PRESET).settings == Settings()


def test_a_preset_of_one_s_own_changes_what_it_names(tmp_path: Path) -> None:
    text = 'name = "My Own"\ndescription = "ä"\n'
    text += "[dream]\nlayers = { lines = 2 }\nsteps = 5\n[look]\nstrength = 0.5\n"
    preset = load(write(tmp_path, text))
    assert (preset.name, preset.description) == ("My Own", "ä")
    assert dict(preset.settings.dream.layers) == {"lines": 2.0}
    assert (preset.settings.dream.steps, preset.settings.look.strength) == (5, 0.5)
    assert preset.settings.motion == Settings().motion


def test_an_empty_file_is_the_default_under_its_own_name(tmp_path: Path) -> None:
    preset = load(write(tmp_path, "", "plain.toml"))
    assert preset.name == "plain"
    assert preset.settings == Settings()


def test_tables_may_be_written_out(tmp_path: Path) -> None:
    text = '[dream.layers]\neyes = 1\n"block.3" = 0.5\n[dream.channels.eyes]\n17 = 1.0\n'
    dream = load(write(tmp_path, text)).settings.dream
    assert dict(dream.layers) == {"eyes": 1.0, "block.3": 0.5}
    assert dict(dream.channels["eyes"]) == {17: 1.0}


def test_a_home_folder_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "[dream]\nsteps = 9\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert load("~/mine.toml").settings.dream.steps == 9


def test_a_shipped_name_goes_before_a_file_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "[dream]\nsteps = 9\n", DEFAULT_PRESET)
    monkeypatch.chdir(tmp_path)
    assert load(DEFAULT_PRESET).settings == Settings()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[dream", "not valid TOML"),
        ("[dream]\nsteps = 1\nsteps = 2\n", "not valid TOML"),
        ("[dreem]\nsteps = 1\n", "'dreem'; the sections are [dream]"),
        ("[dream]\nstep = 1\n", "'dream.step'; did you mean dream.step"),
        ("steps = 1\n", "'steps'; the sections are [dream]"),
        ("[dream]\nsteps = 0\n", "dream.steps = 0 is not possible"),
        ("[dream]\nsteps = 1000\n", "allowed: 1 to 50"),
        ("[dream]\nsteps = 'x'\n", "dream.steps = 'x' is not possible"),
        ("[dream]\nlayers = 'eyes'\n", "dream.layers = 'eyes' is not possible"),
        ("[dream.layers]\neyes = 'x'\n", "dream.layers.eyes = 'x' is not possible"),
        ("[motion.persistence]\na = 1\n", "motion.persistence"),
        ("[[dream]]\nsteps = 1\n", "dream"),
    ],
)
def test_a_mistake_is_told_with_the_file_and_the_way_out(tmp_path: Path, text: str, says: str) -> None:
    message = told(write(tmp_path, text))
    assert "mine.toml" in message
    assert says in message


@pytest.mark.parametrize("text", ["[dreem]\n", "[dream]\n[colours]\n"])
def test_an_unknown_section_is_told_even_if_it_is_empty(tmp_path: Path, text: str) -> None:
    assert "mine.toml" in told(write(tmp_path, text))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", bytes(range(256)), b"\x00"])
def test_a_file_that_is_no_text_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.toml"
    path.write_bytes(content)
    assert "film.toml is not valid TOML" in told(str(path))


def test_a_file_with_a_byte_order_mark_is_told_or_read(tmp_path: Path) -> None:
    """Windows' own editor writes one."""
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf[dream]\nsteps = 4\n")
    assert load(str(path)).settings.dream.steps == 4


def test_a_directory_is_told_with_what_there_is(tmp_path: Path) -> None:
    message = told(str(tmp_path))
    assert "is a directory" in message
    assert DEFAULT_PRESET in message


@pytest.mark.parametrize(("name", "near"), [("eye", "eyes"), ("Eyes", "eyes"), ("line", "lines")])
def test_an_unknown_name_is_answered_with_a_near_one(name: str, near: str) -> None:
    assert f"did you mean {near}?" in told(name)


@pytest.mark.parametrize("name", ["zzzzzz", "no/such/file.toml", "", "\0", "x" * 300, "../eyes", "eyes.toml"])
def test_a_name_like_no_other_is_told(name: str) -> None:
    assert "preset" in told(name)


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, **_: Any) -> str:
        raise PermissionError(13, "permission denied")

    path = write(tmp_path, "")
    monkeypatch.setattr(Path, "read_text", refuse)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    message = told(path)
    assert "mine.toml" in message
    assert "permission denied" in message


@pytest.mark.parametrize(
    ("assignment", "word", "value"),
    [
        ("dream.steps=3", "steps", 3),
        (" dream.steps = 3 ", "steps", 3),
        ("dream.step_size=1e-2", "step_size", 0.01),
        ("dream.network=embedded", "network", "embedded"),
        ('dream.network="embedded"', "network", "embedded"),
        ("dream.layers={lines=2, eyes=0.5}", "layers", {"lines": 2.0, "eyes": 0.5}),
        ("dream.channels={eyes={17=1.0}}", "channels", {"eyes": {17: 1.0}}),
    ],
)
def test_assignments_set_what_they_say(assignment: str, word: str, value: Any) -> None:
    settings = apply_assignments(Settings(), [assignment])
    given = getattr(settings.dream, word)
    assert (dict(given) if isinstance(value, dict) else given) == value


def test_one_entry_of_a_table_leaves_the_others() -> None:
    before = apply_assignments(Settings(), ["dream.layers={eyes=1, lines=1}"])
    after = apply_assignments(before, ["dream.layers.eyes=0.5", "dream.layers.block.3=2"])
    assert dict(after.dream.layers) == {"eyes": 0.5, "lines": 1.0, "block.3": 2.0}


def test_one_channel_can_be_set() -> None:
    settings = apply_assignments(Settings(), ["dream.channels.eyes={17=1.0}"])
    assert dict(settings.dream.channels["eyes"]) == {17: 1.0}


def test_assignments_are_made_one_after_the_other_and_none_changes_nothing() -> None:
    settings = apply_assignments(Settings(), ["dream.steps=3", "look.strength=2", "dream.steps=4"])
    assert (settings.dream.steps, settings.look.strength) == (4, 2.0)
    assert apply_assignments(Settings(), []) == Settings()


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("dream.steps", "--set dream.steps: write it as WORD=VALUE, for example dream.steps=3"),
        ("", "write it as WORD=VALUE"),
        ("dream.stps=3", "'dream.stps'; did you mean dream.steps"),
        ("dream.steps.x=3", "'dream.steps.x'; did you mean dream.steps"),
        ("dream.steps=", "dream.steps = '' is not possible"),
        ("dream.steps=300", "dream.steps = 300 is not possible"),
        ("dream.layers.eyes=x", "dream.layers.eyes = 'x' is not possible"),
        ("=3", "there is no setting ''"),
        ("steps=3", "did you mean dream.steps"),
        ("dream.=3", "there is no setting"),
    ],
)
def test_a_wrong_assignment_is_told(assignment: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        apply_assignments(Settings(), [assignment])
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_value_cannot_smuggle_in_more_toml() -> None:
    with pytest.raises(InputError, match=r"dream\.steps"):
        apply_assignments(Settings(), ["dream.steps=3\nother = 4"])


def test_every_shipped_file_is_plain_toml_in_utf8() -> None:
    for path in folder("configs").glob("*.toml"):
        tomllib.loads(path.read_bytes().decode("utf-8"))


def test_a_picture_is_found_beside_its_preset(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    picture = tmp_path / "pictures" / "mine.png"
    picture.write_bytes(b"picture")
    preset = load(str(write(tmp_path, '[dream]\nstyle = "pictures/mine.png"\nguide = "clouds"\n')))
    assert preset.settings.dream.style == str(picture.resolve())
    assert preset.settings.dream.guide == "clouds"


@pytest.mark.parametrize("name", SHIPPED)
def test_a_preset_that_is_saved_loads_as_it_was(name: str, tmp_path: Path) -> None:
    settings = load(name).settings
    save(tmp_path / "mine.toml", settings, 'My own "look", at dusk.')
    preset = load(str(tmp_path / "mine.toml"))
    assert preset.settings == settings
    assert (preset.name, preset.description) == ("mine", 'My own "look", at dusk.')
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


def test_every_kind_of_value_is_saved(tmp_path: Path) -> None:
    values = {
        "dream.layers": {"block.1": 0.5, "eyes": -1.0},
        "dream.channels": {"block.1": {3: 1.0}},
        "dream.octave_sizes": (0.3, 1.0),
        "dream.spread": True,
        "dream.step_size": 0.1 / 3,
    }
    settings = change(Settings(), values)
    save(tmp_path / "mine.toml", settings)
    assert load(str(tmp_path / "mine.toml")).settings == settings
    save(tmp_path / "mine.toml", Settings())
    assert load(str(tmp_path / "mine.toml")).settings == Settings()


def test_where_nothing_can_be_written_that_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone/mine\.toml cannot be written"):
        save(tmp_path / "gone" / "mine.toml", Settings())
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match="taken cannot be written"):
        save(tmp_path / "taken", Settings())
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_preset_keeps_what_moves_it(tmp_path: Path) -> None:
    rows = (
        ModulationRow("sine 4 beats", "look.depth", 0.2, smoothing_s=0.1),
        ModulationRow("bass", "feedback.zoom", -0.1, "square", side="up", start=0.2),
    )
    save(tmp_path / "mine.toml", Settings(), "Moves.", rows)
    assert load(str(tmp_path / "mine.toml")).rows == rows
    assert load(DEFAULT_PRESET).rows == ()


def test_what_moves_a_preset_is_checked(tmp_path: Path) -> None:
    for text, wrong in (
        ("modulation = 3\n", "modulation = 3 is not possible: it must be [[modulation]] tables"),
        ("[modulation]\nsource = 'bass'\n", "it must be [[modulation]] tables"),
        ("[[modulation]]\nsource = 'bass'\n", "modulation 1: word is missing"),
        ("[[modulation]]\nsource = 'bass'\nword = 'look.deepth'\n", "word = 'look.deepth' is not possible"),
    ):
        assert wrong in told(write(tmp_path, text))


def test_a_guide_whose_name_is_too_long_for_a_file_is_kept_as_it_is_written(tmp_path: Path) -> None:
    name = "x" * 5000
    (tmp_path / "a.toml").write_text(f'[dream]\nguide = "{name}"\n', encoding="utf-8")
    assert load(str(tmp_path / "a.toml")).settings.dream.guide == name
