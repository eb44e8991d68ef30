"""Before a dossier: ideas answered, plans that fill Mẫu 02, improvements, advice, what lacks."""

import io
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from saola.lifecycle.dossier import Kind
from saola.lifecycle.machine import Refused
from saola.server.councils.reports.gaps import gaps
from saola.server.dossiers.actions import start
from saola.server.notices.models import Message
from saola.server.preparation.actions import (
    advise_on,
    make_product,
    register_idea,
    reply_to_idea,
    save_plan,
)
from saola.server.preparation.models import Advice, Idea, Improvement, Plan
from tests.factories import ProductFactory
from tests.server.conftest import Office

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def photo() -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), (20, 90, 60)).save(made, "JPEG")
    return SimpleUploadedFile("ảnh.jpg", made.getvalue(), content_type="image/jpeg")


def test_an_idea_is_answered_and_becomes_a_product(office: Office) -> None:
    producer, commune = office.client("producer"), office.client("commune_officer")
    data = {"name": "Chè ướp hoa", "text": "Ướp hoa bưởi", "producer": office.producer.pk}
    token = str(uuid.uuid4())

    twice = [
        producer.post(reverse("portal:ideas"), data | {"token": token}).status_code
        for _ in range(2)
    ]
    idea = Idea.objects.get()
    desk, own = reverse("desk:idea", args=[idea.pk]), reverse("portal:idea", args=[idea.pk])
    commune.post(desk, {"text": "Hoa lấy ở đâu?", "state": "asked"})
    producer.post(own, {"text": "Hoa của bản"})
    waiting = Idea.objects.get().state
    commune.post(desk, {"text": "Nên làm", "state": "supported"})
    producer.post(own, {"group": "11"})

    idea.refresh_from_db()
    assert twice == [302, 302]
    assert waiting == "registered"
    assert idea.product is not None
    assert (idea.state, idea.product.group_number) == ("supported", 11)
    assert "Hoa của bản" in commune.get(desk).content.decode()
    told = Message.objects.filter(recipient=office["producer"], about=f"idea:{idea.pk}")
    assert told.count() == 2
    assert office.client("other_commune").get(desk).status_code == 404
    assert office.client("other_producer").get(own).status_code == 404
    with pytest.raises(Refused, match="đã thành sản phẩm"):
        reply_to_idea(idea, "thôi", "declined", by=office["commune_officer"])


def test_a_product_waits_for_support(office: Office) -> None:
    idea = register_idea(office.producer, "Mới", "nội dung", uuid.uuid4(), by=office["producer"])

    with pytest.raises(Refused, match="ủng hộ"):
        make_product(idea, 11, by=office["producer"])
    with pytest.raises(Refused, match="quyền"):
        reply_to_idea(idea, "được", "supported", by=office["producer"])


def test_a_plan_fills_the_parts_of_the_form(office: Office) -> None:
    product = ProductFactory(producer=office.producer)
    year, client = TODAY().year, office.client("producer")
    page = reverse("portal:plan", args=[product.pk, year])

    client.post(
        page, {"base": "0", "output": "2 tấn", "standards": "HACCP", "done": "Đã xây xưởng"}
    )
    late = client.post(page, {"base": "0", "output": "3 tấn"})
    dossier = start(product, Kind.FIRST, by=office["producer"])

    assert late.status_code == 409
    assert "2 tấn" in late.content.decode()
    assert Plan.objects.get().output == "2 tấn"
    words = dossier.self_assessment
    assert words.plan == f"Phương án năm {year}\nSản lượng: 2 tấn\nTiêu chuẩn hướng tới: HACCP"
    assert words.results == f"Năm {year}: Đã xây xưởng"
    assert client.get(reverse("portal:plan", args=[product.pk, year + 9])).status_code == 404
    with pytest.raises(Refused, match="địa bàn"):
        save_plan(product, year, {"output": "x"}, by=office["other_producer"])


def test_improvements_keep_their_versions_and_photos(office: Office) -> None:
    product = ProductFactory(producer=office.producer)
    client, page = office.client("producer"), reverse("portal:product", args=[product.pk])
    data = {"subject": "label", "change": "Thêm tiếng Anh", "made_on": TODAY().isoformat()}

    client.post(page, data | {"criteria": ["2.4"], "before": photo(), "after": photo()})
    client.post(page, data | {"change": "Thêm mã vạch", "criteria": ["2.3"]})
    future = client.post(page, data | {"made_on": (TODAY() + timedelta(1)).isoformat()})

    first, second = Improvement.objects.order_by("version")
    assert (first.version, second.version) == (1, 2)
    assert first.criteria == ["2.4"]
    assert future.status_code == 400
    picture = client.get(reverse("portal:improvement-file", args=[first.pk, "truoc"]))
    assert picture["Content-Type"] == "image/jpeg"
    desk = office.client("commune_officer").get(reverse("desk:product", args=[product.pk]))
    assert "Thêm mã vạch" in desk.content.decode()
    none = office.client("commune_officer").get(
        reverse("desk:improvement-file", args=[second.pk, "sau"])
    )
    assert none.status_code == 404


def test_advice_reaches_the_producer_and_is_ticked_off(office: Office) -> None:
    product = ProductFactory(producer=office.producer)
    page = reverse("desk:product", args=[product.pk])
    data = {"text": "In lại nhãn", "owner": "HTX", "criteria": ["2.3"]}

    office.client("advisory_team").post(page, data)
    advice = Advice.objects.get()
    office.client("producer").post(reverse("portal:advice-done", args=[advice.pk]))

    advice.refresh_from_db()
    assert advice.done_on == TODAY()
    assert Message.objects.filter(recipient=office["producer"], subject__contains="Tư vấn").exists()
    with pytest.raises(Refused, match="quyền"):
        advise_on(product, "x", [], by=office["producer"])


def test_products_are_grouped_by_what_they_lack(office: Office) -> None:
    first = office.concluded(60, 60, 60, stars=3)
    second = office.dossier("filed", total=60, target_stars=4)
    type(second).objects.update(filed_on=TODAY())
    office.dossier("filed", total=95)

    found = gaps(office["ocop_agency"])

    lacking = {lack.dossier.pk for gap in found for lack in gap.lacks}
    assert first.pk in lacking
    assert all(lack.has is None or lack.has < lack.needs for gap in found for lack in gap.lacks)
    counts = [len(gap.lacks) for gap in found]
    assert counts == sorted(counts, reverse=True)
    page = office.client("ocop_agency").get(reverse("desk:gaps"))
    assert first.product.name in page.content.decode()
    assert gaps(office["other_province"]) == []


def test_what_lacks_takes_as_many_queries_for_one_as_for_three(
    office: Office, django_assert_max_num_queries: object
) -> None:
    for _ in range(3):
        made = office.dossier("accepted", total=60)
        type(made).objects.filter(pk=made.pk).update(filed_on=TODAY())
    user = office["ocop_agency"]
    user.scopes_for("dossier_view")  # type: ignore[arg-type]

    with django_assert_max_num_queries(4):  # type: ignore[operator]
        gaps(user)
