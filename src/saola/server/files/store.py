"""Taking in files: size and content are proven before a byte is kept."""

import hashlib
import io
import os
import struct
import unicodedata
import uuid
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

import pypdfium2
from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image, UnidentifiedImageError

from saola.lifecycle.machine import Refused
from saola.server.files.models import StoredFile

IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
LARGEST_PIXELS = 60_000_000


def store(upload: Any, *, by: str = "") -> StoredFile:
    """Keep an uploaded file; Refused with a sentence when it is too large or not what we take."""
    limit = settings.EVIDENCE_MAX_BYTES
    if upload.size > limit:
        raise Refused(
            f"Tệp quá lớn ({_megabytes(upload.size)} MB, tối đa {_megabytes(limit)} MB). "
            "Hãy chụp lại với cỡ nhỏ hơn hoặc chia thành nhiều tệp. Nội dung đã nhập vẫn còn.",
            field="file",
        )
    if upload.size == 0:
        raise Refused("Tệp rỗng. Hãy chọn lại tệp.", field="file")
    content = upload.read()
    kind, pages = recognise(content)
    return keep(content, clean_name(upload.name), kind, pages=pages, by=by)


def keep(
    content: bytes, name: str, kind: str, *, pages: int | None = None, by: str = ""
) -> StoredFile:
    """Keep bytes of our own making or already checked."""
    digest = hashlib.sha256(content).hexdigest()
    stored = StoredFile(
        sha256=digest, name=name, kind=kind, size=len(content), pages=pages, stored_by=by
    )
    if not default_storage.exists(stored.location):
        _write_whole(Path(default_storage.path(stored.location)), content)
    stored.save()
    return stored


def _write_whole(target: Path, content: bytes) -> None:
    """All of it or nothing under that name, also when the power goes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{uuid.uuid4().hex}")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)


def open_file(stored: StoredFile) -> BinaryIO:
    """The bytes, for reading."""
    return cast(BinaryIO, default_storage.open(stored.location))


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}".replace(".", ",").removesuffix(",0")


def clean_name(name: str) -> str:
    """The last part of the name, composed, without control characters, at most 120 long."""
    plain = unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)
    kept = "".join(c for c in plain if c.isprintable() and c not in '<>:"|?*').strip(". ")
    return kept[-120:] or "tep"


def recognise(content: bytes) -> tuple[str, int | None]:
    """(media type, pages) from the content alone; the name of the file is not asked."""
    if content[:5] == b"%PDF-":
        return "application/pdf", _pdf_pages(content)
    try:
        with Image.open(io.BytesIO(content), formats=list(IMAGES)) as image:
            kind = IMAGES[str(image.format)]
            if image.width * image.height > LARGEST_PIXELS:
                raise Refused("Ảnh có quá nhiều điểm ảnh. Hãy chụp lại cỡ nhỏ hơn.", field="file")
            image.verify()
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,  # a cut header
        struct.error,
        Image.DecompressionBombError,
    ):
        raise Refused(
            "Chỉ nhận tệp PDF hoặc ảnh JPEG, PNG, WebP còn mở được. Tệp này không phải. "
            "Nội dung đã nhập vẫn còn.",
            field="file",
        ) from None
    return kind, None


def _pdf_pages(content: bytes) -> int:
    try:
        document = pypdfium2.PdfDocument(content)
        pages = len(document)
        document.close()
    except pypdfium2.PdfiumError:
        raise Refused(
            "Tệp PDF bị hỏng hoặc có mật khẩu. Hãy xuất lại tệp không đặt mật khẩu.", field="file"
        ) from None
    return pages
