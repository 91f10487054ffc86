"""The cards that lie over the picture: HUD, keys, hint, toast, set in type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PyQt6.QtGui import QColor

from livedream.ui.hud import TONE_OF, Device, Figure, Hud, Line, Notice, Setting
from livedream.ui.keys import DREAM, OUTLETS, PANIC, SOURCES, STEPS, WINDOW, Binding
from livedream.ui.overlay import Hint, Starting, Toast
from livedream.ui.text_panel import COLOURS, PADDING, SOLID, Ink, Sheet

HUD_WIDTH = 396.0
TOAST_WIDTH = 430.0
LABEL_WIDTH = 66.0
INDENT = 18.0
CAPS_WIDTH = 92.0
COLUMNS = (384.0, 372.0)
MOST_LINES = 2.5
"""About so many lines are seen of one that has a long name in it; the others are to be seen, too."""

LINE_GAP = 6.0
GROUP_GAP = 10.0
KEY_CAP = QColor(255, 255, 255, 30)

FIGURE = Ink(25, bold=True)
FIRST_FIGURE = Ink(25, "accent", bold=True)
UNIT = Ink(12, "dim")
LABEL = Ink(14, "dim")
NAME = Ink(14, bold=True)
SMALL = Ink(13, "dim")
REMEDY = Ink(13)
HEADING = Ink(22, bold=True)


def hud_card(hud: Hud, unit: float, room: float) -> Sheet:
    """Set the HUD no taller than `room` design pixels; what does not fit is counted."""
    sheet = Sheet(HUD_WIDTH, unit)
    _figures(sheet, hud.figures)
    count_height = LINE_GAP + sheet.measure_height(SMALL)
    for place, line in enumerate(hud.lines):
        left = len(hud.lines) - place
        limit = room - 2 * PADDING - (count_height if left > 1 else 0.0)
        if not _set_if_it_fits(sheet, hud.lines[place - 1] if place else None, line, limit):
            sheet.y += LINE_GAP
            sheet.y += sheet.write(f"{left} more in a larger window", SMALL)
            break
    return sheet


def toast_card(toast: Toast, unit: float) -> Sheet:
    """Set the troubles with their remedies."""
    sheet = Sheet(TOAST_WIDTH, unit)
    _troubles(sheet, toast.troubles)
    return sheet


def hint_card(hint: Hint, unit: float) -> Sheet:
    """Set one short line, as wide as it is."""
    ink = Ink(15)
    wide = Sheet(0.0, unit).measure(hint.text, ink)
    sheet = Sheet(wide + 1.0, unit)
    sheet.y += sheet.write(hint.text, ink)
    return sheet


def keys_card(unit: float) -> Sheet:
    """Set the table of the keys: those of the window and of panic, and beside them those of the dream."""
    sheet = Sheet(sum(COLUMNS), unit, SOLID)
    _keys(sheet, "Window", WINDOW, 0.0)
    sheet.y += 2 * GROUP_GAP
    _keys(sheet, "At once", PANIC, 0.0)
    sheet.y += 2 * GROUP_GAP
    _keys(sheet, "Steps and decks", STEPS, 0.0)
    ends = sheet.y
    sheet.y = 0.0
    _keys(sheet, "Dream", DREAM, COLUMNS[0])
    sheet.y += 2 * GROUP_GAP
    _keys(sheet, "Input and output", (*SOURCES, *OUTLETS), COLUMNS[0])
    sheet.y = max(sheet.y, ends)
    return sheet


def starting_card(starting: Starting, unit: float) -> Sheet:
    """Set what is being waited for, and what stands in the way."""
    sheet = Sheet(TOAST_WIDTH, unit)
    sheet.y += sheet.write("starting ...", HEADING, centred=True)
    if starting.text:
        sheet.y += LINE_GAP
        sheet.y += sheet.write(f"building the engine {starting.text}", NAME, centred=True)
    if starting.troubles:
        sheet.y += 2 * GROUP_GAP
        _troubles(sheet, starting.troubles)
    return sheet


def _keys(sheet: Sheet, heading: str, bindings: Sequence[Binding], left: float) -> None:
    """Set a column of keys with its left edge at `left`."""
    sheet.y += sheet.write(heading, HEADING, x=left) + GROUP_GAP
    for binding in bindings:
        wide = sheet.measure(binding.caps, NAME)
        height = sheet.measure_height(NAME)
        sheet.box(left, wide + 14.0, height + 6.0, KEY_CAP)
        sheet.y += 3.0
        sheet.write(binding.caps, NAME, x=left + 7.0)
        sheet.y += sheet.write(binding.does, Ink(14), x=left + CAPS_WIDTH + 14.0) + 3.0 + LINE_GAP
    sheet.y -= LINE_GAP


def _figures(sheet: Sheet, figures: Sequence[Figure]) -> None:
    column, tallest = sheet.width / len(figures), 0.0
    for place, figure in enumerate(figures):
        ink = FIGURE if place else FIRST_FIGURE
        tallest = max(tallest, sheet.write(figure.value, ink, x=place * column))
    sheet.y += tallest - 1.0
    for place, figure in enumerate(figures):
        tallest = sheet.write(figure.unit, UNIT, x=place * column)
    sheet.y += tallest


def _set_if_it_fits(sheet: Sheet, above: Line | None, line: Line, limit: float) -> bool:
    """Set a line, without its remedy if need be; False, and nothing set, if it would end below `limit`."""
    brief = replace(line, remedy="") if isinstance(line, Device) else line
    for version in (line, brief):
        before = sheet.mark()
        _gap(sheet, above, version)
        _line(sheet, version)
        if sheet.y <= limit:
            return True
        sheet.undo(before)
    return False


def _gap(sheet: Sheet, before: Line | None, line: Line) -> None:
    same = type(before) is type(line)
    sheet.y += LINE_GAP if same else GROUP_GAP + (4.0 if before is None else 0.0)


def _line(sheet: Sheet, line: Line) -> None:
    if isinstance(line, Device):
        _device(sheet, line)
    elif isinstance(line, Notice):
        sheet.y += sheet.write(sheet.elided(line.text, SMALL, MOST_LINES * sheet.width), SMALL)
    else:
        _setting(sheet, line)


def _setting(sheet: Sheet, line: Setting) -> None:
    sheet.write(line.label, LABEL)
    ink, room = Ink(14, line.tone), MOST_LINES * (sheet.width - LABEL_WIDTH)
    sheet.y += sheet.write(sheet.elided(line.text, ink, room), ink, x=LABEL_WIDTH)


def _troubles(sheet: Sheet, troubles: Sequence[Device]) -> None:
    for place, trouble in enumerate(troubles):
        sheet.y += GROUP_GAP if place else 0.0
        _device(sheet, trouble)


def _device(sheet: Sheet, line: Device) -> None:
    tone = TONE_OF[line.state]
    ink = Ink(14, tone if line.troubled else "plain", bold=True)
    name = sheet.elided(line.name, ink, sheet.width - INDENT)
    height = sheet.write(name, ink, x=INDENT)
    sheet.dot(0.0, height, tone)
    start = INDENT + sheet.measure(name, ink) + 10.0
    if start + sheet.measure(line.text, LABEL) <= sheet.width:
        sheet.write(line.text, LABEL, x=start)
        sheet.y += height
    else:
        sheet.y += height
        sheet.y += sheet.write(line.text, LABEL, x=INDENT)
    if line.remedy and line.troubled:
        _remedy(sheet, line)


def _remedy(sheet: Sheet, line: Device) -> None:
    sheet.y += 3.0
    height = sheet.write(line.remedy, REMEDY, x=INDENT + 10.0)
    sheet.box(INDENT, 2.5, height, COLOURS[TONE_OF[line.state]])
    sheet.y += height
