"""Several photos of one paper become one PDF, a photo a page."""

import io
from collections.abc import Sequence
from typing import BinaryIO

from PIL import Image, ImageOps

from saola.lifecycle.machine import Refused
from saola.server.files.recognise import LARGEST_PIXELS

DPI = 200  # a page of 1,700 px is then 21.6 cm wide
MOST_PHOTOS = 40


def as_pdf(photos: Sequence[BinaryIO]) -> bytes:
    """The PDF; Refused when one of them is no picture."""
    if len(photos) > MOST_PHOTOS:
        raise Refused(f"Chỉ ghép được tối đa {MOST_PHOTOS} ảnh một lần.", field="file")
    pages = []
    for photo in photos:
        try:
            with Image.open(photo, formats=["JPEG", "PNG", "WEBP"]) as image:
                if image.width * image.height > LARGEST_PIXELS:
                    raise Refused("Ảnh có quá nhiều điểm ảnh.", field="file")
                pages.append(ImageOps.exif_transpose(image).convert("RGB"))
        except (OSError, SyntaxError, ValueError):
            raise Refused(
                "Chỉ ghép được các ảnh. Hãy tải tệp PDF riêng từng tệp.", field="file"
            ) from None
    made = io.BytesIO()
    pages[0].save(made, "PDF", save_all=True, append_images=pages[1:], resolution=DPI, quality=85)
    return made.getvalue()
