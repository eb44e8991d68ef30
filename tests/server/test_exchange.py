"""Registrations with other systems, and files in the forms that others ask for."""

import json
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from python_calamine import CalamineWorkbook

from saola.lifecycle.machine import Refused
from saola.server.exchange import eudr
from saola.server.exchange.actions import register
from saola.server.exchange.models import Registration
from saola.server.exchange.ports import ports
from saola.server.labels.rolls import activate, serials_of
from saola.server.traceability.goods import add_area
from saola.server.traceability.recalls import stop
from tests.server.conftest import PDF
from tests.server.test_labels import roll_of
from tests.server.test_trace_pages import browser
from tests.server.test_traceability import Farm

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm(settings: Any, tmp_path: Any) -> Farm:
    settings.DATA = tmp_path
    return Farm()


def table(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def test_the_sheet_of_fsma(farm: Farm) -> None:
    *_, pack = farm.chain()
    farm.write("ship", used=[(pack.uid, Decimal(30))], partner="=HYPERLINK(1)", document="HD-7")
    head, *rows = table(ports()["fsma"].make(pack))
    assert [row[0] for row in rows] == [
        "Harvesting",
        "Transformation",
        "Transformation (packing)",
        "Shipping",
    ]
    told = dict(zip(head, rows[3], strict=True))
    assert told["Traceability lot code"].endswith(pack.path)
    assert told["Quantity"] == "30"
    assert told["Reference document"] == "HD-7"
    assert told["Previous source or subsequent recipient"] == "=HYPERLINK(1)"
    assert rows[0][head.index("Growing area")] == "Nương chè 1 VT-14-001"


def test_the_plots_of_eudr(farm: Farm) -> None:
    *_, pack = farm.chain()
    text = eudr.statement(pack).decode()
    assert "104.600000" in text
    told = json.loads(text)
    assert told["features"][0]["geometry"] == {"type": "Point", "coordinates": [104.6, 21.25]}
    assert told["dueDiligence"]["netMassKg"] == "8"
    assert told["missing"] == ["Nương chè 1: no scientific name"]
    large = {"name": "Nương lớn", "hectares": Decimal(5), "species": "Camellia sinensis"}
    area = add_area(farm.producer, large, "21.2, 104.5", by=farm.user)
    farm.area = area
    assert (
        "Nương lớn: over 4 ha, a polygon is needed"
        in json.loads(eudr.statement(farm.chain()[2]))["missing"]
    )


def test_bought_material_is_a_gap(farm: Farm) -> None:
    lot = farm.write("buy", item=farm.leaf, quantity=Decimal(5)).lot
    assert lot is not None
    missing = json.loads(eudr.statement(lot))["missing"]
    assert "raw material was bought: its plots are not known here" in missing


def test_lists_for_national_systems(farm: Farm) -> None:
    *_, pack = farm.chain()
    register(farm.pack, "national", "QG-77", timezone.localdate(), by=farm.user)
    head, *rows = table(ports()["national"].make(pack))
    told = dict(zip(head, rows[0], strict=True))
    assert (told["Số lô"], told["Công đoạn"]) == (pack.code, "Đóng gói")
    assert told["Mã đăng ký ở hệ thống nhận"] == "QG-77"
    assert table(ports()["verigoods"].make(pack))[1][head.index("Mã đăng ký ở hệ thống nhận")] == ""


def test_registrations_are_kept_once_with_their_proof(farm: Farm) -> None:
    client = browser(farm.user)
    path = f"/chu-the/dang-ky/{farm.producer.pk}/"
    posted = {
        "item": farm.pack.pk,
        "system": "national",
        "code": "QG-1",
        "registered_on": "2026-01-05",
        "evidence": SimpleUploadedFile("giay.pdf", PDF),
    }
    assert client.post(path, posted).status_code == 302
    assert client.post(path, posted | {"evidence": ""}).status_code == 302
    assert client.post(path, posted | {"system": "x", "evidence": ""}).status_code == 400
    row = Registration.objects.get()
    assert client.get(f"/chu-the/dang-ky/tep/{row.pk}/").status_code == 200
    assert browser(Farm().user).get(f"/chu-the/dang-ky/tep/{row.pk}/").status_code == 404
    with pytest.raises(Refused):
        register(farm.pack, "national", "QG-2", timezone.localdate(), by=Farm().user)


@pytest.mark.parametrize("port", ["fsma", "eudr", "national", "province", "verigoods"])
def test_every_port_gives_its_file(farm: Farm, port: str) -> None:
    *_, pack = farm.chain()
    client = browser(farm.user)
    assert client.get(f"/chu-the/lo/{pack.pk}/xuat/{port}/").status_code == 200
    assert client.get(f"/chu-the/lo/{pack.pk}/xuat/nothing/").status_code == 404
    assert browser(Farm().user).get(f"/chu-the/lo/{pack.pk}/xuat/{port}/").status_code == 404


def test_the_passport_as_json(farm: Farm, client: Any) -> None:
    *_, pack = farm.chain()
    roll = activate(roll_of(farm), pack, by=farm.user)
    number = next(serials_of(roll))
    told = client.get(f"/ho-chieu/01/{farm.pack.gtin}/21/{number}").json()
    assert (told["standing"], len(told["items"]), len(told["stages"])) == ("first", 8, 3)
    stop(pack, "recalled", "Có dị vật", by=farm.officer)
    assert client.get(f"/ho-chieu{pack.path}").json()["recall"] == "Có dị vật"
    assert client.get("/ho-chieu/01/1").status_code == 404
    assert client.get("/ho-chieu/01/08936012345674").status_code == 404
