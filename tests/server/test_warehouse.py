"""Scans on their way to ClickHouse (chdb behind its HTTP interface: the same engine, the same SQL) and
to Parquet: each arrives once, whatever dies in between."""

import http.server
import threading
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from saola.server.labels import scans, warehouse
from saola.server.labels.models import Batch, QueuedScan
from saola.server.labels.scans import Scan

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


class House:
    """ClickHouse's HTTP interface over chdb; `broken` counts answers that get lost on the way."""

    def __init__(self, folder: Path) -> None:
        from chdb import session

        self.engine = session.Session(str(folder / "chdb"))
        self.broken = 0
        house = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told = dict(urllib.parse.parse_qsl(self.path.partition("?")[2]))
                told.pop("database")
                settings = ", ".join(f"{k}='{v}'" for k, v in told.items())
                query, _, rows = body.decode().partition("\n" if b"INSERT" in body[:20] else "\0")
                if settings:
                    query = query.replace(" FORMAT", f" SETTINGS {settings} FORMAT")
                answer = house.engine.query(f"{query}\n{rows}", "JSONEachRow")
                if house.broken and "INSERT" in query:
                    house.broken -= 1
                    self.connection.close()
                    return
                self.send_response(200)
                self.end_headers()
                self.wfile.write(str(answer).encode())

            def log_message(self, *_told: Any) -> None:
                return

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://saola:x@127.0.0.1:{self.server.server_address[1]}/default"

    def count(self) -> int:
        return int(str(self.engine.query("SELECT count() FROM scans", "CSV")))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.server.shutdown()
    made.engine.close()


@pytest.fixture
def house(engine: House, settings: Any, tmp_path: Path) -> House:
    settings.DATA = tmp_path
    settings.SCANS_CLICKHOUSE = engine.url
    return engine


def written(count: int, minute: int) -> None:
    """A minute's file of scans, as the pages write it."""
    scans.folder().mkdir(parents=True, exist_ok=True)
    with (scans.folder() / f"{minute:010}-x.scans").open("w") as file:
        for n in range(count):
            at = datetime(2026, 11, 20, 3, n % 60, tzinfo=UTC).replace(tzinfo=None).isoformat()
            scan = Scan(at, "item", "08931234567894", "14", f"{n:016x}")
            file.write(scans.json.dumps(scans.asdict(scan)) + "\n")


def test_every_scan_arrives_once_though_answers_get_lost(house: House, monkeypatch: Any) -> None:
    monkeypatch.setattr(warehouse, "AT_ONCE", 40)
    written(100, 1)
    scans.gather()
    assert QueuedScan.objects.count() == 100
    house.broken = 2
    for _ in range(2):
        with pytest.raises(warehouse.Unsent):
            warehouse.ship()
    written(10, 2)
    scans.gather()

    assert warehouse.ship() == 110
    assert house.count() == 110
    assert not QueuedScan.objects.exists()
    assert not Batch.objects.filter(sent_at=None).exists()
    [(day, gtin, area, times, devices)] = warehouse.days(date(2026, 11, 1), "14")
    assert (day, gtin, area, int(times)) == ("2026-11-20", "08931234567894", "14", 110)
    assert int(devices) == 100


def test_a_house_that_is_down_loses_nothing(house: House, settings: Any) -> None:
    settings.SCANS_CLICKHOUSE = "http://127.0.0.1:9/default"
    before = house.count()
    written(5, 3)
    scans.gather()
    with pytest.raises(warehouse.Unsent):
        warehouse.ship()
    settings.SCANS_CLICKHOUSE = house.url

    assert warehouse.ship() == 5
    assert house.count() == before + 5


def test_without_a_house_they_lie_in_parquet(settings: Any, tmp_path: Path) -> None:
    import duckdb

    settings.DATA, settings.SCANS_FOLDER = tmp_path, str(tmp_path / "kept")
    settings.SCANS_CLICKHOUSE = ""
    written(60, 4)
    scans.gather()
    assert warehouse.ship() == 60

    assert warehouse.days(date(2026, 11, 1), "14")[0][3:] == (60, 60)
    files = str(tmp_path / "kept/*/*.parquet")
    with duckdb.connect() as line:
        row = line.execute(
            f"SELECT count(*), count(DISTINCT device), min(day)::VARCHAR, min(province) FROM '{files}'"
        ).fetchone()
    assert row == (60, 60, "2026-11-20", 14)
    assert not list((tmp_path / "kept").rglob(".*"))


def test_nothing_is_kept_where_nobody_wants_it(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    written(3, 5)
    assert scans.gather() == 3
    assert not QueuedScan.objects.exists()
