"""Campaigns with materials and tasks, news, courses, questions, messages to many."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.models import User
from saola.server.files.models import StoredFile
from saola.server.places.models import Place
from saola.server.places.owned import OfProvince
from saola.server.products.models import LANGUAGES
from saola.server.sealed.field import SealedField


class Campaign(OfProvince):
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
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="campaign_days_in_order"
            )
        ]


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
    returned = models.BooleanField(default=False)  # did not show it; counts for nothing

    class Meta:
        ordering = ["-on", "-pk"]


class Post(OfProvince):
    """News or guidance for everybody. `html` is made safe when it is saved."""

    class Kind(models.TextChoices):
        NEWS = "news", _("tin")
        GUIDE = "guide", _("hướng dẫn")

    kind = models.CharField("loại", max_length=10, choices=Kind)
    title = models.CharField("tiêu đề", max_length=200)
    summary = models.CharField("tóm tắt", max_length=300)
    source = models.TextField("nội dung")  # Markdown as written
    html = models.TextField()
    picture = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(auto_now=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-published_at", "-pk"]


class Training(OfProvince):
    """A course or meeting people sign up for."""

    title = models.CharField("tên lớp", max_length=200)
    about = models.TextField("nội dung", blank=True)
    where = models.CharField("nơi học", max_length=200)
    starts_at = models.DateTimeField("bắt đầu")
    seats = models.PositiveIntegerField("số chỗ", null=True)

    class Meta:
        ordering = ["-starts_at"]


class SignUp(models.Model):
    """One person in a course, with an account or by name alone; whether they came."""

    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="sign_ups")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    token = models.UUIDField(null=True, unique=True)  # made with the form: sent twice, kept once
    name = models.CharField("họ tên", max_length=120, blank=True)
    contact = SealedField("điện thoại", blank=True)
    came = models.BooleanField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["training", "user"], name="sign_up_once"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, token=None)
                | Q(user=None, token__isnull=False) & ~Q(name=""),
                name="sign_up_has_a_person",
            ),
        ]


class Question(OfProvince):
    """A citizen asks, an office answers by a day; public once answered, without the contact."""

    token = models.UUIDField(unique=True)
    text = models.TextField("câu hỏi")
    contact = SealedField("điện thoại hoặc thư điện tử", blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    due_on = models.DateField()
    answer = models.TextField("trả lời", blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    public = models.BooleanField("hiện cho mọi người", default=False)
    reminded_on = models.DateField(null=True)
    shown = models.TextField(blank=True)  # the question as all may read it: without names

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="answer_has_author",
            )
        ]


class Mailing(OfProvince):
    """One message to many, written, counted, confirmed, then sent piece by piece."""

    class State(models.TextChoices):
        DRAFT = "draft", _("đang soạn")
        SENDING = "sending", _("đang gửi")
        SENT = "sent", _("đã gửi")
        STOPPED = "stopped", _("đã dừng")

    class Audience(models.TextChoices):
        PRODUCERS = "producers", _("chủ thể có sản phẩm được công nhận")
        ENDING = "ending", _("chủ thể có giấy chứng nhận hết hạn trong 12 tháng")
        OFFICERS = "officers", _("cán bộ xã, phường")

    class Way(models.TextChoices):
        INBOX = "inbox", _("hộp thư Saola và thư điện tử")
        SMS = "sms", _("tin nhắn SMS")
        ZALO = "zalo", _("Zalo")

    subject = models.CharField("tiêu đề", max_length=160)
    text = models.TextField("nội dung")
    audience = models.CharField("gửi cho", max_length=10, choices=Audience)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    way = models.CharField("bằng", max_length=10, choices=Way)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    count = models.PositiveIntegerField(default=0)  # confirmed
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "sending", "sent", "stopped"]),
                name="mailing_state_is_known",
            )
        ]


class Delivery(models.Model):
    """One person's copy. `taken_at` is written before it is handed over, so that a run that was cut
    off never sends a second one."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=200)  # a phone, an e-mail address, "user:7"
    taken_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailing", "address"], name="delivery_once"),
        ]


class Refusal(models.Model):
    """An address that wants no bulk messages any more, as a delivery has it."""

    address = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField(auto_now_add=True)
