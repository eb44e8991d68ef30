"""Half an hour of steady work below the limit: memory must not grow."""

import asyncio
import os
import tempfile
import threading
import time
from pathlib import Path

from bench.load import at_work, held, province
from bench.pages import family, private_mib
from tools.crowd import Crowd
from tools.with_postgres import server

MINUTES = float(os.environ.get("SAOLA_SOAK_MINUTES", "30"))
SHARE = 0.2  # of the rates of bench/load.py


def main() -> None:
    """Print the rows of docs/performance.md."""
    seen: list[tuple[float, float]] = []
    done = threading.Event()
    with (
        tempfile.TemporaryDirectory() as folder,
        server() as postgres,
        province(postgres.address, Path(folder)) as (port, pid, told),
    ):
        began = time.monotonic()

        def watch() -> None:
            while not done.wait(10):
                seen.append((time.monotonic() - began, private_mib(family(pid))))

        watching = threading.Thread(target=watch)
        watching.start()
        crowd = Crowd(port, began + MINUTES * 60)
        asyncio.run(at_work(crowd, told, SHARE, 1))
        done.set()
        watching.join()
    half = len(seen) // 2
    first, last = (
        sorted(mib for _at, mib in part)
        for part in (seen[half // 2 : half], seen[half + half // 2 :])
    )
    middle = [part[len(part) // 2] for part in (first, last)]
    print(f"\n| soak | measured | goal |\n|---|---|---|\n| so long | {MINUTES:g} minutes | 30 |")
    print(
        f"| memory of all processes, median of the second and of the last quarter | {middle[0]:.0f} MiB, {middle[1]:.0f} MiB ({middle[1] / middle[0] - 1:+.1%}) | flat |"
    )
    asked = sum(sum(tally.codes.values()) for tally in crowd.tallies.values())
    kept = "kept" if held(crowd) else "broken"
    print(
        f"| requests at {SHARE:.0%} of the load's rates | {asked:,}; page p95 {crowd.tally('page').at(0.95) * 1000:.0f} ms; the load's promise {kept} | – |"
    )


if __name__ == "__main__":
    main()
