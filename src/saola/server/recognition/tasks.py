"""Papers made in the background; queued in the transaction of their act, so both are kept or
neither."""

from django_tasks import task

from saola.server.recognition import prints


@task()
def print_decision(pk: int) -> None:
    """The decision with its list."""
    prints.decision(pk)


@task()
def print_certificate(pk: int) -> None:
    """The certificate with its QR."""
    prints.certificate(pk)


@task()
def print_notice(pk: int) -> None:
    """The written result."""
    prints.notice(pk)
