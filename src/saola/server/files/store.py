"""Taking in files: size, content and malware are proven before a byte is kept."""

import hashlib
import io
import os
import shutil
import unicodedata
import uuid
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage

from saola.lifecycle.machine import Refused
from saola.server.files.models import StoredFile
from saola.server.files.recognise import recognise
from saola.server.files.scan import scan

CHUNK = 1024 * 1024


def store(upload: Any, *, by: str = "") -> StoredFile:
    """Keep an uploaded file (`name`, `size`, `file` to read); Refused with a sentence when it is
    too large, not what we take, or malware. Memory stays flat: only pictures are held whole."""
    if upload.size == 0:
        raise Refused("Tệp rỗng. Hãy chọn lại tệp.", field="file")
    file = upload.file
    file.seek(0)
    scan(file)
    found = recognise(file, upload.size)
    name = clean_name(upload.name)
    if found.content is not None:
        return keep(found.content, name, found.kind, by=by)
    return keep_file(file, name, found.kind, pages=found.pages, by=by)


def keep(
    content: bytes, name: str, kind: str, *, pages: int | None = None, by: str = ""
) -> StoredFile:
    """Keep bytes of our own making or already checked."""
    return keep_file(io.BytesIO(content), name, kind, pages=pages, by=by)


def keep_file(
    file: BinaryIO, name: str, kind: str, *, pages: int | None = None, by: str = ""
) -> StoredFile:
    """The same from an open file, by pieces."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    stored = StoredFile(
        sha256=digest.hexdigest(), name=name, kind=kind, size=size, pages=pages, stored_by=by
    )
    if not default_storage.exists(stored.location):
        file.seek(0)
        write(stored.location, file)
    stored.save()
    return stored


def write(location: str, file: BinaryIO) -> None:
    """Put bytes where the storage has none yet; all of them or nothing."""
    if isinstance(default_storage, FileSystemStorage):
        _write_whole(Path(default_storage.path(location)), file)
    else:  # an object store shows an object once all of it is there
        default_storage.save(location, File(file))


def _write_whole(target: Path, source: BinaryIO) -> None:
    """All of it or nothing under that name, also when the power goes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{uuid.uuid4().hex}")
    with part.open("wb") as file:
        shutil.copyfileobj(source, file, CHUNK)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)


def open_file(stored: StoredFile) -> BinaryIO:
    """The bytes, for reading."""
    return cast(BinaryIO, default_storage.open(stored.location))


def clean_name(name: str) -> str:
    """The last part of the name, composed, without control characters, at most 120 long."""
    plain = unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)
    kept = "".join(c for c in plain if c.isprintable() and c not in '<>:"|?*').strip(". ")
    return kept[-120:] or "tep"
