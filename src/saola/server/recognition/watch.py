"""Certificates that end within a year: what each needs, and telling people in time.

The window of filing is the decision's (180 to 120 days before the last day); how many days before
its end people are told again is a setting.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.urls import reverse

from saola.criteria.rulebook import rulebook_in_force
from saola.lifecycle.dossier import Kind, State
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.dossiers.models import Dossier
from saola.server.notices.actions import tell, write_to
from saola.server.products.models import Product
from saola.server.recognition.models import Recognition, RenewalNotice
from saola.server.recognition.queries import with_status
from saola.vietnamese.dates import add_months, short

MONTHS_AHEAD = 12
LISTED = 50  # certificates named in one message; the page lists all
OPENED, MISSED = "opened", "missed"


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day of filing for renewal."""

    first: date
    last: date

    def milestone(self, on: date) -> str:
        """The last thing worth telling by that day: "" before the window, "opened", "30" (days
        before its end, by setting), "missed" after it."""
        if on < self.first:
            return ""
        if on > self.last:
            return MISSED
        left = (self.last - on).days
        passed = [days for days in settings.OCOP["renewal_reminder_days"] if left <= days]
        return str(min(passed)) if passed else OPENED


def window(expires_on: date, on: date) -> Window:
    """By the decision in force on that day."""
    facts = rulebook_in_force(on).facts["renewal"]
    return Window(
        expires_on - timedelta(facts["file_not_earlier_than_days"]),
        expires_on - timedelta(facts["file_not_later_than_days"]),
    )


def ending(on: date, products: QuerySet[Product]) -> QuerySet[Any, Any]:
    """The newest recognition of each product that ends within twelve months and still holds, with
    `renewal`: the state of a renewal dossier begun for that certificate."""
    newest = Recognition.objects.filter(product=OuterRef("product")).order_by(
        F("year").desc(nulls_last=True), F("recognised_on").desc(nulls_last=True), "-pk"
    )
    renewal = (
        Dossier.objects.filter(
            product=OuterRef("product"), kind=Kind.RENEWAL, prior_expires_on=OuterRef("expires_on")
        )
        .exclude(state__in=[State.RETURNED, State.WITHDRAWN])  # nothing is under way any more
        .order_by("-pk")
    )
    rows: QuerySet[Any, Any] = (
        with_status(on)
        .filter(
            product__in=products,
            pk=newest.values("pk")[:1],
            expires_on__range=(on, add_months(on, MONTHS_AHEAD)),
            revoked_on=None,
            withdrawn_on=None,
        )
        .annotate(
            renewal=Subquery(renewal.values("state")[:1]),
            renewal_pk=Subquery(renewal.values("pk")[:1]),
            renewal_filed=Subquery(renewal.values("filed_on")[:1]),
        )
        .select_related("product__producer", "product__place")
        .order_by("expires_on", "pk")
    )
    return rows


def undated(on: date, products: QuerySet[Product]) -> QuerySet[Any, Any]:
    """Recognitions of which only the year is known and that may end within twelve months: 36 months
    from some day of that year."""
    rows: QuerySet[Any, Any] = (
        with_status(on)
        .filter(
            product__in=products,
            product__name_known=True,
            expires_on=None,
            certificate=None,
            revoked_on=None,
            withdrawn_on=None,
            year__range=(on.year - 3, on.year - 2),
        )
        .select_related("product__producer", "product__place")
        .order_by("year", "product__folded", "pk")
    )
    return rows


def run(on: date) -> int:
    """Tell producer, commune and office of every window that opened, nears its end or was missed;
    a second run on the same day tells nobody again. Returns how many certificates were told of."""
    told: dict[str, list[Recognition]] = {}
    for row in ending(on, Product.objects.all()).filter(renewal_filed=None):
        open_days = window(row.expires_on, on)
        milestone = open_days.milestone(on)
        if milestone and _tell_of(row, milestone, open_days):
            province = row.product.place.province_code if row.product.place else ""
            told.setdefault(province, []).append(row)
    for province, rows in told.items():
        _tell_office(province, rows, on)
    return sum(map(len, told.values()))


@transaction.atomic
def _tell_of(row: Recognition, milestone: str, days: Window) -> bool:
    """Whether the milestone is a new one. Who got an account since is told all the same; a
    producer without one is written to, where the register has an address."""
    notice, new = RenewalNotice.objects.get_or_create(recognition=row, milestone=milestone)
    subject, body = _words(row, milestone, days)
    about, key = f"recognition:{row.pk}", f"renewal:{notice.pk}"
    producer = row.product.producer
    people = list(User.objects.who(Permission.DOSSIER_FILE, f"producer:{producer and producer.pk}"))
    tell(key, people, subject, body, about=about, path=reverse("portal:home"))
    if producer and producer.email and not people:
        write_to(key, producer.email, subject, body, about=about)
    if new and row.product.place:
        officers = User.objects.who_in(Permission.COMMUNE_RECEIVE, row.product.place.own_scopes())
        tell(key, officers, subject, body, about=about, path=reverse("desk:ending"))
    return new


def _words(row: Recognition, milestone: str, days: Window) -> tuple[str, str]:
    name, last = row.product.name, short(row.expires_on) if row.expires_on else ""
    rank = f"{row.stars} sao " if row.stars else ""
    holds = f"Giấy chứng nhận {rank}của sản phẩm {name} có giá trị đến hết ngày {last}."
    if milestone == MISSED:
        return (
            f"Đã quá thời gian nộp hồ sơ đánh giá lại: {name}",
            f"{holds} Thời gian nộp hồ sơ đánh giá, phân hạng lại đã hết ngày {short(days.last)}. "
            "Sản phẩm nộp hồ sơ đánh giá lần đầu, hoặc hỏi cơ quan tham mưu OCOP cấp tỉnh.",
        )
    subject = "Đến thời gian nộp hồ sơ đánh giá lại"
    if milestone != OPENED:
        subject = f"Còn không quá {milestone} ngày để nộp hồ sơ đánh giá lại"
    return (
        f"{subject}: {name}",
        f"{holds} Hồ sơ đánh giá, phân hạng lại nộp tại Ủy ban nhân dân cấp xã từ ngày "
        f"{short(days.first)} đến hết ngày {short(days.last)}. Mở Saola, chọn lập hồ sơ đánh giá "
        "lại: phần đã khai lần trước được điền sẵn.",
    )


def _tell_office(province: str, rows: list[Recognition], on: date) -> None:
    """One message a day to the office of the province, however many certificates."""
    names = "\n".join(
        f"– {row.product.name}, đến hết {short(row.expires_on)}"
        for row in rows[:LISTED]
        if row.expires_on
    )
    tell(
        f"renewal-office:{province}:{on.isoformat()}",
        User.objects.who(Permission.AGENCY_RECEIVE, f"place:{province}"),
        f"{len(rows)} giấy chứng nhận đến mốc nộp hồ sơ đánh giá lại",
        f"Chủ thể và xã đã được báo. Danh sách:\n{names}",
        about=f"place:{province}",
        path=reverse("desk:ending"),
    )
