"""MidiMap: what MIDI messages do; it knows no device and no library."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from livedream.control.coalescer import Coalescer
from livedream.control.midi_binding import FINE, Binding, MidiMessage, MidiSource, check_binding
from livedream.control.midi_halves import MidiHalves
from livedream.control.midi_wire import CONTROL
from livedream.runtime.store import Change, SettingsStore
from livedream.settings import by_word
from livedream.settings.show_numbers import SHOW_NUMBERS

STEP = 1 / 127
"""A knob this close to the value that stands has reached it."""

REMEMBERED = 256
"""Values that a knob has sent and that may not have been applied yet."""


@dataclass(slots=True)
class _Hand:
    """Where a bound knob is, whether it has picked up the value, and what it has sent."""

    at: float | None = None
    caught: bool = False
    sent: deque[Any] = field(default_factory=lambda: deque(maxlen=REMEMBERED))


class MidiMap:
    """Binds knobs, faders and pads to settings and commands; any thread may feed it.

    commands: names of those that can be bound. learned: is told of each binding that was learned.
    """

    def __init__(
        self,
        coalescer: Coalescer,
        commands: Container[str],
        bindings: Iterable[Binding] = (),
        *,
        learned: Callable[[Binding], None] = lambda _: None,
    ) -> None:
        """Take bindings. Raises InputError if one is not possible."""
        self._coalescer, self._commands, self._learned = coalescer, commands, learned
        self._lock = threading.Lock()
        self._hands: dict[Binding, _Hand] = {}
        self._halves = MidiHalves()
        self._buttons: tuple[dict[Binding, _Hand], frozenset[bytes]] = ({}, frozenset())
        self._wished: Binding | None = None
        self._fresh: tuple[Binding, list[int]] | None = None
        self._preset = coalescer.store.standing().preset
        self._numbers: dict[str, float] = {}
        self.use(bindings)
        self._due: list[str] = []
        self.end = coalescer.store.observe(self._note)

    @property
    def bindings(self) -> tuple[Binding, ...]:
        """Return what is bound, in the order in which it was."""
        return tuple(self._hands)

    @property
    def store(self) -> SettingsStore:
        """Return the settings that its knobs turn."""
        return self._coalescer.store

    def base(self, word: str) -> Any:
        """Return what hand and preset make of a setting, as knobs show it."""
        return self._coalescer.base(word)

    @property
    def learning(self) -> str | None:
        """Return the target that the next message is bound to; None if it is bound to nothing."""
        wished = self._wished
        return None if wished is None else wished.target

    def use(self, bindings: Iterable[Binding]) -> None:
        """Take other bindings in place of those that there are. Raises InputError, nothing changed."""
        taken = list(bindings)
        for binding in taken:
            check_binding(binding, self._commands)
        with self._lock:
            self._hands = {binding: _Hand() for binding in taken}
            self._halves = MidiHalves()
            self._fresh = None

    def bind(self, binding: Binding) -> None:
        """Add a binding. Raises InputError if it is not possible."""
        check_binding(binding, self._commands)
        with self._lock:
            self._hands = {**self._hands, binding: _Hand()}

    def change(self, before: Binding, after: Binding) -> None:
        """Put one binding in the place of another. Raises InputError, or KeyError if there is none."""
        check_binding(after, self._commands)
        with self._lock:
            if before not in self._hands:
                raise KeyError(before)
            hands = self._hands.items()
            self._hands = {(after if one == before else one): hand for one, hand in hands}
            self._hands[after].caught = False

    def unbind(self, target: str) -> None:
        """Remove all that is bound to a setting or a command."""
        with self._lock:
            self._hands = {one: hand for one, hand in self._hands.items() if one.target != target}

    def learn(
        self, target: str, low: float | None = None, high: float | None = None, *, pickup: bool = True
    ) -> None:
        """Bind the next knob that is moved, or pad that is hit, to a setting or a command.

        It takes the place of what was bound to that target and to that source. Raises InputError.
        """
        wished = Binding(MidiSource(1, "cc", 0), target, low, high, pickup=pickup)
        check_binding(wished, self._commands)
        with self._lock:
            self._wished = wished

    def stop_learning(self) -> None:
        """Bind the next message to nothing."""
        with self._lock:
            self._wished = None

    def may_wait(self, begin: bytes) -> bool:
        """Return whether of a controller's messages the newest is enough: it is no button, and not learned.

        begin: the first two bytes of its messages.
        """
        if self._wished is not None or self._fresh is not None:
            return False
        hands, buttons = self._buttons
        if hands is not self._hands:
            hands = self._hands
            buttons = frozenset(
                bytes((CONTROL | one.source.channel - 1, one.source.number))
                for one in hands
                if _is_button(one)
            )
            self._buttons = hands, buttons
        return begin not in buttons

    def feed(self, message: MidiMessage) -> None:
        """Do what a message is bound to; while learning, bind it and do nothing else."""
        with self._lock:
            self._notice_preset()
            self._notice_numbers()
            wished = self._wished
            learned = self._refine(message) if wished is None else self._learn(wished, message)
            if wished is None:
                self._act(message)
            due, self._due = self._due, []
        for name in due:  # what one changes is noted here, which takes the lock
            self._coalescer.command(name)
        if learned is not None:
            self._learned(learned)

    def _act(self, message: MidiMessage) -> None:
        for source, share in self._shares(message):
            for binding, hand in self._hands.items():
                if binding.source == source:
                    self._move(binding, hand, share)

    def _learn(self, wished: Binding, message: MidiMessage) -> Binding | None:
        if message.kind == "note" and message.value == 0:
            return None
        self._wished = None
        binding = replace(wished, source=MidiSource(message.channel, message.kind, message.number))
        self._put(binding, message.value / 127)
        if message.kind == "cc" and message.number < FINE:
            self._fresh = binding, []
        return binding

    def _refine(self, message: MidiMessage) -> Binding | None:
        """Notice that what was just learned is one half of a controller of 14 bits: the other one follows."""
        if self._fresh is None:
            return None
        binding, seen = self._fresh
        source = binding.source
        expected = source.number + (FINE if len(seen) % 2 == 0 else 0)
        if (message.kind, message.channel, message.number) != ("cc", source.channel, expected):
            self._fresh = None
            return None
        seen.append(message.number)
        if len(seen) < 3:
            return None
        self._fresh = None
        fine = replace(binding, source=replace(source, kind="cc14"))
        self._put(fine, self._hands[binding].at if binding in self._hands else None)
        return fine

    def _put(self, binding: Binding, at: float | None) -> None:
        others = {
            one: hand
            for one, hand in self._hands.items()
            if one.target != binding.target and one.source != binding.source
        }
        self._hands = {**others, binding: _Hand(at)}

    def _shares(self, message: MidiMessage) -> Iterator[tuple[MidiSource, float]]:
        """Name the sources that a message moves, and how far: 0 to 1."""
        channel, number = message.channel, message.number
        share = 1.0 if message.kind == "program" else message.value / 127
        yield MidiSource(channel, message.kind, number), share
        if message.kind == "cc" and number < 2 * FINE:
            fine = number >= FINE
            source = MidiSource(channel, "cc14", number - FINE if fine else number)
            if any(binding.source == source for binding in self._hands):
                joined = self._halves.join(source, message.value, fine=fine)
                if joined is not None:
                    yield source, joined

    def _move(self, binding: Binding, hand: _Hand, share: float) -> None:
        before, hand.at = hand.at, share
        info = binding.info
        is_knob = binding.source.kind in {"cc", "cc14"}
        if not is_knob:
            if share > 0:
                self._hit(binding, share)
        elif info is None:
            if share >= binding.threshold and (before is None or before < binding.threshold):
                self._due.append(binding.target)
        elif info.kind == "switch":
            if before is None or (before >= binding.threshold) != (share >= binding.threshold):
                self._send(binding, hand, binding.value_at(share))
        elif self._has_picked_up(binding, hand, before, share):
            self._send(binding, hand, binding.value_at(share))

    def _hit(self, binding: Binding, share: float) -> None:
        """Do what a pad does: a command, the other state of a switch, the next choice, or a value."""
        info, hand = binding.info, self._hands[binding]
        if info is None:
            self._due.append(binding.target)
            return
        stands = self._coalescer.base(binding.target)
        if info.kind == "switch":
            self._send(binding, hand, not stands)
        elif info.kind == "choice":
            choices = tuple(info.choices)
            place = choices.index(stands) if stands in choices else -1
            self._send(binding, hand, choices[(place + 1) % len(choices)])
        else:
            self._send(binding, hand, binding.value_at(share))

    def _has_picked_up(self, binding: Binding, hand: _Hand, before: float | None, share: float) -> bool:
        if hand.caught or not binding.pickup:
            return True
        stands = self._coalescer.base(binding.target)
        there = binding.share_of(stands)
        passed = before is not None and (before - there) * (share - there) <= 0
        near = any(one is not None and abs(one - there) <= STEP for one in (before, share))
        hand.caught = passed or near or binding.value_at(share) == stands
        return hand.caught

    def _send(self, binding: Binding, hand: _Hand, value: Any) -> None:
        hand.sent.append(value)
        self._coalescer.want(binding.target, value)

    def _note(self, news: Change) -> None:
        """Release values that another hand has changed: their knobs have to pick them up again."""
        if news.layer == "hand":
            with self._lock:
                self._compare_all(news.words)

    def _notice_preset(self) -> None:
        """Release what another preset has changed; nobody is told of what modulation hides."""
        preset = self.store.standing().preset
        if preset is not self._preset:
            self._preset = preset
            self._compare_all(by_word())

    def _notice_numbers(self) -> None:
        """Release numbers of the show that others have moved, or that move by themselves: nobody is told."""
        shown = {info.word for info in SHOW_NUMBERS} & {one.target for one in self._hands}
        numbers = {word: self.base(word) for word in shown}
        moved = [word for word, number in numbers.items() if number != self._numbers.get(word)]
        self._numbers = numbers
        self._compare_all(moved)

    def _compare_all(self, words: Collection[str]) -> None:
        for binding, hand in self._hands.items():
            if binding.target in words:
                self._compare(hand, self.base(binding.target))

    def _compare(self, hand: _Hand, stands: Any) -> None:
        """Notice whether what stands now was sent by this hand; what it sent before that is done with."""
        if stands not in hand.sent:
            hand.caught = False
            hand.sent.clear()
            return
        while hand.sent[0] != stands:
            hand.sent.popleft()


def _is_button(binding: Binding) -> bool:
    """Return whether each press of a controller counts: it does a command or toggles a switch."""
    info = binding.info
    return binding.source.kind == "cc" and (info is None or info.kind == "switch")
