"""Ways on which a message leaves the house: e-mail now; others by the same interface."""

from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage

from saola.server.notices.models import Message


class Channel(Protocol):
    """Sends one message; raises OSError when it cannot, to be tried again later."""

    def reaches(self, message: Message) -> bool:
        """Whether the person can be reached on this way."""

    def send(self, message: Message) -> None:
        """Send it; a second sending must be recognisable as the same message."""


class Email:
    """Over the SMTP server of SAOLA_SMTP."""

    def reaches(self, message: Message) -> bool:
        """Whether the person has an address and the site a server."""
        return bool(message.mail_to and settings.DEFAULT_FROM_EMAIL)

    def send(self, message: Message) -> None:
        """The same Message-ID each time, so that a mailbox shows a repeated sending once."""
        link = f"\n\n{settings.BASE_URL}{message.path}" if message.path else ""
        host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
        EmailMessage(
            message.subject,
            message.body + link,
            to=[message.mail_to],
            headers={"Message-ID": f"<message-{message.pk}@{host}>"},
        ).send()


CHANNEL: Channel = Email()
