"""One message to one person, with or without an account, and what became of it."""

from django.db import models

from saola.server.accounts.models import User


class Message(models.Model):
    """Stands in the person's inbox; goes out by e-mail too where an address is known.

    `key` names what is told to whom: the same thing is told once, however often it is asked for.
    """

    class Sending(models.TextChoices):
        NONE = "none", "chỉ trong hộp thư Saola"
        WAITING = "waiting", "chờ gửi"
        SENT = "sent", "đã gửi"
        FAILED = "failed", "không gửi được"

    key = models.CharField(max_length=160, unique=True)
    about = models.CharField(max_length=60, db_index=True)  # "recognition:12"
    recipient = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, related_name="messages"
    )
    address = models.EmailField(blank=True)  # of somebody without an account
    subject = models.CharField(max_length=200)
    body = models.TextField()
    path = models.CharField(max_length=200, blank=True)  # the page it leads to
    made_at = models.DateTimeField(auto_now_add=True)
    sending = models.CharField(max_length=10, choices=Sending, default=Sending.NONE)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recipient__isnull=False, address="")
                | models.Q(recipient=None) & ~models.Q(address=""),
                name="message_has_one_recipient",
            )
        ]

    @property
    def mail_to(self) -> str:
        """Where it goes by e-mail; empty where no address is known."""
        return self.recipient.email if self.recipient else self.address
