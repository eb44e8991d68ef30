"""Uploads that go on after a lost network: the tus protocol's core and creation, on disk.

A client makes the id; asking for it again finds the same upload, a part sent twice is refused by
its offset, so no replay changes anything. https://tus.io/protocols/resumable-upload (1.0.0).
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.files.models import Upload
from saola.server.files.recognise import DOSSIER_BYTES, LIMITS, megabytes
from saola.server.files.store import clean_name

KEPT_FOR = timedelta(days=7)
LARGEST = max(limit.bytes for limit in LIMITS.values())


class WrongOffset(Refused):
    """The part does not begin where the upload stands; `at` is where it stands."""

    def __init__(self, at: int) -> None:
        super().__init__("Phần tệp gửi lên không nối đúng chỗ.")
        self.at = at


def path_of(upload: Upload) -> Path:
    """Where the bytes received so far lie."""
    return Path(settings.UPLOADS_ROOT) / str(upload.pk)


@transaction.atomic
def begin(pk: UUID, owner: str, name: str, length: int) -> Upload:
    """A new upload of that length, or the one the client began under this id before."""
    found = Upload.objects.filter(pk=pk).first()
    if found is not None:
        if found.owner != owner or found.length != length:
            raise Refused("Mã lần tải này đã dùng cho tệp khác.")
        return found
    if not 0 < length <= LARGEST:
        raise Refused(f"Tệp rỗng hoặc lớn hơn {megabytes(LARGEST)} MB.", field="file")
    _forget_old()
    waiting = sum(Upload.objects.filter(owner=owner).values_list("length", flat=True))
    if waiting + length > DOSSIER_BYTES:
        raise Refused("Quá nhiều tệp đang tải dở. Hãy dùng hoặc chờ các tệp trước.", field="file")
    made = Upload.objects.create(pk=pk, owner=owner, name=clean_name(name), length=length)
    path_of(made).parent.mkdir(parents=True, exist_ok=True)
    path_of(made).touch()
    return made


def offset_of(upload: Upload) -> int:
    """How many bytes are safely here."""
    return path_of(upload).stat().st_size


def append(upload: Upload, at: int, parts: Iterator[bytes]) -> int:
    """Write what arrives behind the bytes that are here; what came before a cut is kept. Returns
    the new offset. Raises WrongOffset, and Refused for more than was announced."""
    with path_of(upload).open("r+b") as file:
        os.lockf(file.fileno(), os.F_TLOCK, 0)  # one sender at a time
        file.seek(0, os.SEEK_END)
        if file.tell() != at:
            raise WrongOffset(file.tell())
        try:
            for part in parts:
                if file.tell() + len(part) > upload.length:
                    raise Refused("Tệp gửi lên dài hơn đã báo.", field="file")
                file.write(part)
        finally:
            file.flush()
            os.fsync(file.fileno())
        return file.tell()


@dataclass(slots=True)
class Received:
    """A whole upload, as `files.store.store` takes it."""

    name: str
    size: int
    file: BinaryIO


def received(pk: UUID, owner: str) -> Received:
    """The upload once it is whole; Refused before, and for somebody else's."""
    upload = Upload.objects.filter(pk=pk, owner=owner).first()
    if upload is None:
        raise Refused("Không tìm thấy tệp đã tải lên. Hãy tải lại.", field="file")
    if offset_of(upload) != upload.length:
        raise Refused("Tệp chưa tải lên xong. Hãy chờ hoặc tải tiếp.", field="file")
    return Received(upload.name, upload.length, path_of(upload).open("rb"))


def forget(pks: Iterable[UUID], owner: str) -> None:
    """Uploads that were taken in go, bytes and all, once the act that took them is kept."""
    _forget(Upload.objects.filter(pk__in=list(pks), owner=owner))


def _forget_old() -> None:
    """Uploads that nobody finished within a week go."""
    _forget(Upload.objects.filter(begun_at__lt=timezone.now() - KEPT_FOR)[:100])


def _forget(uploads: Iterable[Upload]) -> None:
    for upload in list(uploads):
        path = path_of(upload)
        upload.delete()
        transaction.on_commit(partial(path.unlink, missing_ok=True))
