"""An adopted scenario as work: who, by when, from which money, what was spent, what came of it."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.recognition.queries import current_recognition
from saola.server.targets.models import PlanItem, Spending
from saola.server.targets.scenarios import by_year, changed, keep_item, spend, take_back
from saola.server.web.common.figures.charts import bars
from saola.server.web.common.forms import Count, DateField, Form, whole_number
from saola.server.web.common.rights import needs, person
from saola.server.web.desk.planning.scenarios import seen
from saola.server.web.desk.planning.steps import step_lines


class ItemForm(Form):
    """One product's work."""

    keeper = forms.ModelChoiceField(
        label=_("Người phụ trách"), queryset=User.objects.none(), required=False, empty_label="–"
    )
    owner = forms.CharField(
        label=_("hoặc người, đơn vị chưa có tài khoản"), max_length=120, required=False
    )
    due_on = DateField(label=_("Hạn"), required=False)
    budget_line = forms.CharField(label=_("Nguồn kinh phí"), max_length=120, required=False)
    outcome = forms.ChoiceField(label=_("Kết quả"), choices=PlanItem.Outcome.choices)
    note = forms.CharField(
        label=_("Ghi chú"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, item: PlanItem, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["keeper"]
        people = User.objects.who_in(Permission.DESK_USE, {*item.scopes(), *item.product.scopes()})
        keys = [user.pk for user in people] + ([item.keeper_id] if item.keeper_id else [])
        field.queryset = User.objects.filter(pk__in=keys).order_by("full_name")
        field.label_from_instance = lambda user: (
            f"{user.full_name}, {user.agency}" if user.agency else user.full_name
        )


class SpendingForm(Form):
    """Money that went out."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    on = DateField(label=_("Ngày chi"))
    amount = Count(label=_("Số tiền (triệu đồng)"), min_value=1)
    what = forms.CharField(label=_("Chi cho việc gì"), max_length=200, required=False)


@needs(Permission.DESK_USE)
def items(request: HttpRequest, pk: int) -> HttpResponse:
    """The work of an adopted scenario, and each year's plan beside its outcome."""
    row = get_object_or_404(seen(request), pk=pk)
    rows = row.items.select_related("product__producer", "product__place", "keeper")
    years = by_year(row)
    chart = bars(
        _g("Kế hoạch và đã chi (triệu đồng)"), [_g("Năm"), _g("kế hoạch"), _g("đã chi")],
        [(one["year"], one["money"], one["spent"]) for one in years], "groups",
    )  # fmt: skip
    context = {
        "row": row, "rows": rows.prefetch_related("spendings"), "years": years, "chart": chart,
        "today": timezone.localdate(), "changed": changed(row),
        "may": can(person(request), Permission.PLAN, row),
    }  # fmt: skip
    return render(request, "desk/planning/items.html", context)


@needs(Permission.DESK_USE)
def my_items(request: HttpRequest) -> HttpResponse:
    """What this person has to do in the plans of all scenarios."""
    rows = PlanItem.objects.filter(keeper=person(request), outcome=PlanItem.Outcome.OPEN)
    context = {
        "rows": rows.select_related("product", "scenario").order_by("due_on", "pk"),
        "today": timezone.localdate(),
    }
    return render(request, "desk/planning/my_items.html", context)


def _visible(request: HttpRequest, pk: int) -> PlanItem:
    """One of the province's; who keeps it sees it too."""
    rows = PlanItem.objects.select_related("scenario", "product", "keeper")
    found = get_object_or_404(rows, pk=pk)
    by = person(request)
    if found.keeper_id != by.pk and not can(by, Permission.DESK_USE, found):
        raise Http404
    return found


@needs(Permission.DESK_USE)
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One product's work with its steps; forms for who plans."""
    found, by = _visible(request, pk), person(request)
    plans = bool(can(by, Permission.PLAN, found))
    may = plans or found.keeper_id == by.pk
    which = request.POST.get("form", "") if request.method == "POST" and may else ""
    form = ItemForm(found, request.POST if which == "item" else None, initial=_written(found))
    if not plans:
        for name in ("keeper", "owner", "due_on", "budget_line"):
            del form.fields[name]
    money = SpendingForm(
        request.POST if which == "money" else None,
        initial={"token": uuid.uuid4(), "on": timezone.localdate()},
    )
    done: Any = None
    if form.is_valid():
        looked_at = whole_number(request.POST.get("revision", ""))
        facts = {**_written(found), **form.cleaned_data}
        done = form.carry_out(lambda: keep_item(found, facts, revision=looked_at, by=by))
    elif money.is_valid():
        facts = dict(money.cleaned_data)
        token = facts.pop("token")
        done = money.carry_out(lambda: spend(found, facts, token, by=by))
    if done is not None:
        messages.success(request, _("Đã ghi."))
        return redirect("desk:plan-item", pk)
    context = {
        "item": found,
        "steps": step_lines(found.sheet_id, found.steps, 0),
        "form": form if may else None,
        "money": money,
        "held": current_recognition(found.product, timezone.localdate()),
        "spendings": found.spendings.all(),
        "plans": plans,
        # what another hand has kept meanwhile, beside the own words
        "theirs": found if form.non_field_errors() else None,
    }
    status = 400 if form.errors or money.errors else 200
    return render(request, "desk/planning/item.html", context, status=status)


def _written(found: PlanItem) -> dict[str, Any]:
    names = ("keeper", "owner", "due_on", "budget_line", "outcome", "note")
    return {name: getattr(found, name) for name in names}


@needs(Permission.PLAN)
def spending_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a spending that was entered by mistake."""
    found = get_object_or_404(Spending.objects.select_related("item__scenario"), pk=pk)
    if not can(request.user, Permission.PLAN, found.item):
        raise Http404
    if request.method == "POST":
        take_back(found, by=person(request))
        messages.success(request, _("Đã bỏ khoản chi."))
    return redirect("desk:plan-item", found.item_id)
