"""How capture and reading change with the number of events kept: tools/with_postgres.py -- python
tools/growth.py [MOST]. Writes one line for each size; docs/performance.md has the last run."""

import statistics
import sys
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from saola.server.events import jobs  # noqa: E402
from saola.server.events.models import Access, Event  # noqa: E402
from tools.bench_events import COUNT, _job, document, history, made_up  # noqa: E402


def main() -> None:
    """Grow by whole documents; measure at each size."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 10**6
    call_command("migrate", verbosity=0)
    call_command("events", "months")
    access = Access.objects.create(name="đo", digest="đo", province=14, may_capture=True)
    kept, wanted, rates = 0, 100_000, []
    while kept < most:
        job = _job(document(made_up(kept, COUNT)), access)
        started = time.perf_counter()
        jobs.run(job.pk)
        rates.append(COUNT / (time.perf_counter() - started))
        kept += COUNT
        if kept >= wanted or kept >= most:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")  # what the database does by itself in quiet hours
            print(
                f"{Event.objects.count():,} events: {statistics.median(rates[-25:]):,.0f} events/s"
            )
            history(f"among {kept:,} events")
            wanted *= 10


if __name__ == "__main__":
    main()
