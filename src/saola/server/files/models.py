"""A stored file: content by hash, name and kind as checked on arrival."""

import uuid

from django.db import models


class StoredFile(models.Model):
    """Bytes that never change. Two uploads of equal content share the bytes, not the row."""

    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField("tên tệp", max_length=200)
    kind = models.CharField(max_length=40)  # media type, from the content
    size = models.PositiveBigIntegerField()
    pages = models.PositiveIntegerField(null=True)
    stored_at = models.DateTimeField(auto_now_add=True)
    stored_by = models.CharField(max_length=60, blank=True)  # account name; accounts stand above

    @property
    def location(self) -> str:
        """Where the storage keeps the bytes."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"


class Upload(models.Model):
    """A file on its way in, in parts; the bytes lie on disk under its id until it is taken."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField(max_length=60)  # account name; accounts stand above
    name = models.CharField(max_length=200)
    length = models.PositiveBigIntegerField()
    begun_at = models.DateTimeField(auto_now_add=True)
