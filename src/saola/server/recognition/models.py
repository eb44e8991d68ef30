"""Decisions, recognitions, certificates, notices."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.models import User
from saola.server.dossiers.models import Dossier
from saola.server.files.models import StoredFile
from saola.server.places.owned import OfProvince
from saola.server.products.models import Edition, Product


class Decision(OfProvince):
    """A numbered, dated, signed act with its list of products."""

    class Kind(models.TextChoices):
        RECOGNISE = "recognise", _("công nhận sản phẩm")
        APPROVE = "approve_result", _("phê duyệt kết quả đánh giá từ 90 điểm")
        REVOKE = "revoke", _("thu hồi giấy chứng nhận")
        WITHDRAW = "withdraw", _("thu hồi quyết định công nhận")
        MINISTRY = "ministry", _("công nhận của Bộ trưởng")

    class Capacity(models.TextChoices):
        OWN = "", "người đứng đầu tự ký"
        TM = "TM.", "TM. (thay mặt)"
        KT = "KT.", "KT. (ký thay)"
        TL = "TL.", "TL. (thừa lệnh)"
        TUQ = "TUQ.", "TUQ. (thừa ủy quyền)"

    kind = models.CharField("loại quyết định", max_length=20, choices=Kind)
    authority = models.CharField("cơ quan ban hành", max_length=200)
    number = models.CharField("số quyết định", max_length=60)
    number_key = models.CharField(max_length=60)  # folded, so that a number is used once
    signed_on = models.DateField("ngày ký")
    year = models.PositiveSmallIntegerField()  # numbers begin anew each year
    signer = models.CharField("người ký", max_length=120)
    signer_position = models.CharField("chức vụ người ký", max_length=120)
    capacity = models.CharField("tư cách ký", max_length=5, choices=Capacity, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    illustrative = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "number_key", "year"], name="decision_number_once"
            )
        ]


class DecisionItem(models.Model):
    """One product of a decision, as printed in its list."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="items")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    stars = models.PositiveSmallIntegerField()
    total = models.CharField(max_length=30)  # exact

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "dossier"], name="decision_item_once")
        ]


# of one product's, the first is the newest
ORDER = (
    models.F("year").desc(nulls_last=True),
    models.F("recognised_on").desc(nulls_last=True),
    "-pk",
)
AT_ONCE = 500


class RecognitionQuerySet(models.QuerySet["Recognition"]):
    """Everyday reads, and the one derived column."""

    def mark_newest(self, products: Collection[int]) -> None:
        """Work out again which published recognition stands for each of these products; whoever
        publishes many at once calls it, `save` does so for one."""
        whole = sorted(products)
        last = Recognition.objects.filter(
            product=models.OuterRef("product"), published_on__isnull=False
        ).order_by(*ORDER)
        for at in range(0, len(whole), AT_ONCE):
            rows = Recognition.objects.filter(product__in=whole[at : at + AT_ONCE])
            chosen = list(rows.filter(pk=last.values("pk")[:1]).values_list("pk", flat=True))
            rows.filter(newest=True).exclude(pk__in=chosen).update(newest=False)
            rows.filter(pk__in=chosen, newest=False).update(newest=True)
        Edition.renew()


class Recognition(models.Model):
    """A product has a class: by our own decision, or as a source tells of an earlier one.

    `expires_on` is the day the decision prints, or computed where it prints none
    (`expiry_basis`); with only a year known there is no day, and the state says so.
    """

    class Basis(models.TextChoices):
        PRINTED = "printed", _("in trong quyết định")
        COMPUTED = "computed", _("tính 36 tháng từ ngày cấp, vì quyết định không in thời hạn")
        UNKNOWN = "unknown", _("chưa rõ (nguồn không nêu ngày)")

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="recognitions")
    stars = models.PositiveSmallIntegerField(null=True)  # None: the source does not say
    year = models.PositiveSmallIntegerField(null=True)
    recognised_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    expiry_basis = models.CharField(max_length=10, choices=Basis, default=Basis.UNKNOWN)
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="recognitions"
    )
    decision_as_printed = models.CharField(max_length=120, blank=True)
    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, null=True, related_name="recognitions"
    )
    total = models.CharField(max_length=30, blank=True)
    confidence = models.CharField(max_length=10, blank=True)
    source_url = models.URLField(max_length=400, blank=True)
    note = models.TextField(blank=True)
    batch = models.CharField(max_length=30, blank=True)  # rows a source tells of together
    revoked_on = models.DateField(null=True)
    revoked_ground = models.CharField(max_length=200, blank=True)
    revoked_by = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="revocations"
    )
    # the decision itself was against the rules and is taken back (art. 10): another act than ending
    # its certificate (art. 8)
    withdrawn_on = models.DateField(null=True)
    withdrawn_reason = models.TextField(blank=True)
    withdrawn_by = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="withdrawals"
    )
    published_on = models.DateField(null=True)  # None: not public yet
    # of those published the last of its product, which stands for it in the register; kept by
    # `mark_newest`
    newest = models.BooleanField(default=False, db_index=True)

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(recognised_on=None)
                | Q(expires_on=None)
                | Q(expires_on__gt=models.F("recognised_on")),
                name="recognition_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(revoked_on=None, revoked_ground="")
                | Q(revoked_on__isnull=False) & ~Q(revoked_ground=""),
                name="revocation_has_ground",
            ),
        ]
        indexes = [models.Index(fields=["expires_on"], name="recognition_expiry")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A published one may be the newest of its product."""
        super().save(*args, **kwargs)
        if self.published_on is not None:
            Recognition.objects.mark_newest([self.product_id])

    def scopes(self) -> set[str]:
        """Those of its product."""
        return self.product.scopes()


class Certificate(models.Model):
    """The paper of a recognition with its own number; its QR leads to the page of `token`."""

    recognition = models.OneToOneField(
        Recognition, on_delete=models.PROTECT, related_name="certificate"
    )
    number = models.CharField(max_length=60, unique=True)
    token = models.UUIDField(default=uuid.uuid4, unique=True)
    issued_on = models.DateField()
    expires_on = models.DateField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__gt=models.F("issued_on")), name="certificate_dates_in_order"
            )
        ]


class Notice(OfProvince):
    """The written result to commune and producer, whatever the class."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="notices")
    step = models.CharField(max_length=30)  # a forwarded product may get a second one later
    occasion = models.PositiveSmallIntegerField(default=0)  # how often it was forwarded by then
    number = models.CharField("số thông báo", max_length=60)
    number_key = models.CharField(max_length=60)
    dated = models.DateField("ngày thông báo")
    year = models.PositiveSmallIntegerField()
    signer = models.CharField("người ký", max_length=120)
    signer_position = models.CharField("chức vụ người ký", max_length=120)
    capacity = models.CharField("tư cách ký", max_length=5, choices=Decision.Capacity, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["province_code", "number_key", "year"], name="notice_number_once"
            ),
            models.UniqueConstraint(
                fields=["dossier", "step", "occasion"], name="notice_once_a_step"
            ),
        ]


class CentralResult(models.Model):
    """What the ministry answered on a forwarded product."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="central_result")
    total = models.DecimalField("tổng điểm", max_digits=5, decimal_places=2)
    stars = models.PositiveSmallIntegerField("hạng")
    received_on = models.DateField("ngày nhận kết quả")
    paper = models.CharField("số văn bản", max_length=60)


class ListImport(OfProvince):
    """An office's list on its way into the register."""

    class State(models.TextChoices):
        READING = "reading", _("đang đọc")
        UNREADABLE = "unreadable", _("không đọc được")
        READ = "read", _("đã đọc, chờ xem và ghi")
        WRITING = "writing", _("đang ghi")
        WRITTEN = "written", _("đã ghi vào sổ")

    source = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    reading = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.READING)
    fault = models.CharField(max_length=300, blank=True)
    rows = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    doubtful = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(auto_now_add=True)
    written_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["reading", "unreadable", "read", "writing", "written"]),
                name="import_state_is_known",
            )
        ]


def status_of(
    recognition: Any,
    on: date,
    *,
    expiring_within: int,
    extended_until: date | None = None,
    later: Sequence[Any] = (),
) -> str:
    """State of a recognition on a day: withdrawn, revoked; upgraded or replaced where a `later` one
    of the product stands; in_force, expiring, extended, expired; or unknown where the source gives
    no day and the year leaves both possible."""
    for day, ended in (
        (recognition.withdrawn_on, "withdrawn"),
        (recognition.revoked_on, "revoked"),
    ):
        if day is not None and day <= on:
            return ended
    standing = [row for row in later if row.withdrawn_on is None or row.withdrawn_on > on]
    if standing:
        more = any((row.stars or 0) > (recognition.stars or 5) for row in standing)
        return "upgraded" if more else "replaced"
    if recognition.expires_on is None:
        # 36 months from some day of the year: over after its last day three years on
        over = recognition.year is not None and on.year > recognition.year + 3
        return "expired" if over else "unknown"
    if on <= recognition.expires_on:
        soon = recognition.expires_on - on <= timedelta(expiring_within)
        return "expiring" if soon else "in_force"
    if extended_until is not None and on <= extended_until:
        return "extended"
    return "expired"


class RenewalNotice(models.Model):
    """That people were told of a milestone of a certificate's renewal: the proof of it."""

    recognition = models.ForeignKey(
        Recognition, on_delete=models.PROTECT, related_name="renewal_notices"
    )
    milestone = models.CharField(max_length=10)  # "opened", "30" days before the end, "missed"
    told_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["told_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["recognition", "milestone"], name="renewal_told_once")
        ]


class Removal(models.Model):
    """On its way to end a certificate (art. 8) or to take back a recognition (art. 10): what was
    concluded, the agency's report, its submission, the decision."""

    class Kind(models.TextChoices):
        REVOKE = "revoke", _("thu hồi giấy chứng nhận (điều 8)")
        WITHDRAW = "withdraw", _("thu hồi quyết định công nhận trái quy định (điều 10)")

    class State(models.TextChoices):
        OPENED = "opened", _("đang xác minh")
        REPORTED = "reported", _("đã có báo cáo xác minh")
        SUBMITTED = "submitted", _("đã trình")
        DECIDED = "decided", _("đã có quyết định")
        DROPPED = "dropped", _("không thu hồi")

    recognition = models.ForeignKey(Recognition, on_delete=models.PROTECT, related_name="removals")
    kind = models.CharField(max_length=10, choices=Kind)
    ground = models.CharField("căn cứ", max_length=200)
    basis = models.TextField("kết luận của cơ quan có thẩm quyền hoặc xác nhận của xã")
    concluded_on = models.DateField("ngày kết luận, xác nhận")
    due_on = models.DateField()  # last day for the decision
    state = models.CharField(max_length=10, choices=State, default=State.OPENED)
    report = models.TextField("báo cáo kiểm tra, xác minh", blank=True)
    report_number = models.CharField(max_length=60, blank=True)
    reported_on = models.DateField(null=True)
    submission_number = models.CharField(max_length=60, blank=True)
    submitted_on = models.DateField(null=True)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, related_name="+")
    dropped_reason = models.TextField(blank=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recognition"],
                condition=Q(state__in=["opened", "reported", "submitted"]),
                name="one_open_removal",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["opened", "reported", "submitted", "decided", "dropped"]),
                name="removal_state_is_known",
            ),
        ]

    def scopes(self) -> set[str]:
        """Those of its recognition."""
        return self.recognition.scopes()
