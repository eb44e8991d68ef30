"""One message to one person, with what became of it."""

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
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="messages")
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
