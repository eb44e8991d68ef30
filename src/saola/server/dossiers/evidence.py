"""Adding evidence and citing it under criteria."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from saola.lifecycle.dossier import State
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.dossiers.models import Citation, Dossier, Evidence
from saola.server.dossiers.proposals import READ
from saola.server.dossiers.queries import locked
from saola.server.dossiers.tasks import read_evidence
from saola.server.files.combine import as_pdf
from saola.server.files.models import StoredFile
from saola.server.files.recognise import DOSSIER_BYTES, megabytes, within
from saola.server.files.scan import scan
from saola.server.files.store import clean_name, keep, store
from saola.server.journal.record import record

OPEN = (State.DRAFT, State.COMMUNE_ASKED, State.AGENCY_ASKED)


@transaction.atomic
def add_evidence(
    dossier: Dossier,
    upload: Any,
    data: dict[str, Any],
    criteria: list[str],
    *,
    by: User,
    more: Sequence[Any] = (),
    client_id: UUID | None = None,
) -> Evidence:
    """Keep a file as the producer's evidence and cite it under the criteria; with `more` photos
    they become the pages of one PDF. See `known` for a `client_id` that came before."""
    dossier = _editable(dossier, by)
    producer = dossier.product.producer
    if producer is None:
        raise Refused("Sản phẩm chưa có chủ thể nên chưa thêm minh chứng được.")
    stored = _one_pdf([upload, *more], by) if more else store(upload, by=by.username)
    _room_left(dossier, stored.size)
    evidence = Evidence.objects.create(
        producer=producer,
        file=stored,
        added_by=by,
        illustrative=dossier.illustrative,
        client_id=client_id,
        **data,
    )
    if stored.kind in READ:
        read_evidence.enqueue(evidence.pk)
    record("add_evidence", f"dossier:{dossier.pk}", {"sha256": evidence.file.sha256}, by=by)
    _cite(dossier, evidence, criteria)
    return evidence


def known(dossier: Dossier, client_id: UUID | None, *, by: User) -> Evidence | None:
    """The evidence that a device sent under this id before: a replay changes nothing. Locks the
    dossier, so that of two messages at the same time the later one finds it."""
    require(by, Permission.DOSSIER_EDIT, dossier)
    if client_id is None:
        return None
    locked(dossier)
    return Evidence.objects.filter(
        client_id=client_id, producer=dossier.product.producer_id
    ).first()


def _one_pdf(photos: Sequence[Any], by: User) -> StoredFile:
    for photo in photos:
        within("photo", photo.size)
        scan(photo.file)
    content = as_pdf([photo.file for photo in photos])
    within("paper", len(content))
    name = clean_name(photos[0].name).rpartition(".")[0] or "anh"
    return keep(content, f"{name}.pdf", "application/pdf", pages=len(photos), by=by.username)


def _room_left(dossier: Dossier, size: int) -> None:
    """All papers of a dossier together have a limit."""
    used = Evidence.objects.filter(citations__dossier=dossier).distinct()
    total = sum(used.values_list("file__size", flat=True))
    if total + size > DOSSIER_BYTES:
        raise Refused(
            f"Minh chứng của hồ sơ vượt {megabytes(DOSSIER_BYTES)} MB. Hãy bỏ bớt tệp không cần.",
            field="file",
        )


@transaction.atomic
def cite(
    dossier: Dossier,
    evidence: Evidence,
    criteria: list[str],
    *,
    by: User,
    page: int | None = None,
    seen: Collection[str] | None = None,
) -> None:
    """Cite an evidence of the same producer under criteria, leaving the others uncited: of those
    `seen` when the choice was made, so that what somebody else cited meanwhile stays."""
    dossier = _editable(dossier, by)
    if evidence.producer_id != dossier.product.producer_id:
        raise Refused("Minh chứng này của chủ thể khác.")
    rows = Citation.objects.filter(dossier=dossier, evidence=evidence)
    gone = rows.exclude(criterion__in=criteria)
    (gone if seen is None else gone.filter(criterion__in=seen)).delete()
    _cite(dossier, evidence, criteria, page)


def _editable(dossier: Dossier, by: User) -> Dossier:
    dossier = locked(dossier)
    require(by, Permission.DOSSIER_EDIT, dossier)
    if dossier.state not in OPEN:
        raise Refused("Hồ sơ đã nộp nên không thêm minh chứng được; hãy chờ yêu cầu bổ sung.")
    return dossier


def _cite(
    dossier: Dossier, evidence: Evidence, criteria: list[str], page: int | None = None
) -> None:
    known = dossier.criteria_set.by_id
    for criterion in criteria:
        if criterion not in known:
            raise Refused(f"Bộ tiêu chí không có tiêu chí {criterion}.", field="criteria")
        Citation.objects.update_or_create(
            dossier=dossier, evidence=evidence, criterion=criterion, defaults={"page": page}
        )
