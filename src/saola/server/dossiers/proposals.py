"""What was read on a paper is proposed; a person confirms it, and only then it counts."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.reading import NoReader, Unreadable, propose, read_paper
from saola.reading.fields import same_holder
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.dossiers.models import Evidence
from saola.server.files.store import open_file
from saola.server.journal.record import record

READ = ("application/pdf", "image/jpeg", "image/png", "image/webp")
TAKEN: dict[str, Any] = {
    "number": _("Số giấy"),
    "holder": _("Cấp cho (tên trên giấy)"),
    "issuer": _("Nơi cấp"),
    "issued_on": _("Ngày cấp"),
    "expires_on": _("Ngày hết hạn"),
}
DAYS = ("issued_on", "expires_on")
GIVEN_UP = timedelta(minutes=15)  # no reader here, or its task was lost
SURE = 0.9  # from here on no field of the measured papers was wrong (docs/reading.md)


def read(pk: int) -> None:
    """Read the paper once; one that cannot be read has no proposals. Without tesseract scans stay
    unread."""
    evidence = Evidence.objects.select_related("file").get(pk=pk)
    if evidence.proposals is not None:
        return
    with open_file(evidence.file) as file:
        content = file.read()
    try:
        found = [asdict(field) for field in propose(read_paper(content, _page_done(pk)))]
    except NoReader:
        return
    except Unreadable:
        found = []
    Evidence.objects.filter(pk=pk, proposals__isnull=True).update(proposals=found)


def _page_done(pk: int) -> Callable[[int, int], None]:
    """Keeps how far the reading is, for the page that waits for it."""

    def done(page: int, last: int) -> None:
        Evidence.objects.filter(pk=pk).update(pages_read=page)

    return done


def being_read(evidence: Evidence) -> bool:
    """Whether the machine has not answered yet on a paper that it reads."""
    recent = timezone.now() - evidence.added_at < GIVEN_UP
    return evidence.proposals is None and evidence.file.kind in READ and recent


def open_proposals(evidence: Evidence) -> list[dict[str, Any]]:
    """Proposals for what nobody has filled in, days as days."""
    return [
        {
            "name": found["name"],
            "label": TAKEN[found["name"]],
            "value": _value(found),
            "page": found["page"],
            "box": _frame(found["box"]),
            "sure": found["confidence"] >= SURE,
            "percent": round(found["confidence"] * 100),
        }
        for found in evidence.proposals or ()
        if found["name"] in TAKEN and not getattr(evidence, found["name"])
    ]


def _frame(box: Sequence[float]) -> dict[str, str]:
    """The place on the page in thousandths, with a little room around it."""
    left, top, right, bottom = box
    return {
        "x": f"{max(0, left - 0.008) * 1000:.0f}",
        "y": f"{max(0, top - 0.006) * 1000:.0f}",
        "width": f"{(right - left + 0.016) * 1000:.0f}",
        "height": f"{(bottom - top + 0.012) * 1000:.0f}",
    }


def _value(found: dict[str, Any]) -> Any:
    return date.fromisoformat(found["value"]) if found["name"] in DAYS else found["value"]


def other_holder(evidence: Evidence, name: str) -> str:
    """The holder that the paper names, where it is surely not this one; else empty. What a person
    has written counts before what was read."""
    if evidence.holder:
        return "" if same_holder(evidence.holder, name) else evidence.holder
    for found in evidence.proposals or ():
        if found["name"] == "holder" and found["confidence"] >= SURE:
            return "" if same_holder(found["value"], name) else found["value"]
    return ""


@transaction.atomic
def correct(evidence: Evidence, facts: dict[str, Any], *, by: User) -> Evidence:
    """A person has looked at the paper: what it says, by the names of TAKEN; None or "" for what it
    does not say. What was read counts only so."""
    evidence = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
    require(by, Permission.DOSSIER_EDIT, evidence.producer)
    changed = [name for name in TAKEN if name in facts and facts[name] != getattr(evidence, name)]
    for name in changed:
        setattr(evidence, name, facts[name])
    if evidence.issued_on and evidence.expires_on and evidence.expires_on < evidence.issued_on:
        raise Refused(
            "Ngày hết hạn không thể trước ngày cấp. Hãy đối chiếu lại với giấy.", field="expires_on"
        )
    if changed:
        evidence.save(update_fields=changed)
        record("confirm_fields", f"evidence:{evidence.pk}", {"fields": sorted(changed)}, by=by)
    return evidence
