import pytest

from livedream.sinks.remedy import Cause, cannot_start, remedy

# What pyvirtualcam's backends say.
NO_LOOPBACK = "No v4l2 loopback device found at /dev/video[0-99]. Did you run 'modprobe v4l2loopback'?"
NO_ACCESS = "Could not access /dev/video10 due to missing permissions. Did you add your user to 'video'?"
BUSY = "Virtual camera device /dev/video10 could not be configured: Device or resource busy"
KEPT = "Device /dev/video10 is kept at 640x360 by a program that shows it."
WEBCAM = "Device /dev/video0 is not a video output device."
NO_OBS = "OBS Virtual Camera device not found! Did you install OBS?"
OBS_BUSY = "virtual camera output could not be started"
NO_UNITY = "No camera registered. Did you install any camera?"
NO_EXTENSION = "OBS Virtual Camera is not installed in your system. Use OBS 30.0 or later."
MODPROBE = "sudo modprobe v4l2loopback devices=1 video_nr=10 card_label=livedream exclusive_caps=1"


@pytest.mark.parametrize(
    ("system", "reasons", "device", "sentence", "cure"),
    [
        (
            "Linux",
            [NO_LOOPBACK],
            None,
            "because none is loaded here.",
            "apt install v4l2loopback-dkms\n" + MODPROBE,
        ),
        (
            "Linux",
            [WEBCAM],
            "/dev/video0",
            "/dev/video0 cannot start because there is no such",
            "video_nr=0 ",
        ),
        ("Linux", [NO_ACCESS], None, "this user may not write to it.", 'usermod -a -G video "$USER"'),
        (
            "Linux",
            [KEPT],
            None,
            "because a program that shows it keeps it at 640x360.",
            "fuser -v /dev/video10\n# close the program that it shows, or start livedream with --size 640",
        ),
        ("Linux", [BUSY], None, "because another program feeds it.", "fuser -v /dev/video10"),
        (
            "Linux",
            ["Odd\nerror."],
            None,
            "cannot start (Odd error).",
            "modprobe -r v4l2loopback\n" + MODPROBE,
        ),
        ("Windows", [NO_OBS, NO_UNITY], None, "none is loaded here.", "winget install OBSProject.OBSStudio"),
        ("Windows", [OBS_BUSY, NO_UNITY], None, "another program feeds it.", "Unity Capture"),
        ("Windows", [NO_UNITY, "Strange."], None, "cannot start (Strange).", "Start Virtual Camera"),
        ("Darwin", [NO_EXTENSION], None, "none is loaded here.", "brew install --cask obs"),
        ("Darwin", ["Couldn't start stream"], None, "another program feeds it.", "Stop Virtual Camera"),
        ("FreeBSD", ["nothing"], None, "cannot start (nothing).", "Linux, Windows and macOS"),
    ],
)
def test_each_failure_has_a_sentence_and_a_cure(
    system: str, reasons: list[str], device: str | None, sentence: str, cure: str
) -> None:
    error = cannot_start(reasons, device, system)
    assert sentence in str(error)
    assert str(error).startswith("The virtual camera")
    assert str(error).endswith(".")
    assert "\n" not in str(error)
    assert cure in error.remedy


def test_the_device_that_was_asked_for_is_the_one_that_is_made() -> None:
    assert "video_nr=42 " in remedy("absent", "/dev/video42", "Linux")
    assert "video_nr=10 " in remedy("absent", None, "Linux")


@pytest.mark.parametrize("system", ["Linux", "Windows", "Darwin"])
@pytest.mark.parametrize("cause", ["permission", "busy", "unknown", "absent"])
def test_there_is_a_cure_for_every_cause_on_every_system(system: str, cause: Cause) -> None:
    cure = remedy(cause, None, system)
    assert len(cure) > 20
    assert "{" not in cure
