"""Ten thousand enquiries in a minute, from as many connections: what is kept stays small, the pages
go on answering."""

import uuid

import pytest
from django.core.cache import caches
from django.test import Client

from saola.server.market.enquiries import MOST_OF_PRODUCER
from saola.server.market.models import Enquiry
from saola.server.notices.models import Message
from tests.factories import ProducerFactory, ProductFactory
from tests.server.test_register import recognised

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_ten_thousand_enquiries() -> None:
    caches["machine"].clear()
    producer = ProducerFactory(email="htx@example.vn")
    products = [recognised(ProductFactory(producer=producer)) for _ in range(20)]
    other = recognised(ProductFactory(producer__email="khac@example.vn"))
    told = {"name": "Máy", "contact": "x@example.vn", "text": "mua mua mua"}
    answers = {302: 0, 400: 0}
    for n in range(10_000):
        address = f"10.{n // 65536}.{n // 256 % 256}.{n % 256}"
        page = f"/san-pham/{products[n % 20].pk}/hoi-mua/"
        sent = Client(REMOTE_ADDR=address).post(page, {**told, "token": str(uuid.uuid4())})
        answers[sent.status_code] += 1
    assert answers[302] == MOST_OF_PRODUCER
    assert Enquiry.objects.count() == Message.objects.count() == MOST_OF_PRODUCER
    page = f"/san-pham/{other.pk}/hoi-mua/"  # nobody else is kept from being asked
    assert Client().post(page, {**told, "token": str(uuid.uuid4())}).status_code == 302
    assert Client().get("/so-dang-ky/?tim=che").status_code == 200
