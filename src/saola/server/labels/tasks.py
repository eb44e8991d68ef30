"""Work in the background: files of many labels."""

from django_tasks import task

from saola.server.labels import prints


@task()
def make_print(pk: int) -> None:
    """Make a file of labels."""
    prints.make(pk)
