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
        words = {"subject": " ".join(subject.split())[:200], "body": body, "path": path}
        told = {"about": about, "recipient": person, **words}
        message, made = Message.objects.get_or_create(key=f"{key}:{person.pk}", defaults=told)
        if made:
            new.append(_ready(message))
    return new


@transaction.atomic
def write_to(key: str, address: str, subject: str, body: str, *, about: str) -> Message | None:
    """The same by e-mail alone, to somebody without an account; None when it was written before."""
    words = {"subject": " ".join(subject.split())[:200], "body": body}
    told = {"about": about, "address": address, **words}
    message, made = Message.objects.get_or_create(key=f"{key}:{address}"[:160], defaults=told)
    return _ready(message) if made else None


def _ready(message: Message) -> Message:
    if CHANNEL.reaches(message):
        message.sending = Message.Sending.WAITING
        message.save(update_fields=["sending"])
    return message


def send_waiting() -> int:
    """Send what waits; returns how many went out. No transaction is open while the network is
    asked, for on SQLite it would keep everybody else from writing."""
    waiting = Message.objects.filter(sending=Message.Sending.WAITING).order_by("pk")
    return sum(_send(message) for message in list(waiting.select_related("recipient")))


def _send(message: Message) -> bool:
    """Claim this try, send, note what came of it. After a kill in between it is sent again, under
    the same Message-ID."""
    waiting = Message.objects.filter(pk=message.pk, sending=Message.Sending.WAITING)
    if not waiting.filter(tries=message.tries).update(tries=message.tries + 1):
        return False  # another run has it
    try:
        CHANNEL.send(message)
    except ValueError:  # an address or a subject that no mail can carry
        waiting.update(sending=Message.Sending.FAILED)
        return False
    except OSError:  # smtplib's errors are OSErrors; the next run tries again
        if message.tries + 1 >= MOST_TRIES:
            waiting.update(sending=Message.Sending.FAILED)
        return False
    waiting.update(sending=Message.Sending.SENT, sent_at=timezone.now())
    return True


def mark_read(person: User) -> None:
    """The person has seen the inbox: part of the proof that they were told."""
    Message.objects.filter(recipient=person, read_at=None).update(read_at=timezone.now())
