"""Certificates that end within a year, with what each needs and whether people were told."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.dossier import ENDED
from saola.server.accounts.permissions import Permission
from saola.server.notices.models import Message
from saola.server.products.models import Product
from saola.server.recognition import watch
from saola.server.web.common.rights import needs

PER_PAGE = 50
NEEDS: dict[str, str | Promise] = {
    "": _("chưa đến thời gian nộp"),
    watch.OPENED: _("cần nộp hồ sơ đánh giá lại"),
    watch.MISSED: _("quá thời gian nộp, làm hồ sơ lần đầu"),
}
TONES = {"": "draft", watch.MISSED: "expired"}


@needs(Permission.DESK_USE)
def ending(request: HttpRequest) -> HttpResponse:
    """The list, those that end first on top."""
    today = timezone.localdate()
    rows = watch.ending(today, Product.objects.visible_to(request.user))
    page = Paginator(rows.prefetch_related("renewal_notices"), PER_PAGE).get_page(
        request.GET.get("trang")
    )
    told = _told([row.pk for row in page])
    context = {
        "page": page,
        "rows": [_row(row, told.get(f"recognition:{row.pk}"), today) for row in page],
        "undated": watch.undated(today, Product.objects.visible_to(request.user)),
        "query": "",
        "illustrative": any(row.product.illustrative for row in page),
    }
    return render(request, "desk/ending.html", context)


def _row(row: Any, told: dict[str, Any] | None, today: date) -> dict[str, Any]:
    days = watch.window(row.expires_on, today)
    milestone = days.milestone(today)
    under_way = bool(row.renewal_filed) and row.renewal not in ENDED
    return {
        "row": row,
        "days": days,
        "under_way": under_way,
        "need": NEEDS.get(milestone, NEEDS[watch.OPENED]),
        "tone": TONES.get(milestone, "expiring"),
        "told": told,
    }


def _told(pks: list[int]) -> dict[str, dict[str, Any]]:
    """By recognition: how many people of the producer were told, by e-mail, and how many have read
    it; officers do not count."""
    to_producers = Q(path=reverse("portal:home")) | Q(recipient=None)
    rows = (
        Message.objects.filter(to_producers, about__in=[f"recognition:{pk}" for pk in pks])
        .values("about")
        .annotate(
            people=Count("recipient", distinct=True) + Count("address", filter=Q(recipient=None)),
            sent=Count("pk", filter=Q(sent_at__isnull=False)),
            read=Count("recipient", distinct=True, filter=Q(read_at__isnull=False)),
        )
    )
    return {str(row["about"]): dict(row) for row in rows}
