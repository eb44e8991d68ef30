"""Signing a paper: hand it out, take it back signed, or sign it here; what its signatures say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can, require
from saola.server.councils.models import Session
from saola.server.councils.presence import presided
from saola.server.councils.prints import kept_minutes
from saola.server.files.models import StoredFile
from saola.server.papers import official
from saola.server.papers.forms import DOCX
from saola.server.papers.models import OfficialPaper
from saola.server.papers.signatures import key_of, receive_signed, sign_here, signed_copy, state_of
from saola.server.places.office import province_in
from saola.server.recognition.models import Certificate, Decision, Notice
from saola.server.web.common.forms import Form
from saola.server.web.common.papers import file_response
from saola.server.web.common.rights import needs, person
from saola.server.web.common.writing import kept
from saola.server.web.common.writing.content import AGENCY, COMMUNE, COUNCIL, PROVINCE


@dataclass(frozen=True)
class Signable:
    """One paper: what it is, whose signature it waits for, who may file that."""

    title: str
    paper: StoredFile | None
    signer: str
    may: Permission
    on: Any
    illustrative: bool
    draft: Callable[[], dict[str, Any]]  # the data of papers/official.py, for Word


def _decision(pk: int) -> Signable:
    row = get_object_or_404(Decision.objects.exclude(kind="ministry"), pk=pk)
    title = f"Quyết định {row.number}"
    return Signable(
        title,
        row.file,
        row.signer,
        Permission.PROVINCE_DECIDE,
        row,
        row.illustrative,
        lambda: kept.of_decision(row),
    )


def _certificate(pk: int) -> Signable:
    rows = Certificate.objects.select_related("recognition__decision", "recognition__product")
    row = get_object_or_404(rows, pk=pk)
    decision = row.recognition.decision
    return Signable(
        f"Giấy chứng nhận {row.number}",
        row.file,
        decision.signer if decision else "",
        Permission.PROVINCE_DECIDE,
        row.recognition,
        row.recognition.product.illustrative,
        lambda: kept.of_certificate(row),
    )


def _notice(pk: int) -> Signable:
    row = get_object_or_404(Notice.objects.select_related("dossier"), pk=pk)
    return Signable(
        f"Thông báo {row.number}",
        row.file,
        row.signer,
        Permission.AGENCY_NOTIFY,
        row.dossier,
        row.dossier.illustrative,
        lambda: kept.of_notice(row),
    )


def _minutes(pk: int) -> Signable:
    session = get_object_or_404(Session.objects.select_related("council"), pk=pk, state="closed")
    chair = presided(session)
    return Signable(
        f"Biên bản: {session.title}",
        kept_minutes(session),
        chair.user.full_name if chair else "",
        Permission.SESSION_PREPARE,
        session,
        session.illustrative,
        lambda: kept.of_minutes(session),
    )


# who files the signed paper of which office
SIGNED_BY = {
    PROVINCE: Permission.PROVINCE_DECIDE,
    AGENCY: Permission.AGENCY_SUBMIT,
    COMMUNE: Permission.COMMUNE_SIGN,
    COUNCIL: Permission.SESSION_PREPARE,
}


def _written(pk: int) -> Signable:
    row = get_object_or_404(OfficialPaper.objects.select_related("file"), pk=pk)
    return Signable(
        f"Văn bản {row.number}",
        row.file,
        row.signer,
        SIGNED_BY[row.issuer],
        row,
        bool(row.data["illustrative"]),
        lambda: row.data,
    )


KINDS: dict[str, Callable[[int], Signable]] = {
    "quyet-dinh": _decision,
    "giay-chung-nhan": _certificate,
    "thong-bao": _notice,
    "bien-ban": _minutes,
    "van-ban": _written,
}


class SignedFileForm(Form):
    """The file that the signing program gave back."""

    file = forms.FileField(
        label=_("Tệp PDF đã ký số"), help_text=_("Đúng tệp tải về từ trang này, ký rồi nộp lại.")
    )


SIGNERS = (
    Permission.DESK_USE,
    Permission.PROVINCE_DECIDE,
    Permission.AGENCY_NOTIFY,
    Permission.SESSION_PREPARE,
    Permission.COMMUNE_RECEIVE,
    Permission.COMMUNE_SIGN,
)


@needs(*SIGNERS)
def signing(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """One paper with its signatures; a signed file is checked before it is kept."""
    found = _signable(request, kind, pk)
    posted, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    here = "here" in request.POST
    form = SignedFileForm(None if here else posted, None if here else files)
    if request.method == "POST" and found.paper is not None:
        paper, by = found.paper, person(request)
        require(by, found.may, found.on)
        if here:
            # the office's key signs what the province's leader decides, and nothing else
            require(by, Permission.PROVINCE_DECIDE, found.on)
            if found.may != Permission.PROVINCE_DECIDE:
                raise Refused("Khóa ở máy chủ chỉ ký văn bản do lãnh đạo tỉnh ký.")
            sign_here(paper, found.signer, province_in(found.on), by=by)
            messages.success(request, _("Đã ký bằng chứng thư của cơ quan và kiểm tra."))
            return redirect(request.path)
        if form.is_valid() and form.carry_out(
            lambda: receive_signed(paper, form.cleaned_data["file"], found.signer, by=by)
        ):
            messages.success(request, _("Đã kiểm tra và lưu văn bản đã ký."))
            return redirect(request.path)
    context = {
        "found": found,
        "kind": kind,
        "pk": pk,
        "signatures": state_of(found.paper) if found.paper else [],
        "copy": signed_copy(found.paper),
        "may": can(request.user, found.may, found.on),
        "signs_here": found.may == Permission.PROVINCE_DECIDE
        and key_of(province_in(found.on)) is not None,
        "form": form,
        "illustrative": found.illustrative,
    }
    return render(request, "desk/signing.html", context, status=409 if form.errors else 200)


@needs(*SIGNERS)
def prepared(request: HttpRequest, kind: str, pk: int) -> Any:
    """The paper as it is to be signed, without signatures."""
    found = _signable(request, kind, pk)
    if found.paper is None:
        raise Http404
    return file_response(found.paper)


@needs(*SIGNERS)
def word(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The same paper for a word processor."""
    found = _signable(request, kind, pk)
    with override("vi"):  # papers are Vietnamese
        content = official.as_docx(found.draft())
    response = HttpResponse(content, content_type=DOCX)
    response["Content-Disposition"] = f'attachment; filename="{kind}-{pk}.docx"'
    return response


def _signable(request: HttpRequest, kind: str, pk: int) -> Signable:
    """A paper that lies in the person's own province."""
    if kind not in KINDS:
        raise Http404
    found = KINDS[kind](pk)
    if not any(
        can(request.user, permission, found.on)
        for permission in (
            Permission.PROVINCE_DECIDE,
            Permission.AGENCY_NOTIFY,
            Permission.SESSION_PREPARE,
            found.may,
            *([Permission.DESK_USE] if kind == "van-ban" else []),
        )
    ):
        raise Http404
    return found
