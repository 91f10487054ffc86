"""A process of its own with jobs that are written here, and that of OpenVINO's engines."""

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import livedream
from livedream.dream.program import KernelProgram
from livedream.engines import openvino
from livedream.engines.build_process import (
    BuildProcess,
    BuildServer,
    child_environment,
    own_group,
    sent,
    serve,
)
from livedream.engines.cache import EngineCache
from livedream.engines.engine import Check
from livedream.errors import EngineDisagreesError, EngineError, EngineMissingError

PROGRAM: Any = Check(1.0, 0.5, 0.25)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., BuildProcess]:
    """Start a job, Python code, with arguments; it lies on the path that is set for this process."""
    folder = tmp_path / "on the path"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(folder))

    def begin(code: str, *arguments: str, polite: bool = False) -> BuildProcess:
        (folder / "job.py").write_text(code)
        return BuildProcess("odd", "job", arguments, PROGRAM, polite=polite)

    return begin


def told(process: BuildProcess) -> str:
    with pytest.raises(EngineError) as fault:
        process.wait()
    return str(fault.value)


SERVING = """
import sys
from livedream.engines.build_process import serve
def build(program):
    open(sys.argv[1], "w").write(repr(program))
    print("a remark", file=sys.stderr)
    if sys.argv[2:]:
        raise ValueError(sys.argv[2])
sys.exit(serve(build))
"""


def test_a_job_is_sent_its_program_and_what_went_wrong_comes_back(
    start: Callable[..., BuildProcess], tmp_path: Path
) -> None:
    file = tmp_path / "built"
    start(SERVING, str(file)).wait()
    assert file.read_text() == repr(PROGRAM)
    failed = start(SERVING, str(file), "too\n large")
    assert told(failed) == "the engine odd could not be built: too large"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("EngineMissingError", EngineMissingError),
        ("InputError", EngineMissingError),
        ("EngineDisagreesError", EngineDisagreesError),
        ("EngineError", EngineError),
    ],
)
def test_whether_another_try_may_help_comes_back(
    start: Callable[..., BuildProcess], tmp_path: Path, fault: str, kind: type[EngineError]
) -> None:
    code = SERVING.replace("ValueError", f"errors.{fault}").replace(
        "import sys", "import sys; from livedream import errors"
    )
    with pytest.raises(EngineError, match="could not be built: no compiler") as told:
        start(code, str(tmp_path / "built"), "no compiler").wait()
    assert type(told.value) is kind


def test_a_job_that_says_nothing_is_known_by_its_exit_code(start: Callable[..., BuildProcess]) -> None:
    assert told(start("raise SystemExit(7)")) == "the engine odd could not be built: exit code 7"


def test_a_job_that_is_cancelled_ends_at_once_and_that_is_the_reason(
    start: Callable[..., BuildProcess],
) -> None:
    process = start("import time; time.sleep(600)")
    process.cancel()
    assert told(process) == "building the engine odd was cancelled"


def test_only_a_polite_job_gives_way(start: Callable[..., BuildProcess]) -> None:
    code = "import sys, psutil; sys.stdin.buffer.read(1); sys.exit(str(psutil.Process().nice()))"
    rude, polite = (int(told(start(code, polite=polite)).split()[-1]) for polite in (False, True))
    assert polite > rude


def test_a_job_finds_this_very_package_and_nothing_that_lies_where_it_is_started(
    start: Callable[..., BuildProcess], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = tmp_path / "on the path" / "livedream"
    another.mkdir()
    (another / "__init__.py").write_text("raise SystemExit('another livedream')")
    (tmp_path / "psutil.py").write_text("raise SystemExit('from where it was started')")
    monkeypatch.chdir(tmp_path)
    code = (
        "import os, sys, livedream, psutil; sys.exit(not os.path.samefile(livedream.__file__, sys.argv[1]))"
    )
    start(code, livedream.__file__).wait()


def test_a_build_that_was_cancelled_ends_at_once_and_leaves_nothing(
    small_program: KernelProgram, tmp_path: Path
) -> None:
    started = openvino.Builds()(small_program, EngineCache(tmp_path))
    started.cancel()
    with pytest.raises(EngineError, match="was cancelled"):
        started.wait()
    assert list(tmp_path.iterdir()) == []


def test_a_child_that_cannot_be_started_is_an_engine_error(
    small_program: KernelProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    with pytest.raises(EngineError, match="openvino could not be built"):
        openvino.Builds()(small_program, EngineCache(tmp_path)).wait()


def test_without_room_for_what_a_child_says_that_is_an_engine_error(
    small_program: KernelProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(28, "no space left")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(EngineError, match=r"openvino could not be built: .*no space left"):
        openvino.Builds()(small_program, EngineCache(tmp_path))


@pytest.mark.parametrize("polite", [False, True])
def test_a_child_that_dies_before_it_listens_is_an_engine_error(
    small_program: KernelProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, polite: bool
) -> None:
    real = subprocess.Popen

    def dying(*_: Any, **options: Any) -> subprocess.Popen[bytes]:
        code = "import sys; sys.stderr.write('no such library'); sys.exit(3)"
        child = real([sys.executable, "-c", code], **options)
        while child.poll() is None:
            time.sleep(0.01)
        return child

    monkeypatch.setattr(subprocess, "Popen", dying)
    with pytest.raises(EngineError, match="openvino could not be built: no such library"):
        openvino.Builds()(small_program, EngineCache(tmp_path), polite=polite).wait()


@pytest.mark.parametrize(
    "fault",
    [
        EngineError("two\n  lines"),
        OSError(28, "no space left"),
        RuntimeError("from C++\n\n  at file.cpp"),
        ImportError("no module named openvino"),
        ValueError("an odd shape"),
        MemoryError("out of memory"),
    ],
)
def test_a_fault_is_told_in_one_line_that_comes_last(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fault: Exception
) -> None:
    def fail(sent: Any) -> None:
        assert sent == PROGRAM
        raise fault

    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(sent(PROGRAM))))
    assert serve(fail) == 1
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last == " ".join(str(fault).split())


def test_a_server_builds_one_program_after_the_other_and_ends_when_it_is_closed(
    start: Callable[..., BuildProcess], tmp_path: Path
) -> None:
    start(SERVING, str(tmp_path / "unused")).wait()  # puts the job on the path
    server = BuildServer("odd", "job", [str(tmp_path / "built")])
    for number in (1.0, 2.0):
        server.send(Check(number, 0.0, 0.0))  # type: ignore[arg-type]
        server.wait()
        assert (tmp_path / "built").read_text() == repr(Check(number, 0.0, 0.0))
    assert server.is_alive
    server.close()
    assert not server.is_alive


def test_a_ctrl_c_in_the_terminal_does_not_reach_a_job(start: Callable[..., BuildProcess]) -> None:
    code = "import os, sys; sys.exit(str(os.getpgrp()))"
    if sys.platform == "win32":
        assert own_group()["creationflags"] & subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        assert int(told(start(code)).split()[-1]) != os.getpgrp(), "the terminal sends it to a whole group"


STARTING = """
import sys
from livedream.engines.build_process import BuildServer
from livedream.engines.engine import Check
server = BuildServer("odd", "job", sys.argv[1:])
server.send(Check(1.0, 0.5, 0.25))
server.wait()
"""

BUSY = """
import sys, time
from livedream.engines.build_process import serve
def build(program):
    with open(sys.argv[1], "w") as held:
        print("building", file=held, flush=True)
        time.sleep(600)
sys.exit(serve(build))
"""


COMPILING = """
import subprocess, sys, time
with open(sys.argv[1], "w") as held:
    print("building", file=held, flush=True)
    subprocess.run([sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=[held.fileno()])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in a folder")
def test_what_a_job_has_started_ends_with_it(start: Callable[..., BuildProcess], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "held")
    process = start(COMPILING, str(tmp_path / "held"))
    with (tmp_path / "held").open() as held:
        assert held.readline() == "building\n"
        process.cancel()
        assert told(process) == "building the engine odd was cancelled"
        assert held.read() == "", "its compiler has let go of it"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in a folder")
def test_a_job_does_not_outlive_the_process_that_started_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "job.py").write_text(BUSY)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path), child_environment()["PYTHONPATH"])))
    os.mkfifo(tmp_path / "held")
    command = [sys.executable, "-c", STARTING, str(tmp_path / "held")]
    with subprocess.Popen(command) as starter, (tmp_path / "held").open() as held:
        assert held.readline() == "building\n"
        starter.kill()
        assert held.read() == "", "the job has let go of it"


def test_one_that_is_cancelled_when_it_has_built_builds_no_more(
    start: Callable[..., BuildProcess], tmp_path: Path
) -> None:
    start(SERVING, str(tmp_path / "unused")).wait()  # puts the job on the path
    server = BuildServer("odd", "job", [str(tmp_path / "built")])
    server.send(PROGRAM)
    server.wait()
    server.cancel()
    assert not server.is_alive, "though its process has perhaps not ended yet"
    server.close()


@pytest.mark.parametrize("warmed", [False, True])
def test_after_a_build_that_was_cancelled_too_late_openvino_s_next_has_another_process(
    small_program: KernelProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warmed: bool
) -> None:
    started: list[Any] = []

    class Server:
        def __init__(self, *_: Any) -> None:
            started.append(self)
            self.is_alive, self.closed, self.sent = True, False, 0

        def send(self, program: Any, *, polite: bool) -> None:
            self.sent += 1

        def wait(self) -> None:
            assert self.is_alive, "it would be told that somebody cancelled it"

        def cancel(self) -> None:
            self.is_alive = False

        def close(self) -> None:
            self.closed = True

    monkeypatch.setattr(openvino, "BuildServer", Server)
    builds, cache = openvino.Builds(), EngineCache(tmp_path)
    late = builds(small_program, cache)
    late.wait()
    late.cancel()
    if warmed:
        builds.warm_up(cache)
    builds(small_program, cache).wait()
    assert [(server.sent, server.closed) for server in started] == [(1, True), (1, False)]


def test_openvino_s_processes_stay_for_the_next_program(
    small_program: KernelProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []

    class Server:
        is_alive = True

        def __init__(self, *given: Any) -> None:
            started.append(self)
            self.closed, self.fails = False, False

        def send(self, program: Any, *, polite: bool) -> None:
            self.polite = polite

        def wait(self) -> None:
            if self.fails:
                raise EngineError("it failed")

        def close(self) -> None:
            self.closed = True

    monkeypatch.setattr(openvino, "BuildServer", Server)
    builds, cache = openvino.Builds(), EngineCache(tmp_path)
    builds(small_program, cache).wait()
    builds(small_program, cache).wait()
    assert len(started) == 1
    builds(small_program, cache, polite=True).wait()
    assert [server.polite for server in started] == [False, True], "none gets a higher priority again"
    started[0].fails = True
    with pytest.raises(EngineError):
        builds(small_program, cache).wait()
    assert started[0].closed
    builds(small_program, cache).wait()
    builds.close()
    assert [server.closed for server in started] == [True] * 3
