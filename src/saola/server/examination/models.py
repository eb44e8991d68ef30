"""Sample units from hand-over to disposal, visits to the place of production, tests asked for."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.models import User
from saola.server.dossiers.models import Dossier
from saola.server.files.models import StoredFile


class SampleRecord(models.Model):
    """What was done with sample units, by whom to whom; rows are never changed."""

    class Act(models.TextChoices):
        HAND_OVER = "hand_over", _("bàn giao")
        KEEP = "keep", _("lưu mẫu")
        CODE = "code", _("mã hóa để cảm quan")
        RETURN = "return", _("hoàn trả")
        DISPOSE = "dispose", _("tiêu hủy")

    class Level(models.TextChoices):
        PROVINCE = "province", _("cấp tỉnh")
        MINISTRY = "ministry", _("Trung ương")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="samples")
    level = models.CharField(max_length=10, choices=Level, default=Level.PROVINCE)
    act = models.CharField(max_length=10, choices=Act)
    units = models.PositiveSmallIntegerField("số đơn vị mẫu")
    on = models.DateField("ngày")
    giver = models.CharField("bên giao (họ tên)", max_length=120)
    taker = models.CharField("bên nhận hoặc người chứng kiến (họ tên)", max_length=120)
    code = models.CharField("mã mẫu", max_length=20, blank=True)
    note = models.CharField("tình trạng, nơi lưu", max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0), name="sample_units_are_some"),
            models.CheckConstraint(
                condition=~Q(giver="") & ~Q(taker=""), name="sample_has_two_names"
            ),
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="sample_code_once"
            ),
        ]


class SiteVisit(models.Model):
    """A look at the place of production before assessment."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="visits")
    reason = models.CharField("vì sao đến", max_length=300, blank=True)
    visited_on = models.DateField("ngày đến")
    team = models.TextField("những người đi")
    findings = models.TextField("đã thấy gì")
    photos = models.ManyToManyField(StoredFile, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]


class ExtraTest(models.Model):
    """A test that the advisers ask for, and its result."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="tests")
    what = models.CharField("chỉ tiêu cần kiểm nghiệm", max_length=300)
    laboratory = models.CharField("nơi kiểm nghiệm", max_length=200, blank=True)
    due_on = models.DateField("có kết quả trước hết ngày")
    result = models.TextField("kết quả", blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    received_on = models.DateField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(received_on=None) | ~Q(result=""), name="test_result_is_told"
            )
        ]
