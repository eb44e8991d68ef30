"""Pages of the log, lots, labels: of the producer, of the office."""

import io
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from saola.server.accounts.models import User
from saola.server.labels.models import Alarm, Roll, Seen
from saola.server.labels.rolls import activate, serials_of
from saola.server.traceability.models import Entry, Lot
from tests.server.test_labels import roll_of
from tests.server.test_traceability import Farm

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm(settings: Any, tmp_path: Any) -> Farm:
    settings.DATA = tmp_path
    return Farm()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(
        User.objects.get(pk=user.pk), backend="saola.server.accounts.backends.Accounts"
    )
    return client


def entry(act: str, **fields: Any) -> dict[str, Any]:
    at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    return {"uid": str(uuid.uuid4()), "act": act, "at": at, **fields}


def test_five_buttons_work_without_a_script(farm: Farm) -> None:
    client = browser(farm.user)
    assert client.get("/chu-the/so-ghi/").status_code == 200
    harvest = entry("harvest", item=farm.leaf.pk, quantity="50", area=farm.area.pk)
    assert client.post("/chu-the/so-ghi/", harvest).status_code == 302
    buy = entry("buy", item=farm.leaf.pk, quantity="7.5", partner="Hộ gần đó", document="12")
    assert client.post("/chu-the/so-ghi/", buy).status_code == 302
    made = entry(
        "process", item=farm.tea.pk, quantity="11", waste_kg="1",
        lot_1=harvest["uid"], used_1="50", lot_2=buy["uid"], used_2="7.5",
    )  # fmt: skip
    assert client.post("/chu-the/so-ghi/", made).status_code == 302
    pack = entry("pack", item=farm.pack.pk, quantity="100", lot_1=made["uid"], used_1="10")
    assert client.post("/chu-the/so-ghi/", pack).status_code == 302
    ship = entry("ship", lot_1=pack["uid"], used_1="40", partner="Cửa hàng A")
    assert client.post("/chu-the/so-ghi/", ship).status_code == 302
    assert Entry.objects.count() == 5
    assert Lot.objects.get(uid=pack["uid"]).remains == 60
    page = client.get("/chu-the/so-ghi/").content.decode()
    assert "Cửa hàng A" in page


def test_nothing_typed_is_lost(farm: Farm) -> None:
    client = browser(farm.user)
    wrong = entry("harvest", item=farm.leaf.pk, quantity="-5", note="Hái sáng sớm")
    answer = client.post("/chu-the/so-ghi/", wrong)
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "Hái sáng sớm" in text
    assert 'class="deed opened" id="harvest"' in text
    quiet = client.post("/chu-the/so-ghi/", wrong, headers={"X-Autosave": "1"})
    assert (quiet.status_code, set(quiet.json())) == (409, {"reason"})
    right = wrong | {"quantity": "5"}
    told = client.post("/chu-the/so-ghi/", right, headers={"X-Autosave": "1"})
    assert told.status_code == 200
    assert client.post("/chu-the/so-ghi/", right, headers={"X-Autosave": "1"}).status_code == 200
    assert Entry.objects.count() == 1


def test_photos_are_pictures(farm: Farm) -> None:
    client = browser(farm.user)
    text = SimpleUploadedFile("a.jpg", b"no picture")
    posted = entry("harvest", item=farm.leaf.pk, quantity="5", photo=text)
    assert client.post("/chu-the/so-ghi/", posted).status_code == 400
    assert Entry.objects.count() == 0


def test_an_entry_is_shown_with_its_photo_and_declared_wrong(farm: Farm) -> None:
    client, picture = browser(farm.user), io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(picture, "JPEG")
    photo = SimpleUploadedFile("nuong.jpg", picture.getvalue())
    posted = entry("harvest", item=farm.leaf.pk, quantity="5", note="Hái sớm", photo=photo)
    assert client.post("/chu-the/so-ghi/", posted).status_code == 302
    address = f"/chu-the/so-ghi/{posted['uid']}/"
    page = client.get(address).content.decode()
    assert "Hái sớm" in page
    assert f"{address}anh/" in page
    shown = client.get(f"{address}anh/")
    assert shown["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(b"".join(shown))).size == (64, 48)
    for path in (address, f"{address}anh/"):
        assert browser(Farm().user).get(path).status_code == 404
    assert client.post(address, {"reason": "incorrect_data", "why": ""}).status_code == 400
    wrong = {"reason": "incorrect_data", "why": "cân nhầm"}
    assert client.post(address, wrong).status_code == 302
    assert "cân nhầm" in client.get(address).content.decode()
    assert "ghi sai" in client.get("/chu-the/so-ghi/").content.decode()


def test_strangers_find_nothing(farm: Farm) -> None:
    *_, pack = farm.chain()
    roll = roll_of(farm)
    other = Farm()
    client = browser(other.user)
    for path in (
        f"/chu-the/hang-hoa/{farm.producer.pk}/",
        f"/chu-the/lo/{pack.pk}/",
        f"/chu-the/lo/{pack.pk}/ma.pdf",
        f"/chu-the/tem/cua/{farm.producer.pk}/",
        f"/chu-the/tem/{roll.pk}/",
        f"/chu-the/tem/{roll.pk}/danh-sach.csv",
    ):
        assert client.get(path).status_code == 404, path
        assert browser(farm.user).get(path).status_code == 200, path
    stolen = entry("ship", lot_1=str(pack.uid), used_1="1", producer=farm.producer.pk)
    assert client.post("/chu-the/so-ghi/", stolen).status_code == 400
    assert client.get("/can-bo/truy-xuat/").status_code == 403


def test_goods_and_areas_are_entered(farm: Farm) -> None:
    client = browser(farm.user)
    path = f"/chu-the/hang-hoa/{farm.producer.pk}/"
    assert client.post(path, {"form": "item", "name": "Chè hộp", "unit": ""}).status_code == 302
    assert client.post(path, {"form": "item", "name": "Chè hộp", "unit": ""}).status_code == 400
    area = {"form": "area", "name": "Nương 2", "shape": "21.3, 104.5", "hectares": "0.8"}
    assert client.post(path, area).status_code == 302
    assert client.post(path, area | {"name": "x", "shape": "đâu đó"}).status_code == 400
    assert farm.producer.items.filter(name="Chè hộp").count() == 1


def test_labels_on_their_pages(farm: Farm) -> None:
    *_, pack = farm.chain()
    client = browser(farm.user)
    order = {"uid": str(uuid.uuid4()), "item": farm.pack.pk, "count": "70"}
    answer = client.post(f"/chu-the/tem/cua/{farm.producer.pk}/", order)
    roll = Roll.objects.get()
    assert answer["Location"] == f"/chu-the/tem/{roll.pk}/"
    printed = {"form": "print", "sheet": "a4-65", "carrier": "qr", "skip": "3"}
    assert client.post(f"/chu-the/tem/{roll.pk}/", printed).status_code == 302
    pdf = client.get(f"/chu-the/tem/{roll.pk}/tep/{roll.prints.get().pk}/")
    assert b"".join(pdf.streaming_content)[:5] == b"%PDF-"  # type: ignore[attr-defined]
    spoil = {"form": "spoil", "first": "1", "count": "2", "reason": "rách"}
    assert client.post(f"/chu-the/tem/{roll.pk}/", spoil).status_code == 302
    assert client.post(f"/chu-the/tem/{roll.pk}/", spoil).status_code == 400
    on = {"form": "activate", "lot": pack.pk}
    assert client.post(f"/chu-the/tem/{roll.pk}/", on).status_code == 302
    assert Roll.objects.get().state == "active"
    client.post(f"/chu-the/tem/{roll.pk}/huy/")
    assert Roll.objects.get().state == "active"
    assert (
        "Đã in 70, hỏng 2, đang kích hoạt 68"
        in client.get(f"/chu-the/lo/{pack.pk}/").content.decode()
    )


def test_the_office_finds_holds_and_recalls(farm: Farm) -> None:
    leaf, _, pack = farm.chain()
    client = browser(farm.officer)
    page = client.get("/can-bo/truy-xuat/", {"tim": leaf.code}).content.decode()
    assert f"/can-bo/truy-xuat/lo/{leaf.pk}/" in page
    path = f"/can-bo/truy-xuat/lo/{leaf.pk}/"
    assert client.post(path, {"deed": "recalled", "reason": ""}).status_code == 400
    done = client.post(path, {"deed": "recalled", "reason": "Dư lượng"})
    assert done.status_code == 302
    assert Lot.objects.get(pk=pack.pk).state == "recalled"
    assert "Thu hồi" in client.get(path).content.decode()
    assert client.post(path, {"deed": "free", "reason": "Đạt"}).status_code == 302
    assert Lot.objects.get(pk=pack.pk).state == "free"


def test_an_inspector_checks_a_code(farm: Farm) -> None:
    *_, pack = farm.chain()
    roll = activate(roll_of(farm), pack, by=farm.user)
    number = next(serials_of(roll))
    client = browser(farm.officer)
    code = f"HTTPS://OCOP.EXAMPLE/01/{farm.pack.gtin}/21/{number}"
    page = client.get("/can-bo/truy-xuat/", {"ma": code}).content.decode()
    assert "Lần kiểm tra đầu tiên" in page
    assert not Seen.objects.exists()
    assert "Không phải mã GS1" in client.get("/can-bo/truy-xuat/", {"ma": "x"}).content.decode()


def test_alarms_are_looked_at(farm: Farm) -> None:
    now = timezone.now() - timedelta(hours=1)
    seen = Seen.objects.create(roll=roll_of(farm), place=0, first_at=now, last_at=now)
    alarm = Alarm.objects.create(kind="early", seen=seen, at=now)
    client = browser(farm.officer)
    assert "trước khi tem được kích hoạt" in client.get("/can-bo/truy-xuat/").content.decode()
    client.post(f"/can-bo/truy-xuat/canh-bao/{alarm.pk}/", {"remark": "Đã gọi hợp tác xã"})
    assert Alarm.objects.get().looked_by == farm.officer


@pytest.mark.parametrize("page", ["/chu-the/so-ghi/", "/chu-the/lo/{lot}/"])
def test_queries_do_not_grow_with_entries(farm: Farm, page: str) -> None:
    client = browser(farm.user)
    leaf, *_ = farm.chain()
    address = page.format(lot=leaf.pk)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
        for _ in range(5):
            lot = farm.write("harvest", item=farm.leaf, quantity=Decimal(2)).lot
            assert lot is not None
            used = [(lot.uid, Decimal(1)), (leaf.uid, Decimal("0.5"))]
            farm.write("process", item=farm.tea, quantity=Decimal("0.1"), used=used)
    assert counts[0] == counts[1]


def test_goods_and_areas_are_changed(farm: Farm) -> None:
    client = browser(farm.user)
    farm.chain()
    path = f"/chu-the/vung-trong/{farm.area.pk}/"
    assert "Nương chè 1" in client.get(path).content.decode()
    told = {"name": "Nương chè 1", "certificate": "VietGAP", "certificate_until": "2027-05-01"}
    assert client.post(path, told).status_code == 302
    farm.area.refresh_from_db()
    assert (farm.area.certificate, bool(farm.area.shape)) == ("VietGAP", True)
    assert client.post(path, told | {"name": ""}).status_code == 400
    path = f"/chu-the/hang/{farm.pack.pk}/"
    assert client.post(path, {"name": "Chè gói", "net_kg": "0.1", "unit": "KGM"}).status_code == 302
    farm.pack.refresh_from_db()
    assert (farm.pack.name, farm.pack.unit) == ("Chè gói", "")
    assert client.post(path, {"name": farm.leaf.name}).status_code == 400
    stranger = browser(Farm().user)
    assert stranger.get(path).status_code == 404
    assert stranger.get(f"/chu-the/vung-trong/{farm.area.pk}/").status_code == 404


def test_places_of_events_open(farm: Farm, client: Any) -> None:
    farm.chain()
    page = client.get(f"/noi/v{farm.area.pk}").content.decode()
    assert "VT-14-001" in page
    assert client.get(f"/noi/c{farm.producer.pk}").status_code == 200
    for wrong in ("/noi/x1", "/noi/v0", f"/noi/c{Farm().producer.pk}", "/noi/v" + "9" * 15):
        assert client.get(wrong).status_code == 404
