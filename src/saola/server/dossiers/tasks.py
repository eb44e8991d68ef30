"""Work in the background: papers are read after they were added."""

from django_tasks import task

from saola.server.dossiers import proposals


@task()
def read_evidence(pk: int) -> None:
    """Propose the fields of one paper."""
    proposals.read(pk)
