"""A member signs the own sealed sheet: handed out, taken back signed, checked."""

import uuid as uuids

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.councils.models import ScoreSheet, Session
from saola.server.councils.prints import kept_sheet
from saola.server.papers.signatures import receive_signed, signed_copy, state_of
from saola.server.web.common.forms import Form
from saola.server.web.common.papers import file_response
from saola.server.web.common.rights import needs, person


class SignedSheetForm(Form):
    """The file that the signing program gave back."""

    file = forms.FileField(
        label=_("Tệp PDF đã ký số"), help_text=_("Đúng tệp tải về từ trang này, ký rồi nộp lại.")
    )


def _own(request: HttpRequest, uuid: uuids.UUID) -> ScoreSheet:
    """The person's own sealed sheet; nobody opens another's here."""
    rows = ScoreSheet.objects.filter(
        sealed_at__isnull=False,
        member__user=request.user.pk,
        item__session__in=Session.objects.visible_to(request.user),
    )
    return get_object_or_404(rows.select_related("item__session", "member__user"), pk=uuid)


@needs(Permission.SHEET_SCORE)
def sign_sheet(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """The sheet with its signature; a signed file is checked before it is kept."""
    sheet = _own(request, uuid)
    paper = kept_sheet(sheet)
    posted = request.method == "POST"
    form = SignedSheetForm(*(request.POST, request.FILES) if posted else ())
    if form.is_valid() and form.carry_out(
        lambda: receive_signed(
            paper, form.cleaned_data["file"], sheet.member.user.full_name, by=person(request)
        )
    ):
        messages.success(request, _("Đã kiểm tra và lưu phiếu đã ký."))
        return redirect(request.path)
    context = {
        "sheet": sheet,
        "signatures": state_of(paper),
        "copy": signed_copy(paper),
        "form": form,
        "illustrative": sheet.item.session.illustrative,
    }
    return render(request, "jury/signing.html", context, status=409 if form.errors else 200)


@needs(Permission.SHEET_SCORE)
def prepared_sheet(request: HttpRequest, uuid: uuids.UUID) -> FileResponse:
    """The sheet as it is to be signed."""
    return file_response(kept_sheet(_own(request, uuid)))
