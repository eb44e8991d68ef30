"""One row for each act, chained by hashes; rows are never changed or removed."""

from typing import Any

from django.db import models


class Entry(models.Model):
    """An act: who, what, on which record, with which figures. No foreign keys, so that nothing
    that happens to a record can touch its history; no personal data but the account's name."""

    number = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=40)  # ISO 8601 as hashed
    actor = models.CharField(max_length=60)
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=60, db_index=True)  # "dossier:5"
    data = models.JSONField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]

    @property
    def content(self) -> dict[str, Any]:
        """What the hash covers."""
        return {
            "at": self.at,
            "actor": self.actor,
            "act": self.act,
            "subject": self.subject,
            "data": self.data,
        }


class Head(models.Model):
    """Number and hash of the newest entry: one row, locked while an entry is added."""

    number = models.BigIntegerField()
    hash = models.CharField(max_length=64)
