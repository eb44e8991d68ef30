"""Work in the background: scenarios are solved."""

from django_tasks import task

from saola.server.targets import portfolio


@task()
def solve_scenario(pk: int) -> None:
    """Find the best portfolio of one scenario."""
    portfolio.run(pk)
