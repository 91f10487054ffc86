from PyQt6.QtWidgets import QApplication

from livedream.ui.icon import icon


def test_the_icon_is_drawn_at_every_size(qapp: QApplication) -> None:
    sizes = icon().availableSizes()

    assert [size.width() for size in sizes] == [16, 32, 64, 128, 256]
    image = icon().pixmap(64, 64).toImage()
    assert len({image.pixel(x, 32) for x in range(64)}) > 20
