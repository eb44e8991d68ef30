"""The producer's dossiers: list, start, task list, registration, filing, withdrawing."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.criteria import load, rulebook_in_force, sheet_ids
from saola.lifecycle.dossier import ENDED, Kind, State
from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import ids_in
from saola.server.dossiers import actions
from saola.server.dossiers.checklist import checklist
from saola.server.dossiers.completeness import lacking, self_assessed
from saola.server.dossiers.draft.prefill import lapsed_since
from saola.server.dossiers.draft.sections import groups, sections
from saola.server.dossiers.labels import KINDS
from saola.server.dossiers.models import Dossier
from saola.server.papers.typeset import qr_svg
from saola.server.products.actions import add_product, place_in_group
from saola.server.products.consent import end_consent
from saola.server.products.models import Consent, Producer, Product
from saola.server.recognition.actions import start_renewal
from saola.server.recognition.labels import in_words
from saola.server.recognition.models import Certificate, Notice
from saola.server.recognition.prints import certificate_address
from saola.server.recognition.queries import current_recognition, with_status
from saola.server.recognition.watch import Window, window
from saola.server.web.common.forms import Form
from saola.server.web.common.papers import (
    file_response,
    form_response,
    receipt_response,
    version_page,
    whole_response,
)
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.addresses import address_of

FILE_STEP = {
    State.DRAFT: "file",
    State.COMMUNE_ASKED: "complete_commune",
    State.AGENCY_ASKED: "complete_agency",
}


def own_producers(request: HttpRequest) -> Any:
    """Producers this person acts for."""
    scopes = person(request).scopes_for(Permission.DOSSIER_EDIT)
    return Producer.objects.filter(pk__in=[int(i) for i in ids_in(scopes, "producer")])


def own_dossier(request: HttpRequest, pk: int) -> Dossier:
    """One of the person's own dossiers; a stranger's is not found."""
    rows = Dossier.objects.visible_to(request.user).filter(
        product__producer__in=own_producers(request)
    )
    return get_object_or_404(rows.select_related("product__producer", "place"), pk=pk)


@needs(Permission.DOSSIER_EDIT)
def home(request: HttpRequest) -> HttpResponse:
    """What to do, the dossiers, the products."""
    producers = list(own_producers(request))
    dossiers = (
        Dossier.objects.filter(product__producer__in=producers)
        .select_related("product", "place")
        .order_by("-changed_at")
    )
    today = timezone.localdate()
    held = list(
        with_status(today)
        .filter(product__producer__in=producers)
        .filter(Q(certificate__isnull=False) | Q(expires_on__isnull=False))
        .select_related("product", "certificate")
        .order_by("-pk")
    )
    for row in held:
        row.to_renew = _to_renew(row, dossiers, today)
        row.words = in_words(row.status, row.expires_on, today, revoked_on=row.revoked_on)
    context = {
        "producers": producers,
        "dossiers": dossiers,
        "held": held,
        "todo": [d for d in dossiers if d.state in FILE_STEP][:3],
        "products": Product.objects.filter(producer__in=producers).order_by("folded"),
        "helpers": Consent.objects.filter(producer__in=producers, ended_at=None).select_related(
            "helper", "producer"
        ),
        "unread": person(request).messages.filter(read_at=None).count(),
        "illustrative": any(p.illustrative for p in producers),
    }
    return render(request, "portal/home.html", context)


def _to_renew(row: Any, dossiers: Any, today: date) -> Window | None:
    """The window of filing while it is open and no renewal was begun."""
    if row.expires_on is None or row.revoked_on or row.withdrawn_on:
        return None
    days = window(row.expires_on, today)
    begun = any(
        d.kind == Kind.RENEWAL and d.product_id == row.product_id and d.state not in ENDED
        for d in dossiers
    )
    return days if days.first <= today <= days.last and not begun else None


@needs(Permission.DOSSIER_FILE)
def end_help(request: HttpRequest, pk: int) -> HttpResponse:
    """The producer takes its consent back."""
    if request.method == "POST":
        rows = Consent.objects.filter(producer__in=own_producers(request))
        end_consent(get_object_or_404(rows, pk=pk), by=person(request))
        messages.success(request, _("Đã thôi đồng ý cho lập hồ sơ giúp."))
    return redirect("account:home")


class StartForm(Form):
    """Which product, which kind of dossier."""

    needed = frozenset({"name", "group", "product"})

    product = forms.ModelChoiceField(
        Product.objects.none(),
        label=_("Sản phẩm đã có"),
        required=False,
        empty_label="sản phẩm mới",
    )
    producer = forms.ModelChoiceField(
        Producer.objects.none(), label=_("Chủ thể"), required=False, empty_label=None
    )
    name = forms.CharField(label=_("Tên sản phẩm mới"), max_length=200, required=False)
    group = forms.TypedChoiceField(
        label=_("Bộ sản phẩm"), coerce=int, required=False, empty_value=None
    )
    kind = forms.ChoiceField(label=_("Loại hồ sơ"), choices=[(str(k), v) for k, v in KINDS.items()])
    sheet_reason = forms.CharField(
        label=_("Vì sao chọn bộ sản phẩm này"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Cần khi sản phẩm có thể thuộc hai bộ, ví dụ miến dong (bộ 6 hoặc bộ 7)."),
    )

    def __init__(self, producers: list[Producer], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = Product.objects.filter(  # type: ignore[attr-defined]
            producer__in=producers
        )
        self.fields["producer"].queryset = Producer.objects.filter(  # type: ignore[attr-defined]
            pk__in=[producer.pk for producer in producers]
        )
        if len(producers) < 2:
            self.fields["producer"].widget = forms.HiddenInput()
        book = rulebook_in_force(timezone.localdate()).id
        sets = [load(i) for i in sheet_ids() if i.startswith(f"{book}-")]
        self.fields["group"].choices = [  # type: ignore[attr-defined]
            ("", "chọn bộ sản phẩm"),
            *((s.number, f"{s.number}. {s.name}") for s in sets),
        ]

    def clean(self) -> dict[str, Any]:
        """A product of the list, or a name and a group."""
        data = super().clean() or {}
        if not data.get("product"):
            if not data.get("name"):
                self.add_error("name", "Hãy chọn sản phẩm đã có hoặc điền tên sản phẩm mới.")
            if not data.get("group"):
                self.add_error("group", "Hãy chọn bộ sản phẩm.")
        return data


@needs(Permission.DOSSIER_EDIT)
def start(request: HttpRequest) -> HttpResponse:
    """Begin a dossier."""
    producers = list(own_producers(request))
    initial = {"product": request.GET.get("san-pham"), "kind": request.GET.get("loai")}
    posted = request.POST if request.method == "POST" else None
    form = StartForm(producers, posted, initial=initial)
    if form.is_valid():
        made = form.carry_out(lambda: _start(form.cleaned_data, producers, request))
        if made is not None:
            return redirect("portal:dossier", made.pk)
    context = {"form": form, "illustrative": any(p.illustrative for p in producers)}
    return render(request, "portal/start.html", context, status=400 if form.errors else 200)


@transaction.atomic
def _start(data: dict[str, Any], producers: list[Producer], request: HttpRequest) -> Dossier:
    by = person(request)
    product = data["product"]
    if product is None and not producers:
        raise Refused("Tài khoản này chưa gắn với chủ thể nào.")
    if product is None:
        producer = data["producer"] or producers[0]
        product = add_product(producer, data["name"], data["group"], by=by)
    if product.group_number is None and data["group"]:
        product = place_in_group(product, data["group"], by=by)
    if data["kind"] == Kind.RENEWAL:
        return start_renewal(product, by=by)
    prior = current_recognition(product, timezone.localdate())
    if data["kind"] == Kind.UPGRADE and (
        prior is None or prior.status not in ("in_force", "expiring")
    ):
        raise Refused("Chỉ nâng hạng được sản phẩm có giấy chứng nhận còn hiệu lực.", field="kind")
    if (
        data["kind"] == Kind.FIRST
        and prior
        and prior.status in ("in_force", "expiring", "extended")
        and not _window_missed(prior)
    ):
        raise Refused(
            "Sản phẩm đang có giấy chứng nhận còn hiệu lực. Hãy chọn nâng hạng, hoặc đánh giá, "
            "phân hạng lại.",
            field="kind",
        )
    return actions.start(
        product,
        Kind(data["kind"]),
        by=by,
        sheet_reason=data["sheet_reason"],
        prior_stars=prior.stars if prior else None,
    )


def _window_missed(prior: Any) -> bool:
    """Whether the days of filing for renewal are over: then the product comes as a first one."""
    today = timezone.localdate()
    return prior.expires_on is not None and window(prior.expires_on, today).last < today


@needs(Permission.DOSSIER_EDIT)
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """The task list of one dossier, or where it stands once filed."""
    found = own_dossier(request, pk)
    progress = self_assessed(found)
    parts = sections(found, progress)
    context = {
        "dossier": found,
        "progress": progress,
        "sections": [(part, address_of(found, part.key)) for part in parts],
        "done": sum(part.done for part in parts),
        "groups": groups(found, progress.missing),
        "open": found.state in FILE_STEP,
        "steps": list(found.steps.select_related("by")),
        "versions": found.versions.all(),
        "result": found.results.filter(concluded_at__isnull=False).order_by("-pk").first(),
        "notices": Notice.objects.filter(dossier=found, file__isnull=False).order_by("pk"),
        "recognition": _recognised(found),
        "requests": found.requests.order_by("pk"),
        "lapsed": lapsed_since(found, timezone.localdate()) if found.state in FILE_STEP else [],
        "checklist": checklist(found) if found.state in FILE_STEP else [],
        "illustrative": found.illustrative,
    }
    context["form_numbers"] = ("01", "02")
    return render(request, "portal/dossier.html", context)


def _recognised(found: Dossier) -> Any:
    """What the dossier led to, with its state today in words."""
    today = timezone.localdate()
    row: Any = (
        with_status(today)
        .filter(dossier=found)
        .select_related("decision", "certificate__file")
        .order_by("-pk")
        .first()
    )
    if row is not None:
        row.words = in_words(row.status, row.expires_on, today, revoked_on=row.revoked_on)
    return row


@needs(Permission.DOSSIER_EDIT)
def notice_file(request: HttpRequest, pk: int, notice_pk: int) -> FileResponse:
    """The notice of result, for the producer it is addressed to."""
    notice = get_object_or_404(
        Notice.objects.select_related("file"),
        pk=notice_pk,
        dossier=own_dossier(request, pk),
        file__isnull=False,
    )
    assert notice.file is not None  # asked for above
    return file_response(notice.file)


@needs(Permission.DOSSIER_EDIT)
def certificate_file(request: HttpRequest, pk: int) -> FileResponse:
    """The certificate as printed, also where the public does not see a household's name."""
    paper = get_object_or_404(
        Certificate.objects.select_related("file"),
        recognition__dossier=own_dossier(request, pk),
        file__isnull=False,
    )
    assert paper.file is not None  # asked for above
    return file_response(paper.file)


@needs(Permission.DOSSIER_EDIT)
def label_qr(request: HttpRequest, pk: int) -> HttpResponse:
    """The QR of the certificate's page as a drawing, for the printer of the product's label."""
    paper = get_object_or_404(
        Certificate,
        recognition__dossier=own_dossier(request, pk),
        recognition__published_on__isnull=False,
    )
    drawing = qr_svg(certificate_address(paper))
    name = f"QR-{paper.number.replace('/', '-')}.svg"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(drawing, content_type="image/svg+xml", headers=headers)


@needs(Permission.DOSSIER_FILE)
def file_dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """Look everything over, then file; filing freezes a version and gives a receipt."""
    found = own_dossier(request, pk)
    step = FILE_STEP.get(State(found.state))
    if request.method == "POST" and step:
        actions.advance(found, step, by=person(request))
        messages.success(request, "Đã nộp hồ sơ. Giấy biên nhận ở cuối trang này.")
        return redirect("portal:dossier", pk)
    progress = self_assessed(found)
    context = {
        "dossier": found,
        "progress": progress,
        "lacking": lacking(found, progress),
        "open": step is not None,
        "citations": found.citations.select_related("evidence__file").order_by("criterion"),
        "illustrative": found.illustrative,
        "today": timezone.localdate(),
    }
    return render(request, "portal/file.html", context)


class WithdrawForm(Form):
    """Why."""

    note = forms.CharField(label=_("Lý do rút hồ sơ"), widget=forms.Textarea(attrs={"rows": 3}))


@needs(Permission.DOSSIER_FILE)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw with a reason."""
    found = own_dossier(request, pk)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        note = form.cleaned_data["note"]
        if form.carry_out(
            lambda: actions.advance(found, "withdraw", by=person(request), note=note)
        ):
            return redirect("portal:dossier", pk)
    context = {"dossier": found, "form": form, "illustrative": found.illustrative}
    return render(request, "portal/withdraw.html", context, status=409 if form.errors else 200)


@needs(Permission.DOSSIER_EDIT)
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One filed version, and what changed since the one before."""
    return version_page(
        request, own_dossier(request, pk), number, reverse("portal:dossier", args=[pk])
    )


@needs(Permission.DOSSIER_EDIT)
def whole(request: HttpRequest, pk: int, kind: str) -> FileResponse:
    """All that was filed last, in one file."""
    return whole_response(own_dossier(request, pk), kind)


@needs(Permission.DOSSIER_EDIT)
def receipt_file(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """The slip of receiving, as PDF."""
    return receipt_response(own_dossier(request, pk), step)


@needs(Permission.DOSSIER_EDIT)
def form_file(request: HttpRequest, pk: int, number: str, kind: str) -> HttpResponse:
    """One of the decision's forms, filled in."""
    return form_response(own_dossier(request, pk), number, kind)
