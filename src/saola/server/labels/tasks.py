"""Work in the background: scans are counted after they happened."""

from django_tasks import task

from saola.server.labels import scans


@task()
def gather() -> None:
    """Count what waits."""
    scans.gather()
