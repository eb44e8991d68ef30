"""Words for states of a certificate, for everybody."""

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saola.vietnamese.dates import months_between, short

STATUS: dict[str, str | Promise] = {
    "in_force": _("còn hiệu lực"),
    "expiring": _("sắp hết hạn"),
    "expired": _("đã hết hạn"),
    "extended": _("kéo dài hiệu lực khi chờ kết quả"),
    "replaced": _("đã thay bằng giấy chứng nhận mới"),
    "upgraded": _("đã nâng hạng bằng giấy chứng nhận mới"),
    "revoked": _("đã bị thu hồi"),
    "withdrawn": _("quyết định công nhận đã bị thu hồi"),
    "unknown": _("chưa rõ còn hiệu lực hay không (nguồn không nêu ngày)"),
}

TONES = {
    "in_force": "in-force",
    "expiring": "expiring",
    "expired": "expired",
    "extended": "expiring",
    "replaced": "draft",
    "upgraded": "draft",
    "revoked": "revoked",
    "withdrawn": "revoked",
    "unknown": "draft",
}


def in_words(
    status: str, expires_on: date | None, on: date, *, revoked_on: date | None = None
) -> str:
    """ "Còn hiệu lực đến 05/08/2029 (còn 33 tháng)"."""
    if status == "revoked" and revoked_on:
        return gettext("Đã bị thu hồi từ ngày %(day)s") % {"day": short(revoked_on)}
    if expires_on is None or status in ("withdrawn", "replaced", "upgraded"):
        return str(STATUS[status])[:1].upper() + str(STATUS[status])[1:]
    day = short(expires_on)
    if status == "expired":
        return gettext("Đã hết hạn từ ngày %(day)s") % {"day": day}
    if status == "extended":
        return gettext("Hết hạn %(day)s, được kéo dài hiệu lực khi chờ kết quả") % {"day": day}
    months = months_between(on, expires_on)
    left = (
        gettext("còn %(count)s tháng") % {"count": months}
        if months
        else gettext("còn %(count)s ngày") % {"count": (expires_on - on).days}
    )
    return gettext("Còn hiệu lực đến %(day)s (%(left)s)") % {"day": day, "left": left}


BEARS_MARK = frozenset({"in_force", "expiring", "extended"})


def may_use_mark(status: str, stars: int | None) -> bool:
    """Whether the producer may use the OCOP certification mark now: 3 stars or more, certificate in
    force (rules of the mark, 1162/QĐ-VPĐP-OCOP)."""
    return status in BEARS_MARK and (stars or 0) >= 3
