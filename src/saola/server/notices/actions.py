"""Telling people: once each, kept before it is sent, tried again when the network fails."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from saola.server.accounts.models import User
from saola.server.notices.channels import CHANNEL
from saola.server.notices.models import Message

MOST_TRIES = 10


@transaction.atomic
def tell(
    key: str, people: Iterable[User], subject: str, body: str, *, about: str, path: str = ""
) -> list[Message]:
    """Put the message into each person's inbox and ready for sending; those who were told under
    this key before are left alone. Returns the new ones."""
    new = []
    for person in people:
        message, made = Message.objects.get_or_create(
            key=f"{key}:{person.pk}",
            defaults={
                "about": about,
                "recipient": person,
                "subject": subject[:200],
                "body": body,
                "path": path,
            },
        )
        if made:
            if CHANNEL.reaches(message):
                message.sending = Message.Sending.WAITING
                message.save(update_fields=["sending"])
            new.append(message)
    return new


def send_waiting() -> int:
    """Send what waits, each in a transaction of its own; returns how many went out."""
    waiting = Message.objects.filter(sending=Message.Sending.WAITING).order_by("pk")
    return sum(_send(pk) for pk in waiting.values_list("pk", flat=True))


@transaction.atomic
def _send(pk: int) -> bool:
    rows = Message.objects.select_for_update(of=("self",)).select_related("recipient")
    message = rows.get(pk=pk)
    if message.sending != Message.Sending.WAITING:
        return False
    message.tries += 1
    try:
        CHANNEL.send(message)
    except OSError:  # smtplib's errors are OSErrors; the next run tries again
        if message.tries >= MOST_TRIES:
            message.sending = Message.Sending.FAILED
    else:
        message.sending, message.sent_at = Message.Sending.SENT, timezone.now()
    message.save(update_fields=["tries", "sending", "sent_at"])
    return message.sending == Message.Sending.SENT


def mark_read(person: User) -> None:
    """The person has seen the inbox: part of the proof that they were told."""
    Message.objects.filter(recipient=person, read_at=None).update(read_at=timezone.now())
