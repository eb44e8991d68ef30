"""Long work that is under way, as every machine sees it."""

from django.db import models


class Work(models.Model):
    """How much of it is done, and whether somebody asked for its end."""

    key = models.CharField(max_length=60, primary_key=True)  # "print-7"
    done = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    stop = models.BooleanField(default=False)
