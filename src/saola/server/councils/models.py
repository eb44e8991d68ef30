"""Council, session, agenda, score sheets and results."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from saola.scoring import Regulation
from saola.scoring.contract import regulation_from
from saola.scoring.explain import STATUS_TEXT
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import COUNTRY, ids_in
from saola.server.dossiers.models import Dossier

DEFAULT_REGULATION = {
    "spread_limit": {"points": "10", "breaks": "over", "effect": "block"},
    "quorum": {"fraction": "3/4", "chair": True},
}


def default_regulation() -> dict[str, Any]:
    """What a new Quy chế starts from (scoring contract)."""
    return dict(DEFAULT_REGULATION)


class Council(models.Model):
    """A council set up by a numbered decision, with its own Quy chế."""

    name = models.CharField("tên Hội đồng", max_length=200)
    decision_number = models.CharField("số quyết định thành lập", max_length=60)
    decided_on = models.DateField("ngày quyết định")
    province_code = models.CharField(max_length=2)
    regulation_number = models.CharField("số Quy chế", max_length=60)
    regulation_dated = models.DateField("ngày Quy chế")
    regulation = models.JSONField(default=default_regulation)
    deputy_presides = models.BooleanField(default=False)  # while the chair is away
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["province_code", "decision_number"], name="council_decision_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def rules(self) -> Regulation:
        """The Quy chế as the library reads it, its number included."""
        return regulation_from({**self.regulation, "number": self.regulation_number})

    def scopes(self) -> set[str]:
        """Its own and its province's."""
        return {f"council:{self.pk}", f"place:{self.province_code}", COUNTRY}


class CouncilMember(models.Model):
    """A seat with a vote; the secretary's duty may go with it."""

    class Seat(models.TextChoices):
        CHAIR = "chair", _("Chủ tịch Hội đồng")
        DEPUTY = "deputy_chair", _("Phó Chủ tịch Hội đồng")
        MEMBER = "member", _("Ủy viên")

    council = models.ForeignKey(Council, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField()
    seat = models.CharField(max_length=12, choices=Seat)
    secretary = models.BooleanField(default=False)
    agency = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["council", "user"], name="member_once"),
            models.UniqueConstraint(fields=["council", "order"], name="member_order_once"),
            models.UniqueConstraint(
                fields=["council"], condition=Q(seat="chair"), name="one_chair"
            ),
        ]

    @property
    def sheet_name(self) -> str:
        """The name in results and papers, unique in the council."""
        return f"{self.order}. {self.user.full_name}"


class SessionQuerySet(models.QuerySet["Session"]):
    """Everyday reads."""

    def visible_to(self, user: Any) -> "SessionQuerySet":
        """Sessions of the person's councils, and of the province for its offices."""
        scopes = user.scopes_for(Permission.SESSION_VIEW)
        if COUNTRY in scopes:
            return self
        return self.filter(
            Q(council__in=[int(i) for i in ids_in(scopes, "council")])
            | Q(council__province_code__in=ids_in(scopes, "place"))
        )


class Session(models.Model):
    """One sitting, or one taking of written opinions."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("đang chuẩn bị")
        OPEN = "open", _("đang họp")
        CLOSED = "closed", _("đã bế mạc")

    class Mode(models.TextChoices):
        MEETING = "meeting", _("họp")
        WRITTEN = "written", _("lấy ý kiến bằng văn bản")

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="sessions")
    title = models.CharField("tên phiên", max_length=200)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.MEETING)
    held_on = models.DateField("ngày họp")
    place = models.CharField("địa điểm", max_length=200, blank=True)
    opinions_by = models.DateField("nộp ý kiến trước hết ngày", null=True)  # of written opinions
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    illustrative = models.BooleanField(default=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "open", "closed"]), name="session_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(opened_at__isnull=False), name="session_order"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def scopes(self) -> set[str]:
        """Those of its council."""
        return self.council.scopes()


class Attendance(models.Model):
    """Whether a member is there."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="attendance")
    member = models.ForeignKey(CouncilMember, on_delete=models.PROTECT, related_name="+")
    present = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "member"], name="attendance_once")
        ]


class AgendaItem(models.Model):
    """One dossier before one session; it keeps what the council agreed on together."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="items")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="agenda_items")
    order = models.PositiveSmallIntegerField()
    cases = models.JSONField(default=dict)
    agreed = models.JSONField(default=dict)
    events = models.JSONField(default=list)  # the council's own
    left_reason = models.TextField(blank=True)  # why it left this agenda, its sheets kept

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "dossier"], condition=Q(left_reason=""), name="agenda_once"
            )
        ]

    def scopes(self) -> set[str]:
        """Those of the council."""
        return self.session.scopes()


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


FOR_PRODUCER = (
    "Bộ tiêu chí",
    "Tổng điểm",
    "Khung",
    "Lý do",
    "Bị giới hạn",
    "Để đạt",
    "Từ 90",
    "Hạng này",
)


class Result(models.Model):
    """What the council reports on a product, with everything needed to compute it again.

    `input` is the object of `saola score`; running it gives `output`.
    """

    item = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="result")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="results")
    status = models.CharField(max_length=20)
    total = models.CharField(max_length=30, blank=True)  # exact: "809/9"
    total_decimal = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    band = models.PositiveSmallIntegerField(null=True)
    stars = models.PositiveSmallIntegerField(null=True)
    certificate = models.BooleanField(default=False)
    forwarded = models.BooleanField(default=False)
    spread = models.PositiveSmallIntegerField(null=True)
    input = models.JSONField()
    output = models.JSONField()
    reasons = models.JSONField()  # sentences
    computed_at = models.DateTimeField()
    concluded_at = models.DateTimeField(null=True, blank=True)

    @property
    def status_text(self) -> str:
        """The status in words."""
        return STATUS_TEXT[self.status]

    @property
    def told_to_producer(self) -> list[str]:
        """Reasons without what concerns the members: their spread, who was there, the Quy chế."""
        return [reason for reason in self.reasons if reason.startswith(FOR_PRODUCER)]

    def scopes(self) -> set[str]:
        """Those of the council."""
        return self.item.scopes()
