"""Work in the background: scenarios are solved."""

from django_tasks import task


@task()
def solve_scenario(pk: int) -> None:
    """Find the best portfolio of one scenario."""
    from saola.server.targets import portfolio  # noqa: PLC0415 - the solver, for the worker alone

    portfolio.run(pk)
