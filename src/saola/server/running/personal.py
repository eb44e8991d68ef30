"""Fields that say something of a person: their register, what is erased when its purpose is over,
and what the house holds about one account."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from saola.server.accounts.models import User
from saola.server.journal.models import Entry
from saola.server.journal.record import record

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Field:
    """Fields of one model with their purpose; `erase` "blank" or "row" so many days after a moment,
    "" where the law of records keeps them or the purpose lasts."""

    model: str
    fields: tuple[str, ...]
    purpose: str
    seen_by: str
    erase: str = ""
    after: str = ""
    days: int = 0


@cache
def register() -> tuple[Field, ...]:
    """All of them."""
    text = resources.files("saola.server.running").joinpath("personal.json").read_text("utf-8")
    rows = json.loads(text)["fields"]
    return tuple(Field(**{**row, "fields": tuple(row["fields"])}) for row in rows)


def erase_over() -> dict[str, int]:
    """Erase what is past its days; how many rows by model. Pieces of a thousand, so that a run that
    is cut off goes on where it stood."""
    done: dict[str, int] = {}
    for one in register():
        if one.erase:
            count = sum(_pieces(one))
            if count:
                done[one.model] = done.get(one.model, 0) + count
    if done:
        record("erase_personal", "house:personal", done)
    return done


def _pieces(one: Field) -> Iterator[int]:
    model: Any = apps.get_model(one.model)
    over = timezone.now() - timedelta(days=one.days)
    filled = Q()
    for name in one.fields:
        filled |= ~Q(**{name: ""})
    rows = model.objects.filter(filled, **{f"{one.after}__lt": over}).order_by("pk")
    while keys := list(rows.values_list("pk", flat=True)[:AT_ONCE]):
        chosen = model.objects.filter(pk__in=keys)
        with transaction.atomic():
            if one.erase == "row":
                chosen.delete()
            else:
                chosen.update(**dict.fromkeys(one.fields, ""))
        yield len(keys)


def about(user: User) -> dict[str, Any]:
    """What is kept about an account, for the person: facts, roles, messages, own acts."""
    acts = Entry.objects.filter(actor=user.username).order_by("number")
    return {
        "account": {name: getattr(user, name) for name in register()[0].fields},
        "roles": [f"{grant.role} {grant.scope}" for grant in user.grants.all()],
        "messages": [
            {"at": row.made_at.isoformat(), "subject": row.subject} for row in user.messages.all()
        ],
        "acts": [
            {"at": row.at, "act": row.act, "subject": row.subject}
            for row in acts.iterator(chunk_size=2000)
        ],
    }
