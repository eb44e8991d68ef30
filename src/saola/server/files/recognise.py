"""What an uploaded file is, told from its content alone, and whether it may be kept."""

import io
import re
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
    (re.compile(rb"OggS"), "audio/ogg"),
    (re.compile(rb"ID3|\xff[\xfb\xf3\xf2\xfa]"), "audio/mpeg"),
    (re.compile(rb"\xff[\xf1\xf9]"), "audio/aac"),
    (re.compile(rb"#!AMR"), "audio/amr"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"....ftyp", re.DOTALL), "audio/mp4"),
    (re.compile(rb"\x1a\x45\xdf\xa3"), "audio/webm"),
)
# containers that hold sound or film: what tells a track of each
TRACKS = {
    "audio/mp4": (re.compile(rb"hdlr.{8}soun", re.DOTALL), re.compile(rb"hdlr.{8}vide", re.DOTALL)),
    "audio/webm": (re.compile(rb"A_(?:OPUS|VORBIS)"), re.compile(rb"V_[A-Z]")),
}
APPLE_PHOTO = re.compile(rb"....ftyp(?:hei|hev|mif1|msf1|avif)", re.DOTALL)
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
    if APPLE_PHOTO.match(head):
        raise Refused(
            "Ảnh HEIC của iPhone chưa nhận được. Hãy vào Cài đặt, Camera, Định dạng, chọn “Tương "
            "thích nhất” rồi chụp lại, hoặc gửi ảnh JPEG.",
            field="file",
        )
    for mark, kind in SOUNDS:
        if mark.match(head):
            return _sound(file, size, kind)
    within("photo", size)
    return _picture(file)


def _sound(file: BinaryIO, size: int, kind: str) -> Recognised:
    within("sound", size)
    if kind in TRACKS:
        sound, film = TRACKS[kind]
        content = file.read()
        file.seek(0)
        if film.search(content) or not sound.search(content):
            raise Refused(
                "Tệp này là phim hoặc không có tiếng. Hãy ghi âm, hoặc chụp ảnh.", field="file"
            )
    return Recognised(kind)


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
