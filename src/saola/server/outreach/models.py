"""Campaigns, their materials, their tasks down to the villages, what was reached."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.models import User
from saola.server.files.models import StoredFile
from saola.server.places.models import Place

LANGUAGES = [("vi", _("tiếng Việt")), ("thai", _("tiếng Thái")), ("hmong", _("tiếng Mông")),
             ("en", _("tiếng Anh"))]  # fmt: skip


class Campaign(models.Model):
    """Aim, audience, period, programme and money of one communication effort."""

    class Programme(models.TextChoices):
        OCOP = "ocop", _("Chương trình OCOP")
        COUNTRYSIDE = "countryside", _("xây dựng nông thôn mới")
        BOTH = "both", _("cả hai chương trình")

    title = models.CharField("tên chiến dịch", max_length=200)
    aim = models.TextField("mục tiêu")
    audience = models.CharField("đối tượng", max_length=200)
    programme = models.CharField("chương trình", max_length=12, choices=Programme)
    starts_on = models.DateField("từ ngày")
    ends_on = models.DateField("đến ngày")
    budget = models.DecimalField("kinh phí (đồng)", max_digits=15, decimal_places=0, null=True)
    goal = models.PositiveIntegerField("số người cần biết đến", null=True)
    province_code = models.CharField(max_length=2)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="campaign_days_in_order"
            )
        ]

    def scopes(self) -> set[str]:
        """Its province's."""
        return {f"place:{self.province_code}"}


class Material(models.Model):
    """Something to read, show, play or say. A newer version replaces `replaces`, which stays."""

    class Kind(models.TextChoices):
        TEXT = "text", _("bài viết")
        BROADCAST = "broadcast", _("bài phát thanh")
        POSTER = "poster", _("áp phích, tờ rơi")
        FILM = "film", _("đường dẫn phim ngắn")
        AUDIO = "audio", _("bản ghi âm")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="materials")
    kind = models.CharField("loại", max_length=10, choices=Kind)
    title = models.CharField("tên tài liệu", max_length=200)
    language = models.CharField("ngôn ngữ", max_length=8, choices=LANGUAGES, default="vi")
    text = models.TextField("nội dung", blank=True)
    url = models.URLField("đường dẫn", max_length=400, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["kind", "language", "pk"]


class Task(models.Model):
    """What one commune or one of its villages does for a campaign. The village's has a secret
    address, so that its head answers from a phone without an account."""

    class State(models.TextChoices):
        GIVEN = "given", _("đã giao")
        DONE = "done", _("đã làm, có minh chứng")
        RETURNED = "returned", _("cần làm lại")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="tasks")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    village = models.CharField("bản, tiểu khu, tổ dân phố", max_length=120, blank=True)
    above = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="villages")
    what = models.CharField("việc", max_length=300)
    due_on = models.DateField("hạn")
    state = models.CharField(max_length=10, choices=State, default=State.GIVEN)
    token = models.UUIDField(default=uuid.uuid4, unique=True)
    reminded_on = models.DateField(null=True)
    returned_why = models.CharField(max_length=300, blank=True)
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["place__folded", "village", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "place", "village"], name="task_once_a_place"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["given", "done", "returned"]), name="task_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(village="", above=None) | ~Q(village="") & Q(above__isnull=False),
                name="village_under_commune",
            ),
        ]

    def scopes(self) -> set[str]:
        """Its commune's and its province's."""
        return self.place.scopes()


class Proof(models.Model):
    """That a task was done: a photo, minutes or a link, and how many were reached."""

    class Way(models.TextChoices):
        MEETING = "meeting", _("họp dân, nói chuyện trực tiếp")
        BROADCAST = "broadcast", _("phát trên loa")
        POST = "post", _("đăng trên mạng, nhóm Zalo")
        POSTER = "poster", _("dán áp phích, phát tờ rơi")

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="proofs")
    uid = models.UUIDField(unique=True)  # made with the form: one sent twice is kept once
    way = models.CharField("đã làm thế nào", max_length=10, choices=Way)
    on = models.DateField("ngày làm")
    people = models.PositiveIntegerField("số người dự, người nghe, lượt xem", default=0)
    times = models.PositiveIntegerField("số buổi, số lần phát, số bài", default=1)
    note = models.CharField("ghi chú", max_length=500, blank=True)
    url = models.URLField("đường dẫn bài đăng", max_length=400, blank=True)
    photo = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-on", "-pk"]
