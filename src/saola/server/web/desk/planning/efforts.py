"""What a level takes: the province's own table beside the guesses."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from saola.criteria import newest_sets
from saola.planning.sheets import guess_source, guessed
from saola.server.accounts.permissions import Permission
from saola.server.targets.models import EffortRow
from saola.server.targets.paths import set_effort
from saola.server.web.common.forms import Count, Form
from saola.server.web.common.rights import needs, person, province_of
from saola.vietnamese.folding import fold
from saola.vietnamese.sorting import word_key


def labels() -> list[str]:
    """Names of the criteria of the newest decision, each once, in Vietnamese order."""
    names = {criterion.label for one in newest_sets() for criterion in one.criteria}
    return sorted(names, key=word_key)


class EffortForm(Form):
    """Figures for one criterion, for each point gained or for one level."""

    label = forms.ChoiceField(label=_("Tiêu chí"))
    points = forms.IntegerField(
        label=_("Riêng cho mức (điểm)"),
        help_text=_("Bỏ trống: kinh phí cho mỗi điểm tăng thêm. Có ghi: cho cả mức đó."),
        min_value=1,
        max_value=100,
        required=False,
    )
    cost_from = Count(label=_("Kinh phí, từ (triệu đồng)"), min_value=0)
    cost_to = Count(label=_("đến (triệu đồng)"), min_value=0)
    months_from = forms.IntegerField(label=_("Thời gian, từ (tháng)"), min_value=0, max_value=120)
    months_to = forms.IntegerField(label=_("đến (tháng)"), min_value=0, max_value=120)
    chance = forms.IntegerField(label=_("Khả năng thành công (%)"), min_value=1, max_value=100)

    support = forms.CharField(label=_("Ai có thể hỗ trợ"), max_length=200, required=False)
    first_label = forms.ChoiceField(label=_("Tiêu chí phải làm trước"), required=False)
    first_points = forms.IntegerField(
        label=_("đến ít nhất (điểm)"), min_value=0, max_value=100, required=False
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [("", "–"), *((name, name) for name in labels())]
        for name in ("label", "first_label"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


@needs(Permission.PLAN)
def efforts(request: HttpRequest) -> HttpResponse:
    """The table, and a form for one row."""
    province = province_of(request, Permission.PLAN)
    form = EffortForm(request.POST if request.method == "POST" else None)
    by = person(request)
    if form.is_valid():
        facts = dict(form.cleaned_data)
        label = facts.pop("label")
        if form.carry_out(lambda: set_effort(label, facts, province, by=by)) is not None:
            messages.success(request, _("Đã ghi."))
            return redirect("desk:efforts")
    told: dict[str, list[EffortRow]] = {}
    for row in EffortRow.objects.filter(province_code=province).order_by("points"):
        told.setdefault(row.folded, []).append(row)
    rows = [
        (name, one, None if one and not one.points else guessed(name))
        for name in labels()
        for one in told.get(fold(name), [None])
    ]
    context = {
        "rows": rows,
        "form": form,
        "source": guess_source(),
        "told": len(told),
        "all": len(labels()),
    }
    return render(
        request, "desk/planning/efforts.html", context, status=400 if form.errors else 200
    )
