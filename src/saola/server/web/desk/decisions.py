"""Decisions, certificates, notices, the ministry's answer, revocation."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.dossier import State
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can, ids_in
from saola.server.dossiers.models import Dossier
from saola.server.files.models import StoredFile
from saola.server.recognition import actions
from saola.server.recognition.actions import Signed
from saola.server.recognition.central import decide_on_central, record_central
from saola.server.recognition.models import Decision, Notice
from saola.server.recognition.prints import points_text
from saola.server.web.common.forms import DateField, Form, SignedForm, whole_number
from saola.server.web.common.papers import signed_response
from saola.server.web.common.rights import needs, person
from saola.server.web.desk.dossiers import visible_dossier


def signed(data: dict[str, Any], body: str = "") -> Signed:
    """The signed paper of a form."""
    return Signed(
        data["number"], data["dated"], data["signer"], data["position"], data["capacity"], body
    )


def pdf(stored: StoredFile | None) -> FileResponse:
    """A stored paper; not found while it is still being made."""
    if stored is None:
        raise Http404
    return signed_response(stored)


def visible_decisions(request: HttpRequest) -> Any:
    """Decisions of the person's province."""
    codes = ids_in(person(request).scopes_for(Permission.DOSSIER_VIEW), "place")
    return Decision.objects.filter(province_code__in=codes)


@needs(Permission.PROVINCE_DECIDE, Permission.AGENCY_SUBMIT)
def decisions(request: HttpRequest) -> HttpResponse:
    """All decisions, newest first."""
    rows = visible_decisions(request).prefetch_related("items")
    context = {"rows": rows, "illustrative": any(r.illustrative for r in rows)}
    return render(request, "desk/decisions.html", context)


class Dossiers(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several dossiers by number; what is no number of a record is none of them."""

    def clean(self, value: Any) -> Any:
        """The dossiers."""
        return super().clean([whole_number(str(v)) for v in value or ()])


class DecideForm(SignedForm):
    """The products of one decision, and its signature."""

    dossiers = Dossiers(
        Dossier.objects.none(), label=_("Sản phẩm"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, dossiers: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].label = _("Số quyết định")
        chosen: Any = self.fields["dossiers"]
        chosen.queryset = dossiers
        chosen.label_from_instance = _described
        chosen.error_messages["required"] = "Hãy chọn ít nhất một sản phẩm."


def _described(dossier: Dossier) -> str:
    result = max(dossier.results.all(), key=lambda r: r.pk, default=None)
    points = points_text(result)
    stars = f"{result.stars} sao, {points} điểm" if result else ""
    return f"{dossier.product.name} – {dossier.product.producer}: {stars}"


@needs(Permission.PROVINCE_DECIDE)
def decide(request: HttpRequest, kind: str) -> HttpResponse:
    """Recognise, or approve results from 90 points, over several products at once."""
    if kind not in (Decision.Kind.RECOGNISE, Decision.Kind.APPROVE):
        raise Http404
    forwarded = kind == Decision.Kind.APPROVE
    open_ones = (
        Dossier.objects.visible_to(request.user)
        .filter(state=State.SUBMITTED, results__forwarded=forwarded)
        .select_related("product__producer", "place")
        .prefetch_related("results")
        .distinct()
    )
    initial = {"position": "Chủ tịch", "dated": timezone.localdate()}
    form = DecideForm(
        open_ones, request.POST if request.method == "POST" else None, initial=initial
    )
    if form.is_valid():
        data = form.cleaned_data
        made = form.carry_out(
            lambda: actions.decide(kind, list(data["dossiers"]), signed(data), by=person(request))
        )
        if made:
            messages.success(request, f"Đã ghi quyết định {made.number}.")
            return redirect("desk:decision", made.pk)
    context = {
        "form": form,
        "kind": kind,
        "any": open_ones.exists(),
        "illustrative": any(d.illustrative for d in open_ones),
    }
    return render(request, "desk/decide.html", context, status=409 if form.errors else 200)


@needs(Permission.PROVINCE_DECIDE, Permission.AGENCY_SUBMIT)
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """One decision with its list."""
    found = get_object_or_404(visible_decisions(request), pk=pk)
    items = found.items.select_related("dossier__product__producer", "dossier__place")
    if request.method == "POST":
        count = actions.certify_all(found, timezone.localdate(), by=person(request))
        messages.success(request, f"Đã cấp {count} giấy chứng nhận.")
        return redirect("desk:decision", pk)
    context = {
        "decision": found,
        "items": items,
        "to_certify": sum(item.dossier.state == State.RECOGNISED for item in items),
        "may_certify": can(request.user, Permission.PROVINCE_DECIDE, found),
        "revocations": found.revocations.select_related("product__producer"),
        "illustrative": found.illustrative,
    }
    return render(request, "desk/decision.html", context)


@needs(Permission.PROVINCE_DECIDE, Permission.AGENCY_SUBMIT)
def decision_file(request: HttpRequest, pk: int) -> FileResponse:
    """The decision as printed."""
    return pdf(get_object_or_404(visible_decisions(request), pk=pk).file)


@needs(Permission.DESK_USE)
def notice_file(request: HttpRequest, pk: int) -> FileResponse:
    """A notice of result, for all who may see the dossier."""
    notice = get_object_or_404(
        Notice.objects.filter(dossier__in=Dossier.objects.visible_to(request.user)), pk=pk
    )
    return pdf(notice.file)


class CertifyForm(Form):
    """The day of issue."""

    issued_on = DateField(label=_("Ngày cấp"))


@needs(Permission.PROVINCE_DECIDE)
def certify(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue the certificate of one recognised product."""
    dossier = visible_dossier(request, pk)
    initial = {"issued_on": timezone.localdate()}
    form = CertifyForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        made = form.carry_out(
            lambda: actions.certify(dossier, form.cleaned_data["issued_on"], by=person(request))
        )
        if made:
            messages.success(request, f"Đã cấp giấy chứng nhận {made.number}.")
            return redirect("desk:dossier", pk)
    context = {"dossier": dossier, "form": form, "illustrative": dossier.illustrative}
    return render(request, "desk/certify.html", context, status=409 if form.errors else 200)


@needs(Permission.AGENCY_NOTIFY)
def notify(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the written result."""
    dossier = visible_dossier(request, pk)
    initial = {"dated": timezone.localdate()}
    form = SignedForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        made = form.carry_out(lambda: actions.notify(dossier, signed(data), by=person(request)))
        if made:
            messages.success(request, f"Đã gửi thông báo {made.number}.")
            return redirect("desk:dossier", pk)
    context = {"dossier": dossier, "form": form, "illustrative": dossier.illustrative}
    return render(request, "desk/notify.html", context, status=409 if form.errors else 200)


class CentralForm(Form):
    """What the ministry answered."""

    total = forms.DecimalField(
        label=_("Tổng điểm của Hội đồng Trung ương"), max_digits=5, decimal_places=2
    )
    stars = forms.TypedChoiceField(
        label=_("Hạng"), coerce=int, choices=[(n, f"{n} sao") for n in (5, 4, 3, 2, 1)]
    )
    received_on = DateField(label=_("Ngày nhận kết quả"))
    paper = forms.CharField(label=_("Số văn bản của Bộ"), max_length=60)


@needs(Permission.AGENCY_SUBMIT)
def central(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the ministry's result down."""
    dossier = visible_dossier(request, pk)
    form = CentralForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.carry_out(
        lambda: record_central(dossier, form.cleaned_data, by=person(request))
    ):
        messages.success(request, "Đã ghi kết quả của Trung ương.")
        return redirect("desk:dossier", pk)
    context = {"dossier": dossier, "form": form, "illustrative": dossier.illustrative}
    return render(request, "desk/central.html", context, status=409 if form.errors else 200)


@needs(Permission.AGENCY_SUBMIT, Permission.PROVINCE_DECIDE)
def decide_central(request: HttpRequest, pk: int) -> HttpResponse:
    """The minister's 5 stars, or 3-4 stars by the province on the central result."""
    dossier = visible_dossier(request, pk)
    five = getattr(getattr(dossier, "central_result", None), "stars", 0) == 5
    body = "Bộ Nông nghiệp và Môi trường" if five else ""
    form = SignedForm(request.POST if request.method == "POST" else None)
    form.fields["number"].label = _("Số quyết định")
    if form.is_valid():
        data = form.cleaned_data
        made = form.carry_out(
            lambda: decide_on_central(dossier, signed(data, body), by=person(request))
        )
        if made:
            return redirect("desk:dossier", pk)
    context = {
        "dossier": dossier,
        "form": form,
        "five": five,
        "illustrative": dossier.illustrative,
    }
    return render(request, "desk/decide_central.html", context, status=409 if form.errors else 200)
