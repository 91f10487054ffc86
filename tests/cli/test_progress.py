import io

from rich.console import Console

from livedream.cli.progress import LINE_S, Lines, clock, shown


def test_a_log_gets_a_line_now_and_then() -> None:
    now_s, said = [0.0], []
    lines = Lines("a.mp4", said.append, now_s=lambda: now_s[0])
    for second in range(0, 26, 5):
        now_s[0] = float(second)
        lines(100 + 2 * second, 200)
    assert said == [
        "a.mp4: 120 of 200 frames, 2.0 frames a second, 0:00:40 left",
        "a.mp4: 140 of 200 frames, 2.0 frames a second, 0:00:30 left",
    ]
    now_s[0] += LINE_S
    lines(190, None)
    assert said[-1] == "a.mp4: 190 frames, 2.6 frames a second"


def test_a_terminal_gets_a_bar() -> None:
    written = io.StringIO()
    with shown("a.mp4", Console(file=written, force_terminal=True, width=120)) as bar:
        bar.wait("building the engine openvino, 3 s")
        bar(0, None)
        bar.wait("")
        for done in range(1, 30):
            bar(done, 29)
    assert "a.mp4" in written.getvalue()
    assert "29" in written.getvalue()


def test_without_a_terminal_there_is_no_bar() -> None:
    written = io.StringIO()
    with shown("a.mp4", Console(file=written)) as lines:
        lines.wait("building")
        lines(1, 2)
    assert written.getvalue() == ""


def test_durations() -> None:
    assert [clock(seconds) for seconds in (0, 59.6, 3661, -3)] == ["0:00:00", "0:01:00", "1:01:01", "0:00:00"]
