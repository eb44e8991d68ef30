"""Before a dossier: ideas, a product's plans, its improvement file and the advice given."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saola.criteria import load, rulebook_in_force, sheet_ids
from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.drafts.merge import revision_of
from saola.server.preparation.actions import (
    PLAN_FIELDS,
    advice_done,
    explain_idea,
    make_product,
    record_improvement,
    register_idea,
    save_plan,
    served_by,
)
from saola.server.preparation.models import Advice, Idea, Improvement, Plan
from saola.server.products.details import set_photo
from saola.server.products.models import Producer, Product
from saola.server.web.common.forms import DateField, Form
from saola.server.web.common.papers import file_response
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.dossiers import own_producers
from saola.server.web.portal.parts import autosaved, long_text, opened_page, told


def groups_in_force() -> list[tuple[Any, Any]]:
    """The sets of the decision in force, for a choice."""
    book = rulebook_in_force(timezone.localdate()).id
    sets = [load(i) for i in sheet_ids() if i.startswith(f"{book}-")]
    return [("", _("chọn bộ sản phẩm")), *((s.number, f"{s.number}. {s.name}") for s in sets)]


class IdeaForm(Form):
    """What somebody would like to make."""

    producer = forms.ModelChoiceField(Producer.objects.none(), label=_("Chủ thể"), empty_label=None)
    name = forms.CharField(label=_("Tên ý tưởng, sản phẩm"), max_length=200)
    text = forms.CharField(
        label=_("Nội dung"),
        help_text=_("Làm từ gì, khác gì sản phẩm đã có, ai mua, cần giúp gì."),
        max_length=10000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    token = forms.UUIDField(widget=forms.HiddenInput())

    def __init__(self, producers: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["producer"].queryset = producers  # type: ignore[attr-defined]
        if len(producers) == 1:
            self.fields["producer"].widget = forms.HiddenInput()


@needs(Permission.PRODUCT_EDIT)
def ideas(request: HttpRequest) -> HttpResponse:
    """The own ideas, and a form for one more."""
    producers = own_producers(request)
    posted = request.POST if request.method == "POST" else None
    first = producers.first()
    initial = {"token": uuid.uuid4(), "producer": first.pk if first else None}
    form = IdeaForm(producers, posted, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        made = form.carry_out(
            lambda: register_idea(
                data["producer"], data["name"], data["text"], data["token"], by=person(request)
            )
        )
        if made:
            messages.success(request, _("Đã đăng ký ý tưởng; xã và Tổ tư vấn sẽ trả lời."))
            return redirect("portal:idea", made.pk)
    rows = Idea.objects.filter(producer__in=producers)
    context = {
        "form": form,
        "rows": rows,
        "illustrative": any(p.illustrative for p in producers),
    }
    return render(request, "portal/ideas.html", context, status=400 if form.errors else 200)


class AnswerForm(Form):
    """More words, or the group of the product to be made."""

    text = forms.CharField(
        label=_("Nói rõ thêm"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )


class GroupForm(Form):
    """Which set the product belongs to."""

    group = forms.TypedChoiceField(label=_("Bộ sản phẩm"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = groups_in_force()  # type: ignore[attr-defined]


@needs(Permission.PRODUCT_EDIT)
def idea(request: HttpRequest, pk: int) -> HttpResponse:
    """One idea: what was said; then more words, or the product made of it."""
    found = get_object_or_404(Idea.objects.filter(producer__in=own_producers(request)), pk=pk)
    posted = request.POST if request.method == "POST" else None
    by = person(request)
    supported = found.state == Idea.State.SUPPORTED
    form: Form = GroupForm(posted) if supported else AnswerForm(posted)
    if form.is_valid():
        data = form.cleaned_data
        if supported:
            made = form.carry_out(lambda: make_product(found, data["group"], by=by))
            if made:
                return redirect("portal:product", made.pk)
        elif form.carry_out(lambda: explain_idea(found, data["text"], by=by)):
            return redirect("portal:idea", pk)
    context = {
        "idea": found,
        "replies": found.replies.select_related("by"),
        "form": form,
        "illustrative": found.producer.illustrative,
    }
    return render(request, "portal/idea.html", context, status=400 if form.errors else 200)


def own_product(request: HttpRequest, pk: int) -> Product:
    """One of the person's own products."""
    return get_object_or_404(Product.objects.filter(producer__in=own_producers(request)), pk=pk)


class ImprovementForm(Form):
    """A change with its photos."""

    subject = forms.ChoiceField(label=_("Cải tiến gì"), choices=Improvement.Subject.choices)
    change = forms.CharField(
        label=_("Thay đổi gì"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    made_on = DateField(label=_("Ngày"))
    cost = forms.IntegerField(
        label=_("Chi phí (nghìn đồng)"), min_value=0, max_value=10_000_000, required=False
    )
    before = forms.FileField(
        label=_("Ảnh trước"), required=False, widget=forms.FileInput(attrs={"accept": "image/*"})
    )
    after = forms.FileField(
        label=_("Ảnh sau"), required=False, widget=forms.FileInput(attrs={"accept": "image/*"})
    )
    criteria = forms.MultipleChoiceField(
        label=_("Phục vụ tiêu chí"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, product: Product, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["criteria"].choices = served_by(product)  # type: ignore[attr-defined]


def _cycle(found: Product) -> list[tuple[Any, bool]]:
    """Where the product stands in the programme's yearly cycle, from what is on record."""
    plans = list(found.plans.all())
    told = found.ideas.exists() or found.advice.exists()
    filed = found.dossiers.exclude(filed_on=None).exists()
    published = found.recognitions.filter(published_on__isnull=False).exists()
    return [
        (_("được hướng dẫn, tư vấn"), told),
        (_("ý tưởng được ủng hộ"), found.ideas.filter(state=Idea.State.SUPPORTED).exists()),
        (_("có phương án"), bool(plans)),
        (_("đang thực hiện phương án"), any(plan.done.strip() for plan in plans)),
        (_("đã nộp hồ sơ đánh giá"), filed),
        (_("được công nhận, có trang giới thiệu"), published),
    ]


@needs(Permission.PRODUCT_EDIT)
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """A product's plans, advice and improvement file, with a form for one more change."""
    found = own_product(request, pk)
    photo_error = ""
    if "photo-of" in request.POST:
        photo_error = _set_photo(request, found)
        if not photo_error:
            messages.success(request, _("Đã đặt ảnh."))
            return redirect("portal:product", pk)
    change = request.method == "POST" and not photo_error
    posted, files = (request.POST, request.FILES) if change else (None, None)
    form = ImprovementForm(found, posted, files, initial={"made_on": timezone.localdate()})
    if form.is_valid():
        data = dict(form.cleaned_data)
        photos = {"before": data.pop("before"), "after": data.pop("after")}
        if form.carry_out(lambda: record_improvement(found, data, by=person(request), **photos)):
            messages.success(request, _("Đã ghi cải tiến."))
            return redirect("portal:product", pk)
    year = timezone.localdate().year
    context = {
        "product": found,
        "cycle": _cycle(found),
        "years": (year, year + 1),
        "plans": found.plans.all(),
        "improvements": found.improvements.select_related("before", "after"),
        "advice": found.advice.select_related("by"),
        "form": form,
        "photo_error": photo_error,
        "illustrative": found.illustrative,
    }
    refused = bool(form.errors or photo_error)
    return render(request, "portal/product.html", context, status=400 if refused else 200)


def _set_photo(request: HttpRequest, product: Product) -> str:
    """Set the picture that buyers see; why not, or nothing."""
    upload = request.FILES.get("photo")
    producer = product.producer
    if upload is None or producer is None:
        return "Hãy chọn ảnh."
    of = producer if request.POST["photo-of"] == "producer" else product
    try:
        set_photo(of, upload, by=person(request))
    except Refused as refused:
        return refused.reason
    return ""


@needs(Permission.PRODUCT_EDIT)
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick an advice off."""
    rows = Advice.objects.filter(product__producer__in=own_producers(request))
    found = get_object_or_404(rows.select_related("product"), pk=pk)
    if request.method == "POST":
        advice_done(found, by=person(request))
    return redirect("portal:product", found.product_id)


@needs(Permission.PRODUCT_EDIT)
def improvement_file(request: HttpRequest, pk: int, side: str) -> FileResponse:
    """The photo before or after."""
    rows = Improvement.objects.filter(product__producer__in=own_producers(request))
    found = get_object_or_404(rows.select_related("before", "after"), pk=pk)
    stored = {"truoc": found.before, "sau": found.after}.get(side)
    if stored is None:
        raise Http404
    return file_response(stored)


class PlanForm(Form):
    """The year's plan; every field may stay empty while it grows."""

    output = forms.CharField(label=_("Sản lượng"), max_length=200, required=False)
    money = forms.CharField(
        label=_("Vốn (triệu đồng) và nguồn vốn"), max_length=300, required=False
    )
    equipment = long_text(_("Thiết bị, nhà xưởng"))
    people = long_text(_("Lao động"))
    standards = long_text(_("Tiêu chuẩn hướng tới"), _("Ví dụ: VietGAP, ISO 22000, HACCP."))
    market = long_text(_("Thị trường, bán hàng"))
    months = long_text(_("Việc theo tháng"))
    done = long_text(_("Đã làm được"), _("Ghi dần trong năm; vào phần II của Mẫu 02."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("equipment", "people", "standards", "market"):
            self.fields[name].widget.attrs["rows"] = 2


@needs(Permission.PRODUCT_EDIT)
def plan(request: HttpRequest, pk: int, year: int) -> HttpResponse:
    """The plan of one year: saved at every field by itself."""
    found = own_product(request, pk)
    if abs(year - timezone.localdate().year) > 5:
        raise Http404
    stored = Plan.objects.filter(product=found, year=year).first() or Plan(product=found, year=year)
    initial = {field: getattr(stored, field) for field in PLAN_FIELDS}
    form = PlanForm(request.POST if request.method == "POST" else None, initial=initial)
    base = revision_of(f"plan:{pk}:{year}")
    conflicts: list[dict[str, Any]] = []
    if form.is_valid():
        posted = {f: form.cleaned_data[f] for f in PLAN_FIELDS if f in request.POST}
        at = opened_page(request.POST)
        merged = form.carry_out(
            lambda: save_plan(found, year, posted, by=person(request), opened=at)
        )
        if merged is not None and "X-Autosave" in request.headers:
            return autosaved(merged)
        if merged is not None and not merged.conflicts:
            messages.success(request, _("Đã lưu."))
            return redirect("portal:product", pk)
        if merged is not None:
            conflicts = [told(c, form) for c in merged.conflicts]
            base = merged.revision
    if "X-Autosave" in request.headers:
        return JsonResponse({"reason": gettext("chưa lưu")}, status=409)
    context = {
        "product": found,
        "year": year,
        "form": form,
        "page": uuid.uuid4(),
        "base": base,
        "conflicts": conflicts,
        "illustrative": found.illustrative,
    }
    return render(request, "portal/plan.html", context, status=409 if conflicts else 200)
