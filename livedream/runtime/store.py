"""The settings of a show as they stand: layers that people and machines write, read once for each frame."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from livedream.dream.spec import SMALL_HW, check_dream, kernel_spec
from livedream.references import PICTURES, References
from livedream.settings import Settings, by_word, change, describe

Layer = Literal["preset", "hand", "modulation", "panic"]
"""Who has written a setting; a later one covers those before it."""

ABOVE: tuple[Layer, ...] = ("hand", "modulation", "panic")
"""The layers over the preset, the lowest first."""

BY_ITSELF = "by itself"
"""Origin of a change that no hand has made."""

HOLD = "hold"
"""Origin of a change of what the hand keeps, which alone changes no setting."""


@dataclass(frozen=True, slots=True)
class Change:
    """What has changed: the words that a layer was written at, and all settings as they stand since.

    origin: who has changed it, such as "OSC".
    """

    layer: Layer
    words: frozenset[str]
    settings: Settings
    origin: str = ""


class Standing(NamedTuple):
    """What stands at one moment; above: what the layers over the preset hold, by word."""

    preset: Settings
    settings: Settings
    above: Mapping[str, Any]


class Written(NamedTuple):
    """What was written by hand: the preset under all layers, the hand's layer, the words that it keeps."""

    preset: Settings
    hand: Mapping[str, Any]
    held: frozenset[str]

    def under(self, preset: Settings) -> Written:
        """Return what is written once another preset is loaded: of the hand what it holds."""
        return Written(preset, {word: self.hand[word] for word in self.hand if word in self.held}, self.held)


class SettingsStore:
    """Holds four layers and the settings that they make; any number of threads may write.

    What is read is one frozen value, so nobody who reads waits for somebody who writes. What a layer is given
    is checked before it gets in: the settings that stand can always be dreamed.
    """

    def __init__(self, preset: Settings) -> None:
        self._standing = Standing(preset, preset, {})
        self._layers: dict[Layer, dict[str, Any]] = {layer: {} for layer in ABOVE}
        self._held: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self._observers: tuple[Callable[[Change], None], ...] = ()
        self._news: deque[Change] = deque()
        self._telling = threading.Lock()

    def snapshot(self) -> Settings:
        """Return the settings as they stand now."""
        return self._standing.settings

    def standing(self) -> Standing:
        """Return the settings as they stand now, and what they are made of."""
        return self._standing

    def layer(self, layer: Layer) -> dict[str, Any]:
        """Return what a layer holds, by word; of the preset what is not its default."""
        with self._lock:
            if layer != "preset":
                return dict(self._layers[layer])
            return differences(Settings(), self._standing.preset)

    @property
    def held(self) -> frozenset[str]:
        """Return the words that the hand keeps when the preset changes."""
        return self._held

    def change(self, changes: Mapping[str, Any], origin: str, layer: Layer = "hand") -> Settings:
        """Write values by word into a layer over the preset; returns what stands then.

        Raises InputError if a value or what would stand then is not possible, nothing changed.
        """
        opened = self._opened(changes, origin)
        with self._lock:
            self._write(layer, self._of(layer) | dict(changes), frozenset(changes), origin, opened)
        return self._tell()

    def turn(self, word: str, number: float, layer: Layer = "hand") -> Settings:
        """Write a number into a layer, the nearest that is allowed. Raises ValueError for a NaN."""
        return self.change({word: by_word()[word].clamp(number)}, word, layer)

    def edit(self, edited: Callable[[Settings], Settings], layer: Layer = "hand") -> Settings:
        """Write into a layer what `edited` changes in the settings that stand; nobody writes in between."""
        with self._lock:
            wanted = differences(self._standing.settings, edited(self._standing.settings))
            self._write(layer, self._of(layer) | wanted, frozenset(wanted), layer)
        return self._tell()

    def clear(self, layer: Layer, words: Collection[str] | None = None) -> Settings:
        """Take words out of a layer, all of them by default, so that what lies below stands again."""
        with self._lock:
            before = self._of(layer)
            gone = frozenset(before if words is None else words) & frozenset(before)
            left = {word: before[word] for word in before if word not in gone}
            self._write(layer, left, gone, "clear", self._pictures())
            self._held -= gone if layer == "hand" else frozenset()
        return self._tell()

    def hold(self, words: Collection[str], *, on: bool = True, origin: str = HOLD) -> None:
        """Hold words through preset changes, or release them. origin: who does so."""
        with self._lock:
            before = self._held
            self._held = self._held | frozenset(words) if on else self._held - frozenset(words)
            news = Change("hand", self._held ^ before, self._standing.settings, origin)
            self._stand(self._standing.preset, news)
        self._tell()

    def load(self, preset: Settings, origin: str = "preset") -> Settings:
        """Put another preset under all layers; the hand keeps what it holds and lets go of the rest."""
        opened = self._opened(named_by(preset), origin)
        with self._lock:
            self._restore(self._written().under(preset), origin, opened)
        return self._tell()

    def if_loaded(self, preset: Settings, opened: Collection[str]) -> Settings:
        """Return what would stand with another preset. opened: the pictures that it names, if they were.

        Raises InputError or SourceError if that cannot be dreamed.
        """
        with self._lock:
            hand = dict(self._written().under(preset).hand)
            return self._made(preset, self._layers | {"hand": hand}, "preset", opened)

    def by_hand(self) -> Settings:
        """Return the preset with what the hand has changed, without modulation and panic."""
        with self._lock:
            preset, hand = self._standing.preset, self._layers["hand"]
            return change(preset, hand, "hand") if hand else preset

    def written(self) -> Written:
        """Return what was written by hand."""
        with self._lock:
            return self._written()

    def restore(self, written: Written, origin: str) -> Settings:
        """Put back what was written by hand, all of it at once. Raises as `change`, nothing changed."""
        opened = self._opened(named_by(written.preset), origin) | self._opened(written.hand, origin)
        with self._lock:
            self._restore(written, origin, opened)
        return self._tell()

    def observe(self, observer: Callable[[Change], None]) -> Callable[[], None]:
        """Call `observer` after each change, in order, in the thread of somebody who writes.

        It must not raise. Returns what ends it.
        """
        with self._lock:
            self._observers = (*self._observers, observer)

        def end() -> None:
            with self._lock:
                self._observers = tuple(one for one in self._observers if one is not observer)

        return end

    def _written(self) -> Written:
        return Written(self._standing.preset, dict(self._layers["hand"]), self._held)

    def _restore(self, written: Written, origin: str, opened: Collection[str]) -> None:
        settings = self._made(written.preset, self._layers | {"hand": dict(written.hand)}, origin, opened)
        words = frozenset(differences(self._standing.settings, settings))
        self._layers["hand"], self._held = dict(written.hand), written.held
        self._stand(written.preset, Change("preset", words, settings, origin))

    def _pictures(self) -> frozenset[str]:
        """Return all guides and styles that the preset and the layers name, and none.

        They were opened when they were put there. To open one anew, which may have gone or be slow, would
        keep what has nothing to do with it from being undone.
        """
        named = (named_by(self._standing.preset), *self._layers.values())
        return frozenset(held[word] for held in named for word in PICTURES if word in held) | {""}

    def _opened(self, named: Mapping[str, Any], origin: str) -> frozenset[str]:
        """Open the guide and the style among values by word; return all that are open then.

        Raises InputError or SourceError.
        """
        there = self._pictures()
        new = {word: named[word] for word in PICTURES if word in named and named[word] not in there}
        return there | opened_pictures(new, origin)

    def _of(self, layer: Layer) -> dict[str, Any]:
        if layer not in self._layers:
            raise ValueError(
                f"{layer} is loaded as a whole; the layers that are written are {', '.join(ABOVE)}"
            )
        return self._layers[layer]

    def _write(
        self,
        layer: Layer,
        held: dict[str, Any],
        words: frozenset[str],
        origin: str,
        opened: Collection[str] = (),
    ) -> None:
        preset = self._standing.preset
        settings = self._made(preset, self._layers | {layer: held}, origin, opened)
        self._layers[layer] = held
        self._stand(preset, Change(layer, words, settings, origin))

    def _made(
        self,
        preset: Settings,
        layers: Mapping[Layer, Mapping[str, Any]],
        origin: str,
        opened: Collection[str] = (),
    ) -> Settings:
        """Lay the layers over a preset. Raises InputError if that cannot be dreamed."""
        above = _laid(layers)
        settings = change(preset, above, origin) if above else preset
        check(settings, self._standing.settings, opened)
        return settings

    def _stand(self, preset: Settings, news: Change) -> None:
        self._standing = Standing(preset, news.settings, _laid(self._layers))
        if news.words:
            self._news.append(news)

    def _tell(self) -> Settings:
        """Notify the observers of each change, in order; only one thread does so at a time."""
        settings = self._standing.settings
        while self._news and self._telling.acquire(blocking=False):
            try:
                while self._news:
                    news = self._news.popleft()
                    for observer in self._observers:
                        observer(news)
            finally:
                self._telling.release()
        return settings


def _laid(layers: Mapping[Layer, Mapping[str, Any]]) -> dict[str, Any]:
    """Lay the layers over each other."""
    return {word: value for layer in ABOVE for word, value in layers[layer].items()}


def differences(before: Settings, after: Settings) -> dict[str, Any]:
    """Return the values in which `after` differs, by word."""
    values = ((info.word, info.value_of(before), info.value_of(after)) for info in describe())
    return {word: new for word, old, new in values if new != old}


def opened_pictures(named: Mapping[str, Any], origin: str) -> frozenset[str]:
    """Open what is named as a guide or a style among values by word; returns what could be opened.

    A stream may take seconds to open: this is done before anything is locked. Raises InputError or
    SourceError.
    """
    pictures = {word: named[word] for word in PICTURES if named.get(word)}
    if not pictures:
        return frozenset()
    dream = change(Settings(), pictures, origin).dream
    with closing(References()) as references:
        references.check(dream)
    return frozenset((dream.guide, dream.style))


def names_pictures(settings: Settings) -> bool:
    """Return whether settings name a guide or a style, which has to be opened."""
    return any(by_word()[word].value_of(settings) for word in PICTURES)


def named_by(preset: Settings) -> dict[str, Any]:
    """Return the guide and the style that a preset names, by word."""
    return {word: by_word()[word].value_of(preset) for word in PICTURES}


def pictures_of(preset: Settings, origin: str) -> frozenset[str]:
    """Open the guide and the style that a preset names, as `opened_pictures` does."""
    return opened_pictures(named_by(preset), origin)


def check(settings: Settings, before: Settings, opened: Collection[str] = ()) -> None:
    """Raise InputError or SourceError if settings cannot be dreamed of which `before` can.

    opened: guides and styles that have just been opened.
    """
    if settings.dream is before.dream or settings.dream == before.dream:
        return
    if settings.dream.network == before.dream.network:
        kernel_spec(settings.dream, SMALL_HW)  # engines run without the weights, which may have gone
    else:
        check_dream(settings.dream)
    known = {before.dream.guide, before.dream.style, *opened}
    if not {settings.dream.guide, settings.dream.style} <= known:
        with closing(References()) as references:
            references.check(settings.dream)
