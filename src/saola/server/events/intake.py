"""Documents on their way into the repository: kept first, read in the background."""

import uuid
from typing import BinaryIO

from django.db import transaction

from saola.server.events import tasks
from saola.server.events.models import Access, Job
from saola.server.files.store import keep_file


def receive(file: BinaryIO, kind: str, behaviour: str, *, access: Access) -> Job:
    """Keep a document and set it on its way."""
    source = keep_file(file, f"epcis-{uuid.uuid4()}", kind, by=f"epcis:{access.pk}"[:60])
    job = Job.objects.create(pk=uuid.uuid4(), access=access, source=source, behaviour=behaviour)
    transaction.on_commit(lambda: tasks.capture.enqueue(str(job.pk)))
    return job


def resume() -> int:
    """Set every job that was cut off on its way again; asked at the start, when none is running."""
    cut = list(Job.objects.filter(finished_at=None).values_list("pk", flat=True))
    for pk in cut:
        tasks.capture.enqueue(str(pk))
    return len(cut)
