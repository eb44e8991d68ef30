"""One changed field of something still being written."""

from django.db import models


class DraftChange(models.Model):
    """What one saving changed in one field. Kept until the record is filed."""

    record = models.CharField(max_length=60)  # "dossier:12"
    revision = models.PositiveIntegerField()
    field = models.CharField(max_length=60)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    by = models.CharField(max_length=120)  # the person's name, as the others are shown it
    page = models.CharField(max_length=40, blank=True)  # the opening of the page it was written on
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record", "field", "revision"], name="draft_change_once"
            )
        ]
