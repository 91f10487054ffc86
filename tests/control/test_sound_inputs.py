from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from livedream.clock import ManualClock
from livedream.control.lane import DirectLane
from livedream.control.sound_inputs import SoundInputs
from livedream.errors import InputError, MissingError, SourceError
from tests.control.test_audio_devices import FakePortAudio


def inputs_of(system: Any) -> SoundInputs:
    return SoundInputs(ManualClock(), lambda: system, DirectLane)


def test_what_is_plugged_in_is_listed_the_next_time_it_is_looked() -> None:
    system = FakePortAudio(["Microphone"])
    inputs = inputs_of(system)
    assert inputs.names == ()
    for names in (["Microphone"], ["Microphone", "Line"]):
        system.names = names
        inputs.look()
        assert inputs.names == tuple(names)


def test_to_look_does_not_end_what_is_listened_to() -> None:
    system = FakePortAudio(["Microphone", "Line"])
    inputs = inputs_of(system)
    begun: list[str] = []
    system._terminate = lambda: begun.append("ended")  # type: ignore[method-assign]
    capture = inputs.connector("line")()
    assert capture.name == "Line"
    begun.clear()
    inputs.look()
    assert (begun, inputs.names) == ([], ("Microphone", "Line"))
    capture.close()
    inputs.look()
    assert begun == ["ended"]


def test_without_its_library_it_says_why_and_what_is_asked_for_is_refused() -> None:
    def load() -> Any:
        raise MissingError("sound needs a library", "install it with", "pip install sound")

    inputs = SoundInputs(ManualClock(), load, DirectLane)
    inputs.look()
    assert (inputs.names, inputs.trouble) == (
        (),
        "sound needs a library; install it with: pip install sound",
    )
    with pytest.raises(MissingError):
        inputs.connector("line")()


def test_a_file_is_played_and_one_without_sound_is_refused(drums: Any, tmp_path: Path) -> None:
    inputs = inputs_of(FakePortAudio(["Line"]))
    song, nothing = drums.save(drums.track(120, 0.1), tmp_path / "song.wav"), tmp_path / "a.wav"
    nothing.write_bytes(b"nothing")
    assert inputs.connector(str(song))().name == "song.wav"
    with pytest.raises(InputError, match="cannot be read"):
        inputs.connector(str(nothing))()
    with pytest.raises(SourceError, match="there is no sound input"):
        inputs.connector("gone.wav")()
