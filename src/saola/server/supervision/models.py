"""What people write about a product or an act, and what inspections found."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import COUNTRY, ids_in
from saola.server.files.models import StoredFile
from saola.server.places.models import Place
from saola.server.places.owned import OfProvince
from saola.server.products.models import Product
from saola.server.recognition.models import Decision, Recognition, Removal
from saola.server.sealed.field import SealedField


class Grievance(models.Model):
    """A petition, a complaint against a signed decision, or a citizen's report: kept apart, each
    with its last day, its answer and what came of it."""

    class Kind(models.TextChoices):
        PETITION = "petition", _("kiến nghị")
        COMPLAINT = "complaint", _("khiếu nại")
        REPORT = "report", _("phản ánh")

    class State(models.TextChoices):
        SENT = "sent", _("mới gửi")
        TAKEN = "taken", _("đã thụ lý")
        ANSWERED = "answered", _("đã trả lời")
        DECLINED = "declined", _("không thụ lý")
        WITHDRAWN = "withdrawn", _("người gửi đã rút")

    class Effect(models.TextChoices):
        NONE = "none", _("giữ nguyên")
        CORRECTED = "corrected", _("đã sửa sai sót")
        REASSESS = "reassess", _("đánh giá lại")
        INSPECT = "inspect", _("chuyển kiểm tra")
        REMOVAL = "removal", _("xem xét thu hồi")

    kind = models.CharField(max_length=10, choices=Kind)
    # none where a citizen saw the mark on goods that the register does not know
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, null=True, related_name="grievances"
    )
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    decision = models.ForeignKey(  # the act a complaint is against
        Decision, on_delete=models.PROTECT, null=True, related_name="grievances"
    )
    text = models.TextField("nội dung")
    where = models.CharField("nơi thấy", max_length=200, blank=True)  # a market, a shop, a page
    photo = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    sender = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # how a citizen who has no account may be answered; for the office only
    contact = SealedField("cách liên lạc", blank=True)
    token = models.UUIDField(unique=True)  # made by the sender's page: sent twice, kept once
    state = models.CharField(max_length=10, choices=State, default=State.SENT, db_index=True)
    sent_at = models.DateTimeField(auto_now_add=True)
    due_on = models.DateField(null=True)  # set when it is taken up
    answer = models.TextField("trả lời", blank=True)
    answer_number = models.CharField(max_length=60, blank=True)
    answered_on = models.DateField(null=True)
    effect = models.CharField(max_length=10, choices=Effect, blank=True)
    handled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["sent", "taken", "answered", "declined", "withdrawn"]),
                name="grievance_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind="complaint") | Q(decision__isnull=False),
                name="complaint_names_its_decision",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "declined"]) | ~Q(answer=""),
                name="grievance_answer_is_given",
            ),
            models.CheckConstraint(
                condition=Q(product__isnull=False) | Q(kind="report", place__isnull=False),
                name="grievance_is_about_something",
            ),
        ]

    @property
    def about(self) -> str:
        """What it is about, in words."""
        if self.product is not None:
            return self.product.name
        where = f", {self.place.name}" if self.place else ""
        return f"dùng sai nhãn OCOP{where}"

    def scopes(self) -> set[str]:
        """Its product's places; the producer only where it wrote itself. Without a product
        those of the place where it was seen."""
        if self.product is None:
            return self.place.scopes() if self.place else set()
        mine = self.sender_id is not None and self.kind != self.Kind.REPORT
        own = f"producer:{self.product.producer_id}"
        return {s for s in self.product.scopes() if s != own or mine}


class InspectionQuerySet(models.QuerySet["Inspection"]):
    """Everyday reads."""

    def visible_to(self, user: Any) -> "InspectionQuerySet":
        """Those of the person's province; a commune sees those of its own products."""
        scopes = user.scopes_for(Permission.DOSSIER_VIEW)
        if COUNTRY in scopes:
            return self
        codes = ids_in(scopes, "place")
        mine = InspectionItem.objects.visible_to(user)
        return self.filter(Q(province_code__in=codes) | Q(pk__in=mine.values("inspection")))


class InspectionItemQuerySet(models.QuerySet["InspectionItem"]):
    """Everyday reads."""

    def visible_to(self, user: Any) -> "InspectionItemQuerySet":
        """All of the person's province; a commune sees what was found at its own producers'."""
        scopes = user.scopes_for(Permission.DOSSIER_VIEW)
        if COUNTRY in scopes:
            return self
        codes = ids_in(scopes, "place")
        return self.filter(
            Q(inspection__province_code__in=codes)
            | Q(recognition__product__place__in=Place.objects.seen_by(codes))
        )


class Inspection(OfProvince):
    """A planned or sudden control of recognised products (art. 9)."""

    class Kind(models.TextChoices):
        PLANNED = "planned", _("theo kế hoạch năm")
        SUDDEN = "sudden", _("đột xuất")

    kind = models.CharField("loại kiểm tra", max_length=10, choices=Kind)
    title = models.CharField("tên đợt kiểm tra", max_length=200)
    year = models.PositiveSmallIntegerField()
    basis = models.CharField("văn bản, lý do", max_length=300)
    team = models.TextField("đoàn kiểm tra (mỗi dòng một người, cơ quan)")
    first_day = models.DateField("từ ngày")
    last_day = models.DateField("đến ngày")
    grievance = models.ForeignKey(Grievance, on_delete=models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        ordering = ["-first_day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=models.F("first_day")), name="inspection_days_in_order"
            )
        ]


class InspectionItem(models.Model):
    """One product of an inspection: record, finding, remedy, follow-up."""

    class Finding(models.TextChoices):
        FIT = "fit", _("còn đáp ứng")
        REMEDY = "remedy", _("có sai sót, phải khắc phục")
        BREACH = "breach", _("có căn cứ thu hồi")
        ENDED = "ended", _("không còn sản xuất")

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="items")
    recognition = models.ForeignKey(
        Recognition, on_delete=models.PROTECT, related_name="inspections"
    )
    visited_on = models.DateField(null=True)
    record = models.TextField("biên bản: nội dung đã kiểm tra", blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    finding = models.CharField(max_length=10, choices=Finding, blank=True)
    remedy = models.TextField("phải khắc phục gì", blank=True)
    remedy_by = models.DateField(null=True)
    followed_on = models.DateField(null=True)
    remedied = models.BooleanField(null=True)
    follow_note = models.TextField(blank=True)
    removal = models.ForeignKey(Removal, on_delete=models.PROTECT, null=True, related_name="+")

    objects = InspectionItemQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "recognition"], name="inspected_once_a_time"
            ),
            models.CheckConstraint(
                condition=Q(finding="", visited_on=None) | Q(visited_on__isnull=False),
                name="finding_has_its_day",
            ),
        ]
