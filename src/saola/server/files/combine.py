"""Several photos of one paper become one PDF, a photo a page."""

import io
from collections.abc import Sequence
from contextlib import ExitStack
from typing import BinaryIO

import pikepdf
from PIL import Image, ImageOps

from saola.lifecycle.machine import Refused
from saola.server.files.recognise import LARGEST_PIXELS

DPI = 200  # a page of 1,700 px is then 21.6 cm wide
MOST_PHOTOS = 40


def as_pdf(photos: Sequence[BinaryIO]) -> bytes:
    """The PDF; Refused when one of them is no picture. One picture is unpacked at a time."""
    if len(photos) > MOST_PHOTOS:
        raise Refused(f"Chỉ ghép được tối đa {MOST_PHOTOS} ảnh một lần.", field="file")
    made = io.BytesIO()
    with ExitStack() as opened, pikepdf.new() as whole:
        for photo in photos:
            page = opened.enter_context(pikepdf.open(io.BytesIO(_page(photo))))
            whole.pages.extend(page.pages)
        whole.save(made)
    return made.getvalue()


def _page(photo: BinaryIO) -> bytes:
    made = io.BytesIO()
    try:
        with Image.open(photo, formats=["JPEG", "PNG", "WEBP"]) as image:
            if image.width * image.height > LARGEST_PIXELS:
                raise Refused("Ảnh có quá nhiều điểm ảnh.", field="file")
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.save(made, "PDF", resolution=DPI, quality=85)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Refused(
            "Chỉ ghép được các ảnh. Hãy tải tệp PDF riêng từng tệp.", field="file"
        ) from None
    return made.getvalue()
