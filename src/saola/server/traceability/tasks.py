"""Work in the background: the resolver's index is made anew when goods changed."""

from django_tasks import task

from saola.server.traceability import index


@task()
def publish() -> None:
    """Make the index anew."""
    index.publish()
