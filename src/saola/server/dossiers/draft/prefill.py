"""A new dossier of a product that was filed before is born with what still holds."""

from datetime import date

from django.db.models import Q

from saola.server.dossiers.models import Citation, Dossier, SelfAssessment
from saola.server.preparation.texts import texts_for


def last_filed(dossier: Dossier) -> Dossier | None:
    """The product's dossier filed last before this one."""
    earlier = Dossier.objects.filter(product=dossier.product_id).exclude(filed_on=None)
    return earlier.exclude(pk=dossier.pk).order_by("-filed_on", "-pk").first()


def prefill(dossier: Dossier, assessment: SelfAssessment, today: date) -> None:
    """Take parts II and IV from the product's plans; citations from the last filed
    dossier without papers past their last day; choices and comments where the sheet is the same."""
    told = texts_for(dossier.product, today.year)
    assessment.plan, assessment.results = told["plan"], told["results"]
    assessment.save()
    last = last_filed(dossier)
    if last is None:
        return
    dossier.born_from = last
    dossier.sheet_reason = dossier.sheet_reason or last.sheet_reason
    if last.sheet_id == dossier.sheet_id:
        dossier.cases = last.cases
        own = last.self_assessment
        assessment.choices, assessment.unfit = own.choices, own.unfit
        assessment.comments = own.comments
        assessment.save()
    dossier.save()
    still = Q(evidence__expires_on=None) | Q(evidence__expires_on__gte=today)
    Citation.objects.bulk_create(
        Citation(dossier=dossier, evidence_id=c.evidence_id, criterion=c.criterion, page=c.page)
        for c in last.citations.filter(still, criterion__in=dossier.criteria_set.by_id)
    )


def lapsed_since(dossier: Dossier, today: date) -> list[str]:
    """Titles of papers of the dossier it was born from that are past their last day."""
    if dossier.born_from_id is None:
        return []
    rows = Citation.objects.filter(dossier=dossier.born_from_id, evidence__expires_on__lt=today)
    return list(
        rows.order_by("evidence__title").values_list("evidence__title", flat=True).distinct()
    )
