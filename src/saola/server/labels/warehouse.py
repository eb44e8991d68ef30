"""Scans for whoever counts them by the billion: from a queue table in fixed batches to ClickHouse
where one is named, else into Parquet files; each batch arrives once."""

import base64
import json
import os
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from saola.server.labels.models import Batch, QueuedScan
from saola.server.places.office import code_of
from saola.server.traceability.models import TradeItem

AT_ONCE = 50_000  # rows of one batch: ClickHouse wants 10,000 to 100,000 an insert
TIMEOUT = 60  # seconds
COLUMNS = {
    "at": "DateTime('UTC')", "day": "Date", "province": "UInt8", "kind": "LowCardinality(String)",
    "gtin": "FixedString(14)", "area": "LowCardinality(String)", "device": "FixedString(16)",
    "roll": "UInt64", "place": "UInt32",
}  # fmt: skip
# a batch sent again under the same token is dropped by the table itself
TABLE = f"""
CREATE TABLE IF NOT EXISTS scans ({", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())})
ENGINE = MergeTree PARTITION BY toYYYYMM(day) ORDER BY (province, gtin, day)
SETTINGS non_replicated_deduplication_window = 1000
"""
# scans and devices by day, goods and area; the same words for both engines
DAYS = """
SELECT day, gtin, area, count(*) AS times, count(DISTINCT device) AS devices FROM {scans}
WHERE province = {province} AND day >= '{since}' GROUP BY day, gtin, area ORDER BY day, gtin, area
"""


class Unsent(Exception):
    """The warehouse did not take a batch; it stays queued."""


def wanted() -> bool:
    """Whether scans are kept one by one at all."""
    return bool(settings.SCANS_CLICKHOUSE or settings.SCANS_FOLDER)


def queue(scans: Iterable[Any]) -> None:
    """Put scans down for the warehouse, in the transaction in which they are counted."""
    if wanted():
        rows = (
            QueuedScan(
                at=scan.at, kind=scan.kind, gtin=scan.gtin, area=scan.area, device=scan.device,
                roll=scan.roll, place=scan.place,
            )
            for scan in scans
        )  # fmt: skip
        QueuedScan.objects.bulk_create(rows, batch_size=2000)


def ship() -> int:
    """Send what waits, batch by batch; how many rows. Raises Unsent, and then nothing is lost."""
    total = 0
    while (batch := _batch()) is not None:
        lines = b"".join(_lines(batch))
        if lines:  # else another shipper was faster
            (_insert if settings.SCANS_CLICKHOUSE else _write)(lines, batch)
        with transaction.atomic():
            total += QueuedScan.objects.filter(batch=batch).delete()[0]
            Batch.objects.filter(pk=batch.pk).update(sent_at=timezone.now())
    return total


@transaction.atomic
def _batch() -> Batch | None:
    """The one that was begun, else a new one; which rows it has is fixed from now on."""
    begun = Batch.objects.select_for_update().filter(sent_at=None).order_by("pk").first()
    if begun is not None:
        return begun
    waiting = QueuedScan.objects.filter(batch=None).order_by("pk").values_list("pk", flat=True)
    chosen = list(waiting[:AT_ONCE])
    if not chosen:
        return None
    made = Batch.objects.create()
    span = QueuedScan.objects.filter(batch=None, pk__gte=chosen[0], pk__lte=chosen[-1])
    span.update(batch=made)
    return made


def _lines(batch: Batch) -> Iterator[bytes]:
    """One JSON object a row, as both engines read it."""
    rows = QueuedScan.objects.filter(batch=batch).order_by("pk")
    keepers = TradeItem.objects.filter(gtin__in=rows.order_by().values("gtin"))
    province_of = dict(keepers.values_list("gtin", "producer__place__province_code"))
    home = code_of(None)  # of goods that nobody knows here
    for row in rows.iterator(chunk_size=5000):
        told = {
            "at": f"{row.at:%Y-%m-%d %H:%M:%S}", "day": f"{timezone.localdate(row.at)}",
            "province": int(province_of.get(row.gtin) or home), "kind": row.kind,
            "gtin": row.gtin, "area": row.area, "device": row.device, "roll": row.roll,
            "place": row.place,
        }  # fmt: skip
        yield json.dumps(told).encode() + b"\n"


def _insert(lines: bytes, batch: Batch) -> None:
    ask(TABLE)
    token = {"insert_deduplicate": 1, "insert_deduplication_token": f"saola-{batch.token}"}
    ask("INSERT INTO scans FORMAT JSONEachRow", lines, **token)


def ask(query: str, body: bytes = b"", **told: Any) -> bytes:
    """One statement over ClickHouse's HTTP interface; parameters of the query as param_NAME."""
    parts = urlsplit(settings.SCANS_CLICKHOUSE)
    port = f":{parts.port}" if parts.port else ""
    database = quote(parts.path.strip("/") or "default")
    address = f"{parts.scheme}://{parts.hostname}{port}/?database={database}&{urlencode(told)}"
    request = urllib.request.Request(address, query.encode() + b"\n" + body)  # noqa: S310 - the operator's own
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        request.add_header("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            return bytes(answer.read())
    except (urllib.error.URLError, OSError) as fault:
        raise Unsent(f"ClickHouse: {fault}") from None


def _write(lines: bytes, batch: Batch) -> None:
    """One Parquet file a batch, in the folder of its day; a second try replaces the first."""
    import duckdb  # noqa: PLC0415 - optional dependency: saola[scans]

    folder = Path(settings.SCANS_FOLDER) / f"sent={timezone.localdate(batch.made_at)}"
    folder.mkdir(parents=True, exist_ok=True)
    own = uuid.uuid4().hex
    raw, part = folder / f".{own}.json", folder / f".{own}.parquet"
    raw.write_bytes(lines)
    kinds = {
        "at": "TIMESTAMP", "day": "DATE", "province": "UTINYINT", "kind": "VARCHAR",
        "gtin": "VARCHAR", "area": "VARCHAR", "device": "VARCHAR", "roll": "UBIGINT",
        "place": "UINTEGER",
    }  # fmt: skip
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in kinds.items())
    read = f"read_json('{raw}', format='newline_delimited', columns={{{columns}}})"
    with duckdb.connect() as engine:
        engine.execute(
            f"COPY (SELECT * FROM {read} ORDER BY province, gtin, day) "  # noqa: S608 - our own words
            f"TO '{part}' (FORMAT parquet, COMPRESSION zstd)"
        )
    raw.unlink()
    for path in (part, folder):  # on the disk before the rows go
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
        if path == part:
            part.replace(folder / f"{batch.token}.parquet")


def days(since: date, province_code: str) -> list[tuple[Any, ...]]:
    """(day, gtin, area, scans, devices) of a province's goods since a day, from whichever house is
    kept."""
    told = {"province": int(province_code), "since": since.isoformat()}
    if settings.SCANS_CLICKHOUSE:
        answer = ask(DAYS.format(scans="scans", **told).strip() + " FORMAT JSONCompactEachRow")
        return [tuple(json.loads(line)) for line in answer.splitlines()]
    import duckdb  # noqa: PLC0415 - optional dependency: saola[scans]

    with duckdb.connect() as engine:
        files = f"'{Path(settings.SCANS_FOLDER) / '*' / '*.parquet'}'"
        rows = engine.execute(DAYS.format(scans=files, **told)).fetchall()
    return [(f"{day}", *rest) for day, *rest in rows]
