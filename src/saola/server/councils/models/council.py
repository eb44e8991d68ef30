"""Council, its seats, its sessions and who is there."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from saola.scoring import Regulation
from saola.scoring.contract import regulation_from
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import COUNTRY, ids_in
from saola.server.files.models import StoredFile

DEFAULT_REGULATION = {
    "spread_limit": {"points": "10", "breaks": "over", "effect": "block"},
    "quorum": {"fraction": "3/4", "chair": True},
}


# what a council does beyond the sheet, and the decision leaves to it; see docs/law-settings.md
DEFAULT_PRACTICE = {
    "borderline": True,  # |mean − limit| < 1.96 standard errors opens a point of discussion
    "one_voice": True,  # so does a class that one member decides
    "near_minimum": "1/2",  # and a minimum missed by at most so many points; null: never
    "tourism_on_site": True,  # tourism is scored where it is
}


def default_practice() -> dict[str, Any]:
    """What a new council's practice starts from."""
    return dict(DEFAULT_PRACTICE)


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
    practice = models.JSONField(default=default_practice)
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
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    left_at = models.DateTimeField(null=True)  # the seat went to somebody else
    left_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["council", "user"], name="member_once"),
            models.UniqueConstraint(fields=["council", "order"], name="member_order_once"),
            models.UniqueConstraint(
                fields=["council"], condition=Q(seat="chair", left_at=None), name="one_chair"
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
    assessment_round = models.CharField("đợt đánh giá", max_length=40, blank=True)
    held_on = models.DateField("ngày họp")
    place = models.CharField("địa điểm", max_length=200, blank=True)
    opinions_by = models.DateField("nộp ý kiến trước hết ngày", null=True)  # of written opinions
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    package = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    minutes = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    chain_head = models.CharField(max_length=64, blank=True)  # of the package, when closed
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
