"""The shared pieces: chips, stars, deadlines, numbers, fields."""

from datetime import date
from fractions import Fraction
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, RadioSelect
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saola.criteria import Round
from saola.scoring.explain import number as number_text
from saola.server.accounts.rights import can as ask
from saola.server.accounts.roles import ALL
from saola.server.dossiers.labels import KINDS, STATES, TONES
from saola.server.dossiers.models import Dossier
from saola.server.dossiers.queries import roles_to_move
from saola.server.places.calendar import work_calendar
from saola.server.recognition.labels import STATUS
from saola.server.recognition.labels import TONES as STATUS_TONES
from saola.server.works import progress
from saola.vietnamese.dates import short
from saola.vietnamese.numbers import decimal_comma
from saola.vietnamese.workdays import calendar_days_left

register = template.Library()

STAR = (
    '<svg class="star" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">'
    '<path d="M10 1l2.6 6 6.4.5-4.9 4.2 1.5 6.3L10 14.6 4.4 18l1.5-6.3L1 7.5 7.4 7z"/></svg>'
)


@register.simple_tag
def stars(count: int | None) -> SafeString:
    """Drawn stars with the words beside; the words alone for none."""
    if count is None:
        return format_html("<span>{}</span>", gettext("chưa rõ số sao (nguồn không nêu)"))
    drawn = SafeString(STAR * count)
    return format_html(
        '<span class="stars">{} <span>{}</span></span>', drawn, gettext("%(n)s sao") % {"n": count}
    )


@register.simple_tag
def state_chip(state: str) -> SafeString:
    """State of a dossier in words, on its colour."""
    return format_html(
        '<span class="chip chip-{}">{}</span>', TONES.get(state, "waiting"), STATES[state]
    )


@register.simple_tag
def whose_move(dossier: Dossier) -> str:
    """ "chờ Cán bộ xã", by the step table; nothing once the way has ended."""
    names = [str(ALL[key].name) for key in roles_to_move(dossier.state, dossier.kind)]
    return gettext("chờ %(who)s") % {"who": ", ".join(names)} if names else ""


@register.simple_tag
def status_chip(status: str) -> SafeString:
    """State of a certificate in words, on its colour."""
    return format_html('<span class="chip chip-{}">{}</span>', STATUS_TONES[status], STATUS[status])


@register.simple_tag
def deadline(day: date | None, kind: str = "working") -> SafeString:
    """ "còn 6 ngày làm việc (đến 14/12/2026)", late ones marked; "calendar" counts all days."""
    if day is None:
        return SafeString("")
    today = timezone.localdate()
    working = kind == "working"
    left = work_calendar(today).left(today, day) if working else calendar_days_left(today, day)
    unit = gettext("ngày làm việc") if working else gettext("ngày")
    facts = {"n": abs(left), "unit": unit, "day": short(day)}
    if left < 0:
        return format_html(
            '<span class="late">{}</span>', gettext("trễ %(n)s %(unit)s (hạn %(day)s)") % facts
        )
    return format_html("<span>{}</span>", gettext("còn %(n)s %(unit)s (đến %(day)s)") % facts)


@register.simple_tag
def clock(dossier: Dossier) -> SafeString:
    """The office's clock on a dossier: days left, or since when and why it stands still."""
    if dossier.paused_on is not None:
        return format_html(
            "<span>{}</span>",
            gettext("đồng hồ dừng từ %(day)s, chờ chủ thể bổ sung")
            % {"day": short(dossier.paused_on)},
        )
    return deadline(dossier.due_on, dossier.due_kind)


@register.simple_tag
def round_text(found: Round) -> str:
    """ "đợt 1 (đề nghị trước 30/04/2027, kết quả trước 30/06/2027)"."""
    return gettext("đợt %(number)s (đề nghị trước %(first)s, kết quả trước %(last)s)") % {
        "number": found.number,
        "first": short(found.proposals_before),
        "last": short(found.results_before),
    }


COLUMNS = {
    "order": _("số thứ tự"),
    "product": _("tên sản phẩm"),
    "producer": _("chủ thể"),
    "representative": _("người đại diện"),
    "kind": _("loại hình"),
    "stars": _("hạng sao"),
    "previous_stars": _("hạng trước đây"),
    "score": _("điểm"),
    "decision": _("số quyết định"),
    "decision_date": _("ngày quyết định"),
    "expires": _("hết hạn"),
    "year": _("năm"),
    "commune": _("xã, phường"),
    "commune_now": _("xã, phường hiện nay"),
    "commune_code": _("mã xã"),
    "district": _("huyện"),
    "province": _("tỉnh"),
    "address": _("địa chỉ"),
    "group": _("nhóm, bộ sản phẩm"),
    "product_code": _("mã sản phẩm"),
    "phone": _("điện thoại"),
    "note": _("ghi chú"),
}


@register.filter
def column_name(name: str) -> str:
    """What a column of a list was taken for."""
    return str(COLUMNS[name])


@register.filter
def tone(status: str) -> str:
    """Colour of a certificate's state."""
    return STATUS_TONES[status]


@register.filter
def kind_name(kind: str) -> str:
    """Kind of a dossier in words."""
    return str(KINDS[kind])


@register.filter
def points(value: Any) -> str:
    """A total for people: comma, two decimals, ≈ where it is not exact."""
    if value is None or value == "":
        return "–"
    return number_text(Fraction(value)).replace("khoảng", "≈")


@register.filter
def comma(value: Any) -> str:
    """A plain number with decimal comma and pointed thousands."""
    return decimal_comma(str(value))


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Look a key up in a dict, nothing when it is not there."""
    return mapping.get(key) if mapping else None


@register.simple_tag(takes_context=True)
def can(context: Any, permission: str, on: Any = None) -> bool:
    """Whether the person of the page may do that on the record."""
    return bool(ask(context["request"].user, permission, on))


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, Any]:
    """Label, hint, error and input of one field, tied together for screen readers."""
    ids = []
    if hint or bound.help_text:
        ids.append(f"hint-{bound.html_name}")
    if bound.errors:
        ids.append(f"error-{bound.html_name}")
        bound.field.widget.attrs["aria-invalid"] = "true"
    if ids:
        bound.field.widget.attrs["aria-describedby"] = " ".join(ids)
    kind = type(bound.field.widget)
    needed = bound.field.required or bound.name in getattr(bound.form, "needed", ())
    return {
        "bound": bound,
        "hint": hint or bound.help_text,
        "optional": not needed,
        "is_box": kind is CheckboxInput,
        "is_group": kind is RadioSelect,
    }


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """All errors of a form in one box that takes the focus, each leading to its field."""
    return {"form": form if form is not None and form.is_bound and form.errors else None}


@register.inclusion_tag("components/file_link.html")
def file_link(address: str, stored: Any, text: str = "") -> dict[str, Any]:
    """A link to a stored file with kind, pages and size."""
    family, _slash, kind = stored.kind.partition("/")
    parts = [gettext("ghi âm") if family == "audio" else kind.upper()]
    if stored.pages:
        parts.append(f"{stored.pages} {gettext('trang')}")
    size = f"{stored.size / 1024:.0f} KB" if stored.size < 1_000_000 else ""
    size = size or f"{stored.size / 1048576:.1f} MB".replace(".", ",")
    return {
        "address": address,
        "text": text or stored.name,
        "what": ", ".join([*parts, size]),
    }


@register.simple_tag
def bullet_list(lines: list[str]) -> SafeString:
    """Sentences as a list."""
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((x,) for x in lines)))


@register.simple_tag
def how_far(kind: str, pk: int) -> SafeString:
    """A bar of work that is under way; nothing where none is seen."""
    told = progress.seen(f"{kind}-{pk}")
    if told is None or not told[1]:
        return SafeString("")
    share = f"{min(100, 100 * told[0] // told[1])} %"
    bar = '<progress value="{}" max="{}" aria-label="{}"></progress> <span class="muted">{}</span>'
    return format_html(bar, *told, gettext("Đã làm"), share)
