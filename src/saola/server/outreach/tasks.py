"""A commune hands its task to villages; whoever did it sends proof; the office looks at it."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.files.store import store
from saola.server.journal.record import record
from saola.server.notices.actions import tell
from saola.server.outreach.models import Proof, Task

MOST_VILLAGES = 200  # of one commune
REMIND_BEFORE = timedelta(days=3)
MOST_PROOFS = 50  # of one task


@transaction.atomic
def to_villages(task: Task, villages: Sequence[str], *, by: User) -> int:
    """Give each named village a task of its own with a secret address; how many are new."""
    task = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    require(by, Permission.OUTREACH_DO, task)
    if task.village:
        raise Refused("Việc của bản không giao tiếp được.")
    names = list(dict.fromkeys(" ".join(name.split())[:120] for name in villages if name.strip()))
    there = set(task.villages.values_list("village", flat=True))
    fresh = [name for name in names if name not in there]
    if not names:
        raise Refused("Hãy ghi tên ít nhất một bản, mỗi bản một dòng.", field="villages")
    if len(there) + len(fresh) > MOST_VILLAGES:
        raise Refused(f"Nhiều nhất {MOST_VILLAGES} bản.", field="villages")
    Task.objects.bulk_create(
        Task(
            campaign_id=task.campaign_id,
            place_id=task.place_id,
            village=name,
            above=task,
            what=task.what,
            due_on=task.due_on,
        )
        for name in fresh
    )
    record("to_villages", f"task:{task.pk}", {"villages": len(fresh)}, by=by)
    return len(fresh)


@transaction.atomic
def prove(
    task: Task,
    uid: uuid.UUID,
    facts: Mapping[str, Any],
    *,
    by: User | None = None,
    token: uuid.UUID | None = None,
    upload: Any = None,
) -> Proof:
    """Keep that it was done; `by` an officer, or nobody where the secret address was opened
    (`token`). Sent twice, kept once."""
    task = Task.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=task.pk)
    if by is not None:
        require(by, Permission.OUTREACH_DO, task)
    elif token != task.token:
        raise Refused("Đường dẫn không đúng.")
    found = Proof.objects.filter(uid=uid).first()
    if found is not None:
        if found.task_id != task.pk:
            raise Refused("Minh chứng này đã gửi cho bản khác. Hãy mở lại trang.")
        return found
    if task.proofs.count() >= MOST_PROOFS:
        raise Refused(f"Việc này đã có {MOST_PROOFS} minh chứng.")
    if not (upload or facts.get("url") or facts.get("note")):
        raise Refused("Hãy chụp ảnh, dán đường dẫn, hoặc ghi vài chữ.", field="photo")
    if not task.campaign.starts_on <= facts["on"] <= timezone.localdate():
        raise Refused("Ngày làm cần từ ngày bắt đầu chiến dịch đến hôm nay.", field="on")
    photo = store(upload, by=by.username if by else "") if upload else None
    if photo is not None and not photo.kind.startswith(("image/", "application/pdf")):
        raise Refused("Hãy chọn ảnh hoặc tệp PDF.", field="photo")
    proof = Proof.objects.create(task=task, uid=uid, by=by, photo=photo, **facts)
    task.state, task.returned_why = Task.State.DONE, ""
    task.save(update_fields=["state", "returned_why"])
    record("prove", f"task:{task.pk}", {"way": proof.way}, by=by)
    return proof


@transaction.atomic
def return_task(task: Task, why: str, *, by: User) -> Task:
    """What was sent does not show it: to be done again, with the reason."""
    task = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    permission = Permission.OUTREACH_DO if task.village else Permission.OUTREACH_LEAD
    require(by, permission, task)
    if task.state != Task.State.DONE:
        raise Refused("Việc này chưa có minh chứng.")
    if not why.strip():
        raise Refused("Hãy ghi cần làm lại điều gì.", field="why")
    task.proofs.update(returned=True)
    task.state, task.returned_why = Task.State.RETURNED, why[:300]
    task.save(update_fields=["state", "returned_why"])
    record("return_task", f"task:{task.pk}", {}, by=by)
    return task


def remind(on: date) -> int:
    """Tell communes once of tasks whose day is near and that are not done, and of their villages
    that have not shown anything; how many tasks."""
    near = Task.objects.filter(
        due_on__lte=on + REMIND_BEFORE, reminded_on=None, due_on__gte=on
    ).exclude(state=Task.State.DONE)
    told = 0
    for task in near.filter(village="").select_related("campaign", "place"):
        told += _remind(
            task, [task], f"{task.what}. Hạn {task.due_on:%d/%m/%Y}, chưa có minh chứng.", on
        )
    villages: dict[Task, list[Task]] = {}
    for task in near.exclude(village="").select_related("above__campaign", "above__place"):
        if task.above is not None:
            villages.setdefault(task.above, []).append(task)
    for above, own in villages.items():
        names = ", ".join(task.village for task in own)
        text = f"Chưa có minh chứng của: {names}. Hãy gửi lại đường dẫn báo cáo cho từng nơi."
        told += _remind(above, own, text, on)
    return told


def _remind(task: Task, about: list[Task], text: str, on: date) -> int:
    """One message to the commune of the task; what another run has told of is not told again."""
    with transaction.atomic():
        keys = [one.pk for one in about]
        fresh = Task.objects.filter(pk__in=keys, reminded_on=None).update(reminded_on=on)
        if fresh:
            tell(
                f"remind:{min(keys)}:{len(keys)}",
                User.objects.who_in(Permission.OUTREACH_DO, task.place.own_scopes()),
                f"Sắp đến hạn: {task.campaign.title}",
                text,
                about=f"task:{task.pk}",
                path=f"/can-bo/truyen-thong/viec/{task.pk}/",
            )
    return fresh
