"""Draws a look over the picture; each card is typeset only when what it says changes."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from functools import partial

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPen

from livedream.ui.cards import hint_card, hud_card, keys_card, starting_card, toast_card
from livedream.ui.overlay import Look, Starting
from livedream.ui.text_panel import COLOURS, PADDING, Sheet
from livedream.ui.viewport import Viewport

MARGIN = 16.0
DUSK = QColor(11, 11, 18, 130)
"""Over the camera's picture, which is to be seen as it is, or over black before there is one."""

RINGS = 4


class Screens:
    """Draws looks; keeps the cards it has typeset."""

    def __init__(self) -> None:
        self._cards: dict[str, tuple[Hashable, QImage]] = {}

    def draw(self, painter: QPainter, look: Look, viewport: Viewport) -> None:
        """Draw `look` over what is on the viewport."""
        if look.starting is not None:
            self._draw_starting(painter, look.starting, viewport)
        taken = self._draw_corner(painter, look, viewport)
        if look.hint_opacity > 0:
            card = self._card("hint", look.hint, viewport, partial(hint_card, look.hint, viewport.unit))
            _put(painter, card, _bottom(card, viewport, taken), look.hint_opacity)
        if look.keys:
            card = self._card("keys", (), viewport, partial(_fitting_keys, viewport))
            _put(painter, card, _middle(card, viewport, taken))

    def _draw_corner(self, painter: QPainter, look: Look, viewport: Viewport) -> float:
        """Draw the HUD, or a toast in its place; return the width that the HUD takes on the left."""
        corner = QPointF(MARGIN, MARGIN) * viewport.unit
        if (hud := look.hud) is not None:
            room = viewport.height / viewport.unit - 2 * MARGIN
            card = self._card("hud", hud, viewport, partial(hud_card, hud, viewport.unit, room))
            _put(painter, card, corner)
            return corner.x() + card.deviceIndependentSize().width()
        if look.toast_opacity > 0:
            card = self._card("toast", look.toast, viewport, partial(toast_card, look.toast, viewport.unit))
            _put(painter, card, corner, look.toast_opacity)
        return 0.0

    def _draw_starting(self, painter: QPainter, starting: Starting, viewport: Viewport) -> None:
        painter.fillRect(0, 0, viewport.width, viewport.height, DUSK)
        said = (starting.text, starting.troubles)
        sheet = self._card(
            "starting", said, viewport, partial(starting_card, starting, viewport.unit), panel=False
        )
        place = _middle(sheet, viewport)
        rings = 64.0 * viewport.unit
        top = max(rings * 1.2, place.y() + rings * 0.4)
        drawn = _rings(rings, starting.breath, viewport.ratio)
        _put(painter, drawn, QPointF(viewport.width / 2 - rings, top - 2 * rings))
        _put(painter, sheet, QPointF(place.x(), top + rings * 0.2))

    def _card(
        self,
        name: str,
        said: Hashable,
        viewport: Viewport,
        typeset: Callable[[], Sheet],
        *,
        panel: bool = True,
    ) -> QImage:
        key = (said, viewport)
        kept = self._cards.get(name)
        if kept is None or kept[0] != key:
            kept = (key, typeset().render(viewport.ratio, panel=panel))
            self._cards[name] = kept
        return kept[1]


def _fitting_keys(viewport: Viewport) -> Sheet:
    """Set the table of the keys, smaller in a window that it does not fit into."""
    sheet = keys_card(viewport.unit)
    taken_wh = (side + 2 * (PADDING + MARGIN) for side in (sheet.width, sheet.y))
    fit = min(room / taken for room, taken in zip((viewport.width, viewport.height), taken_wh, strict=True))
    return sheet if fit >= viewport.unit else keys_card(fit)


def _put(painter: QPainter, card: QImage, place: QPointF, opacity: float = 1.0) -> None:
    painter.setOpacity(opacity)
    # On whole device pixels, or type is blurred.
    ratio = card.devicePixelRatio()
    painter.drawImage(QPointF(round(place.x() * ratio), round(place.y() * ratio)) / ratio, card)
    painter.setOpacity(1.0)


def _middle(card: QImage, viewport: Viewport, taken: float = 0.0) -> QPointF:
    return QPointF(
        _centred(card, viewport, taken), (viewport.height - card.deviceIndependentSize().height()) / 2
    )


def _bottom(card: QImage, viewport: Viewport, taken: float) -> QPointF:
    height = card.deviceIndependentSize().height()
    return QPointF(_centred(card, viewport, taken), viewport.height - height - 1.5 * MARGIN * viewport.unit)


def _centred(card: QImage, viewport: Viewport, taken: float) -> float:
    """Centre a card in the window, or in what the HUD leaves of it if the card would lie on the HUD."""
    room = viewport.width - card.deviceIndependentSize().width()
    if room / 2 > taken:
        return room / 2
    return min((taken + room) / 2, max(0.0, room - MARGIN * viewport.unit))


def _rings(radius: float, breath: float, ratio: float) -> QImage:
    """Draw rings that swell and fade one after the other; breath: 0..1, one cycle.

    A picture of its own, as a painter on OpenGL draws no smooth edges.
    """
    image = QImage(QSize(1, 1) * math.ceil(2 * radius * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(radius, radius)
    for ring in range(RINGS):
        swell = 0.5 - 0.5 * math.cos(2 * math.pi * (breath - 0.12 * ring))
        colour = QColor(COLOURS["accent"])
        colour.setAlphaF(0.18 + 0.6 * swell)
        painter.setPen(QPen(colour, radius / 22))
        size = radius * (0.18 + 0.19 * ring) * (1 + 0.05 * swell)
        painter.drawEllipse(QRectF(-size, -size, 2 * size, 2 * size))
    painter.end()
    return image
