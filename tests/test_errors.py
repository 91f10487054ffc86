import pickle

import pytest

from livedream import errors
from livedream.errors import EngineError, InputError, LivedreamError, MissingError, SinkError, SourceError


@pytest.mark.parametrize("kind", [InputError, SourceError, SinkError, EngineError])
def test_every_fault_can_be_told_as_one(kind: type[LivedreamError]) -> None:
    with pytest.raises(LivedreamError, match="the camera is gone"):
        raise kind("the camera is gone")


def test_what_a_person_gave_wrongly_has_the_exit_code_of_usage() -> None:
    assert InputError.exit_code == 2
    assert {kind.exit_code for kind in (SourceError, SinkError, EngineError, LivedreamError)} == {1}


def test_a_sink_brings_what_to_do_about_it() -> None:
    fault = SinkError("no virtual camera", "sudo modprobe v4l2loopback\nand start again")
    assert str(fault) == "no virtual camera"
    assert fault.remedy == "sudo modprobe v4l2loopback\nand start again"
    assert SinkError("no virtual camera").remedy == ""


def test_every_fault_of_the_module_is_a_livedream_error() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    assert len(kinds) >= 5
    assert all(issubclass(kind, LivedreamError) for kind in kinds)


@pytest.mark.parametrize(
    "fault",
    [
        MissingError("sound needs sounddevice", "get it with", "pip install sounddevice"),
        SinkError("no virtual camera", "sudo modprobe v4l2loopback", "none is loaded"),
        InputError("there is no such file"),
    ],
)
def test_a_fault_is_the_same_where_another_process_raised_it(fault: LivedreamError) -> None:
    there = pickle.loads(pickle.dumps(fault))
    assert (type(there), str(there), vars(there)) == (type(fault), str(fault), vars(fault))
