"""Writing down that goods are registered somewhere."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.exchange.models import Registration
from saola.server.files.store import store
from saola.server.journal.record import record
from saola.server.traceability.models import TradeItem


def systems() -> dict[str, str]:
    """Those that the province named in the settings, by key."""
    return dict(settings.OCOP["trace_systems"])


@transaction.atomic
def register(
    item: TradeItem, system: str, code: str, on: date, *, by: User, upload: Any = None
) -> Registration:
    """Keep a registration; entered twice it is there once."""
    require(by, Permission.TRACE_LOG, item)
    if system not in systems():
        raise Refused("Hãy chọn hệ thống trong danh sách.", field="system")
    if on > timezone.localdate():
        raise Refused("Ngày đăng ký ở tương lai. Hãy xem lại.", field="registered_on")
    evidence = store(upload, by=by.username) if upload else None
    facts = {"registered_on": on, "evidence": evidence, "written_by": by}
    row, new = Registration.objects.get_or_create(
        item=item, system=system, code=code.strip(), defaults=facts
    )
    if new:
        record("register_item", f"item:{item.pk}", {"system": system}, by=by)
    return row
