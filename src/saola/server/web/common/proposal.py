"""What one office sends to the next with a proposal, as far as it is here, in one ZIP."""

import tempfile
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import override

from saola.server.councils.models import Session
from saola.server.councils.prints import minutes
from saola.server.dossiers.filed.bundle import archive, last_version, whole_pdf
from saola.server.dossiers.filed.forms import whole_form
from saola.server.dossiers.labels import STEPS
from saola.server.dossiers.models import CommuneReport, Dossier
from saola.server.examination.prints import sample_paper
from saola.server.files.store import clean_name, open_file
from saola.server.papers.forms import as_pdf
from saola.server.recognition.models import DecisionItem
from saola.vietnamese.dates import short

COPY = 1024 * 1024


@override("vi")
def proposal_response(dossier: Dossier) -> FileResponse:
    """The ZIP, in the order of the decision; the letter itself is written outside."""
    made = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as whole:
        for number, (name, content) in enumerate(_parts(dossier), 1):
            with whole.open(clean_name(f"{number:02d} {name}"), "w", force_zip64=True) as target:
                if isinstance(content, bytes):
                    target.write(content)
                    continue
                with content:
                    while part := content.read(COPY):
                        target.write(part)
    made.seek(0)
    name = f"ho-so-de-nghi-{dossier.pk}.zip"
    return FileResponse(
        cast(BinaryIO, made), content_type="application/zip", filename=name, as_attachment=True
    )


def _parts(dossier: Dossier) -> Iterator[tuple[str, bytes | BinaryIO]]:
    """One paper at a time, so that no more than one is held."""
    if CommuneReport.objects.filter(dossier=dossier).exists():
        yield "Mẫu 03 báo cáo của xã.pdf", whole_form(dossier, "03", "pdf")
    for step in dossier.steps.filter(step__in=["advise", "report_agency"]).select_related("by"):
        yield f"{STEPS[step.step]} {step.pk}.pdf", as_pdf(_report(dossier, step))
    held = Session.objects.filter(items__result__dossier=dossier, state="closed").distinct()
    for session in held.select_related("council"):
        yield f"Biên bản Hội đồng {session.pk}.pdf", minutes(session)
    for item in DecisionItem.objects.filter(dossier=dossier).select_related("decision__file"):
        if item.decision.file is not None:
            yield f"Quyết định {item.decision.pk}.pdf", open_file(item.decision.file)
    yield "Mẫu 01 phiếu đăng ký.pdf", whole_form(dossier, "01", "pdf")
    yield "Mẫu 02 báo cáo tự đánh giá.pdf", whole_form(dossier, "02", "pdf")
    version = last_version(dossier)
    yield "Hồ sơ sản phẩm.pdf", whole_pdf(version)
    yield "Hồ sơ sản phẩm, tệp gốc.zip", archive(version)
    for test in dossier.tests.exclude(file=None).select_related("file"):
        assert test.file is not None  # asked for above
        yield f"Kiểm nghiệm {test.pk} {test.file.name}", open_file(test.file)
    if dossier.samples.exists():
        yield "Biên bản sản phẩm mẫu.pdf", sample_paper(dossier)


def _report(dossier: Dossier, step: Any) -> dict[str, Any]:
    """The report of advisers or agency, as it was written into the log."""
    day = short(timezone.localdate(step.at))
    return {
        "title": str(STEPS[step.step]),
        "subtitle": dossier.product.name,
        "form": "",
        "illustrative": dossier.illustrative,
        "national": True,
        "blocks": [
            {"kind": "facts", "rows": [["Ngày", day], ["Người ghi", step.by.full_name]]},
            {"kind": "text", "text": step.note},
        ],
    }
