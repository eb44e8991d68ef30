"""Pictures that members take while they score."""

import uuid
from typing import Any

from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.councils.models import AgendaItem, SheetPhoto
from saola.server.councils.sheets import locked_item, seat_of
from saola.server.files.store import store

MOST_PHOTOS = 10  # of one member for one product


@transaction.atomic
def keep_photo(item: AgendaItem, photo_id: uuid.UUID, upload: Any, *, by: User) -> SheetPhoto:
    """Keep a picture under the id that the device made; the same id again changes nothing."""
    item = locked_item(item)
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
    return SheetPhoto.objects.create(pk=photo_id, item=item, member=member, file=kept)
