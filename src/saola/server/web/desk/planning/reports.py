"""The periodic report on the programme, as a workbook, a document to be edited, a PDF; the table of
communes for the new-countryside programme."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from saola.lists.writing import KINDS, workbook_of
from saola.server.accounts.permissions import Permission
from saola.server.dossiers.models import Dossier
from saola.server.papers.forms import DOCX, as_docx, as_pdf
from saola.server.targets.report import as_form, countryside, programme
from saola.server.targets.terms import terms
from saola.server.web.common.figures.tables import table_response
from saola.server.web.common.rights import needs, person
from saola.server.web.desk.planning.promises import day_of


def first_day(request: HttpRequest, last: date) -> date:
    """Of the period: as asked, else that of the year; never after its end."""
    try:
        return min(date.fromisoformat(request.GET.get("tu", "")), last)
    except ValueError:
        return date(last.year, 1, 1)


@needs(Permission.DESK_USE)
def report(request: HttpRequest, kind: str) -> HttpResponse:
    """From `tu` to `ngay`."""
    read = terms(day_of(request))
    first = first_day(request, read.on)
    seen = Dossier.objects.visible_to(person(request))
    tables = programme(read, seen, first)
    if kind == "xlsx":
        content, media = workbook_of((t.title, t.head, t.rows) for t in tables), KINDS["xlsx"]
    elif kind == "docx":
        content, media = as_docx(as_form(tables, first, read.on)), DOCX
    elif kind == "pdf":
        content, media = as_pdf(as_form(tables, first, read.on)), "application/pdf"
    else:
        raise Http404
    name = f"bao-cao-ocop-{first}-{read.on}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=media, headers=headers)


@needs(Permission.DESK_USE)
def countryside_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Communes with and without a product, on a day."""
    read = terms(day_of(request))
    table = countryside(read)
    return table_response(f"ocop-nong-thon-moi-{read.on}", kind, "OCOP", table.head, table.rows)
