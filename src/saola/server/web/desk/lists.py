"""An office's list into the register: hand it in, look it over, have it written."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import ids_in
from saola.server.recognition.imports import reading_of
from saola.server.recognition.list_actions import accept_list, receive_list
from saola.server.recognition.models import ListImport
from saola.server.web.common.forms import Form, clean
from saola.server.web.common.rights import needs, person, province_of
from saola.server.works import progress

PER_PAGE = 100
UNDER_WAY = (ListImport.State.READING, ListImport.State.WRITING)


class ListForm(Form):
    """A file, or a table pasted from a document."""

    needed = frozenset({"file", "text"})

    file = forms.FileField(label=_("Tệp danh sách (XLSX, XLS, ODS, CSV)"), required=False)
    text = forms.CharField(
        label=_("Hoặc dán bảng từ văn bản, kèm dòng tiêu đề"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data = super().clean() or {}
        if not data.get("file") and not data.get("text"):
            self.add_error("file", _("Hãy chọn tệp hoặc dán bảng."))
        return data


def visible_lists(request: HttpRequest) -> Any:
    """Lists of the person's province."""
    codes = ids_in(person(request).scopes_for(Permission.REGISTER_IMPORT), "place")
    return ListImport.objects.filter(province_code__in=codes).select_related("source", "by")


@needs(Permission.REGISTER_IMPORT)
def lists(request: HttpRequest) -> HttpResponse:
    """Lists handed in so far, and a form for one more."""
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ListForm(*posted)
    if form.is_valid():
        made = form.carry_out(lambda: _receive(form.cleaned_data, request))
        if made:
            return redirect("desk:list", made.pk)
    page = Paginator(visible_lists(request), 50).get_page(request.GET.get("trang"))
    context = {"form": form, "page": page, "query": ""}
    return render(request, "desk/lists.html", context, status=400 if form.errors else 200)


def _receive(data: dict[str, Any], request: HttpRequest) -> ListImport:
    upload = data["file"]
    name = upload.name if upload else "bang-dan.txt"
    content = upload.read() if upload else clean(data["text"]).encode()
    return receive_list(
        name, content, province_of(request, Permission.REGISTER_IMPORT), by=person(request)
    )


@needs(Permission.REGISTER_IMPORT)
def list_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What was read, row by row, with its doubts; one button to write it."""
    found = get_object_or_404(visible_lists(request), pk=pk)
    if "stop" in request.POST:
        stopped = progress.stop(f"list-{found.pk}")
        said = _("Đã yêu cầu dừng.") if stopped else _("Việc chưa bắt đầu hoặc đã xong.")
        messages.success(request, said)
        return redirect("desk:list", pk)
    if request.method == "POST":
        accept_list(found, by=person(request))
        messages.success(request, "Đang ghi danh sách vào sổ đăng ký.")
        return redirect("desk:list", pk)
    context: dict[str, Any] = {"list": found, "under_way": found.state in UNDER_WAY}
    if found.reading_id:
        data = reading_of(found)
        only = "can-xem" in request.GET
        rows = [row for row in data["rows"] if row["warnings"] or not only]
        context |= {
            "columns": data["columns"],
            "skipped": data["skipped"],
            "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("trang")),
            "only": only,
            "query": "can-xem" if only else "",
        }
    return render(request, "desk/list.html", context)
