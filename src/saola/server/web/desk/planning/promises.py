"""Where the programme stands on any day: promises, coverage, classes, terms, rounds; each figure
opens its list."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from saola.planning.fans import Fate
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import COUNTRY
from saola.server.dossiers.labels import STATES
from saola.server.dossiers.models import Dossier
from saola.server.places.models import Place, Shape
from saola.server.products.models import Producer
from saola.server.recognition.models import Recognition
from saola.server.targets import progress as figures
from saola.server.targets.outlook import expiring, turns
from saola.server.targets.progress import contradictions, progress, targets
from saola.server.targets.rounds import clocks, rounds, waiting
from saola.server.targets.terms import Terms, terms
from saola.server.web.common.figures.charts import Chart, bars
from saola.server.web.common.figures.tables import table_response
from saola.server.web.common.forms import whole_number
from saola.server.web.common.rights import needs, person, provinces_in
from saola.vietnamese.sorting import word_key

WIDTH = 300  # of a bar, in its own units
PER_PAGE = 50
BEGAN = date(2018, 1, 1)  # the year of 490/QĐ-TTg


def day_of(request: HttpRequest) -> date:
    """The day asked for, never after today nor before the programme began."""
    today = timezone.localdate()
    try:
        return max(BEGAN, min(date.fromisoformat(request.GET.get("ngay", "")), today))
    except ValueError:
        return today


def province(request: HttpRequest) -> str:
    """Whose figures are shown: of the province in which the person works; "" for the country's."""
    scopes = person(request).scopes_for(Permission.DESK_USE)
    if COUNTRY in scopes:
        return ""
    if not (codes := provinces_in(scopes)):
        raise PermissionDenied(
            _(
                "Địa bàn của bạn chưa có trong danh mục đơn vị hành chính. Hãy báo quản trị của "
                "tỉnh."
            )
        )
    return min(codes)


def read_of(request: HttpRequest) -> Terms:
    """The register of the day asked for, as far as that goes."""
    return terms(day_of(request)).of(province(request))


@needs(Permission.DESK_USE)
def promises(request: HttpRequest) -> HttpResponse:
    """All targets with bars, then how things stand."""
    read, code = read_of(request), province(request)
    rows = [progress(target, read) for target in targets(code)]
    seen = Dossier.objects.visible_to(person(request))
    today = timezone.localdate()
    context = {
        "on": read.on,
        "today": today,
        "rows": [(row, round(row.share * WIDTH)) for row in rows],
        "width": WIDTH,
        "met": sum(row.met for row in rows),
        "contradictions": contradictions(targets(code)),
        "charts": _charts(read),
        "expiring": expiring(read),
        "communes": _communes(read, code),
        "rounds": rounds(seen, read.on),
        "clocks": [(state, STATES[state], told) for state, told in clocks(seen, today)],
        "made_up": seen.filter(illustrative=True).exists(),
    }
    return render(request, "desk/planning/promises.html", context)


def _charts(read: Terms) -> list[Chart]:
    kinds = dict(Producer.Kind.choices) | {"": _("chưa rõ")}
    stars = [f"{n} {_('sao')}" for n in (3, 4, 5)]
    fates: tuple[Fate, ...] = ("renewed", "upgraded", "lost")
    years, ends, types = figures.by_year(read), turns(read), figures.producers(read)

    def opens(what: str, keys: Iterable[Any]) -> list[str]:
        day = f"?ngay={read.on.isoformat()}"
        return [reverse("desk:figure", args=[what, key or "chua-ro"]) + day for key in keys]

    return [
        bars(
            _("Công nhận theo năm (theo nguồn công khai)"),
            [_("Năm"), *stars],
            [(year, *(of[n] for n in (3, 4, 5))) for year, of in years],
            opens=opens("cong-nhan", (year for year, _of in years)),
        ),
        bars(
            _("Giấy hết hạn theo năm: giữ hạng, lên hạng, mất hạng"),
            [_("Năm"), _("giữ hạng"), _("lên hạng"), _("mất hạng")],
            [(year, *(of[fate] for fate in fates)) for year, of in ends],
            opens=opens("ket-thuc", (year for year, _of in ends)),
        ),
        bars(
            _("Sản phẩm và chủ thể theo loại hình"),
            [_("Loại hình"), _("chủ thể"), _("sản phẩm")],
            [(kinds[kind], *counts) for kind, *counts in types],
            "groups",
            opens("loai-hinh", (kind for kind, *_counts in types)),
        ),
    ]


@needs(Permission.DESK_USE)
def figure(request: HttpRequest, what: str, key: str) -> HttpResponse:
    """The list behind a row of a chart, a round, a clock."""
    read = read_of(request)
    if what in ("dot", "dong-ho"):
        return _of_dossiers(request, read, what, key)
    kinds = dict(Producer.Kind.choices) | {"chua-ro": _("chưa rõ")}
    if what == "loai-hinh" and key in kinds:
        rows = figures.of_type(read, "" if key == "chua-ro" else key)
        title = _("Sản phẩm của loại hình: %(kind)s") % {"kind": kinds[key]}
    elif what == "cong-nhan" and whole_number(key):
        rows = figures.recognised_in(read, int(key))
        title = _("Công nhận năm %(year)s") % {"year": key}
    elif what == "ket-thuc" and whole_number(key):
        rows = figures.ended_in(read, int(key))
        title = _("Giấy hết hạn năm %(year)s") % {"year": key}
    else:
        raise Http404
    return _listed(request, read, title, str(len(rows)), rows=rows)


COLUMNS = {
    "proposed": _l("Đề nghị"), "recognised": _l("Công nhận"), "ended": _l("Kết thúc khác"),
    "open": _l("Đang làm"), "all": _l("Đang chờ"), "late": _l("Quá hạn"),
    "paused": _l("Đồng hồ dừng"),
}  # fmt: skip


def _of_dossiers(request: HttpRequest, read: Terms, what: str, key: str) -> HttpResponse:
    """The dossiers behind a count of a round ("2026-06-30--open") or of the clocks
    ("scoring--late"), as far as the person sees them."""
    seen = Dossier.objects.visible_to(person(request))
    name, _sep, which = key.partition("--")
    keys: list[int] = []
    if what == "dot" and which in ("proposed", "recognised", "ended", "open"):
        row = next((r for r in rounds(seen, read.on) if str(r.results_before) == name), None)
        keys = getattr(row, which) if row is not None else []
    elif what == "dong-ho" and which in ("all", "late", "paused") and name in STATES:
        keys = waiting(seen, timezone.localdate(), name, which)
    else:
        raise Http404
    title = f"{STATES.get(name, name)}: {COLUMNS[which]}"
    return _listed_dossiers(request, read, keys, title, str(len(keys)))


def _listed_dossiers(
    request: HttpRequest, read: Terms, keys: list[int], title: str, words: str
) -> HttpResponse:
    """One page of dossiers, as far as the person sees them."""
    page = Paginator(keys, PER_PAGE).get_page(request.GET.get("trang"))
    seen = Dossier.objects.visible_to(person(request))
    rows = seen.filter(pk__in=list(page.object_list)).select_related("product__producer", "place")
    query = request.GET.copy()
    query.pop("trang", None)
    context = {
        "on": read.on, "page": page, "dossiers": rows, "query": query.urlencode(),
        "title": title, "words": words,
    }  # fmt: skip
    return render(request, "desk/planning/behind.html", context)


def _communes(read: Terms, code: str) -> list[tuple[Place, int, int]]:
    """Communes of the day in Vietnamese order: products that hold, that may."""
    held, maybe = figures.coverage(read)
    places = figures.communes(code, read.on)
    told = [(place, held[place.code], maybe[place.code]) for place in places]
    return sorted(told, key=lambda row: word_key(row[0].name))


@needs(Permission.DESK_USE)
def coverage_map(request: HttpRequest) -> HttpResponse:
    """Outlines of the communes with how they are covered, as GeoJSON."""
    shapes = dict(Shape.objects.values_list("place", "geometry"))
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "geometry": shapes[place.pk],
            "properties": {
                "name": place.name,
                "state": "done" if held else "part" if maybe else "open",
                "words": _("%(held)s còn hiệu lực, %(maybe)s chưa rõ")
                % {"held": held, "maybe": maybe},
            },
        }
        for place, held, maybe in _communes(read_of(request), province(request))
        if place.pk in shapes
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


@needs(Permission.DESK_USE)
def behind(request: HttpRequest, key: str) -> HttpResponse:
    """The list behind a figure."""
    target = next((one for one in targets(province(request)) if one.id == key), None)
    if target is None:
        raise Http404
    read = read_of(request)
    row = progress(target, read)
    told = f"{row.count}" if row.out_of is None else _("%(n)s trong %(all)s") % {
        "n": row.count, "all": row.out_of
    }  # fmt: skip
    words = f"{told}. {target.denominator.capitalize()}."
    part = request.GET.get("phan", "")
    if part == "chua-ro":
        title, places = f"{target.name}: {_('chưa rõ')}", row.places_maybe or None
        return _listed(request, read, title, str(row.unknown), rows=row.maybe, places=places)
    if part == "mau-so" and row.base:
        title = f"{target.name}: {_('mẫu số')}"
        return _listed(request, read, title, words, rows=row.base)
    if row.dossiers:
        return _listed_dossiers(request, read, row.dossiers, target.name, words)
    return _listed(request, read, target.name, words, rows=row.rows, places=row.places)


@needs(Permission.DESK_USE)
def ending_soon(request: HttpRequest, months: int) -> HttpResponse:
    """Products whose term ends within so many months of the day."""
    read = read_of(request)
    found = dict(expiring(read)).get(months)
    if found is None:
        raise Http404
    title = _("Hết hạn trong %(months)s tháng") % {"months": months}
    return _listed(request, read, title, str(len(found)), rows=found)


def _listed(
    request: HttpRequest,
    read: Terms,
    title: str,
    words: str,
    *,
    rows: Sequence[int],
    places: list[Place] | None = None,
) -> HttpResponse:
    """One page of recognitions, or the places that have none."""
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
    found = Recognition.objects.select_related("product__producer", "product__place")
    by_pk = found.in_bulk(list(page.object_list))
    shown = [by_pk[pk] for pk in page.object_list]
    query = request.GET.copy()
    query.pop("trang", None)
    context = {
        "on": read.on, "title": title, "words": words, "page": page, "places": places,
        "shown": shown,
        "query": query.urlencode(),
    }  # fmt: skip
    return render(request, "desk/planning/behind.html", context)


HEAD = (
    "chỉ tiêu", "mốc", "cần đạt", "đơn vị", "đã đạt", "mẫu số", "chưa rõ", "cách tính", "nguồn",
)  # fmt: skip


@needs(Permission.DESK_USE)
def promises_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The same as a table."""
    read = read_of(request)
    rows = [progress(target, read) for target in targets(province(request))]
    cells = (
        (
            row.target.name,
            row.target.period,
            row.target.least,
            "%" if row.target.unit == "percent" else "sản phẩm",
            f"{row.value:.1f}".replace(".", ",") if row.target.unit == "percent" else row.count,
            row.out_of,
            row.unknown,
            row.target.denominator,
            row.target.source,
        )
        for row in rows
    )
    return table_response(f"chi-tieu-{read.on}", kind, "Chỉ tiêu", HEAD, cells)
