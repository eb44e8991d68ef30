"""Pictures that members take while they score."""

import uuid
from typing import Any

from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.councils.intake.tablets import former_seat
from saola.server.councils.models import AgendaItem, Session, SheetPhoto
from saola.server.councils.sheets import locked_item, seat_of
from saola.server.files.store import store
from saola.server.journal.record import record

MOST_PHOTOS = 10  # of one member for one product


@transaction.atomic
def keep_photo(item: AgendaItem, photo_id: uuid.UUID, upload: Any, *, by: User) -> SheetPhoto:
    """Keep a picture under the id that the device made; the same id again changes nothing. One that
    comes after the seat was handed on, the product left or the session closed is kept beside: the
    sealed package does not know it."""
    item = locked_item(item)
    member = former_seat(item, by)
    late = member is not None or bool(item.left_reason)
    late |= item.session.state == Session.State.CLOSED
    if member is None:
        require(by, Permission.SHEET_SCORE, item)
        member = seat_of(by, item)
    found = SheetPhoto.objects.filter(pk=photo_id).first()
    if found is not None:
        if found.item_id != item.pk or found.member_id != member.pk:
            raise Refused("Ảnh này đã thuộc một phiếu khác.")
        return found
    if SheetPhoto.objects.filter(item=item, member=member).count() >= MOST_PHOTOS:
        raise Refused(f"Tối đa {MOST_PHOTOS} ảnh một phiếu.")
    kept = store(upload, by=by.username)
    if not kept.kind.startswith("image/"):
        raise Refused("Hãy chọn ảnh JPEG, PNG hoặc WebP.")
    facts = {"photo": str(photo_id), "member": member.pk, "sha256": kept.sha256, "late": late}
    record("keep_photo", f"item:{item.pk}", facts, by=by)
    return SheetPhoto.objects.create(pk=photo_id, item=item, member=member, file=kept, late=late)
