from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from livedream.cli import engines_command
from livedream.cli.show_options import Options
from livedream.dream.program import KernelProgram
from livedream.dream.spec import kernel_spec
from livedream.engines import cache as cache_module
from livedream.engines.cache import EngineCache, Listed
from livedream.engines.engine import Check
from livedream.engines.maker import Ready
from livedream.errors import EngineError, InputError, LivedreamError
from livedream.presets import shipped
from livedream.settings import DreamSettings

Run = Callable[..., subprocess.CompletedProcess[str]]

FACTS = {
    "engine": "openvino",
    "number_format": "bfloat16",
    "built": "2026-02-03T10:20:30+00:00",
    "program": {
        "network": "embedded",
        "layers": ["patterns", "eyes"],
        "working_size": [376, 208],
        "octaves": 2,
        "steps": 1,
    },
    "check": {"cosine": 0.98021, "relative_error": 0.2, "run_ms": 9.26},
}


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> EngineCache:
    """Give the cache that the command will find, and a terminal that is wide enough for its path."""
    monkeypatch.setattr(cache_module.platformdirs, "user_cache_path", lambda *_, **__: tmp_path)
    monkeypatch.setenv("COLUMNS", "400")
    return EngineCache()


def shown(entry: Listed, width: int = 120) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(engines_command._table([entry]))
    return out.getvalue()


class TestList:
    def test_an_empty_cache_says_so(self, cache: EngineCache, capsys: pytest.CaptureFixture[str]) -> None:
        engines_command.print_engines()
        told = capsys.readouterr().out
        assert f"there is no engine in {cache.folder}" in told
        assert "livedream engines build" in told
        assert not cache.folder.exists()

    def test_an_engine_for_an_adapter_is_told_with_it_also_one_that_was_refused(
        self, cache: EngineCache, capsys: pytest.CaptureFixture[str]
    ) -> None:
        on_gpu = FACTS | {"engine": "webgpu", "adapter": "Radeon RX 7600"}
        cache.put("built", b"engine", on_gpu | {"number_format": "float16"})
        cache.put("refused", b"", on_gpu | {"number_format": None, "refusal": "it crashed", "check": None})
        engines_command.print_engines()
        told = " ".join(capsys.readouterr().out.split())
        assert "webgpu" in told
        assert "Radeon" in told
        assert told.count("refused") == 1

    def test_each_engine_is_told(self, cache: EngineCache, capsys: pytest.CaptureFixture[str]) -> None:
        cache.put("key", bytes(2_000_000), FACTS)
        engines_command.print_engines()
        told = capsys.readouterr().out
        for words in ("openvino bfloat16", "embedded: patterns, eyes", "376x208, 2x1", " 9.3 ", "0.9802"):
            assert words in told
        assert f"1 engine, 2.0 MB, in {cache.folder}" in told
        assert "cannot be used" not in told

    def test_one_of_all_channels_of_a_layer_says_so(
        self, cache: EngineCache, capsys: pytest.CaptureFixture[str]
    ) -> None:
        program = FACTS["program"]
        assert isinstance(program, dict)
        cache.put("key", b"engine", FACTS | {"program": program | {"channels": "all"}})
        engines_command.print_engines()
        assert "embedded: patterns, eyes (all channels)" in capsys.readouterr().out

    def test_of_octaves_that_take_turns_each_is_told_apart(
        self, cache: EngineCache, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for only in range(2):
            cache.put(f"part {only}", b"engine", FACTS | {"program": FACTS["program"] | {"only": only}})
        engines_command.print_engines()
        told = capsys.readouterr().out
        assert "2x1, octave 1 alone" in told
        assert "2x1, octave 2 alone" in told

    def test_a_damaged_one_is_shown_and_does_not_count(
        self, cache: EngineCache, capsys: pytest.CaptureFixture[str]
    ) -> None:
        cache.put("key", b"engine", FACTS)
        (cache.folder / "foreign.engine").write_bytes(b"PK\x03\x04")
        engines_command.print_engines()
        told = capsys.readouterr().out
        assert "foreign.engine" in told
        assert "1 engine, " in told
        assert "1 file there cannot be used" in told
        assert "livedream engines clear" in told

    @pytest.mark.parametrize("width", [80, 100, 120])
    def test_no_figure_is_cut_off(self, width: int) -> None:
        facts = FACTS | {"engine": "tensorrt-rtx"}
        text = shown(Listed("x.engine", 123_456_789, 1.7e9, facts), width)
        text += shown(
            Listed("a-long-name-of-a-foreign-file.engine", 5, 1.7e9, {}, "damaged or foreign"), width
        )
        assert "\N{HORIZONTAL ELLIPSIS}" not in text
        for words in ("tensorrt-rtx", "bfloat16", "embedded:", "376x208", "0.9802", "123.5", "2026-02-03"):
            assert words in text

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from([*FACTS, *FACTS["program"], *FACTS["check"]]), inner, max_size=4
                )
            ),
            max_leaves=12,
        ),
        st.floats(allow_nan=False, allow_infinity=False),
    )
    def test_whatever_the_facts_hold_they_can_be_shown(self, value: Any, used_s: float) -> None:
        facts = value if isinstance(value, dict) else dict.fromkeys(FACTS, value)
        assert "last" in shown(Listed("x.engine", 5, used_s, facts))

    @pytest.mark.parametrize("cosine", [1e50, -1e300, float("inf"), float("nan")])
    def test_a_figure_that_cannot_be_is_left_out(self, cosine: float) -> None:
        text = shown(Listed("x.engine", 5, 1.7e9, FACTS | {"check": {"cosine": cosine}}))
        assert "last" in text
        assert "2026" in text or "2023" in text

    def test_what_would_steer_a_terminal_is_not_printed(self) -> None:
        facts = FACTS | {"engine": "[red]\x1b[2J\x07evil"}
        text = shown(Listed("\x1b[31m.engine", 5, 1e9, facts)) + shown(
            Listed("\x1b.engine", 5, 1e9, {}, "no")
        )
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "[red]" in text

    def test_it_is_what_engines_does_without_a_command(self, livedream: Run) -> None:
        for arguments in (["engines"], ["engines", "list"]):
            done = livedream(*arguments)
            assert done.returncode == 0, done.stderr
            assert "there is no engine in" in done.stdout

    def test_it_loads_neither_torch_nor_openvino(self, environment: dict[str, str]) -> None:
        program = (
            "import sys; from livedream.cli.engines_command import print_engines; print_engines();"
            "assert not {'torch', 'openvino'} & set(sys.modules)"
        )
        subprocess.run([sys.executable, "-c", program], env=environment, check=True)


@pytest.mark.parametrize("command", ["list", "build"])
def test_where_no_engine_can_be_kept_one_sentence_says_so(
    livedream: Run, tmp_path: Path, command: str
) -> None:
    if sys.platform not in ("linux", "win32"):
        pytest.skip("the cache lies elsewhere there")
    (tmp_path / "cache").write_text("in the way")
    done = livedream("engines", command)
    assert done.returncode == 2
    assert done.stdout == ""
    told = " ".join(done.stderr.split())
    assert "engines cannot be stored in " in told
    assert "make it writable" in told


def test_what_is_kept_is_listed_even_if_nothing_more_can_be(
    cache: EngineCache, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cache.put("key", b"engine", FACTS)
    monkeypatch.setattr(EngineCache, "refusal", lambda _: "Read-only file system")
    engines_command.print_engines()
    assert "1 engine, " in capsys.readouterr().out
    cache.clear()
    with pytest.raises(InputError, match=r"cannot be stored in .* \(Read-only file system\); make it"):
        engines_command.print_engines()


class _Engine:
    def __init__(self, name: str) -> None:
        self.name, self.closed = name, False

    def close(self) -> None:
        self.closed = True


class _Workshop:
    """Stands in for the builder: what it makes goes into the cache unless it is there."""

    def __init__(self, choice: str, cache: EngineCache, tell: Callable[[str], None], limit_s: float) -> None:
        self.choice, self.cache = choice, cache
        type(self).started.append(self)

    started: list[Any]
    engines: list[_Engine]
    fault: EngineError | None
    building = "openvino, 3 s"

    def request(self, program: Any, *, stopgap: bool) -> None:
        assert not stopgap
        self.program, self.looks = program, 0

    def take(self, timeout_s: float = 0.0) -> Ready[Any] | None:
        self.looks += 1
        fault = type(self).fault
        if fault is not None:
            raise fault
        if self.looks < 3:
            return None
        if self.choice == "eager":
            return self._ready("eager", None)
        key = self.program.fingerprint()
        if self.cache.get(key) is None:
            self.cache.put(key, b"blob", FACTS | {"program": self.program.describe()})
        return self._ready("openvino bfloat16", Check(0.98, 0.1, 9.0))

    def _ready(self, name: str, checked: Check | None) -> Ready[Any]:
        engine = _Engine(name)
        type(self).engines.append(engine)
        return Ready(self.program, engine, False, 12.3, checked, 9.0)  # type: ignore[arg-type]

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Workshop]]:
    _Workshop.started, _Workshop.engines, _Workshop.fault = [], [], None
    monkeypatch.setattr("livedream.offline.engine_pool.EngineBuilder", _Workshop)
    yield _Workshop
    assert all(started.closed for started in _Workshop.started)
    assert all(engine.closed for engine in _Workshop.engines)


@pytest.mark.usefixtures("cache")
class TestBuild:
    def test_the_winner_is_told_and_then_it_is_there_already(
        self, workshop: type[_Workshop], capsys: pytest.CaptureFixture[str]
    ) -> None:
        for end in ("built in 12.3 s", "loaded from the disk"):
            engines_command.build(Options(None, "eyes"), ["eyes"])
            assert capsys.readouterr().out.strip() == (
                f"eyes: openvino bfloat16 dreams 376x208 in 9 ms (agrees with eager: cosine 0.9800); {end}"
            )

    def test_a_damaged_one_is_built_and_that_is_told(
        self, workshop: type[_Workshop], cache: EngineCache, capsys: pytest.CaptureFixture[str]
    ) -> None:
        engines_command.build(Options(None, "eyes"), ["eyes"])
        (file,) = cache.folder.iterdir()
        file.write_bytes(b"damaged")
        engines_command.build(Options(None, "eyes"), ["eyes"])
        assert "built in 12.3 s" in capsys.readouterr().out.splitlines()[-1]

    def test_size_and_settings_count(
        self, workshop: type[_Workshop], capsys: pytest.CaptureFixture[str]
    ) -> None:
        engines_command.build(Options(None, "eyes", ["dream.steps=3"], size_wh=(720, 1280)), ["eyes"])
        (started,) = workshop.started
        assert started.program.spec.steps == 3
        assert started.program.spec.size_hw[0] > started.program.spec.size_hw[1]

    def test_an_engine_that_is_not_kept_is_told_as_such(
        self, workshop: type[_Workshop], capsys: pytest.CaptureFixture[str]
    ) -> None:
        engines_command.build(Options(None, "eyes"), ["eyes"])
        engines_command.build(Options(None, "eyes", engine="eager"), ["eyes"])
        assert (
            "eyes: eager dreams 376x208 in 9 ms; made in 12.3 s, as at each start" in capsys.readouterr().out
        )

    def test_an_engine_in_parts_was_built_if_one_of_them_was(self) -> None:
        spec = kernel_spec(DreamSettings(spread=True), (208, 376))
        program = KernelProgram(spec)
        ready = Ready(program, _Engine("openvino and openvino bfloat16"), False, 5.0, None, 9.0)
        parts = [
            Listed(f"{part.spec.only}.engine", 5, 1e9, FACTS | {"program": part.describe()})
            for part in program.parts
        ]
        there = {entry.name: FACTS["built"] for entry in parts}
        assert "loaded from the disk" in engines_command._origin(ready, there, parts)  # type: ignore[arg-type]
        del there["1.engine"]
        assert "built in 5.0 s" in engines_command._origin(ready, there, parts)  # type: ignore[arg-type]

    def test_another_engine_s_new_entry_does_not_count(self) -> None:
        program = KernelProgram(kernel_spec(DreamSettings(), (208, 376)))
        ready = Ready(program, _Engine("captured"), False, 5.0, None, 9.0)
        facts = FACTS | {"program": ready.program.describe()}
        new = [
            Listed("new.engine", 5, 1e9, facts),
            Listed("damaged.engine", 5, 1e9, {}, "damaged or foreign"),
        ]
        assert "cannot be stored" in engines_command._origin(ready, {}, new)  # type: ignore[arg-type]

    def test_presets_that_share_an_engine_share_its_building(
        self, workshop: type[_Workshop], capsys: pytest.CaptureFixture[str]
    ) -> None:
        engines_command.build(Options(None, "eyes"), shipped())
        told = capsys.readouterr().out.splitlines()
        assert len(told) == len(workshop.started) == len({made.program for made in workshop.started})
        named = [name for line in told for name in line.partition(":")[0].split(", ")]
        assert sorted(named) == sorted(shipped())

    def test_all_presets_are_checked_before_anything_is_built(self, workshop: type[_Workshop]) -> None:
        with pytest.raises(InputError, match="eyez"):
            engines_command.build(Options(None, "eyes"), ["eyes", "eyez"])
        assert workshop.started == []

    def test_what_keeps_it_from_being_built_is_raised(self, workshop: type[_Workshop]) -> None:
        workshop.fault = EngineError("the engine openvino could not be built: no space left on device")
        with pytest.raises(EngineError, match="no space left"):
            engines_command.build(Options(None, "eyes"), ["eyes"])


@pytest.mark.slow
def test_a_real_engine_is_built_listed_and_removed(
    cache: EngineCache, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("openvino", reason="openvino is not installed")
    small = ["dream.working_px=4096", "dream.layers={lines=1.0}"]
    for end in ("built in ", "loaded from the disk"):
        engines_command.build(Options(None, "eyes", small, "openvino", (320, 180)), ["eyes"])
        told = capsys.readouterr().out
        assert told.startswith("eyes: openvino")
        assert end in told
    engines_command.print_engines()
    listed = capsys.readouterr().out
    assert "embedded: lines" in listed
    assert "1 engine, " in listed
    engines_command.clear(agreed=True)
    assert "removed 1 file, " in capsys.readouterr().out
    assert list(cache.folder.iterdir()) == []


class _Stdin(io.StringIO):
    def isatty(self) -> bool:
        return True


class TestClear:
    def test_without_a_terminal_it_refuses(self, cache: EngineCache) -> None:
        cache.put("key", b"engine", FACTS)
        with pytest.raises(InputError, match="--yes"):
            engines_command.clear(agreed=False)
        assert len(cache.entries()) == 1

    @pytest.mark.parametrize(("answer", "left"), [("y\n", 0), ("n\n", 2), ("\n", 2)])
    def test_on_a_terminal_it_asks(
        self,
        cache: EngineCache,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        answer: str,
        left: int,
    ) -> None:
        cache.put("one", bytes(1_500_000), FACTS)
        cache.put("two", bytes(500_000), FACTS)
        monkeypatch.setattr(sys, "stdin", _Stdin(answer))
        engines_command.clear(agreed=False)
        told = capsys.readouterr().out
        assert f"Remove every engine, 2 files, 2.0 MB, from {cache.folder}?" in told
        assert ("removed 2 files, 2.0 MB" in told) == (left == 0)
        assert ("nothing was removed" in told) == (left == 2)
        assert len(cache.entries()) == left

    def test_there_is_nothing_to_ask_about_in_an_empty_one(
        self, cache: EngineCache, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "stdin", _Stdin(""))
        engines_command.clear(agreed=False)
        assert "removed 0 files" in capsys.readouterr().out

    def test_what_cannot_be_removed_is_a_fault_that_is_told(
        self, cache: EngineCache, capsys: pytest.CaptureFixture[str]
    ) -> None:
        cache.put("key", b"engine", FACTS)
        (cache.folder / "in the way.engine").mkdir()
        with pytest.raises(LivedreamError, match=r"1 file could not be removed: .*in the way\.engine"):
            engines_command.clear(agreed=True)
        assert "removed 1 file, " in capsys.readouterr().out


def test_a_foreign_file_never_stops_the_command(livedream: Run, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "livedream" / "engines"
    if sys.platform not in ("linux", "win32"):
        pytest.skip("the cache lies elsewhere there")
    folder.mkdir(parents=True)
    facts = json.dumps({"key": "odd", "program": 5, "check": [], "built": {}, "engine": None}).encode()
    (folder / "odd.engine").write_bytes(b"livedrm1" + struct.pack("<Q", len(facts)) + facts)
    (folder / "foreign.engine").write_bytes(bytes(range(256)))
    done = livedream("engines", "list")
    assert done.returncode == 0, done.stderr
    assert "foreign.engine" in done.stdout
    assert "1 engine, " in done.stdout
