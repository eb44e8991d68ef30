"""Stored files sent to a browser, and the papers of a dossier that several audiences read."""

from typing import Any

from django.http import FileResponse

from saola.server.dossiers.completeness import self_assessed
from saola.server.dossiers.labels import STEPS
from saola.server.dossiers.models import CommuneReport, Dossier
from saola.server.files.models import StoredFile
from saola.server.files.store import open_file

# a browser shows a picture in a page of its own making with its own style; nothing else may run
PICTURE_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


def file_response(stored: StoredFile) -> FileResponse:
    """The file, opened in the browser as what it is; never run as a page."""
    response = FileResponse(
        open_file(stored), content_type=stored.kind, filename=stored.name, as_attachment=False
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    if stored.kind.startswith("image/"):
        response.headers["Content-Security-Policy"] = PICTURE_POLICY
    return response


def dossier_papers(dossier: Dossier) -> dict[str, Any]:
    """Mẫu 03, the reports of advisers and agency, and the self-assessment, for a template."""
    return {
        "report": CommuneReport.objects.filter(dossier=dossier).first(),
        "advice": dossier.steps.filter(step__in=["advise", "report_agency"]).select_related("by"),
        "step_names": STEPS,
        "progress": self_assessed(dossier),
        "words": dossier.self_assessment,
    }
