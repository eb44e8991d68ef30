"""Evidence: adding files, citing them under criteria, opening them."""

from contextlib import ExitStack
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from saola.criteria.rulebook import rulebook
from saola.server.accounts.permissions import Permission
from saola.server.dossiers.evidence import add_evidence, cite, known
from saola.server.dossiers.models import Dossier, Evidence
from saola.server.dossiers.proposals import being_read, open_proposals
from saola.server.files.recognise import DOSSIER_BYTES, LIMITS, megabytes
from saola.server.files.uploads import forget, received
from saola.server.web.common.forms import DateField, Form
from saola.server.web.common.papers import file_response
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.dossiers import FILE_STEP, own_dossier


def criteria_choices(dossier: Dossier) -> list[tuple[str, str]]:
    """Criteria of the sheet for check boxes."""
    return [(c.id, f"{c.id} {c.label}") for c in dossier.criteria_set.criteria]


ACCEPTED = "application/pdf,image/jpeg,image/png,image/webp,audio/*"


def limits_text() -> str:
    """The table of sizes in one line."""
    parts = [f"{limit.name} {megabytes(limit.bytes)} MB" for limit in LIMITS.values()]
    return f"Tối đa: {', '.join(parts)}; cả hồ sơ {megabytes(DOSSIER_BYTES)} MB."


class EvidenceForm(Form):
    """A file and what it is."""

    needed = frozenset({"file"})

    file = forms.FileField(
        label=_("Tệp PDF, ảnh hoặc ghi âm"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=format_lazy(
            "{} {}",
            _("Chụp thẳng bằng điện thoại được; ảnh lớn tự thu nhỏ; nhiều ảnh thành một PDF."),
            limits_text(),
        ),
        error_messages={"empty": "Tệp rỗng."},
    )
    uploads = forms.CharField(required=False, widget=forms.HiddenInput())
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput())
    title = forms.CharField(label=_("Tên minh chứng"), max_length=200)
    kind = forms.ChoiceField(label=_("Loại minh chứng"))
    number = forms.CharField(label=_("Số giấy"), max_length=80, required=False)
    holder = forms.CharField(label=_("Cấp cho (tên trên giấy)"), max_length=200, required=False)
    issuer = forms.CharField(label=_("Nơi cấp"), max_length=200, required=False)
    issued_on = DateField(label=_("Ngày cấp"), required=False)
    expires_on = DateField(label=_("Ngày hết hạn"), required=False)
    criteria = forms.MultipleChoiceField(
        label=_("Chứng minh cho tiêu chí"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, dossier: Dossier, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = rulebook("26-2026").facts["evidence_catalogue"]
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("chọn loại")),
            *((k["id"], k["label_vi"]) for k in kinds),
        ]
        self.fields["criteria"].choices = criteria_choices(dossier)  # type: ignore[attr-defined]
        self.fields["criteria"].error_messages["required"] = "Hãy chọn ít nhất một tiêu chí."

    def clean_uploads(self) -> list[UUID]:
        """Ids of files that came in parts before the form."""
        try:
            return [UUID(part) for part in self.cleaned_data["uploads"].split(",") if part]
        except ValueError:
            raise forms.ValidationError(_("Hãy chọn tệp lại.")) from None

    def clean(self) -> dict[str, Any]:
        """A file, and dates in order."""
        data = super().clean() or {}
        if not data.get("file") and not data.get("uploads") and "file" not in self.errors:
            self.add_error("file", _("Hãy chọn tệp."))
        first, last = data.get("issued_on"), data.get("expires_on")
        if first and last and last < first:
            self.add_error("expires_on", "Ngày hết hạn không thể trước ngày cấp.")
        return data


@needs(Permission.DOSSIER_EDIT)
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """All evidence of the producer, what this dossier cites, and a form for one more."""
    dossier = own_dossier(request, pk)
    form = (
        EvidenceForm(dossier, request.POST, request.FILES)
        if request.method == "POST"
        else EvidenceForm(dossier)
    )
    by_itself = "X-Autosave" in request.headers
    if form.is_valid():
        data = dict(form.cleaned_data)
        if form.carry_out(lambda: _add(dossier, data, request)):
            messages.success(request, "Đã thêm minh chứng.")
            return JsonResponse({}) if by_itself else redirect("portal:evidence", pk)
    if by_itself and form.errors:
        return JsonResponse({"reason": next(iter(form.errors.values()))[0]}, status=409)
    used, others, cited = _rows(dossier)
    context = {
        "dossier": dossier,
        "form": form,
        "cited": used,
        "others": others,
        "bare": _without_evidence(dossier, cited),
        "open": dossier.state in FILE_STEP,
        "illustrative": dossier.illustrative,
    }
    return render(request, "portal/evidence.html", context, status=400 if form.errors else 200)


def _rows(
    dossier: Dossier,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[int, list[str]]]:
    """The producer's papers that this dossier cites with what was read on them, the others, and
    the criteria of each."""
    cited: dict[int, list[str]] = {}
    for evidence_id, criterion in dossier.citations.values_list("evidence_id", "criterion"):
        cited.setdefault(evidence_id, []).append(criterion)
    used, others = [], []
    rows = Evidence.objects.filter(producer=dossier.product.producer_id).select_related("file")
    for row in rows.order_by("-pk"):
        if row.pk in cited:
            read = {"proposals": open_proposals(row), "reading": being_read(row)}
            used.append({"evidence": row, "criteria": cited[row.pk]} | read)
        else:
            others.append({"evidence": row, "criteria": []})
    return used, others, cited


def _add(dossier: Dossier, data: dict[str, Any], request: HttpRequest) -> Evidence:
    """The files of the form: sent with it, or in parts before."""
    by, criteria = person(request), data.pop("criteria")
    sent, ids = data.pop("file"), data.pop("uploads")
    client_id = data.pop("client_id")
    with ExitStack() as opened, transaction.atomic():
        before = known(dossier, client_id, by=by)
        if before is not None:
            forget(ids, by.username)
            return before
        parts = [received(pk, by.username) for pk in ids]
        for part in parts:
            opened.enter_context(part.file)
        files = parts or [sent]
        made = add_evidence(
            dossier, files[0], data, criteria, by=by, more=files[1:], client_id=client_id
        )
        forget(ids, by.username)
    return made


def _without_evidence(dossier: Dossier, cited: dict[int, list[str]]) -> list[str]:
    """Criteria that papers prove and that none is cited under yet."""
    done = {criterion for criteria in cited.values() for criterion in criteria}
    return [c.id for c in dossier.criteria_set.criteria if c.evidence and c.id not in done]


class CitationForm(Form):
    """Criteria one evidence is cited under."""

    criteria = forms.MultipleChoiceField(
        label=_("Chứng minh cho tiêu chí"), widget=forms.CheckboxSelectMultiple, required=False
    )
    page = forms.IntegerField(label=_("Trang"), min_value=1, max_value=2000, required=False)

    def __init__(self, dossier: Dossier, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["criteria"].choices = criteria_choices(dossier)  # type: ignore[attr-defined]


@needs(Permission.DOSSIER_EDIT)
def citations(request: HttpRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """Cite one evidence under several criteria of this dossier."""
    dossier = own_dossier(request, pk)
    found = get_object_or_404(Evidence, pk=evidence_pk, producer=dossier.product.producer_id)
    rows = dossier.citations.filter(evidence=found)
    initial = {
        "criteria": [c.criterion for c in rows],
        "page": next((c.page for c in rows if c.page), None),
    }
    posted = request.POST if request.method == "POST" else None
    form = CitationForm(dossier, posted, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        done = form.carry_out(
            lambda: (
                cite(
                    dossier,
                    found,
                    data["criteria"],
                    by=person(request),
                    page=data["page"],
                    seen=request.POST.getlist("seen"),
                )
                or True
            )
        )
        if done:
            return redirect("portal:evidence", pk)
    context = {
        "dossier": dossier,
        "evidence": found,
        "form": form,
        "illustrative": dossier.illustrative,
    }
    return render(request, "portal/citations.html", context, status=400 if form.errors else 200)


@needs(Permission.DOSSIER_EDIT)
def evidence_file(request: HttpRequest, pk: int, evidence_pk: int) -> FileResponse:
    """The stored file, opened in the browser; never run as a page."""
    dossier = own_dossier(request, pk)
    found = get_object_or_404(
        Evidence.objects.select_related("file"),
        pk=evidence_pk,
        producer=dossier.product.producer_id,
    )
    return file_response(found.file)
