from __future__ import annotations

import importlib
from collections.abc import Callable

import pytest

from livedream.cli.finding import Check, Finding
from livedream.errors import InputError
from livedream.health import Health, State


def _raising(fault: Exception) -> Callable[[], Health]:
    def look() -> Health:
        raise fault

    return look


def test_a_live_health_is_found() -> None:
    assert Check("cat", lambda: Health("live", "purrs")).run() == Finding("cat", True, "purrs")


@pytest.mark.parametrize("state", ["failed", "off", "starting", "stale"])
def test_any_other_health_is_not_found_and_keeps_its_remedy(state: State) -> None:
    finding = Check("cat", lambda: Health(state, "hides", "open a tin")).run()
    assert finding == Finding("cat", False, "hides", "open a tin")


def test_a_module_that_is_not_there_is_told_with_its_distribution() -> None:
    def look() -> Health:
        importlib.import_module("no_such_module_here")
        return Health("live")

    assert Check("cat", look, "cat-food").run() == Finding(
        "cat", False, "no_such_module_here is not installed", "python -m pip install cat-food"
    )


def test_a_system_library_that_is_missing_is_named() -> None:
    fault = ImportError("libGL.so.1: cannot open shared object file: No such file or directory")
    finding = Check("cat", _raising(fault), "cat-food").run()
    assert finding.how == "Install the system package that contains libGL.so.1."
    assert finding.what.startswith("does not load: libGL.so.1")


def test_a_broken_module_is_to_be_installed_again() -> None:
    finding = Check("cat", _raising(ImportError("DLL load failed")), "cat-food").run()
    assert finding.what == "does not load: DLL load failed"
    assert finding.how == "python -m pip install --force-reinstall cat-food"


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        (InputError("the file is damaged; install again"), "the file is damaged; install again"),
        (RuntimeError("first\nsecond\n  third"), "first"),
        (RuntimeError(), "RuntimeError"),
        (ImportError(), "ImportError"),
        (OSError(5, "Input/output error"), "[Errno 5] Input/output error"),
    ],
)
def test_whatever_is_raised_becomes_one_line(fault: Exception, what: str) -> None:
    assert Check("cat", _raising(fault)).run() == Finding("cat", False, what)


def test_an_interruption_is_no_finding() -> None:
    def look() -> Health:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Check("cat", look).run()
