"""The dossier and what it is made of."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from saola.criteria import CriteriaSet, Round, load, rulebook
from saola.lifecycle.dossier import ENDED, OUTCOME_KNOWN, Kind, State
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import COUNTRY, ids_in
from saola.server.files.models import StoredFile
from saola.server.places.models import Place
from saola.server.products.models import Producer, Product

# the province sees a dossier from the commune's proposal on; one that ended before it was
# proposed (returned, withdrawn) stays with the commune
BEFORE_PROVINCE = {
    State.DRAFT,
    State.FILED,
    State.COMMUNE_RECEIVED,
    State.COMMUNE_ASKED,
    State.REPORTED,
}
MAY_HAVE_ENDED_EARLY = [str(State.WITHDRAWN), str(State.RETURNED)]
SEEN_BY_PROVINCE = [
    str(s) for s in State if s not in BEFORE_PROVINCE and str(s) not in MAY_HAVE_ENDED_EARLY
]


# still on its way; a product has one such dossier at most
OPEN_STATES = [str(s) for s in State if s not in ENDED | OUTCOME_KNOWN]


class DossierQuerySet(models.QuerySet["Dossier"]):
    """Everyday reads."""

    def visible_to(self, user: Any) -> "DossierQuerySet":
        """The person's own dossiers, and for an office those that were filed with it."""
        scopes = user.scopes_for(Permission.DOSSIER_VIEW)
        codes = ids_in(scopes, "place")
        producers = [int(i) for i in ids_in(scopes, "producer")]
        proposed = Q(state__in=SEEN_BY_PROVINCE) | Q(agency_number__isnull=False)
        seen = Q(place__in=Place.objects.seen_by(codes)) & ~(
            Q(state=State.DRAFT) | Q(state=State.WITHDRAWN, filed_on=None)
        )
        seen |= Q(place__province_code__in=codes) & proposed
        if COUNTRY in scopes:
            seen |= proposed
        return self.filter(Q(product__producer__in=producers) | seen)

    def pending(self) -> "DossierQuerySet":
        """Filed and not yet at an end."""
        return self.filter(state__in=OPEN_STATES).exclude(state=State.DRAFT)


class Dossier(models.Model):
    """One product's way to a class. It keeps the sheet it was filed under, by fingerprint."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="dossiers")
    kind = models.CharField(max_length=10, choices=[(str(k), str(k)) for k in Kind])
    state = models.CharField(max_length=20, default=State.DRAFT, db_index=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT)
    year = models.PositiveSmallIntegerField()
    sheet_id = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=71)
    sheet_reason = models.TextField("lý do chọn bộ tiêu chí", blank=True)
    cases = models.JSONField(default=dict)
    target_stars = models.PositiveSmallIntegerField("hạng đăng ký", default=3)
    # whose choices and papers it was born with
    born_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    prior_expires_on = models.DateField(null=True, blank=True)  # of the certificate to renew
    prior_stars = models.PositiveSmallIntegerField(null=True, blank=True)
    commune_number = models.PositiveIntegerField(null=True, blank=True)
    agency_number = models.PositiveIntegerField(null=True, blank=True)
    filed_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)  # last day of the running clock
    due_kind = models.CharField(max_length=8, default="working")  # or "calendar" days
    paused_on = models.DateField(null=True, blank=True)  # since when the clock stands still
    answer_by = models.DateField(null=True, blank=True)
    proposed_on = models.DateField(null=True, blank=True)  # by the commune: decides the round
    samples_on = models.DateField(null=True, blank=True)
    central_samples_on = models.DateField(null=True, blank=True)  # handed over to the ministry
    illustrative = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = DossierQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[str(s) for s in State]), name="dossier_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[str(k) for k in Kind]), name="dossier_kind_is_known"
            ),
            models.UniqueConstraint(
                fields=["product"], condition=Q(state__in=OPEN_STATES), name="one_open_dossier"
            ),
            models.UniqueConstraint(
                fields=["place", "year", "commune_number"], name="dossier_commune_number_once"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="dossier_queue")]

    @property
    def criteria_set(self) -> CriteriaSet:
        """The sheet it is assessed on."""
        return load(self.sheet_id)

    @property
    def round(self) -> Round | None:
        """The provincial round that its commune's proposal falls in."""
        if self.proposed_on is None:
            return None
        return rulebook(self.criteria_set.rulebook).round_for("province", self.proposed_on)

    @property
    def registration_number(self) -> str:
        """ "12-7/PĐK-14-03868-2026" of Mẫu 01; dots where an office has not numbered it yet, and
        nothing before the first has."""
        if self.commune_number is None:
            return ""
        numbers = f"{self.commune_number or '……'}-{self.agency_number or '……'}"
        return f"{numbers}/PĐK-{self.place.province_code}-{self.place.code}-{self.year}"

    def scopes(self) -> set[str]:
        """Its producer's and its place's, for which `visible_to` must agree."""
        own = {f"producer:{self.product.producer_id}"}
        province = f"place:{self.place.province_code}"
        withdrawn_draft = self.state == State.WITHDRAWN and self.filed_on is None
        if self.state != State.DRAFT and not withdrawn_draft:
            own |= self.place.scopes() - {province}
        if self.state in SEEN_BY_PROVINCE or self.agency_number is not None:
            own |= {province, COUNTRY}
        return own


class StepLog(models.Model):
    """One act on a dossier, with its paper and signature."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=30)
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    paper_number = models.CharField(max_length=60, blank=True)
    paper_date = models.DateField(null=True, blank=True)
    capacity = models.CharField(max_length=5, blank=True)  # TM., KT., TL., TUQ.

    class Meta:
        ordering = ["at", "pk"]


class Look(models.Model):
    """Somebody of an office opened the dossier on a day."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="looks")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()

    class Meta:
        ordering = ["-day", "user"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "user", "day"], name="look_once_a_day")
        ]


class RequestItem(models.Model):
    """One thing that an office asks to be completed, and what the producer answered."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="requests")
    step = models.CharField(max_length=30)  # "ask_commune" or "ask_agency"
    about = models.CharField("về", max_length=10, blank=True)  # a criterion of the sheet
    of_commune = models.BooleanField(default=False)  # the commune answers, else the producer
    text = models.TextField("cần bổ sung gì")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    answer = models.TextField("đã bổ sung", blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None) | ~Q(answer=""), name="answered_item_has_answer"
            )
        ]


class SelfAssessment(models.Model):
    """The producer's own options and words on the sheet (Mẫu 02, part III)."""

    dossier = models.OneToOneField(
        Dossier, on_delete=models.CASCADE, related_name="self_assessment"
    )
    choices = models.JSONField(default=dict)  # criterion → option id
    unfit = models.JSONField(default=dict)  # criterion → why no option fits
    comments = models.JSONField(default=dict)
    plan = models.TextField("kế hoạch sản xuất, kinh doanh", blank=True)
    results = models.TextField("kết quả thực hiện phương án", blank=True)
    updates = models.JSONField(default=dict)  # topic of an upgrade or a renewal → words
    saved_at = models.DateTimeField(auto_now=True)


class Evidence(models.Model):
    """A paper or photo of a producer with what it proves; citable in all its dossiers."""

    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="evidence")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("loại minh chứng", max_length=40)
    title = models.CharField("tên minh chứng", max_length=200)
    number = models.CharField("số", max_length=80, blank=True)
    holder = models.CharField("cấp cho", max_length=200, blank=True)
    issuer = models.CharField("nơi cấp", max_length=200, blank=True)
    issued_on = models.DateField("ngày cấp", null=True, blank=True)
    expires_on = models.DateField("ngày hết hạn", null=True, blank=True)
    # what `saola.reading` proposes, as its fields; None while it was not read
    proposals = models.JSONField(null=True)
    pages_read = models.PositiveSmallIntegerField(default=0)  # while it is being read
    client_id = models.UUIDField(
        null=True, unique=True
    )  # made on the device: sent twice, kept once
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(issued_on=None)
                | Q(expires_on=None)
                | Q(expires_on__gte=models.F("issued_on")),
                name="evidence_dates_in_order",
            )
        ]


class Citation(models.Model):
    """An evidence cited under one criterion of one dossier."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="citations")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="citations")
    criterion = models.CharField(max_length=10)
    page = models.PositiveIntegerField("trang", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "evidence", "criterion"], name="citation_once"
            )
        ]


class FiledVersion(models.Model):
    """What was filed, frozen: content, its hash and the receipt's time."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    # filed in the producer's name by a helper; None before this was kept (a column that may be
    # empty leaves the table and its triggers as they are)
    helped = models.BooleanField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["dossier", "number"], name="version_once")]

    @property
    def paper_count(self) -> int:
        """Different papers filed, however often each is cited."""
        return len({(e["title"], e["sha256"]) for e in self.content["evidence"]})


class CommuneReport(models.Model):
    """Mẫu 03: the commune's findings on four contents; an officer drafts, a leader signs."""

    dossier = models.OneToOneField(Dossier, on_delete=models.CASCADE, related_name="commune_report")
    material = models.TextField("nguồn gốc sản phẩm, nguyên liệu địa phương", blank=True)
    labour = models.TextField("sử dụng lao động địa phương", blank=True)
    idea = models.TextField("nguồn gốc ý tưởng sản phẩm", blank=True)
    identity = models.TextField("bản sắc, trí tuệ địa phương", blank=True)
    file_checked = models.BooleanField("đã kiểm tra thành phần hồ sơ", default=False)
    met_on = models.DateField("ngày họp (nếu có)", null=True, blank=True)
    # words that were signed before the agency asked for them to be mended; nothing is lost
    earlier = models.JSONField(default=list)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)
