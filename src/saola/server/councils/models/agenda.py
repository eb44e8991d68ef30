"""What stands on an agenda, who has no part in it, what is talked over again, and the result."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from saola.scoring.explain import STATUS_TEXT
from saola.server.accounts.models import User
from saola.server.councils.models.council import CouncilMember, Session
from saola.server.dossiers.models import Dossier


class AgendaItem(models.Model):
    """One dossier before one session; it keeps what the council agreed on together.

    A trial (calibration product, blind duplicate) is scored like the others and never counted.
    """

    class Purpose(models.TextChoices):
        COUNTED = "counted", _("đánh giá")
        CALIBRATION = "calibration", _("hiệu chuẩn, không tính điểm")
        DUPLICATE = "duplicate", _("mẫu lặp, không tính điểm")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="items")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="agenda_items")
    order = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.COUNTED)
    sample_number = models.PositiveSmallIntegerField(null=True)  # under which it is tasted
    sample_in_at = models.DateTimeField(null=True)
    sample_in_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    scored_on_site = models.DateField(null=True)  # tourism
    # who held a seat and who counted when the scores were closed, by name on sheets
    panel = models.JSONField(null=True)
    cases = models.JSONField(default=dict)
    agreed = models.JSONField(default=dict)
    events = models.JSONField(default=list)  # the council's own
    left_reason = models.TextField(blank=True)  # why it left this agenda, its sheets kept

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "dossier"],
                condition=Q(left_reason="", purpose="counted"),
                name="agenda_once",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["counted", "calibration", "duplicate"]),
                name="purpose_is_known",
            ),
            models.UniqueConstraint(
                fields=["session", "sample_number"],
                condition=Q(sample_number__isnull=False),
                name="sample_number_once",
            ),
            models.CheckConstraint(
                condition=Q(sample_in_at=None, sample_in_by=None)
                | Q(sample_in_at__isnull=False, sample_in_by__isnull=False),
                name="sample_in_has_its_person",
            ),
        ]

    def scopes(self) -> set[str]:
        """Those of the council."""
        return self.session.scopes()

    @property
    def counted(self) -> bool:
        """Whether a result comes from it."""
        return self.purpose == self.Purpose.COUNTED

    @property
    def shown_name(self) -> str:
        """The product's name; of a blind duplicate only the number of its sample."""
        if self.purpose == self.Purpose.DUPLICATE:
            return f"Mẫu số {self.sample_number}"
        return self.dossier.product.name


class Recusal(models.Model):
    """A member who has no part in one product, and why."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="recusals")
    member = models.ForeignKey(CouncilMember, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "member"], name="recused_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="recusal_has_reason"),
        ]


class DiscussionPoint(models.Model):
    """Why the council talks a product over again, what was found then, and what came of it."""

    class Kind(models.TextChoices):
        SPREAD = "spread", _("chênh lệch vượt mức của Quy chế")
        BORDERLINE = "borderline", _("tổng điểm sát ngưỡng hạng")
        ONE_VOICE = "one_voice", _("một thành viên quyết định hạng")
        NEAR_MINIMUM = "near_minimum", _("thiếu yêu cầu tối thiểu rất ít")

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="points")
    kind = models.CharField(max_length=12, choices=Kind)
    round = models.PositiveSmallIntegerField()  # 1: after the first sheets
    text = models.TextField()  # the figures, as they were
    opened_at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)  # what the council said
    noted_at = models.DateTimeField(null=True)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["round", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "kind", "round"], name="point_once_a_round"),
            models.CheckConstraint(
                condition=Q(note="", noted_at=None, noted_by=None)
                | ~Q(note="") & Q(noted_at__isnull=False, noted_by__isnull=False),
                name="noted_point_has_its_person",
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
