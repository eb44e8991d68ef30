"""Campaigns: plan, materials, tasks down to communes, what was reached, the report."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.outreach.campaigns import add_material, hand_down, plan_campaign
from saola.server.outreach.models import Campaign, Material, Proof
from saola.server.outreach.prints import report_pdf
from saola.server.outreach.queries import REPORT, STATES, reached, report_rows
from saola.server.places.models import Place, Shape
from saola.server.products.models import LANGUAGES
from saola.server.web.common.figures.tables import table_response
from saola.server.web.common.forms import Count, DateField, Form, WebField
from saola.server.web.common.papers import file_response
from saola.server.web.common.rights import needs, person, province_of, provinces_in

SHOWN = 100


class CampaignForm(Form):
    """Aim, audience, period, programme, money."""

    title = forms.CharField(label=_("Tên chiến dịch"), max_length=200)
    aim = forms.CharField(label=_("Mục tiêu"), widget=forms.Textarea(attrs={"rows": 3}))
    audience = forms.CharField(label=_("Đối tượng"), max_length=200)
    programme = forms.ChoiceField(label=_("Chương trình"), choices=Campaign.Programme.choices)
    starts_on = DateField(label=_("Từ ngày"))
    ends_on = DateField(label=_("Đến ngày"))
    budget = forms.DecimalField(
        label=_("Kinh phí (đồng)"), max_digits=15, decimal_places=0, min_value=0, required=False
    )
    goal = Count(label=_("Số người cần biết đến"), min_value=0, required=False)


class MaterialForm(Form):
    """Something to read, show, play or say."""

    kind = forms.ChoiceField(label=_("Loại"), choices=Material.Kind.choices)
    title = forms.CharField(label=_("Tên tài liệu"), max_length=200)
    language = forms.ChoiceField(label=_("Ngôn ngữ"), choices=LANGUAGES)
    text = forms.CharField(
        label=_("Nội dung"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    url = WebField(label=_("Đường dẫn"), max_length=400, required=False)
    file = forms.FileField(label=_("Tệp (PDF, ảnh, ghi âm)"), required=False)
    replaces = forms.ModelChoiceField(
        Material.objects.none(), label=_("Là bản mới của"), required=False, empty_label="–"
    )

    def __init__(self, campaign: Campaign, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="material-%s", **kwargs)
        field: Any = self.fields["replaces"]
        field.queryset = campaign.materials.filter(replaced_by=None)
        field.label_from_instance = lambda one: f"{one.title} ({one.get_language_display()})"


class HandForm(Form):
    """Which communes do what by when."""

    what = forms.CharField(label=_("Việc"), max_length=300)
    due_on = DateField(label=_("Hạn"))
    places = forms.ModelMultipleChoiceField(
        Place.objects.none(), label=_("Xã, phường"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, campaign: Campaign, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="hand-%s", **kwargs)
        field: Any = self.fields["places"]
        there = campaign.tasks.values("place")
        rows = Place.objects.communes().filter(province_code=campaign.province_code)
        field.queryset = rows.exclude(pk__in=there).order_by("folded")


def _provinces(request: HttpRequest) -> set[str]:
    """Of the person's places."""
    user = person(request)
    scopes = user.scopes_for(Permission.OUTREACH_LEAD) | user.scopes_for(Permission.OUTREACH_DO)
    return provinces_in(scopes)


@needs(Permission.OUTREACH_LEAD, Permission.OUTREACH_DO)
def campaigns(request: HttpRequest) -> HttpResponse:
    """All campaigns; the province plans one more."""
    province = province_of(request, Permission.OUTREACH_LEAD)
    form = CampaignForm(request.POST if request.method == "POST" else None)
    by = person(request)
    if form.is_valid():
        made = form.carry_out(lambda: plan_campaign(form.cleaned_data, province, by=by))
        if made is not None:
            return redirect("desk:campaign", made.pk)
    context = {
        "rows": Campaign.objects.filter(province_code__in=_provinces(request))[:SHOWN],
        "form": form,
        "may_plan": bool(province),
        "today": timezone.localdate(),
    }
    return render(
        request, "desk/telling/campaigns.html", context, status=400 if form.errors else 200
    )


def _led(request: HttpRequest, pk: int) -> Campaign:
    found = get_object_or_404(Campaign, pk=pk)
    if not can(request.user, Permission.OUTREACH_LEAD, found):
        raise Http404
    return found


@needs(Permission.OUTREACH_LEAD)
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign: materials, communes, gaps."""
    found = _led(request, pk)
    which = request.POST.get("form", "") if request.method == "POST" else ""
    posted: Any = (request.POST, request.FILES)
    material = MaterialForm(found, *(posted if which == "material" else ()))
    hand = HandForm(found, *(posted if which == "hand" else ()))
    by = person(request)
    done: Any = None
    if material.is_valid():
        facts = dict(material.cleaned_data)
        upload, replaces = facts.pop("file"), facts.pop("replaces")
        done = material.carry_out(
            lambda: add_material(found, facts, by=by, upload=upload, replaces=replaces)
        )
    elif hand.is_valid():
        facts = hand.cleaned_data
        done = hand.carry_out(
            lambda: hand_down(found, facts["places"], facts["what"], facts["due_on"], by=by) or True
        )
    if done is not None:
        messages.success(request, _("Đã ghi."))
        return redirect("desk:campaign", pk)
    places = Place.objects.communes().filter(province_code=found.province_code).order_by("folded")
    rows = reached(found, places)
    context = {
        "campaign": found,
        "materials": found.materials.filter(replaced_by=None).select_related("replaces"),
        "rows": rows,
        "people": sum(row.people for row in rows),
        "gaps": sum(1 for row in rows if row.state == "none"),
        "material": material,
        "hand": hand,
    }
    failed = material.errors or hand.errors
    return render(request, "desk/telling/campaign.html", context, status=400 if failed else 200)


@needs(Permission.OUTREACH_LEAD)
def campaign_map(request: HttpRequest, pk: int) -> HttpResponse:
    """How far each commune has come, as GeoJSON."""
    found = _led(request, pk)
    places = Place.objects.communes().filter(province_code=found.province_code)
    shapes = dict(Shape.objects.values_list("place", "geometry"))
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "geometry": shapes[row.place.pk],
            "properties": {
                "name": row.place.name,
                "state": row.state,
                "words": STATES[row.state],
                "opens": reverse("desk:outreach-task", args=[row.task.pk]) if row.task else "",
            },
        }
        for row in reached(found, places)
        if row.place.pk in shapes
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


def _period(request: HttpRequest) -> tuple[date, date]:
    """As asked, else this year."""
    year = timezone.localdate().year
    ends = []
    for name, other in (("tu", date(year, 1, 1)), ("den", date(year, 12, 31))):
        try:
            ends.append(date.fromisoformat(request.GET.get(name, "")))
        except ValueError:
            ends.append(other)
    return ends[0], ends[1]


@needs(Permission.OUTREACH_LEAD)
def report(request: HttpRequest, kind: str) -> HttpResponseBase:
    """All campaigns of a period in one table."""
    province = province_of(request, Permission.OUTREACH_LEAD)
    first, last = _period(request)
    rows = Campaign.objects.filter(
        province_code=province, starts_on__lte=last, ends_on__gte=first
    ).order_by("starts_on", "pk")
    places = list(Place.objects.communes().filter(province_code=province).order_by("folded"))
    cells = report_rows(rows, places, first, last)
    name = f"truyen-thong-{first}-{last}"
    if kind == "pdf":
        content = report_pdf(list(cells), first, last, province)
        headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
        return HttpResponse(content, content_type="application/pdf", headers=headers)
    return table_response(name, kind, "Truyền thông", REPORT, cells)


@needs(Permission.OUTREACH_LEAD, Permission.OUTREACH_DO)
def proof_file(request: HttpRequest, pk: int) -> FileResponse:
    """A photo that was sent as proof."""
    rows = Proof.objects.select_related("task__place", "photo").exclude(photo=None)
    found = get_object_or_404(rows, pk=pk)
    if not can(request.user, Permission.OUTREACH_DO, found.task) or found.photo is None:
        raise Http404
    return file_response(found.photo)
