import pytest

from livedream.errors import InputError, SourceError
from livedream.training.command import run


@pytest.mark.parametrize("fault", [InputError, SourceError])
def test_what_a_person_got_wrong_is_a_sentence_and_an_exit_code(
    fault: type[InputError], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        raise fault("the clip x is damaged")

    monkeypatch.setattr("sys.argv", ["training"])
    assert run(command) == fault("").exit_code != 0
    assert capsys.readouterr().err == "the clip x is damaged\n"


def test_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def command() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("sys.argv", ["training"])
    with pytest.raises(ZeroDivisionError):
        run(command)
