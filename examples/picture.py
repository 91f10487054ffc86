"""Dream a picture.

python picture.py PICTURE DREAM.png [PRESET]
"""

import sys
from pathlib import Path

import livedream
from livedream.sinks.image_file import write_image

picture, file, preset = [*sys.argv[1:], "eyes"][:3]
write_image(Path(file), livedream.dream_image(picture, preset))
