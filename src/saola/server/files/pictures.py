"""Small pictures for public pages."""

import io
from typing import BinaryIO

from PIL import Image

LARGEST = 40_000  # bytes, for a buyer on a poor line
SIDE = 640  # pixels, of the longer side at first


def small_jpeg(file: BinaryIO) -> bytes:
    """The picture as JPEG of at most 40 kB; `file` is one that `store` has taken in."""
    with Image.open(file) as opened:
        picture = opened.convert("RGB")
    side = SIDE
    while True:
        picture.thumbnail((side, side))
        for quality in (80, 65, 50, 35):
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
            if out.tell() <= LARGEST:
                return out.getvalue()
        side = side * 3 // 4
