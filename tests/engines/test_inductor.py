import os
from pathlib import Path

import pytest
import torch  # noqa: F401  (before the environment is looked at)
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.engines.inductor import TRITON_FOLDER, kept_in, pack, unpack
from livedream.errors import EngineError

INDUCTOR_FOLDER = "TORCHINDUCTOR_CACHE_DIR"

names = st.text("abcdefgh0123", min_size=1, max_size=8)


@settings(max_examples=20, deadline=None)
@given(files=st.dictionaries(st.tuples(names, names), st.binary(max_size=200), max_size=5))
def test_what_is_unpacked_is_what_was_packed(
    files: dict[tuple[str, str], bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("target")
    for (folder, name), content in files.items():
        (source / folder).mkdir(exist_ok=True)
        (source / folder / f"{name}.so").write_bytes(content)
    (source / "one.lock").touch()
    unpack(pack(source), target)
    found = {path.relative_to(target): path.read_bytes() for path in target.rglob("*.*")}
    assert found == {Path(folder, f"{name}.so"): content for (folder, name), content in files.items()}


@pytest.mark.parametrize("blob", [b"", b"not an archive", bytes(5000)])
def test_what_was_not_packed_is_refused(blob: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a pack of files"):
        unpack(blob, tmp_path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("before", ["", "somewhere"])
def test_torch_keeps_it_in_the_folder_for_so_long_only(
    before: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (INDUCTOR_FOLDER, TRITON_FOLDER):
        monkeypatch.setenv(name, before) if before else monkeypatch.delenv(name, raising=False)

    def compile_in_vain() -> None:
        with kept_in(tmp_path):
            assert os.environ[INDUCTOR_FOLDER] == str(tmp_path)
            assert TRITON_FOLDER not in os.environ
            os.environ[TRITON_FOLDER] = "as torch itself sets it"
            raise EngineError("no compiler")

    with pytest.raises(EngineError):
        compile_in_vain()
    for name in (INDUCTOR_FOLDER, TRITON_FOLDER):
        assert os.environ.get(name, "") == before
