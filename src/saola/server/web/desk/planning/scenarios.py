"""Scenarios of the province: what may be spent, what is to be reached, what was found; two beside
each other."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.places.models import Place
from saola.server.products.models import Product
from saola.server.targets.models import YEARS, Scenario
from saola.server.targets.progress import progress, targets
from saola.server.targets.scenarios import Stale, adopt, begin, keep
from saola.server.targets.terms import terms
from saola.server.web.common.figures.charts import bars
from saola.server.web.common.forms import Count, Form, whole_number
from saola.server.web.common.rights import needs, person, province_of
from saola.server.web.desk.planning.steps import step_lines

NAMES = {
    "upgraded": _("nâng từ 3 sao lên 4 sao trở lên"),
    "five_star": _("lên 5 sao"),
    "products": _("sản phẩm mới từ 3 sao"),
}
MOST_COMPARED = 3
PROMISED_BY = 2030


class Numbers(forms.CharField):
    """Whole numbers, one for each year, with spaces or commas between them; one alone stands for
    every year."""

    def clean(self, value: Any) -> list[int]:
        """The numbers; none where nothing is written."""
        words = str(value or "").replace(";", " ").replace(",", " ").split()
        if any(not word.isascii() or not word.isdigit() or len(word) > 7 for word in words):
            raise ValidationError(_("Chỉ ghi số nguyên không âm, cách nhau bằng dấu phẩy."))
        numbers = [int(word) for word in words]
        if len(numbers) == 1:
            numbers *= YEARS
        if numbers and len(numbers) != YEARS:
            raise ValidationError(
                _("Ghi %(n)s số, mỗi năm một số (hoặc một số cho mọi năm).") % {"n": YEARS}
            )
        if self.required and not numbers:
            raise ValidationError(self.error_messages["required"], code="required")
        return numbers


class ScenarioForm(Form):
    """What is asked."""

    name = forms.CharField(label=_("Tên phương án"), max_length=120)
    first_year = forms.IntegerField(label=_("Năm đầu"), min_value=2020, max_value=2100)
    budgets = Numbers(
        label=_("Kinh phí từng năm (triệu đồng)"),
        help_text=_("Năm số cho năm năm, ví dụ 300, 300, 400, 400, 500; một số dùng cho mọi năm."),
    )
    days = Numbers(
        label=_("Ngày chuyên gia từng năm"),
        required=False,
        help_text=_("Bỏ trống: không giới hạn."),
    )
    days_per_step = forms.IntegerField(
        label=_("Ngày chuyên gia cho mỗi bước (ước đoán)"), min_value=0, max_value=100
    )
    rounds = Numbers(
        label=_("Sản phẩm hoàn thành tối đa từng năm"),
        required=False,
        help_text=_("Bỏ trống: không giới hạn."),
    )
    upgraded = Count(label=_("Nâng thêm từ 3 sao, ít nhất"), min_value=0, required=False)
    five_star = Count(label=_("Thêm 5 sao, ít nhất"), min_value=0, required=False)
    products = Count(label=_("Thêm sản phẩm mới từ 3 sao, ít nhất"), min_value=0, required=False)
    due_year = forms.IntegerField(
        label=_("Đạt chỉ tiêu vào cuối năm"), min_value=2020, max_value=2105
    )
    first = forms.ChoiceField(label=_("Mục tiêu ưu tiên"), choices=Scenario.First.choices)
    each_commune = forms.BooleanField(
        label=_("Mỗi xã có sản phẩm tính được thì có ít nhất một sản phẩm được chọn"),
        required=False,
    )
    area = forms.ModelMultipleChoiceField(
        label=_("Các xã ưu tiên"), queryset=Place.objects.none(), required=False
    )
    area_least = forms.IntegerField(
        label=_("Ít nhất mấy sản phẩm ở các xã ưu tiên"),
        min_value=0, max_value=10_000, required=False,
    )  # fmt: skip
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, province: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places: Any = self.fields["area"]
        communes = Place.objects.communes().filter(province_code=province)
        places.queryset = communes.order_by("folded")

    def facts(self) -> dict[str, Any]:
        """As the act wants them."""
        told = dict(self.cleaned_data)
        told["targets"] = {name: told.pop(name) for name in NAMES if told.get(name)}
        told = {name: value for name, value in told.items() if name not in NAMES}
        told["area_least"] = told["area_least"] or 0
        told.pop("revision")
        return told


def _written(row: Scenario) -> dict[str, Any]:
    """A scenario as its form shows it."""
    told: dict[str, Any] = {n: getattr(row, n) for n in ScenarioForm.base_fields if hasattr(row, n)}
    told |= {name: ", ".join(map(str, told[name])) for name in ("budgets", "days", "rounds")}
    told |= row.targets
    return told | {"area": row.area.all()}


def _proposed(province: str) -> dict[str, Any]:
    """For a new one: what is missing of the province's promises for 2030 today."""
    today = timezone.localdate()
    read, told = terms(today).of(province), {target.id: target for target in targets(province)}
    first = today.year + 1
    found: dict[str, Any] = {
        "first_year": first, "days_per_step": 3, "first": "upgraded",
        "due_year": max(first, min(first + YEARS - 1, PROMISED_BY)),
    }  # fmt: skip
    for name, key in (("upgraded", "upgrade_3_to_4_2030"), ("five_star", "five_star_2030")):
        if key not in told:
            continue
        row = progress(told[key], read)
        least = row.target.least
        if row.target.unit == "percent":
            least = -(-least * (row.out_of or 0) // 100)
        found[name] = max(0, least - row.count) or None
    return found


def _kept(request: HttpRequest, form: ScenarioForm, row: Scenario | None) -> Scenario | None:
    """The scenario as it was kept; None where the form has to be looked at again."""
    province = row.province_code if row else province_of(request, Permission.PLAN)
    if not form.is_valid():
        return None
    try:
        return keep(
            form.facts(), province, by=person(request), pk=row.pk if row else None,
            revision=form.cleaned_data["revision"] or 0,
        )  # fmt: skip
    except Stale as stale:
        data: Any = form.data
        form.data = data = data.copy()
        data["revision"] = str(stale.now.revision)
        form.add_error(None, stale.reason)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.reason)
    return None


def seen(request: HttpRequest) -> Any:
    """Scenarios of the provinces whose desk the person sees."""
    provinces = {province_of(request, Permission.PLAN), province_of(request, Permission.DESK_USE)}
    return Scenario.objects.filter(province_code__in=provinces - {""})


@needs(Permission.DESK_USE)
def scenarios(request: HttpRequest) -> HttpResponse:
    """All, a form for one more, and a choice of those to compare."""
    province = province_of(request, Permission.PLAN)
    may = bool(province)
    form = None
    if may:
        told = request.POST if request.method == "POST" else None
        form = ScenarioForm(province, told, initial=_proposed(province))
        if (made := _kept(request, form, None)) is not None:
            begin(made, by=person(request))
            return redirect("desk:scenario", made.pk)
    context = {"rows": seen(request), "form": form}
    status = 400 if form and form.errors else 200
    return render(request, "desk/planning/scenarios.html", context, status=status)


@needs(Permission.DESK_USE)
def scenario(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found; the form to ask otherwise; the step to work."""
    row = get_object_or_404(seen(request), pk=pk)
    by = person(request)
    form = None
    if can(by, Permission.PLAN, row):
        if "adopt" in request.POST:
            try:
                looked_at = whole_number(request.POST.get("revision", ""))
                made = adopt(row, revision=looked_at, by=by)
                messages.success(request, _("Đã lập %(n)s việc.") % {"n": made})
                return redirect("desk:plan-items", pk)
            except Refused as refused:
                messages.error(request, refused.reason)
                return redirect("desk:scenario", pk)
        if "solve" in request.POST:
            begin(row, by=by)
            return redirect("desk:scenario", pk)
        told = request.POST if request.method == "POST" else None
        form = ScenarioForm(row.province_code, told, initial=_written(row))
        if (kept := _kept(request, form, row)) is not None:
            begin(kept, by=by)
            return redirect("desk:scenario", pk)
    stale = form is not None and bool(form.non_field_errors())
    context = {
        "row": row, "form": form, "found": _found(row), "theirs": _written(row) if stale else None
    }  # fmt: skip
    status = 409 if stale else 400 if form and form.errors else 200
    return render(request, "desk/planning/scenario.html", context, status=status)


def _found(row: Scenario) -> dict[str, Any] | None:
    """The result with names for people."""
    if not row.result:
        return None
    told: dict[str, Any] = dict(row.result)
    _named(told, row)
    told["targets"] = [
        one | {"name": NAMES[one["indicator"]], "share": round(100 * one["met"])}
        for one in told.get("targets", ())
    ]
    told["reached"] = [(NAMES[name], c[-1]) for name, c in told.get("counts", {}).items()]
    told["most"] = [
        (NAMES[one["indicator"]], one["most"])
        for one in told.get("would_do", {}).get("products", ())
    ]
    told["gap_percent"] = round(100 * (told.get("gap") or 0), 1)
    unproven = told.get("unproven", "")
    told["unproven_name"] = NAMES.get(unproven, _("kinh phí ít nhất")) if unproven else ""
    told["lasts"] = round(100 * told.get("money_lasts", 0))
    told["worth"] = [
        one | {"names": [(NAMES[n], c) for n, c in one["gained"].items() if c]}
        for one in told.get("worth", ())
    ]
    told["made_up"] = any(one["row"].illustrative for one in told["chosen"])
    if told.get("spent"):
        years = zip(row.years, row.budgets, told["spent"], strict=True)
        told["chart"] = bars(
            _g("Kinh phí từng năm (triệu đồng)"), [_g("Năm"), _g("được chi"), _g("cần chi")],
            list(years), "groups",
        )  # fmt: skip
    return told


def _named(told: dict[str, Any], row: Scenario) -> None:
    """Products in place of their keys, steps in words."""
    rows = [*told.get("chosen", ()), *told.get("nearly", ())]
    keys = {one["product"] for one in rows} | {*told["stuck"], *told["old"]}
    products = Product.objects.select_related("producer", "place").in_bulk(keys)
    for name in ("chosen", "nearly"):
        told[name] = [
            one | {"row": products[one["product"]]}
            for one in told.get(name, ())
            if one["product"] in products
        ]
    for one in told["chosen"]:
        one["year"] = row.first_year + one["done"]
        one["steps"] = step_lines(one["sheet"], one["steps"], row.first_year)
    for name in ("stuck", "old"):
        told[name] = [products[key] for key in told[name] if key in products]


@needs(Permission.DESK_USE)
def compare(request: HttpRequest) -> HttpResponse:
    """Two or three beside each other."""
    keys = [whole_number(key) for key in request.GET.getlist("pa")][:MOST_COMPARED]
    rows = [(row, _found(row)) for row in seen(request).filter(pk__in=keys, result__isnull=False)]
    return render(request, "desk/planning/compare.html", {"rows": rows, "names": NAMES.values()})
