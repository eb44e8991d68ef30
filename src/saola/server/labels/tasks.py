"""Work in the background: scans are counted after they happened."""

from django_tasks import task

from saola.server.labels import prints, scans


@task()
def gather() -> None:
    """Count what waits."""
    scans.gather()


@task()
def make_print(pk: int) -> None:
    """Make a file of labels."""
    prints.make(pk)
