"""Registrations of goods with systems of traceability."""

from django.db import models

from saola.server.accounts.models import User
from saola.server.files.models import StoredFile
from saola.server.traceability.models import TradeItem


class Registration(models.Model):
    """That goods are registered with a system, under its code, from a day on, with the proof."""

    item = models.ForeignKey(TradeItem, on_delete=models.PROTECT, related_name="registrations")
    system = models.CharField("hệ thống", max_length=30)  # key in settings.OCOP["trace_systems"]
    code = models.CharField("mã đăng ký", max_length=80)
    registered_on = models.DateField("ngày đăng ký")
    evidence = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-registered_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "system", "code"], name="registration_once")
        ]
