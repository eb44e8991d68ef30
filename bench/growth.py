"""How capture and reading change with the number of events kept: tools/with_postgres.py -- python
bench/growth.py [MOST [PICTURE]]. Writes one line for each size, and a picture of them all; the last
run is in docs/performance.md."""

import math
import statistics
import sys
import time
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from bench.events import COUNT, _job, document, history, made_up  # noqa: E402
from saola.server.events import jobs  # noqa: E402
from saola.server.events.models import Access  # noqa: E402

LAST = 25  # documents whose median is told
WIDTH, HEIGHT, LEFT, TOP = 640, 220, 60, 24


def main() -> None:
    """Grow by whole documents; measure at 1, 2 and 5 of each power of ten."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 10**6
    call_command("migrate", verbosity=0)
    call_command("events", "months")
    access = Access.objects.create(name="đo", digest="đo", province=14, may_capture=True)
    kept, rates = 0, []
    wanted = iter(n * 10**power for power in range(4, 8) for n in (2, 5, 10))
    next_size = next(wanted)
    sizes, captured, read = [], [], []
    while kept < most:
        job = _job(document(made_up(kept, COUNT)), access)
        started = time.perf_counter()
        jobs.run(job.pk)
        rates.append(COUNT / (time.perf_counter() - started))
        kept += COUNT
        if kept >= next_size or kept >= most:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")  # what the database does by itself in quiet hours
            sizes.append(kept)
            captured.append(statistics.median(rates[-LAST:]))
            print(f"{kept:,} events: {captured[-1]:,.0f} events/s", flush=True)
            read.append(history(f"among {kept:,} events"))
            next_size = next(wanted, 10 * most)
    if len(sys.argv) > 2:
        parts = (("capture, events/s", captured), ("history of one thing, ms", read))
        Path(sys.argv[2]).write_text(drawn(sizes, parts), encoding="utf-8")


def drawn(sizes: list[int], parts: tuple[tuple[str, list[float]], ...]) -> str:
    """Each part as a line over the sizes (by powers of ten), from zero."""
    low, high = math.log10(sizes[0]), math.log10(sizes[-1])
    whole = (HEIGHT + TOP + 40) * len(parts)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + LEFT + 20} {whole}" '
        f'font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>'
    ]
    for number, (name, values) in enumerate(parts):
        top = number * (HEIGHT + TOP + 40) + TOP
        most = max(values) * 1.15

        def at(
            size: int, value: float, top: float = top, most: float = most
        ) -> tuple[float, float]:
            x = LEFT + (math.log10(size) - low) / (high - low) * WIDTH
            return round(x, 1), round(top + HEIGHT - value / most * HEIGHT, 1)

        points = [at(size, value) for size, value in zip(sizes, values, strict=True)]
        line = " ".join(f"{x},{y}" for x, y in points)
        base = top + HEIGHT
        out.append(f'<text x="{LEFT}" y="{top - 6}">{name}</text>')
        out.append(f'<path d="M{LEFT},{top}V{base}H{LEFT + WIDTH}" fill="none" stroke="#999"/>')
        out.append(f'<polyline points="{line}" fill="none" stroke="#1E5B3C" stroke-width="2.5"/>')
        for (x, y), size, value in zip(points, sizes, values, strict=True):
            told = f"{value:,.0f}" if value >= 10 else f"{value:.2f}"
            out.append(f'<circle cx="{x}" cy="{y}" r="3.5" fill="#1E5B3C"/>')
            out.append(
                f'<text x="{x}" y="{y - 9}" text-anchor="middle" font-size="11">{told}</text>'
            )
            out.append(
                f'<text x="{x}" y="{base + 16}" text-anchor="middle" font-size="11">{size:,}</text>'
            )
    return "".join(out) + "</svg>\n"


if __name__ == "__main__":
    main()
