"""Filing for a producer who cannot: consent with its proof, then the producer's own pages."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import ids_in
from saola.server.places.models import Place
from saola.server.products.consent import add_producer, consent, end_consent
from saola.server.products.models import Consent, Producer
from saola.server.web.common.forms import DateField, Form
from saola.server.web.common.papers import file_response
from saola.server.web.common.rights import needs, person


class HelpForm(Form):
    """Whom, and the proof that they agreed."""

    needed = frozenset({"producer", "name"})

    producer = forms.ModelChoiceField(
        Producer.objects.none(),
        label=_("Chủ thể đã có"),
        required=False,
        empty_label="chủ thể mới",
    )
    name = forms.CharField(label=_("Tên chủ thể mới"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Loại hình của chủ thể mới"), choices=Producer.Kind.choices)
    place = forms.ModelChoiceField(Place.objects.none(), label=_("Xã, phường"), empty_label=None)
    proof = forms.ChoiceField(label=_("Chủ thể đồng ý bằng"), choices=Consent.Proof.choices)
    given_on = DateField(label=_("Ngày đồng ý"))
    file = forms.FileField(
        label=_("Ảnh giấy đồng ý hoặc ghi âm"),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/*,audio/*"}),
    )

    def __init__(self, codes: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["producer"].queryset = Producer.objects.filter(  # type: ignore[attr-defined]
            place__in=Place.objects.seen_by(codes)
        ).order_by("folded")
        self.fields["place"].queryset = Place.objects.communes().filter(  # type: ignore[attr-defined]
            code__in=codes
        )

    def clean(self) -> dict[str, Any]:
        """A producer of the list, or a name."""
        data = super().clean() or {}
        if not data.get("producer") and not data.get("name"):
            self.add_error("name", "Hãy chọn chủ thể đã có hoặc điền tên chủ thể mới.")
        return data


@needs(Permission.COMMUNE_RECEIVE)
def helping(request: HttpRequest) -> HttpResponse:
    """For whom this officer files, and a form for one more."""
    user = person(request)
    codes = ids_in(user.scopes_for(Permission.COMMUNE_RECEIVE), "place")
    posted, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = HelpForm(codes, posted, files, initial={"given_on": timezone.localdate()})
    if form.is_valid() and form.carry_out(lambda: _agree(form.cleaned_data, request)):
        messages.success(request, _("Đã ghi. Bạn lập hồ sơ giúp chủ thể ở trang này."))
        return redirect("portal:home")
    mine = Consent.objects.filter(helper=user, ended_at=None).select_related("producer", "file")
    context = {"form": form, "mine": mine.order_by("pk")}
    return render(request, "desk/helping.html", context, status=400 if form.errors else 200)


@transaction.atomic
def _agree(data: dict[str, Any], request: HttpRequest) -> Consent:
    by = person(request)
    producer = data["producer"] or add_producer(data["name"], data["kind"], data["place"], by=by)
    return consent(producer, data["file"], proof=data["proof"], given_on=data["given_on"], by=by)


@needs(Permission.COMMUNE_RECEIVE)
def stop_helping(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay a consent down."""
    if request.method == "POST":
        own = Consent.objects.filter(helper=person(request))
        end_consent(get_object_or_404(own, pk=pk), by=person(request))
        messages.success(request, _("Đã thôi lập hồ sơ giúp chủ thể này."))
    return redirect("desk:helping")


@needs(Permission.DESK_USE)
def consent_file(request: HttpRequest, pk: int) -> FileResponse:
    """The proof, for the helper and the offices of its place."""
    scopes = person(request).scopes_for(Permission.DESK_USE)
    codes = ids_in(scopes, "place")
    rows = Consent.objects.filter(producer__place__code__in=codes) | Consent.objects.filter(
        producer__place__province_code__in=codes
    )
    return file_response(get_object_or_404(rows.select_related("file"), pk=pk).file)
