"""Asking for completion item by item with a last day, and answering each."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.dossiers.actions import advance
from saola.server.dossiers.models import Dossier, RequestItem
from saola.server.dossiers.queries import locked, open_for_producer
from saola.server.journal.record import digest, record
from saola.server.notices.actions import tell
from saola.vietnamese.dates import short

ASK = ("ask_commune", "ask_agency")


@dataclass(frozen=True, slots=True)
class Item:
    """What is asked, about which criterion (or "" for the file as a whole)."""

    about: str
    text: str
    of_commune: bool = False


@transaction.atomic
def ask(
    dossier: Dossier, step: str, items: list[Item], *, note: str, answer_by: date | None, by: User
) -> Dossier:
    """Send the dossier back to its producer with the list; the producer is told, and the commune
    too where the agency asks. Without a note the list itself is the reason."""
    known = dossier.criteria_set.by_id
    if step == "ask_commune" and any(item.of_commune for item in items):
        raise Refused("Xã không tự yêu cầu mình; hãy chọn chủ thể.")
    if any(item.about and item.about not in known for item in items):
        raise Refused("Có tiêu chí không có trong bộ tiêu chí của hồ sơ.")
    listed = "\n".join(_line(dossier, item.about, item.text) for item in items)
    reason = "\n".join(part for part in (note.strip(), listed) if part)
    dossier = advance(dossier, step, by=by, note=reason, answer_by=answer_by)
    RequestItem.objects.bulk_create(
        RequestItem(
            dossier=dossier,
            step=step,
            about=i.about,
            text=i.text,
            of_commune=i.of_commune,
            asked_by=by,
        )
        for i in items
    )
    _tell(dossier, step, reason)
    return dossier


def _line(dossier: Dossier, about: str, text: str) -> str:
    criterion = dossier.criteria_set.by_id.get(about)
    return f"– {about} {criterion.label}: {text}" if criterion else f"– {text}"


def _tell(dossier: Dossier, step: str, reason: str) -> None:
    last = f"Trả lời trước hết ngày {short(dossier.answer_by)}.\n" if dossier.answer_by else ""
    subject = f"Yêu cầu bổ sung hồ sơ: {dossier.product.name}"
    key = f"ask:{dossier.steps.order_by('-pk').values_list('pk', flat=True)[0]}"
    about, producer = f"dossier:{dossier.pk}", f"producer:{dossier.product.producer_id}"
    tell(
        key,
        User.objects.who(Permission.DOSSIER_FILE, producer),
        subject,
        last + reason,
        about=about,
        path=reverse("portal:dossier", args=[dossier.pk]),
    )
    if step == "ask_agency":
        tell(
            key,
            User.objects.who_in(Permission.COMMUNE_RECEIVE, dossier.place.own_scopes()),
            subject,
            last + reason,
            about=about,
            path=reverse("desk:dossier", args=[dossier.pk]),
        )


@transaction.atomic
def answer_item(item: RequestItem, text: str, *, by: User) -> RequestItem:
    """The producer, or the commune where it was asked, says what was done about one item; may be
    said again until the dossier is filed again."""
    dossier = locked(item.dossier)
    who = Permission.COMMUNE_RECEIVE if item.of_commune else Permission.DOSSIER_EDIT
    require(by, who, dossier)
    open_for_producer(dossier)
    if not text.strip():
        raise Refused("Hãy ghi đã bổ sung gì.", field="answer")
    item = RequestItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    item.answer, item.answered_at = text, timezone.now()
    item.save()
    record("answer_item", f"dossier:{dossier.pk}", {"item": item.pk, "text": digest(text)}, by=by)
    return item
