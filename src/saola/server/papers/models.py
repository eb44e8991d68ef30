"""Papers that an office writes, and papers that came back signed."""

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


class OfficialPaper(models.Model):
    """One administrative paper about a record ("dossier:5"): what it says as data, set once."""

    kind = models.CharField(max_length=40)
    issuer = models.CharField(max_length=10)  # "commune", "agency", "province", "council"
    about = models.CharField(max_length=40, db_index=True)
    number = models.CharField("số văn bản", max_length=60)
    number_key = models.CharField(max_length=60)  # folded, so that a number is used once
    dated = models.DateField("ngày ký")
    year = models.PositiveSmallIntegerField()
    signer = models.CharField("người ký", max_length=120)
    position = models.CharField("chức vụ người ký", max_length=120)
    capacity = models.CharField("tư cách ký", max_length=5, blank=True)
    data = models.JSONField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField(auto_now_add=True)
    place_code = models.CharField(max_length=5)  # of the office that writes it
    province_code = models.CharField(max_length=2)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["place_code", "kind", "number_key", "year"], name="paper_number_once"
            )
        ]

    def scopes(self) -> set[str]:
        """Of the office that wrote it, and its province's."""
        return {f"place:{self.place_code}", f"place:{self.province_code}"}
