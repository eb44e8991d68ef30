"""Labels: their life, their print, what their page says; the resolver before it."""

import csv
import io
import json
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.core import signals
from django.db import close_old_connections
from django.test import TestCase
from django.utils import timezone

from saola.gs1.link import parse
from saola.lifecycle.machine import Refused
from saola.server.config.wsgi import application
from saola.server.labels import rolls, scans, sheets
from saola.server.labels.lookup import look_up
from saola.server.labels.models import Alarm, Roll, Salt, ScanCount, Seen
from saola.server.labels.printing import SHEETS, SMALLEST, module_of
from saola.server.traceability import index
from saola.server.traceability.goods import add_link
from saola.server.traceability.recalls import stop
from saola.server.web.resolver import page
from tests.server.test_traceability import Farm

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _here(settings: Any, tmp_path: Any) -> Iterator[None]:
    """An own folder, one connection, nothing left of earlier pages."""
    settings.DATA = tmp_path
    settings.BASE_URL = settings.LABEL_URL = "http://ocop.example"
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    page._PAGES.clear()
    index.INDEX._look_at = 0.0
    scans.salt_of.cache_clear()
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def farm() -> Farm:
    return Farm()


def get(
    path: str, method: str = "GET", query: str = "", **headers: str
) -> tuple[int, dict[str, str], str]:
    """One request as a server hands it on."""
    told: dict[str, Any] = {}

    def start(status: str, pairs: list[tuple[str, str]]) -> None:
        told.update(status=int(status[:3]), headers=dict(pairs))

    path, _, own = path.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query or own,
        "REMOTE_ADDR": "192.0.2.7",
        "SERVER_NAME": "ocop.example",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }
    body = b"".join(application(environ, start))
    return told["status"], told["headers"], body.decode()


def roll_of(farm: Farm, count: int = 10, lot: Any = None) -> Roll:
    made = rolls.reserve(farm.pack, count, uuid.uuid4(), by=farm.user, lot=lot)
    return rolls.printed(made, by=farm.user)


def test_a_label_from_order_to_shop(farm: Farm) -> None:
    *_, pack = farm.chain()
    roll = rolls.reserve(farm.pack, 10, uuid.uuid4(), by=farm.user)
    assert rolls.reserve(farm.pack, 99, roll.uid, by=farm.user).count == 10
    first, second = list(rolls.serials_of(roll))[:2]
    today = timezone.localdate()

    def standing(serial: str = first) -> str:
        return look_up(farm.pack.gtin, serial, today).standing

    assert standing() == "waiting"
    with pytest.raises(Refused, match="chỉ kích hoạt cuộn đã in"):
        rolls.activate(roll, pack, by=farm.user)
    rolls.printed(roll, by=farm.user)
    rolls.spoil(roll, 2, 1, "rách", by=farm.user)
    with pytest.raises(Refused, match="đã báo hỏng rồi"):
        rolls.spoil(roll, 1, 5, "rách", by=farm.user)
    rolls.activate(roll, pack, by=farm.user)
    assert (standing(), standing(second)) == ("first", "spoiled")
    assert look_up(farm.tea.gtin, first, today).standing == "unknown"
    assert look_up(farm.pack.gtin, "0" * 13, today).standing == "unknown"
    assert look_up(farm.pack.gtin, "U" * 13, today).standing == "unknown"
    assert look_up(farm.pack.gtin, first, today + timedelta(9999)).standing == "expired"
    assert rolls.balance_of(pack) == {"printed": 10, "spoiled": 1, "active": 9}
    stop(pack, "held", "kiểm tra", by=farm.officer)
    assert standing() == "held"
    stop(pack, "recalled", "có lỗi", by=farm.officer)
    assert standing() == "recalled"


def test_no_more_labels_than_packs(farm: Farm) -> None:
    *_, pack = farm.chain()  # 80 packs
    rolls.activate(roll_of(farm, 50), pack, by=farm.user)
    large = roll_of(farm, 31)
    with pytest.raises(Refused, match="đã kích hoạt 50 tem"):
        rolls.activate(large, pack, by=farm.user)
    rolls.spoil(large, 31, 1, "thừa", by=farm.user)
    assert rolls.activate(large, pack, by=farm.user).state == "active"


@pytest.mark.parametrize("count", [0, -1, rolls.MOST + 1])
def test_orders_that_cannot_be(farm: Farm, count: int) -> None:
    with pytest.raises(Refused):
        rolls.reserve(farm.pack, count, uuid.uuid4(), by=farm.user)
    with pytest.raises(Refused):
        rolls.reserve(farm.pack, 5, uuid.uuid4(), by=Farm().user)


def decoded(pdf: bytes, dpi: float) -> list[str]:
    """Every code on every page, read from its picture."""
    found = []
    for leaf in pypdfium2.PdfDocument(pdf):
        picture = leaf.render(scale=dpi / 72).to_pil().convert("L")
        found += [code.text for code in zxingcpp.read_barcodes(picture)]
    return found


@pytest.mark.parametrize(
    ("sheet", "carrier", "dpi"),
    [
        ("a4-65", "qr", 300),
        ("a4-24", "qr", 300),
        ("58-203", "qr", 203),
        ("58-300", "qr", 300),
        ("80-203", "datamatrix", 203),
        ("80-300", "gs1-datamatrix", 300),
        ("80-203", "gs1-qr", 203),
    ],
)
def test_every_printed_code_reads(farm: Farm, sheet: str, carrier: str, dpi: int) -> None:
    count = 70 if sheet == "a4-65" else 5
    roll = roll_of(farm, count)
    codes = decoded(sheets.roll_pdf(roll, sheet, carrier), dpi)
    if carrier.startswith("gs1-"):
        wanted = {f"(01){farm.pack.gtin}(21){number}" for number in rolls.serials_of(roll)}
    else:
        wanted = {rolls.label_link(roll, number) for number in rolls.serials_of(roll)}
        assert all(parse(code).key == ("01", farm.pack.gtin) for code in codes)
    assert len(codes) == count
    assert set(codes) == wanted


def test_a_code_too_large_for_its_label_is_refused(farm: Farm, settings: Any) -> None:
    settings.LABEL_URL = "https://" + "rat-dai." * 30 + "vn"
    with pytest.raises(Refused, match="tem chỉ có 38,1 × 21,2 mm"):
        sheets.roll_pdf(roll_of(farm), "a4-65", "qr")


def test_thermal_dots_are_whole() -> None:
    for name, sheet in SHEETS.items():
        module = module_of(sheet)
        assert module >= SMALLEST, name
        if sheet.dpi:
            dots = module * sheet.dpi / 25.4
            assert abs(dots - round(dots)) < 1e-9
    assert round(module_of(SHEETS["58-203"]) * 203 / 25.4) == 4
    assert round(module_of(SHEETS["58-300"]) * 300 / 25.4) == 5


def test_the_print_shops_list(farm: Farm) -> None:
    roll = roll_of(farm, 3)
    rows = list(csv.DictReader(io.StringIO(b"".join(sheets.roll_csv(roll)).decode("utf-8-sig"))))
    assert [row["serial"] for row in rows] == list(rolls.serials_of(roll))
    assert rows[0]["link"].startswith("HTTP://OCOP.EXAMPLE/01/")


def test_a_scanned_code_leads_to_its_page(farm: Farm) -> None:
    *_, pack = farm.chain()
    roll = rolls.activate(roll_of(farm), pack, by=farm.user)
    index.publish()
    number = next(rolls.serials_of(roll))
    path = f"/01/{farm.pack.gtin}/21/{number}"
    status, headers, _ = get(path)
    assert status == 307
    assert headers["Location"] == f"http://ocop.example/truy-xuat{path}"
    status, _, body = get(f"/truy-xuat{path}", accept_language="vi-VN")
    assert status == 200
    assert "Lần kiểm tra đầu tiên" in body
    assert "thật" not in body.replace("là hàng thật", "")
    for words in ("Thu hoạch", "Chế biến", "Đóng gói", "VT-14-001", f"(01){farm.pack.gtin}"):
        assert words in body
    assert scans.gather(time.time() + 300) == 1
    _, _, body = get(f"/truy-xuat{path}", accept_language="vi")
    assert "đã được kiểm tra 1 lần" in body
    stop(pack, "recalled", "Có dị vật", by=farm.officer)
    _, _, body = get(f"/truy-xuat{path}")
    assert "đang bị thu hồi" in body
    assert "Có dị vật" in body
    assert len(body.encode()) < 25_000


def test_the_page_for_lots_goods_and_nothing(farm: Farm) -> None:
    *_, pack = farm.chain()
    status, _, body = get(f"/truy-xuat{pack.path}", accept_language="vi")
    assert (status, "Thông tin của lô hàng" in body) == (200, True)
    assert get(f"/truy-xuat{farm.leaf.path}")[0] == 200
    status, _, body = get(f"/truy-xuat/01/{farm.pack.gtin}/10/KHONG-CO", accept_language="vi")
    assert "chưa từng được cấp" in body
    for wrong in ("/01/08936012345674", "/01/1", "/x", "/01/09506000134353", "/01/%00"):
        assert get(f"/truy-xuat{wrong}")[0] == 404


def test_english_is_english(farm: Farm) -> None:
    _, _, body = get(f"/truy-xuat{farm.pack.path}?hl=en")
    assert '<html lang="en">' in body
    assert "Stages" in body
    assert "Các công đoạn" not in body


def test_resolver_fast_and_slow_say_the_same(farm: Farm) -> None:
    *_, pack = farm.chain()
    index.publish()
    for path in (farm.pack.path, pack.path, f"{pack.path}/21/AB-1"):
        fast, slow = get(path), get(path, query="x=1")
        assert fast[0] == slow[0] == 307
        assert slow[1]["Location"] == fast[1]["Location"] + "?x=1"
        assert {k: v for k, v in fast[1].items() if k != "Location"} == {
            k: v for k, v in slow[1].items() if k not in ("Location", "Content-Length")
        }
    facts = {"kind": "instructions", "href": "https://tea.example/pha", "title": "Cách pha"}
    add_link(farm.pack, facts, by=farm.user, lot=pack)
    index.publish()
    index.INDEX._look_at = 0.0
    _, _, body = get(f"{pack.path}/21/AB-1", query="linkType=all")
    sets = json.loads(body)["linkset"]
    assert [one["anchor"] for one in sets] == [
        f"http://ocop.example{pack.path}",
        f"http://ocop.example{farm.pack.path}",
    ]
    asked = get(f"{pack.path}/21/AB-1", query="linkType=gs1:instructions")
    assert asked[1]["Location"].startswith("https://tea.example/pha?")
    assert get(pack.path, query="linkType=gs1:recipeInfo")[0] == 404
    assert get(pack.path)[1]["Location"] == f"http://ocop.example/truy-xuat{pack.path}"


def test_resolver_without_its_index_asks_the_database(farm: Farm, settings: Any) -> None:
    assert not index.file().exists()
    assert get(farm.pack.path)[0] == 307
    index.file().write_bytes(b"no database")
    index.INDEX._look_at = 0.0
    assert get(farm.pack.path)[0] == 307


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/01/09506000134353", 400),
        ("/01/9506000134352", 400),
        ("/01/09506000134352", 404),
        ("/01/09506000134352/21/x/10/y", 400),
        ("/00/106141412345678908", 404),
    ],
)
def test_resolver_errors(path: str, status: int) -> None:
    found = get(path)
    assert found[0] == status
    assert found[1]["Access-Control-Allow-Origin"] == "*"


def test_resolver_methods(farm: Farm) -> None:
    assert get(farm.pack.path, "HEAD")[::2] == (307, "")
    assert get(farm.pack.path, "OPTIONS")[0] == 204
    assert get(farm.pack.path, "POST")[0] == 405
    told = json.loads(get("/.well-known/gs1resolver")[2])
    assert told["resolverRoot"] == "http://ocop.example"


@pytest.mark.parametrize("code", ["A/B", "A B", "Lô1", "A%2F", "x" * 21, "A+B"])
def test_lot_codes_that_a_link_would_escape_are_refused(farm: Farm, code: str) -> None:
    with pytest.raises(Refused) as refused:
        farm.write("harvest", item=farm.leaf, quantity=Decimal(1), code=code)
    assert refused.value.field == "code"


def test_an_own_lot_code_opens(farm: Farm) -> None:
    lot = farm.write("harvest", item=farm.leaf, quantity=Decimal(1), code="HTX_7.a-1").lot
    assert lot is not None
    for query in ("", "x=1"):
        assert get(lot.path, query=query)[0] == 307
    assert get(f"/truy-xuat{lot.path}")[0] == 200


def scan(roll: Roll, place: int, device: str, minutes: int = 0, area: str = "") -> None:
    at = (timezone.now() + timedelta(minutes=minutes)).replace(tzinfo=None)
    scans.write_scan(
        scans.Scan(at.isoformat(), "serial", roll.item.gtin, area, device, roll.pk, place)
    )


def test_alarms(farm: Farm, settings: Any) -> None:
    farm.pack.markets = "14, 01"
    farm.pack.save()
    *_, pack = farm.chain()
    early = roll_of(farm, 5)
    roll = rolls.activate(roll_of(farm, 5), pack, by=farm.user)
    rolls.spoil(roll, 5, 1, "rách", by=farm.user)
    scan(early, 0, "a")
    for device in "abcdefghijk":
        scan(roll, 1, device, 1)
        scan(early, 1, "a", -60 * 24 * ord(device))  # one phone on eleven days is no eleven phones
    scan(roll, 2, "a", 1, "14")
    scan(roll, 2, "a", 30, "01")
    scan(roll, 3, "a", 1, "79")
    scan(roll, 4, "a", 1)
    scan(roll, 0, "a", 60 * 24 * 600)
    for _ in range(20):
        scan(roll, 0, "a", 1)  # one person again and again
    scans.gather(time.time() + 300)
    found = set(Alarm.objects.values_list("kind", "seen__roll", "seen__place"))
    assert found == {
        ("early", early.pk, 0),
        ("early", early.pk, 1),
        ("devices", roll.pk, 1),
        ("travel", roll.pk, 2),
        ("outside", roll.pk, 3),
        ("spoiled", roll.pk, 4),
        ("expired", roll.pk, 0),
    }
    often = Seen.objects.get(roll=roll, place=0)
    assert (often.devices, often.times) == (1, 2)  # one phone on two days


def test_a_file_of_scans_is_counted_once(farm: Farm) -> None:
    roll = roll_of(farm, 5)
    scan(roll, 0, "a")
    path = next(scans.folder().glob("*.scans"))
    content = path.read_bytes()
    assert scans.gather(time.time() + 300) == 1
    path.write_bytes(content)  # the machine died before the file was gone
    assert scans.gather(time.time() + 300) == 0
    assert not Salt.objects.filter(day__lt=timezone.localdate()).exists()
    assert sum(ScanCount.objects.values_list("times", flat=True)) == 1
    path.with_name("0000000001-x.scans").write_bytes(
        content + content[:30]
    )  # cut in the middle of a line
    assert scans.gather(time.time() + 300) == 1


def test_guessing_costs_little_and_finds_nothing(
    farm: Farm, django_assert_max_num_queries: Any
) -> None:
    roll_of(farm, 100)
    for number in range(200):
        text = f"{number * 7919:013}"
        assert look_up(farm.pack.gtin, text, timezone.localdate()).standing == "unknown"
    with django_assert_max_num_queries(1):
        look_up(farm.pack.gtin, "0123456789ABC", timezone.localdate())


def test_index_is_made_when_goods_change(farm: Farm) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        farm.item("Chè hộp", net_kg=1)
    assert index.file().exists()


def test_a_stop_shows_on_every_code_of_the_lot(farm: Farm) -> None:
    *_, pack = farm.chain()
    waiting = roll_of(farm, 5, lot=pack)
    roll = rolls.activate(roll_of(farm, 5), pack, by=farm.user)
    rolls.spoil(roll, 1, 1, "rách", by=farm.user)
    stop(pack, "recalled", "Có dị vật", by=farm.officer)
    codes = [f"/21/{next(rolls.serials_of(one))}" for one in (waiting, roll)]
    for code in (*codes, f"/10/{pack.code}/21/0123456789ABC"):
        assert "đang bị thu hồi" in get(f"/truy-xuat/01/{farm.pack.gtin}{code}")[2], code


def test_a_full_disk_hides_no_page(farm: Farm, settings: Any, tmp_path: Any) -> None:
    (tmp_path / "file").write_text("")
    settings.DATA = tmp_path / "file"  # nothing can be written below it
    assert get(f"/truy-xuat{farm.pack.path}")[0] == 200


def test_goods_newer_than_the_index_are_found(farm: Farm) -> None:
    index.publish()
    index.INDEX._look_at = 0.0
    newer = farm.item("Chè hộp", net_kg=Decimal(1))
    assert get(newer.path)[0] == 307


def test_a_households_plot_shows_its_code_only(farm: Farm) -> None:
    farm.producer.kind = "household"
    farm.producer.save()
    farm.area.name = "Vườn ông Nguyễn Văn A"
    farm.area.save()
    *_, pack = farm.chain()
    body = get(f"/truy-xuat{pack.path}")[2]
    assert "VT-14-001" in body
    assert "Nguyễn Văn A" not in body
    assert farm.producer.name not in body


def test_the_page_shows_no_events_of_other_packs(farm: Farm) -> None:
    _, tea, pack = farm.chain()
    used = [(tea.uid, Decimal(1))]
    other = farm.write("pack", item=farm.pack, quantity=Decimal(5), used=used).lot
    farm.write("ship", used=[(tea.uid, Decimal(1))], partner="Khách khác")
    assert other is not None
    body = get(f"/truy-xuat{pack.path}", accept_language="vi")[2]
    assert body.count("<strong>Đóng gói</strong>") == 1
    assert "Xuất hàng" not in body
