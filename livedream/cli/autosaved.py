"""A show that is saved while it runs, and goes on where one has ended that did not end well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import NamedTuple

from livedream.cli.show_options import FADE_S, Options
from livedream.clock import SystemClock
from livedream.control.control_plan import ControlPlan
from livedream.control.controls import Controls
from livedream.errors import InputError, LivedreamError
from livedream.runtime.autosave import Autosave
from livedream.runtime.desk import Desk
from livedream.runtime.saved_show import ShowFiles, restore, show_of
from livedream.runtime.saved_show_text import SavedShow, SavedTempo
from livedream.runtime.session import LiveSession
from livedream.settings.show_numbers import FADE_S as FADE

CANNOT = "the last show cannot be brought back"
PROMISE = "the last show did not end well; --resume brings back what stood in it"


class Found(NamedTuple):
    """What stood in the last show, None for a show that starts anew, and words on it for people."""

    show: SavedShow | None
    words: str = ""


def found(files: ShowFiles, *, resume: bool | None, may_restore: bool) -> Found:
    """Find what is to stand again.

    resume: True for what stood at the last end, False for nothing, None for what stood in a show that did
    not end well. may_restore: whether that is wanted where nobody has asked; if not, it is kept for who asks.
    """
    if resume is False:
        with suppress(LivedreamError):
            files.take_crashed(or_kept=True)  # which is over with this one
        return Found(None)
    try:
        if resume:
            return _asked_for(files)
        if not may_restore:
            return Found(None, PROMISE if files.keep_crashed() else "")
        crashed = files.take_crashed()
    except LivedreamError as fault:
        return Found(None, f"{CANNOT}: {fault}; this one starts anew")
    return Found(None) if crashed is None else Found(crashed, "the last show did not end well and goes on")


def _asked_for(files: ShowFiles) -> Found:
    """Return the show that was left by a crash, or else the last one. Raises InputError."""
    crashed = files.take_crashed(or_kept=True)
    if crashed is not None:
        return Found(crashed, "the show that did not end well goes on")
    last = files.last()
    if last is None:
        return Found(None, "there is no last show to go on with; this one starts anew")
    return Found(last, "the show goes on")


def named_first(saved: SavedShow, options: Options) -> SavedShow:
    """Leave out of what is saved all that is named on the command line; what is as by default is not."""
    tempo, plan, usual = saved.tempo, options.control, ControlPlan()
    if tempo is not None:
        tempo = SavedTempo(
            tempo.bpm if plan.bpm == usual.bpm else plan.bpm,
            tempo.quantise if plan.quantise == usual.quantise else plan.quantise,
            tempo.lookahead_ms if plan.lookahead_ms == usual.lookahead_ms else plan.lookahead_ms,
        )
    is_faded = options.fade_s != FADE_S
    return replace(
        saved,
        tempo=tempo,
        source=saved.source if options.source is None else "",
        numbers={word: one for word, one in saved.numbers.items() if not (is_faded and word == FADE.word)},
        mirrored=True if options.mirror_output else saved.mirrored,
    )


def with_tempo(options: Options, saved: SavedShow | None) -> Options:
    """Return the options of a show that begins with the tempo that was saved."""
    tempo = None if saved is None else saved.tempo
    if tempo is None:
        return options
    plan = replace(options.control, bpm=tempo.bpm, quantise=tempo.quantise, lookahead_ms=tempo.lookahead_ms)
    return replace(options, control=plan)


def bring_back_look(desk: Desk, last: Found) -> str:
    """Let look and decks stand as they were; returns a sentence on it, "" if there is nothing to say."""
    saved = last.show
    if saved is None:
        return last.words
    try:
        restore(desk, saved)
    except LivedreamError as fault:
        return f"{last.words}, but its look cannot be brought back: {fault}; --fresh starts anew"
    count = len(saved.hand)
    by_hand = f" and {count} change{'' if count == 1 else 's'} by hand" if count else ""
    return f"{last.words}: {saved.preset}{by_hand}; undo takes it back, and --fresh starts anew"


def bring_back_rows(controls: Controls, saved: SavedShow, tell: Callable[[str], None]) -> None:
    """Let the rows of modulation stand that a hand has made; a source that is missing now is told."""
    controls.matrix.put_by_hand(saved.rows, saved.removed)
    for sentence in controls.matrix.resting:
        tell(f"of the last show, {sentence}")
    for source in dict.fromkeys(row.source for row in saved.rows):
        try:
            controls.matrix.check_source(source)
        except InputError as fault:
            tell(f"the last show was moved by {source}: {fault}")


class Standing:
    """Looks at all parts of a show for what stands now.

    is_view_mirrored: of the window, once there is one.
    """

    def __init__(self, session: LiveSession, desk: Desk, controls: Controls) -> None:
        self._session, self._desk, self._controls = session, desk, controls
        self.is_view_mirrored: Callable[[], bool] | None = None

    def __call__(self) -> SavedShow:
        """Return what stands."""
        rows, removed = self._controls.matrix.by_hand()
        tempo = self._controls.tempo
        quantise = self._desk.playlist.on_beat.quantise
        view = self.is_view_mirrored
        return replace(
            show_of(self._desk),
            rows=rows,
            removed=removed,
            source=self._session.sources.spec,
            tempo=SavedTempo(round(tempo.bpm, 2), quantise, tempo.lookahead_ms),
            mirrored=self._session.output.mirrored,
            view_mirrored=None if view is None else view(),
        )


@contextmanager
def autosaved(
    standing: Callable[[], SavedShow], files: ShowFiles, tell: Callable[[str], None]
) -> Iterator[None]:
    """Save what stands until the end. tell: takes a sentence if that is not possible."""
    saver = Autosave(standing, files, SystemClock(), tell)
    saver.start()
    try:
        yield
    except BaseException:
        saver.close(is_good=False)
        raise
    saver.close(is_good=True)
