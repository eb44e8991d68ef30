"""Rolls of labels, what was spoiled of them, and what scans told. A label has no row of its own
until somebody scans it: its serial says its roll and place."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.models import User
from saola.server.files.models import StoredFile
from saola.server.traceability.models import Lot, TradeItem


class Roll(models.Model):
    """Labels with consecutive places under one number, which is in every serial of it."""

    class State(models.TextChoices):
        RESERVED = "reserved", _("đã giữ số, chưa in")
        PRINTED = "printed", _("đã in, chưa kích hoạt")
        ACTIVE = "active", _("đã kích hoạt")
        VOID = "void", _("đã hủy")

    uid = models.UUIDField(unique=True)  # of the order, so that one sent twice is made once
    item = models.ForeignKey(TradeItem, on_delete=models.PROTECT, related_name="rolls")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="rolls")
    count = models.PositiveIntegerField("số tem")
    state = models.CharField(max_length=10, choices=State, default=State.RESERVED)
    reserved_at = models.DateTimeField(auto_now_add=True)
    reserved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField(null=True)
    activated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["reserved", "printed", "active", "void"]),
                name="roll_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(lot__isnull=False, activated_at__isnull=False),
                name="active_roll_has_lot",
            ),
        ]

    def __str__(self) -> str:
        return f"cuộn {self.pk}"

    def scopes(self) -> set[str]:
        """Its producer's."""
        return self.item.scopes()

    @property
    def spoiled_count(self) -> int:
        """Labels of it that were spoiled."""
        return int(self.spoiled.aggregate(sum=Sum("count"))["sum"] or 0)


class Spoiled(models.Model):
    """Labels torn, misprinted or lost: places from `first`, `count` of them."""

    roll = models.ForeignKey(Roll, on_delete=models.PROTECT, related_name="spoiled")
    first = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")


class Print(models.Model):
    """A PDF of a roll's labels: asked for, made, or why it cannot be."""

    roll = models.ForeignKey(Roll, on_delete=models.PROTECT, related_name="prints")
    sheet = models.CharField(max_length=10)
    carrier = models.CharField(max_length=20)
    skip = models.PositiveSmallIntegerField(default=0)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    fault = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)


class Seen(models.Model):
    """A label that was scanned: when first and last, how often, by how many devices."""

    roll = models.ForeignKey(Roll, on_delete=models.PROTECT, related_name="seen")
    place = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    last_area = models.CharField(max_length=2, blank=True)
    times = models.PositiveIntegerField(default=0)  # a device counts once a day
    devices = models.PositiveIntegerField(default=0)  # most on one day

    class Meta:
        constraints = [models.UniqueConstraint(fields=["roll", "place"], name="seen_once")]


class Device(models.Model):
    """That a device scanned a label on a day: its token changes daily and leads back to nobody."""

    seen = models.ForeignKey(Seen, on_delete=models.CASCADE, related_name="tokens")
    day = models.DateField()
    token = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seen", "day", "token"], name="device_once")]


class Salt(models.Model):
    """The random salt of a day's device tokens; deleted when the day is over."""

    day = models.DateField(primary_key=True)
    value = models.BinaryField(max_length=32)


class ScanCount(models.Model):
    """How often goods were looked up on a day, by coarse area ("" where it is not known)."""

    day = models.DateField()
    gtin = models.CharField(max_length=14)
    area = models.CharField(max_length=2, blank=True)
    kind = models.CharField(max_length=10)  # "serial", "lot", "item", "unknown"
    times = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "gtin", "area", "kind"], name="scan_count_once")
        ]


class Alarm(models.Model):
    """Something about scans that a person should look at; it proves nothing by itself."""

    class Kind(models.TextChoices):
        DEVICES = "devices", _("nhiều máy khác nhau quét cùng một tem")
        TRAVEL = "travel", _("cùng một tem xuất hiện ở hai tỉnh trong thời gian ngắn")
        EARLY = "early", _("quét trước khi tem được kích hoạt")
        EXPIRED = "expired", _("quét sau hạn dùng")
        OUTSIDE = "outside", _("quét ngoài địa bàn bán đã khai")
        SPOILED = "spoiled", _("quét tem đã báo hỏng")

    kind = models.CharField(max_length=10, choices=Kind)
    seen = models.ForeignKey(Seen, on_delete=models.CASCADE, related_name="alarms")
    at = models.DateTimeField()
    facts: Any = models.JSONField(default=dict)
    looked_at = models.DateTimeField(null=True)
    looked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    remark = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["kind", "seen"], name="alarm_once")]


class Gathered(models.Model):
    """A file of scans that was counted: it is never counted again."""

    name = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField(auto_now_add=True)


class Batch(models.Model):
    """Scans that go to the warehouse together, and once: `token` names them there."""

    token = models.UUIDField(default=uuid.uuid4, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, db_index=True)


class QueuedScan(models.Model):
    """One scan on its way to the warehouse; gone once it has arrived."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=10)
    gtin = models.CharField(max_length=14)
    area = models.CharField(max_length=2, blank=True)
    device = models.CharField(max_length=16)
    roll = models.BigIntegerField()
    place = models.BigIntegerField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True)
