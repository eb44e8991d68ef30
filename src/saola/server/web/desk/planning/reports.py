"""The periodic report on the programme, as a workbook, a document to be edited, a PDF; the table of
communes for the new-countryside programme, the ministry's PTNT_OCOP."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from saola.lists.writing import KINDS, workbook_of
from saola.server.accounts.permissions import Permission
from saola.server.dossiers.models import Dossier
from saola.server.market.queries import turnover
from saola.server.papers.forms import DOCX, as_docx, as_pdf
from saola.server.products.models import Product
from saola.server.recognition.queries import Filters, register
from saola.server.recognition.register.exports import PTNT_OCOP, ptnt_rows
from saola.server.targets.report import Table, as_form, countryside, programme
from saola.server.web.common.figures.tables import table_response
from saola.server.web.common.rights import needs, person
from saola.server.web.desk.planning.promises import day_of, province, read_of


def first_day(request: HttpRequest, last: date) -> date:
    """Of the period: as asked, else that of the year; never after its end."""
    try:
        return min(date.fromisoformat(request.GET.get("tu", "")), last)
    except ValueError:
        return date(last.year, 1, 1)


@needs(Permission.DESK_USE)
def report(request: HttpRequest, kind: str) -> HttpResponse:
    """From `tu` to `ngay`."""
    read = read_of(request)
    first = first_day(request, read.on)
    seen = Dossier.objects.visible_to(person(request))
    tables = programme(read, seen, first, province(request))
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
    read = read_of(request)
    table = countryside(read, province(request))
    return _one(table, f"ocop-nong-thon-moi-{read.on}", kind, read.on)


@needs(Permission.DESK_USE)
def ministry_table(request: HttpRequest, kind: str) -> HttpResponseBase:
    """PTNT_OCOP of the published products of this person's places, as of a day."""
    on = day_of(request)
    rows = register(Filters(), on).filter(product__in=Product.objects.visible_to(request.user))
    cells = list(ptnt_rows(rows.filter(published_on__lte=on), turnover(on.year)))
    note = "Theo QĐ 5277/QĐ-BNNMT như được thuật lại; doanh thu năm (triệu đồng) do chủ thể khai."
    table = Table("PTNT_OCOP", PTNT_OCOP, cells, (1, 2, 1, 1, 4, 1, 3, 2, 2), note)
    return _one(table, f"PTNT_OCOP-{on}", kind, on)


def _one(table: Table, name: str, kind: str, on: date) -> HttpResponseBase:
    """One table by itself, in any of the forms."""
    if kind not in (*KINDS, "docx", "pdf"):
        raise Http404
    if kind in KINDS:
        return table_response(name, kind, table.title[:31], table.head, table.rows)
    form = as_form([table], date(on.year, 1, 1), on, table.title)
    content, media = (as_docx(form), DOCX) if kind == "docx" else (as_pdf(form), "application/pdf")
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return HttpResponse(content, content_type=media, headers=headers)
