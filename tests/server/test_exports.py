"""Lists go out: the register for everybody, dossiers and the ministry's table for offices."""

import csv
import io
from datetime import date
from typing import Any

import pytest
import python_calamine
from django.test import Client
from django.urls import reverse

from saola.server.products.models import Producer
from saola.server.recognition.models import Recognition
from tests.factories import PlaceFactory, ProducerFactory, ProductFactory
from tests.server.conftest import Office

pytestmark = pytest.mark.django_db


def table(response: Any) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def recognised(name: str, **fields: Any) -> Recognition:
    product = ProductFactory(name=name, **fields.pop("product", {}))
    defaults = {
        "stars": 4,
        "year": 2026,
        "recognised_on": date(2026, 8, 5),
        "expires_on": date(2029, 8, 5),
        "published_on": date(2026, 8, 6),
    }
    return Recognition.objects.create(product=product, **(defaults | fields))


def test_the_register_goes_out_with_its_filters_and_without_names_of_people(office: Office) -> None:
    household = ProducerFactory(
        name="Nguyễn Văn Thử", kind=Producer.Kind.HOUSEHOLD, place=office.producer.place
    )
    recognised("Chè A", product={"producer": household, "place": household.place})
    recognised("Chè B", stars=3)
    recognised("Chè C", published_on=None)

    rows = table(Client().get(reverse("public:register-file", args=["csv"])))
    four = table(Client().get(reverse("public:register-file", args=["csv"]) + "?sao=4"))
    book = Client().get(reverse("public:register-file", args=["xlsx"])).content

    assert [row[0] for row in rows[1:]] == ["Chè A", "Chè B"]
    assert rows[1][1:9] == [
        "Hộ kinh doanh",
        "Xã Tà Xùa",
        "03868",
        "14",
        "4",
        "2026",
        "05/08/2026",
        "05/08/2029",
    ]
    assert "Nguyễn" not in str(rows)
    assert len(four) == 2
    sheet = python_calamine.load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in sheet[1:]] == ["Chè A", "Chè B"]
    odd = Client().get(reverse("public:register-file", args=["exe"]))
    assert odd.status_code == 404


def test_dossiers_go_out_as_the_officer_sees_them(office: Office) -> None:
    shown = office.dossier("filed")
    office.dossier()  # a draft is the producer's own
    path = reverse("desk:queue-file", args=["csv"])

    rows = table(office.client("commune_officer").get(path))

    assert [row[2] for row in rows[1:]] == [shown.product.name]
    assert rows[1][8] == "đã nộp, chờ xã tiếp nhận"
    assert Client().get(path).status_code == 302
    assert office.client("producer").get(path).status_code == 403


def test_the_ministrys_table_has_its_columns_and_only_real_products(office: Office) -> None:
    real = recognised("Chè thật", product={"producer": office.producer})
    recognised("Chè minh họa", product={"illustrative": True})
    recognised("Chưa rõ hạng", stars=None)
    elsewhere = PlaceFactory(code="01234", name="Xã Xa", province_code="01")
    recognised("Chè nơi khác", product={"place": elsewhere})

    rows = table(office.client("ocop_agency").get(reverse("desk:ministry-table", args=["csv"])))

    assert rows[0][:3] == ["MA_OCOP", "Ma_DonViHanhChinh", "Ma_ThoiGian"]
    assert rows[1:] == [
        [
            str(real.pk),
            "03868",
            "2026",
            str(real.product_id),
            "Chè thật",
            "4*",
            office.producer.name,
            "",
            "in_force",
        ]
    ]


def test_lists_take_as_many_queries_at_any_size(
    office: Office, django_assert_num_queries: Any
) -> None:
    client, path = Client(), reverse("public:register-file", args=["xlsx"])
    for n in range(8):
        recognised(f"Chè {n}")

    with django_assert_num_queries(3):
        client.get(path)
