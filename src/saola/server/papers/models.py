"""A paper that came back signed."""

from django.db import models

from saola.server.files.models import StoredFile


class SignedCopy(models.Model):
    """A prepared paper with its signatures, as received; earlier ones of the paper are kept. The
    day of receipt is what old signatures are judged by when their certificates have ended."""

    paper = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="signed_copies")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    reports = models.JSONField()  # what was found on receipt, one object a signature
    received_at = models.DateTimeField(auto_now_add=True)
    received_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["paper", "file"], name="signed_copy_once")]
