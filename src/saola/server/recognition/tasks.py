"""Work in the background: papers, lists; queued in the transaction of their act, so both are kept
or neither."""

from django_tasks import task

from saola.server.recognition import imports, prints


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


@task()
def read_list(pk: int) -> None:
    """A list into rows."""
    imports.read(pk)


@task()
def write_list(pk: int) -> None:
    """Rows into the register."""
    imports.write(pk)
