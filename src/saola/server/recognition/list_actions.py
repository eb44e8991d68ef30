"""Handing in an office's list, and agreeing to have it written."""

from django.conf import settings
from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.files.store import clean_name, keep
from saola.server.journal.record import record
from saola.server.recognition import tasks
from saola.server.recognition.models import ListImport

State = ListImport.State


@transaction.atomic
def receive_list(name: str, content: bytes, province_code: str, *, by: User) -> ListImport:
    """Keep the list as it came and have it read; nothing is written into the register yet."""
    made = ListImport(province_code=province_code, by=by)
    require(by, Permission.REGISTER_IMPORT, made)
    if len(content) > settings.LIST_MAX_BYTES:
        limit = settings.LIST_MAX_BYTES // 1024 // 1024
        raise Refused(f"Tệp lớn hơn {limit} MB. Hãy chia thành nhiều tệp.", field="file")
    if not content.strip():
        raise Refused("Tệp rỗng. Hãy chọn tệp có bảng danh sách.", field="file")
    made.source = keep(content, clean_name(name), "application/octet-stream", by=by.username)
    made.save()
    record("receive_list", f"import:{made.pk}", {"sha256": made.source.sha256}, by=by)
    tasks.read_list.enqueue(made.pk)
    return made


@transaction.atomic
def accept_list(found: ListImport, *, by: User) -> ListImport:
    """Have the rows written, after somebody has looked them over."""
    found = ListImport.objects.select_for_update().get(pk=found.pk)
    require(by, Permission.REGISTER_IMPORT, found)
    # a writing whose worker died is asked for again: it was one transaction, so nothing is half
    if found.state not in (State.READ, State.WRITING):
        raise Refused("Danh sách này chưa đọc xong, hoặc đã được ghi.")
    found.state = State.WRITING
    found.save(update_fields=["state"])
    tasks.write_list.enqueue(found.pk)
    return found
