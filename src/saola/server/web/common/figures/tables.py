"""A table sent to a browser as CSV, in pieces, or as a workbook."""

from collections.abc import Iterable, Sequence

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from saola.lists.writing import KINDS, Cell, csv_lines, workbook


def table_response(
    name: str, kind: str, title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponseBase:
    """The file `name.kind`; another kind is not found."""
    if kind not in KINDS:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    if kind == "csv":
        pieces = csv_lines(head, rows)
        return StreamingHttpResponse(pieces, content_type=KINDS[kind], headers=headers)
    return HttpResponse(workbook(title, head, rows), content_type=KINDS[kind], headers=headers)
