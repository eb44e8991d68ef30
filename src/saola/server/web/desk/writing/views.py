"""Writing a paper about a record: who signs and as what; PDF to be signed, DOCX to be edited."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.councils.models import Council, Session
from saola.server.dossiers.models import Dossier
from saola.server.files.store import keep
from saola.server.journal.record import record
from saola.server.papers import official
from saola.server.papers.forms import DOCX
from saola.server.papers.models import OfficialPaper
from saola.server.papers.signing.making import prepare
from saola.server.places.office import province_in
from saola.server.recognition.models import Removal
from saola.server.supervision.models import Inspection
from saola.server.web.common.forms import SignedForm
from saola.server.web.common.rights import needs, person
from saola.server.web.common.writing.content import COMMUNE, PROVINCE, Kind, written
from saola.server.web.desk.writing import of_councils, of_dossiers, of_oversight
from saola.vietnamese.folding import fold


@dataclass(frozen=True)
class About:
    """One sort of record that papers are written about."""

    kinds: tuple[Kind, ...]
    find: Callable[[HttpRequest, int], Any]
    may: dict[str, Permission]  # by issuer; "" for the rest
    title: Callable[[Any], str]
    illustrative: Callable[[Any], bool]


def _dossier(request: HttpRequest, pk: int) -> Any:
    rows = Dossier.objects.visible_to(request.user).select_related("product__producer", "place")
    return get_object_or_404(rows, pk=pk)


def _session(request: HttpRequest, pk: int) -> Any:
    rows = Session.objects.visible_to(request.user).select_related("council")
    return get_object_or_404(rows, pk=pk)


def _inspected(inspection: Any) -> bool:
    rows = inspection.items.select_related("recognition__product")
    return any(item.recognition.product.illustrative for item in rows)


ABOUT = {
    "ho-so": About(
        of_dossiers.KINDS,
        _dossier,
        {COMMUNE: Permission.COMMUNE_RECEIVE, "": Permission.AGENCY_RECEIVE},
        lambda d: d.product.name,
        lambda d: bool(d.illustrative),
    ),
    "hoi-dong": About(
        of_councils.OF_COUNCIL,
        lambda _request, pk: get_object_or_404(Council, pk=pk),
        {PROVINCE: Permission.COUNCIL_APPOINT, "": Permission.COUNCIL_APPOINT},
        lambda c: c.name,
        lambda c: bool(c.illustrative),
    ),
    "phien": About(
        of_councils.OF_SESSION,
        _session,
        {"": Permission.SESSION_PREPARE},
        lambda s: s.title,
        lambda s: bool(s.illustrative),
    ),
    "kiem-tra": About(
        of_oversight.OF_INSPECTION,
        lambda request, pk: get_object_or_404(
            Inspection.objects.visible_to(request.user), pk=pk
        ),
        {"": Permission.SUPERVISE},
        lambda i: i.title,
        _inspected,
    ),
    "thu-hoi": About(
        of_oversight.OF_REMOVAL,
        lambda _request, pk: get_object_or_404(
            Removal.objects.select_related("recognition__product__producer"), pk=pk
        ),
        {"": Permission.SUPERVISE},
        lambda r: r.recognition.product.name,
        lambda r: bool(r.recognition.product.illustrative),
    ),
}  # fmt: skip


def _may(request: HttpRequest, about: About, kind: Kind, found: Any) -> bool:
    permission = about.may.get(kind.issuer, about.may[""])
    return bool(can(request.user, permission, found))


def _found(request: HttpRequest, sort: str, pk: int) -> tuple[About, Any, list[Kind]]:
    """The record with the kinds of paper that this person writes about it; else not found."""
    if sort not in ABOUT:
        raise Http404
    about = ABOUT[sort]
    found = about.find(request, pk)
    kinds = [kind for kind in about.kinds if _may(request, about, kind, found)]
    if not kinds:
        raise Http404
    return about, found, kinds


WRITERS = (
    Permission.DESK_USE,
    Permission.SESSION_PREPARE,
    Permission.COUNCIL_APPOINT,
)


@needs(*WRITERS)
def papers(request: HttpRequest, sort: str, pk: int) -> HttpResponse:
    """All papers about one record: those that can be written, those that have been."""
    about, found, kinds = _found(request, sort, pk)
    names = {kind.key: kind.name for kind in about.kinds}
    rows = OfficialPaper.objects.filter(about=f"{sort}:{pk}").prefetch_related(
        "file__signed_copies"
    )
    context = {
        "sort": sort,
        "pk": pk,
        "title": about.title(found),
        "kinds": kinds,
        "rows": [(names.get(row.kind, row.kind), row) for row in rows],
        "made": of_dossiers.made_by_steps(found) if sort == "ho-so" else (),
        "illustrative": about.illustrative(found),
    }
    return render(request, "desk/papers.html", context)


@needs(*WRITERS)
def write(request: HttpRequest, sort: str, pk: int, key: str) -> HttpResponse:
    """Number, day and signer of one paper; then its PDF is kept, or its DOCX handed out."""
    about, found, kinds = _found(request, sort, pk)
    kind = next((one for one in kinds if one.key == key), None)
    if kind is None:
        raise Http404
    initial = {"dated": timezone.localdate()}
    form = SignedForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        with override("vi"):  # papers are Vietnamese
            data = written(kind, found, form.cleaned_data, illustrative=about.illustrative(found))
            if "docx" in request.POST:
                return _docx(data, key)
            made = form.carry_out(
                lambda: _keep(kind, f"{sort}:{pk}", form.cleaned_data, data, found, person(request))
            )
        if made:
            messages.success(request, _("Đã lập văn bản."))
            return redirect("desk:signing", "van-ban", made.pk)
    context = {
        "kind": kind,
        "sort": sort,
        "pk": pk,
        "title": about.title(found),
        "form": form,
        "illustrative": about.illustrative(found),
    }
    return render(request, "desk/write.html", context, status=409 if form.errors else 200)


def _docx(data: dict[str, Any], key: str) -> HttpResponse:
    response = HttpResponse(official.as_docx(data), content_type=DOCX)
    response["Content-Disposition"] = f'attachment; filename="{key}.docx"'
    return response


def _keep(  # noqa: PLR0917 - what a paper is made of
    kind: Kind, about: str, signed: dict[str, Any], data: dict[str, Any], found: Any, by: Any
) -> OfficialPaper:
    content = prepare(official.as_pdf(data))
    place = found.place.code if kind.issuer == COMMUNE else province_in(found)
    key, year = fold(signed["number"]), signed["dated"].year
    taken = OfficialPaper.objects.filter(place_code=place, kind=kind.key, year=year)
    if taken.filter(number_key=key).exists():
        raise Refused("Số văn bản này đã dùng cho loại văn bản này trong năm.", field="number")
    made = OfficialPaper.objects.create(
        kind=kind.key,
        issuer=kind.issuer,
        about=about,
        number=signed["number"],
        number_key=key,
        dated=signed["dated"],
        year=year,
        signer=signed["signer"],
        position=signed["position"],
        capacity=signed["capacity"],
        data=data,
        file=keep(content, f"{kind.key}.pdf", "application/pdf", by=by.username),
        made_by=by.username,
        place_code=place,
        province_code=province_in(found),
    )
    record("write_paper", about, {"paper": made.pk, "kind": kind.key}, by=by)
    return made
