"""Work in the background: captured documents are read after they came."""

import uuid

from django_tasks import task

from saola.server.events import jobs


@task()
def capture(pk: str) -> None:
    """Do one capture job."""
    jobs.run(uuid.UUID(pk))
