"""Score sheets, and the ways they come in: photos, paper, messages that came too late."""

import uuid

from django.db import models
from django.db.models import Q

from saola.server.accounts.models import User
from saola.server.councils.models.agenda import AgendaItem
from saola.server.councils.models.council import CouncilMember
from saola.server.files.models import StoredFile


class ScoreSheet(models.Model):
    """One member's choices for one product. Sealed rows never change (trigger); a reopening
    puts a new row beside the old."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4)
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="sheets")
    member = models.ForeignKey(CouncilMember, on_delete=models.PROTECT, related_name="sheets")
    number = models.PositiveSmallIntegerField(default=1)  # 2 after a reopening, and so on
    revision = models.PositiveIntegerField(default=0)
    fingerprint = models.CharField(max_length=71)
    choices = models.JSONField(default=dict)  # criterion → option id
    unfit = models.JSONField(default=dict)
    comments = models.JSONField(default=dict)
    events = models.JSONField(default=list)
    remark = models.TextField("nhận xét chung", blank=True)
    total = models.PositiveSmallIntegerField(null=True, blank=True)
    saved_at = models.DateTimeField(auto_now=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    reopened_reason = models.TextField(blank=True)  # why this sheet stands beside an older one
    device = models.CharField(max_length=36, null=True)  # noqa: DJ001 - rows of before are final
    current = models.BooleanField(default=True)  # False once a newer sheet stands beside it

    class Meta:
        ordering = ["item", "member", "number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "member", "number"], name="sheet_number_once"),
            models.UniqueConstraint(
                fields=["item", "member"], condition=Q(current=True), name="one_current_sheet"
            ),
            models.CheckConstraint(
                condition=Q(sealed_at=None) | Q(total__isnull=False) | ~Q(events=[]),
                name="sealed_sheet_has_total",
            ),
        ]


class SheetPhoto(models.Model):
    """A picture that a member took while scoring; its id is made on the device."""

    uuid = models.UUIDField(primary_key=True)
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="photos")
    member = models.ForeignKey(CouncilMember, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    late = models.BooleanField(default=False)  # came when it could not belong to the sheet any more

    class Meta:
        ordering = ["at"]


class PaperSheet(models.Model):
    """A sheet signed on paper: its scan, who entered the marks, who held them against the scan."""

    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="paper_sheets")
    member = models.ForeignKey(CouncilMember, on_delete=models.PROTECT, related_name="+")
    scan = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    data = models.JSONField()  # the fields of a sheet
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    sheet = models.OneToOneField(
        ScoreSheet, on_delete=models.PROTECT, null=True, related_name="paper"
    )
    sent_back = models.TextField(blank=True)  # what did not agree with the scan

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "member"],
                condition=Q(sheet=None, sent_back=""),
                name="one_paper_sheet_waits",
            ),
            models.CheckConstraint(
                condition=Q(sheet=None)
                | Q(checked_by__isnull=False, checked_at__isnull=False)
                & ~Q(checked_by=models.F("entered_by")),
                name="paper_sheet_has_two_people",
            ),
        ]


class SheetPaper(models.Model):
    """A sealed sheet as a file to be signed by its member, made once."""

    sheet = models.OneToOneField(ScoreSheet, on_delete=models.PROTECT, related_name="to_sign")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")


class LateSheet(models.Model):
    """A tablet's message that came when it could not count any more: kept, shown, never counted."""

    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="late_sheets")
    member = models.ForeignKey(CouncilMember, on_delete=models.PROTECT, related_name="+")
    device = models.CharField(max_length=36)
    revision = models.PositiveIntegerField()
    data = models.JSONField()
    sealed = models.BooleanField()
    reason = models.TextField()  # why it does not count
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "member", "device", "revision", "sealed"], name="late_once"
            )
        ]
