"""An office's list on its way into the register."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from saola.lifecycle.machine import Refused
from saola.server.products.models import Producer, Product
from saola.server.recognition.imports import kind_of, read, write
from saola.server.recognition.list_actions import accept_list, receive_list
from saola.server.recognition.models import ListImport, Recognition
from saola.server.recognition.queries import Filters, register
from tests.factories import PlaceFactory
from tests.server.conftest import Office
from tests.server.test_recognition import TODAY

SHARED = Path(__file__).parents[3] / "shared/data"
LIST = """TT\tTên sản phẩm\tChủ thể\tXã\tHạng\tSố quyết định
1\tMật ong\tHTX A\tXã Tà Xùa\t4 sao\t12/QĐ-UBND ngày 05/8/2025
2\tChè\tHTX A\tXã Tà Xùa\t3 sao\t12/QĐ-UBND ngày 05/8/2025
3\tChè\tHộ kinh doanh (minh họa)\tXã Tà Xùa\t3 sao\t12/QĐ-UBND ngày 05/8/2025
""".encode()


def written(office: Office, content: bytes) -> ListImport:
    by = office["ocop_agency"]
    made = receive_list("danh-sach.txt", content, "14", by=by)
    made.refresh_from_db()
    if made.state == "read":
        accept_list(made, by=by)
        made.refresh_from_db()
    return made


def test_a_list_is_looked_over_and_then_written(office: Office) -> None:
    PlaceFactory()
    client = office.client("ocop_agency")

    upload = SimpleUploadedFile("Danh sách.txt", LIST)
    answer = client.post(reverse("desk:lists"), {"file": upload})
    page = client.get(answer["Location"]).content.decode()
    assert Recognition.objects.count() == 0
    client.post(answer["Location"])

    made = ListImport.objects.get()
    assert "Ghi 3 sản phẩm vào sổ đăng ký" in page
    assert (made.state, made.rows, made.written) == ("written", 3, 3)
    rows = register(Filters(text="mat ong"), TODAY())
    assert [(r.stars, r.product.place.code, r.status) for r in rows] == [(4, "03868", "in_force")]
    assert {p.kind for p in Producer.objects.filter(address_as_printed="Xã Tà Xùa")} == {
        "cooperative",
        "household",
    }


FULL = """TT\tMã sản phẩm\tTên sản phẩm\tChủ thể\tLoại hình\tNgười đại diện\tĐiện thoại\tNhóm\tXã\tHạng\tNăm
1\t14-03868-01-2025\tChè\tCơ sở A (minh họa)\tHợp tác xã\tNgười A (minh họa)\t0912000000\t11\tXã Tà Xùa\t4\t2025
2\t14-03868-01-2025\tMật ong\tTà Xùa Xanh (minh họa)\tHợp tác xã\t\t\tsản phẩm lạ\tXã Tà Xùa\t3\t2025
""".encode()


def test_what_a_list_says_of_producer_and_product_is_kept(office: Office) -> None:
    PlaceFactory()

    made = written(office, FULL)

    assert (made.state, made.written) == ("written", 2)
    first, second = Product.objects.order_by("pk").select_related("producer")
    assert first.producer is not None
    assert second.producer is not None
    facts = (first.producer.representative, first.producer.phone, first.group_number, first.code)
    assert facts == ("Người A (minh họa)", "0912000000", 11, "14-03868-01-2025")
    assert (second.group_number, second.code) == (None, "")  # the code is the first one's
    assert second.producer.kind == "cooperative"


def test_a_second_time_changes_nothing(office: Office) -> None:
    written(office, LIST)
    before = (Producer.objects.count(), Product.objects.count(), Recognition.objects.count())

    again = written(office, LIST)

    assert again.written == 0
    assert (
        Producer.objects.count(),
        Product.objects.count(),
        Recognition.objects.count(),
    ) == before


def test_what_is_no_list_is_told_on_its_page(office: Office) -> None:
    made = written(office, b"chi la chu")

    page = office.client("ocop_agency").get(reverse("desk:list", args=[made.pk])).content.decode()

    assert made.state == "unreadable"
    assert "Không tìm thấy dòng tiêu đề" in page


def test_lists_are_the_agencys(office: Office) -> None:
    made = written(office, LIST)
    page = reverse("desk:list", args=[made.pk])

    assert office.client("commune_officer").get(reverse("desk:lists")).status_code == 403
    assert office.client("other_province").get(page).status_code == 404
    with pytest.raises(Refused):
        receive_list("x", LIST, "14", by=office["other_province"])
    with pytest.raises(Refused, match="đã được ghi"):
        accept_list(made, by=office["ocop_agency"])


def test_an_empty_or_endless_file_is_refused_in_words(office: Office, settings: Any) -> None:
    client, page = office.client("ocop_agency"), reverse("desk:lists")
    settings.LIST_MAX_BYTES = 10

    for data in ({}, {"text": "  "}, {"file": SimpleUploadedFile("a.csv", LIST)}):
        answer = client.post(page, data)
        assert answer.status_code == 400
        assert "error-summary" in answer.content.decode()


def test_tasks_run_twice_do_nothing_more(office: Office) -> None:
    made = written(office, LIST)

    read(made.pk)
    write(made.pk)

    made.refresh_from_db()
    assert (made.state, Recognition.objects.count()) == ("written", 3)


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="chưa có thư mục shared/data")
@pytest.mark.parametrize(("name", "rows"), [("son_la_products", 71), ("ocop_products_vn", 262)])
def test_the_real_lists_come_in(office: Office, name: str, rows: int) -> None:
    made = written(office, (SHARED / f"{name}.csv").read_bytes())

    assert (made.state, made.rows) == ("written", rows)
    assert made.reading is not None
    assert Recognition.objects.count() == made.written
    assert json.dumps(made.fault) == '""'


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("HTX Thái Tuấn", "cooperative"),
        ("Công ty TNHH A", "enterprise"),
        ("Tổ hợp tác B", "cooperative_group"),
        ("Cơ sở C", "household"),
        ("Nguyễn Văn (minh họa)", "unknown"),
    ],
)
def test_a_name_tells_its_kind(name: str, kind: str) -> None:
    assert kind_of(name) == kind
