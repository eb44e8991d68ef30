"""What an uploaded file is, told from its content alone, and whether it may be kept."""

import io
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

import pikepdf
import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from saola.lifecycle.machine import Refused

MIB = 1024 * 1024
IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
LARGEST_PIXELS = 60_000_000
QUALITY = 88  # of photos written anew
SOUNDS = (
    (b"OggS", 0, "audio/ogg"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"ftyp", 4, "audio/mp4"),
    (b"\x1a\x45\xdf\xa3", 0, "audio/webm"),
)
# keys of a PDF that make it do something, or carry other files
ACTIVE = ("/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA")


@dataclass(frozen=True, slots=True)
class Limit:
    """How large a kind of upload may be, and how people call it."""

    name: str
    bytes: int


LIMITS = {
    "photo": Limit("ảnh", 10 * MIB),
    "paper": Limit("giấy tờ PDF", 50 * MIB),
    "sound": Limit("ghi âm", 20 * MIB),
}
DOSSIER_BYTES = 500 * MIB


@dataclass(frozen=True, slots=True)
class Recognised:
    """Media type, pages of a PDF, and for a picture the bytes written anew."""

    kind: str
    pages: int | None = None
    content: bytes | None = None


def recognise(file: BinaryIO, size: int) -> Recognised:
    """What the file is; Refused with a sentence when we do not take it. The name is not asked.

    Pictures are decoded and written anew, upright and without what the camera noted of place and
    owner. A PDF that runs something or carries other files is refused.
    """
    head = file.read(16)
    file.seek(0)
    if head[:5] == b"%PDF-":
        within("paper", size)
        return Recognised("application/pdf", _pdf_pages(file))
    for mark, at, kind in SOUNDS:
        if head[at : at + len(mark)] == mark:
            within("sound", size)
            return Recognised(kind)
    within("photo", size)
    return _picture(file)


def within(what: str, size: int) -> None:
    """Refused when an upload of that kind is larger than its limit."""
    limit = LIMITS[what]
    if size > limit.bytes:
        raise Refused(
            f"Tệp quá lớn ({megabytes(size)} MB, {limit.name} tối đa {megabytes(limit.bytes)} MB). "
            "Hãy chụp lại với cỡ nhỏ hơn hoặc chia thành nhiều tệp.",
            field="file",
        )


def megabytes(size: int) -> str:
    """ "12,5"."""
    return f"{size / MIB:.1f}".replace(".", ",").removesuffix(",0")


def _picture(file: BinaryIO) -> Recognised:
    try:
        with Image.open(file, formats=list(IMAGES)) as image:
            form = str(image.format)
            if image.width * image.height > LARGEST_PIXELS:
                raise Refused("Ảnh có quá nhiều điểm ảnh. Hãy chụp lại cỡ nhỏ hơn.", field="file")
            upright = ImageOps.exif_transpose(image)
            upright.load()
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,  # a cut header
        struct.error,
        Image.DecompressionBombError,
    ):
        raise Refused(
            "Chỉ nhận tệp PDF, ảnh JPEG, PNG, WebP hoặc ghi âm còn mở được. Tệp này không phải.",
            field="file",
        ) from None
    fresh = io.BytesIO()
    if upright.mode not in ("RGB", "L") and (form == "JPEG" or upright.mode != "RGBA"):
        upright = upright.convert("RGB" if form == "JPEG" else "RGBA")
    clean = Image.new(upright.mode, upright.size)
    clean.paste(upright)
    clean.save(fresh, form, quality=QUALITY)
    return Recognised(IMAGES[form], content=fresh.getvalue())


def _pdf_pages(file: BinaryIO) -> int:
    try:
        document = pypdfium2.PdfDocument(file, autoclose=False)
        pages = len(document)
        document.close()
        file.seek(0)
        with pikepdf.open(file) as pdf:
            found = _active(pdf)
    except (pypdfium2.PdfiumError, pikepdf.PdfError):
        raise Refused(
            "Tệp PDF bị hỏng hoặc có mật khẩu. Hãy xuất lại tệp không đặt mật khẩu.", field="file"
        ) from None
    file.seek(0)
    if found:
        raise Refused(
            f"Tệp PDF có nội dung tự chạy hoặc đính kèm ({found.strip('/')}) nên không nhận. "
            "Hãy in lại thành PDF thường rồi tải lên.",
            field="file",
        )
    return pages


def _active(pdf: pikepdf.Pdf) -> str | None:
    """The first key, in any object or inside one, that makes the PDF more than pages."""
    for thing in pdf.objects:
        inside: list[Any] = [thing]
        while inside:
            part = inside.pop()
            if isinstance(part, pikepdf.Array):
                children = list(part)
            elif isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
                for key in ACTIVE:
                    if key in part:
                        return key
                if part.get("/S") == "/Launch":
                    return "/Launch"
                children = [value for _key, value in part.items()]
            else:
                continue
            inside += [c for c in children if isinstance(c, pikepdf.Object) and not c.is_indirect]
    return None
