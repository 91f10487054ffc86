"""A show that is saved while it runs, and goes on where one has ended that did not end well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from livedream.clock import SystemClock
from livedream.errors import LivedreamError
from livedream.runtime.autosave import Autosave
from livedream.runtime.desk import Desk
from livedream.runtime.saved_show import SavedShow, ShowFiles, restore, show_of


@contextmanager
def autosaved(
    desk: Desk,
    files: ShowFiles,
    tell: Callable[[str], None],
    *,
    resume: bool | None,
    may_restore: bool,
) -> Iterator[None]:
    """Restore what stood, and save what stands until the end.

    resume: True for what stood at the last end, False for nothing, None for what stood in a show that did
    not end well. may_restore: whether that is wanted where nobody has asked. tell:
    takes sentences for people.
    """
    said = begin(desk, files, resume=resume, may_restore=may_restore)
    if said:
        tell(said)
    saver = Autosave(lambda: show_of(desk), files, SystemClock(), tell)
    saver.start()
    try:
        yield
    except BaseException:
        saver.close(is_good=False)
        raise
    saver.close(is_good=True)


def begin(desk: Desk, files: ShowFiles, *, resume: bool | None, may_restore: bool) -> str:
    """Restore what stood, as `autosaved` says; returns a sentence on it, "" if there is nothing to say."""
    if resume is False:
        with suppress(LivedreamError):
            files.take_crashed()  # which is over with this one
        return ""
    try:
        crashed = files.take_crashed()
        if resume:
            return _restored(desk, files.last(), "the show goes on")
        if crashed is None:
            return ""
        if not may_restore:
            return "the last show did not end well; --resume brings back what stood in it"
        return _restored(desk, crashed, "the last show did not end well and goes on")
    except LivedreamError as fault:
        return f"the last show cannot be brought back: {fault}; this one starts anew"


def _restored(desk: Desk, saved: SavedShow | None, words: str) -> str:
    if saved is None:
        return "there is no last show to go on with; this one starts anew"
    restore(desk, saved)
    count = len(saved.hand)
    by_hand = f" and {count} change{'' if count == 1 else 's'} by hand" if count else ""
    return f"{words}: {saved.preset}{by_hand}; undo takes it back, and --fresh starts anew"
