"""Scans by the million: into ClickHouse's engine (chdb), into Parquet, and asked by day."""

import json
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROWS, BATCH = 1_000_000, 50_000


def made_up(first: int, count: int) -> bytes:
    """Rows of a year over 20,000 goods, as the queue sends them."""
    return b"".join(
        json.dumps(
            {
                "at": f"2026-{n % 12 + 1:02}-{n % 28 + 1:02} 08:00:00",
                "day": f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}",
                "province": 14, "kind": "serial", "gtin": f"0893{n % 20_000:010}",
                "area": f"{n % 34:02}", "device": f"{n:016x}", "roll": n % 5000, "place": n % 100_000,
            }
        ).encode() + b"\n"
        for n in range(first, first + count)
    )  # fmt: skip


class _Batch:
    def __init__(self, token: str) -> None:
        from django.utils import timezone

        self.token, self.made_at = token, timezone.now()


def main() -> None:
    """Print the rows of docs/performance.md."""
    import django

    django.setup()
    from chdb import session
    from django.conf import settings

    from saola.server.labels import warehouse

    print(f"\n| {ROWS:,} scans one by one | measured | goal |\n|---|---|---|")
    batches = [made_up(first, BATCH) for first in range(0, ROWS, BATCH)]
    with tempfile.TemporaryDirectory() as folder:
        house: Any = session.Session(f"{folder}/house")
        house.query(warehouse.TABLE)
        began = time.perf_counter()
        for rows in batches:
            house.query("INSERT INTO scans FORMAT JSONEachRow\n" + rows.decode())
        took = time.perf_counter() - began
        size = sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file())
        print(
            f"| into ClickHouse's engine, {BATCH:,} an insert | {ROWS / took:,.0f} rows/s, {size / ROWS:.0f} B a row | – |"
        )
        asked = warehouse.DAYS.format(scans="scans", province=14, since="2026-11-01")
        began = time.perf_counter()
        house.query(asked, "JSONCompactEachRow")
        print(
            f"| two months by day, goods and area, ClickHouse's engine | {(time.perf_counter() - began) * 1000:.0f} ms | – |"
        )
        house.close()
        with (
            patch.object(settings, "SCANS_FOLDER", f"{folder}/kept"),
            patch.object(settings, "SCANS_CLICKHOUSE", ""),
        ):
            began = time.perf_counter()
            for number, rows in enumerate(batches):
                warehouse._write(rows, _Batch(f"{number:04}"))  # type: ignore[arg-type]
            took = time.perf_counter() - began
            size = sum(f.stat().st_size for f in Path(f"{folder}/kept").rglob("*.parquet"))
            print(f"| into Parquet | {ROWS / took:,.0f} rows/s, {size / ROWS:.0f} B a row | – |")
            began = time.perf_counter()
            warehouse.days(date(2026, 11, 1))
            print(
                f"| the same two months, DuckDB over Parquet | {(time.perf_counter() - began) * 1000:.0f} ms | – |"
            )


if __name__ == "__main__":
    main()
