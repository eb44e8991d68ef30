"""Stored files sent to a browser, and the papers of a dossier that several audiences read."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import override

from saola.server.dossiers.completeness import self_assessed
from saola.server.dossiers.filed.bundle import archive, last_version, papers_of, whole_pdf
from saola.server.dossiers.filed.forms import NUMBERS, whole_form
from saola.server.dossiers.filed.receipt import receipt
from saola.server.dossiers.filed.versions import compare, filed_assessment
from saola.server.dossiers.labels import STEPS
from saola.server.dossiers.models import CommuneReport, Dossier
from saola.server.files.models import StoredFile
from saola.server.files.store import open_file
from saola.server.papers.forms import DOCX
from saola.server.papers.official import as_docx
from saola.server.papers.signatures import signed_copy
from saola.server.web.common.writing.kept import of_receipt

# a browser shows a picture in a page of its own making with its own style; nothing else may run
PICTURE_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


def file_response(stored: StoredFile) -> FileResponse:
    """The file, opened in the browser as what it is; never run as a page."""
    response = FileResponse(
        open_file(stored), content_type=stored.kind, filename=stored.name, as_attachment=False
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    if not stored.kind.startswith("application/pdf"):  # Chromium shows no PDF in a sandbox
        response.headers["Content-Security-Policy"] = PICTURE_POLICY
    return response


def signed_response(paper: StoredFile) -> FileResponse:
    """The newest signed copy of a paper, else the paper."""
    copy = signed_copy(paper)
    return file_response(copy.file if copy else paper)


FORM_KINDS = {"pdf": "application/pdf", "docx": DOCX}
KINDS = {"pdf": "application/pdf", "zip": "application/zip"}


def whole_response(dossier: Dossier, kind: str) -> FileResponse:
    """All that was filed last, as one PDF with bookmarks or as a ZIP of the papers."""
    if kind not in KINDS:
        raise Http404
    version = last_version(dossier)
    made = whole_pdf(version) if kind == "pdf" else archive(version)
    return FileResponse(
        made,
        content_type=KINDS[kind],
        filename=f"ho-so-{dossier.pk}-ban-{version.number}.{kind}",
        as_attachment=kind == "zip",
    )


def receipt_response(dossier: Dossier, step: str, kind: str = "pdf") -> HttpResponse:
    """The slip of an office that received the dossier: PDF, or DOCX to be edited."""
    if kind not in FORM_KINDS:
        raise Http404
    if kind == "docx":
        with override("vi"):  # papers are Vietnamese
            content = as_docx(of_receipt(dossier, step))
        return HttpResponse(content, content_type=DOCX)
    name = f"giay-tiep-nhan-{dossier.pk}.pdf"
    return HttpResponse(
        receipt(dossier, step),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def form_response(dossier: Dossier, number: str, kind: str) -> HttpResponse:
    """Mẫu 01, 02 or 03 as PDF to read, or as DOCX to edit."""
    if number not in NUMBERS or kind not in FORM_KINDS:
        raise Http404
    name = f"mau-{number}-ho-so-{dossier.pk}.{kind}"
    shown = "attachment" if kind == "docx" else "inline"
    return HttpResponse(
        whole_form(dossier, number, kind),
        content_type=FORM_KINDS[kind],
        headers={"Content-Disposition": f'{shown}; filename="{name}"'},
    )


def version_page(request: HttpRequest, dossier: Dossier, number: int, back: str) -> HttpResponse:
    """One filed version: its papers with their hashes, and what changed since the one before."""
    version = get_object_or_404(dossier.versions.all(), number=number)
    before = dossier.versions.filter(number=number - 1).first()
    context = {
        "dossier": dossier,
        "version": version,
        "before": before,
        "changes": compare(before, version) if before else [],
        "papers": papers_of(version),
        "back": back,
        "illustrative": dossier.illustrative,
    }
    return render(request, "common/version.html", context)


def dossier_papers(dossier: Dossier) -> dict[str, Any]:
    """Mẫu 03, the reports of advisers and agency, and the self-assessment, for a template."""
    return {
        "report": CommuneReport.objects.filter(dossier=dossier).first(),
        "advice": dossier.steps.filter(step__in=["advise", "report_agency"]).select_related("by"),
        "step_names": STEPS,
        "progress": self_assessed(dossier),
        "words": filed_assessment(dossier),
    }
