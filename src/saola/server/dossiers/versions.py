"""What was filed, kept as it was: numbered versions of a dossier."""

import hashlib

from django.utils import timezone

from saola.criteria.load import canonical
from saola.server.accounts.models import User
from saola.server.dossiers.models import Dossier, FiledVersion, SelfAssessment


def freeze(dossier: Dossier, *, by: User) -> FiledVersion:
    """Keep what is filed now: the uploaded dossier has the value of the paper one (art. 7.1)."""
    assessment = SelfAssessment.objects.get(dossier=dossier)
    content = {
        "product": dossier.product.name,
        "kind": dossier.kind,
        "sheet": dossier.sheet_id,
        "fingerprint": dossier.fingerprint,
        "sheet_reason": dossier.sheet_reason,
        "cases": dossier.cases,
        "target_stars": dossier.target_stars,
        "self_assessment": {
            field: getattr(assessment, field)
            for field in ("choices", "unfit", "comments", "plan", "results")
        },
        "evidence": [
            {
                "criterion": citation.criterion,
                "title": citation.evidence.title,
                "page": citation.page,
                "sha256": citation.evidence.file.sha256,
            }
            for citation in dossier.citations.select_related("evidence__file").order_by(
                "criterion", "pk"
            )
        ],
    }
    return FiledVersion.objects.create(
        dossier=dossier,
        number=dossier.versions.count() + 1,
        content=content,
        sha256=hashlib.sha256(canonical(content)).hexdigest(),
        filed_at=timezone.now(),
        filed_by=by,
    )
