from __future__ import annotations

from pathlib import Path

import pytest

from livedream.cli import check_engines
from livedream.engines import cache
from livedream.errors import InputError


@pytest.fixture
def cache_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(cache.platformdirs, "user_cache_path", lambda *_, **__: tmp_path / "livedream")
    return tmp_path / "livedream"


class TestCache:
    def test_one_that_is_not_made_yet_is_empty_and_is_not_made(self, cache_home: Path) -> None:
        health = check_engines.engine_cache()
        assert health.ok
        assert health.message.endswith("0 engines, 0.0 MB")
        assert not cache_home.exists()

    def test_engines_are_counted(self, cache_home: Path) -> None:
        cache.EngineCache().put("one", b"x" * 1_500_000, {})
        assert check_engines.engine_cache().message.endswith("1 engine, 1.5 MB")
        cache.EngineCache().put("two", b"x" * 500_000, {})
        assert check_engines.engine_cache().message.endswith("2 engines, 2.0 MB")

    def test_nothing_is_left_behind(self, cache_home: Path) -> None:
        cache.EngineCache().put("one", b"x", {})
        before = sorted(cache_home.rglob("*"))
        check_engines.engine_cache()
        assert sorted(cache_home.rglob("*")) == before

    def test_a_file_in_its_place_is_told(self, cache_home: Path) -> None:
        cache_home.write_text("in the way")
        health = check_engines.engine_cache()
        assert health.state == "failed"
        assert str(cache_home) in health.message
        assert health.remedy

    def test_home_is_shown_as_a_tilde(
        self, cache_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(Path, "home", lambda: tmp_path)
        shown = check_engines.engine_cache().message.partition(",")[0]
        assert shown == str(Path("~", "livedream", "engines"))


class TestNetwork:
    def test_it_is_found(self) -> None:
        health = check_engines.network()
        assert health.ok
        assert "MB" in health.message

    def test_a_damaged_one_is_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def info(name: str) -> None:
            raise InputError("the network file is damaged")

        monkeypatch.setattr("livedream.dream.catalog.network_info", info)
        with pytest.raises(InputError):
            check_engines.network()


class TestOpticalFlow:
    def _installed(self, monkeypatch: pytest.MonkeyPatch, names: set[str]) -> None:
        monkeypatch.setattr(check_engines, "_installed", lambda name: name in names)

    def test_opencv_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._installed(monkeypatch, {"opencv-python-headless"})
        health = check_engines.optical_flow()
        assert health.ok
        assert health.message.startswith("OpenCV ")
        assert not health.remedy

    def test_a_second_opencv_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._installed(monkeypatch, {"opencv-python-headless", "opencv-python"})
        health = check_engines.optical_flow()
        assert health.ok
        assert health.remedy.startswith("python -m pip uninstall opencv-python\n")

    def test_distributions_are_known_by_name(self) -> None:
        assert check_engines._installed("numpy")
        assert not check_engines._installed("no-such-distribution-here")
