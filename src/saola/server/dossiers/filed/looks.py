"""Who of the offices opened a dossier, once a person and day: its papers may tell of people."""

from django.core.cache import caches
from django.utils import timezone

from saola.server.accounts.models import User
from saola.server.dossiers.models import Dossier, Look

DAY = 24 * 3600


def note(dossier: Dossier, by: User) -> None:
    """Keep that it was opened today; asked again nothing is written."""
    by = by.acted_by or by  # who really looks
    day = timezone.localdate()
    if caches["machine"].add(f"look:{dossier.pk}:{by.pk}:{day}", 1, DAY):
        Look.objects.bulk_create([Look(dossier=dossier, user=by, day=day)], ignore_conflicts=True)
