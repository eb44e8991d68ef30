"""After recognition: grievances with answers, inspections with remedies, removals with reasons."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.journal.models import Entry
from saola.server.notices.models import Message
from saola.server.recognition import actions
from saola.server.recognition.models import Decision, Recognition, Removal
from saola.server.recognition.queries import with_status
from saola.server.recognition.revocation import Conclusion, drop_removal, open_removal
from saola.server.supervision.grievances import answer, decline, send, take_up
from saola.server.supervision.inspections import (
    Found,
    follow_up,
    lead_to_removal,
    note_finding,
    plan,
)
from saola.server.supervision.models import Grievance, Inspection
from tests.factories import PlaceFactory, ProducerFactory, ProductFactory, UserFactory
from tests.server.conftest import Office
from tests.server.test_recognition import decide, signed, submitted
from tests.server.test_register import browser
from tests.server.test_uploads import photo

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def recognised(office: Office) -> Recognition:
    dossier = submitted(office, 80, 80, 80)
    decide(office, dossier)
    actions.certify(dossier, TODAY(), by=office["province_leader"])
    actions.publish(dossier, by=office["province_leader"])
    return Recognition.objects.get()


def inspected(office: Office, row: Recognition) -> Inspection:
    data = {
        "kind": "sudden",
        "title": "Kiểm tra thử",
        "province_code": "14",
        "basis": "phản ánh",
        "team": "Người A, Chi cục",
        "first_day": TODAY(),
        "last_day": TODAY(),
    }
    return plan(data, [row], by=office["ocop_agency"])


def test_a_petition_is_taken_up_answered_and_told(office: Office, recognised: Recognition) -> None:
    client, page = office.client("producer"), reverse("portal:grievances")
    token = str(uuid.uuid4())
    data = {"kind": "petition", "product": recognised.product_id, "text": "Xin xem lại tiêu chí 7"}
    twice = [client.post(page, data | {"token": token}).status_code for _ in range(2)]
    grievance = Grievance.objects.get()
    agency = office.client("ocop_agency")
    desk = reverse("desk:grievance", args=[grievance.pk])
    late = TODAY() - timedelta(1)

    refused = agency.post(desk, {"due_on": late.isoformat()})
    agency.post(desk, {"due_on": (TODAY() + timedelta(10)).isoformat()})
    agency.post(desk, {"answer": "Giữ nguyên, vì …", "effect": "none", "number": "5/TL"})

    grievance.refresh_from_db()
    assert twice == [302, 302]
    assert refused.status_code == 409
    assert (grievance.state, grievance.effect, grievance.answer_number) == (
        "answered",
        "none",
        "5/TL",
    )
    about = Message.objects.filter(about=f"grievance:{grievance.pk}")
    assert about.filter(recipient=office["producer"]).count() == 2
    assert about.filter(recipient=office["ocop_agency"]).count() == 1
    assert "Giữ nguyên, vì …" in client.get(page).content.decode()
    assert "Xin xem lại" not in str(list(Entry.objects.values()))


def test_a_complaint_names_a_decision_about_the_product(
    office: Office, recognised: Recognition
) -> None:
    by, other = office["producer"], ProductFactory(producer=office.producer)
    decision = Decision.objects.get()

    with pytest.raises(Refused, match="phải nêu quyết định"):
        send("complaint", recognised.product, "sai", uuid.uuid4(), by=by)
    with pytest.raises(Refused, match="không nói về"):
        send("complaint", other, "sai", uuid.uuid4(), by=by, decision=decision)
    kept = send("complaint", recognised.product, "sai", uuid.uuid4(), by=by, decision=decision)
    with pytest.raises(Refused, match="địa bàn"):
        send("petition", recognised.product, "x", uuid.uuid4(), by=office["other_producer"])

    declined = decline(kept, "quá thời hiệu", by=office["ocop_agency"])
    assert declined.state == "declined"
    with pytest.raises(Refused, match="đã được xử lý"):
        take_up(kept, TODAY(), by=office["ocop_agency"])
    with pytest.raises(Refused, match="địa bàn"):
        answer(kept, "x", "none", number="", by=office["other_province"])


def test_a_citizen_reports_without_a_name(
    office: Office, recognised: Recognition, client: Client
) -> None:
    page = reverse("public:report", args=[recognised.product_id])
    data = {"text": "Thấy tem sai ở chợ", "contact": "0900", "token": str(uuid.uuid4())}

    machine = client.post(page, data | {"website": "http://x"})
    sent = [client.post(page, data).status_code for _ in range(2)]

    assert machine.status_code == 400
    assert sent == [302, 302]
    grievance = Grievance.objects.get()
    assert (grievance.kind, grievance.sender) == ("report", None)
    agency = office.client("ocop_agency").get(reverse("desk:grievance", args=[grievance.pk]))
    assert "0900" in agency.content.decode()
    for who in ("producer", "commune_officer", "other_province"):
        answer = office.client(who).get(reverse("desk:grievance", args=[grievance.pk]))
        assert answer.status_code in (403, 404), who
    public = client.get(reverse("public:product", args=[recognised.product_id]))
    assert "0900" not in public.content.decode()
    assert client.get(reverse("public:report", args=[99999])).status_code == 404


def test_a_market_find_comes_with_its_place_and_picture(
    office: Office, recognised: Recognition, client: Client
) -> None:
    page = reverse("public:report", args=[recognised.product_id])
    find = {"text": "Còn bán với tem 5 sao", "where": "Chợ Mường La", "contact": ""}

    def sent(name: str, content: bytes) -> int:
        picture = SimpleUploadedFile(name, content)
        data = find | {"token": str(uuid.uuid4()), "photo": picture}
        return client.post(page, data).status_code

    refused = [sent("a.pdf", b"%PDF-1.4"), sent("a.jpg", b"MZ"), sent("a.mp3", b"ID3" + bytes(60))]
    assert refused == [400, 400, 400]
    assert not Grievance.objects.exists()
    assert sent("cho.jpg", photo()) == 302

    grievance = Grievance.objects.get()
    shown = reverse("desk:grievance-photo", args=[grievance.pk])
    agency = office.client("ocop_agency")
    desk = agency.get(reverse("desk:grievance", args=[grievance.pk])).content.decode()
    assert "Chợ Mường La" in desk
    assert shown in desk
    picture = agency.get(shown)
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
    for who in ("producer", "commune_officer", "other_province"):
        assert office.client(who).get(shown).status_code in (403, 404), who
    assert client.get(shown).status_code == 302  # to sign in


def test_an_inspection_finds_and_follows_up(office: Office, recognised: Recognition) -> None:
    item = inspected(office, recognised).items.get()
    by = office["ocop_agency"]
    page = reverse("desk:inspection-item", args=[item.pk])
    data = {"on": TODAY().isoformat(), "record": "Nhãn thiếu hạn dùng", "finding": "remedy"}

    without = office.client("ocop_agency").post(page, data)
    remedy = {"remedy": "In lại nhãn", "remedy_by": (TODAY() + timedelta(30)).isoformat()}
    office.client("ocop_agency").post(page, data | remedy)
    with pytest.raises(Refused, match="chưa phải căn cứ"):
        lead_to_removal(item, "không còn sản xuất", by=by)
    follow_up(item, remedied=False, on=TODAY(), note="Vẫn thiếu", by=by)
    lead_to_removal(item, "không còn đáp ứng tiêu chí", by=by)

    assert without.status_code == 409
    removal = Removal.objects.get()
    assert removal.due_on == TODAY() + timedelta(15)
    assert "Vẫn thiếu" in removal.basis
    told = Message.objects.filter(recipient=office["producer"], subject__contains="khắc phục")
    assert told.exists()
    listed = office.client("ocop_agency").get(reverse("desk:inspection", args=[item.inspection_id]))
    assert "In lại nhãn" in listed.content.decode()


def test_a_finding_is_written_once(office: Office, recognised: Recognition) -> None:
    item = inspected(office, recognised).items.get()
    told = Found(TODAY(), "Không còn sản xuất từ tháng 5", "ended")
    note_finding(item, told, by=office["ocop_agency"])

    with pytest.raises(Refused, match="Đã có kết luận"):
        note_finding(item, told, by=office["ocop_agency"])
    with pytest.raises(Refused, match="địa bàn"):
        note_finding(item, told, by=office["other_province"])


def test_an_inspection_is_planned_on_its_page(office: Office, recognised: Recognition) -> None:
    page = reverse("desk:inspection-new")
    data = {
        "kind": "planned",
        "title": "Kế hoạch năm",
        "basis": "1/KH",
        "team": "Người A\nNgười B",
        "first_day": TODAY().isoformat(),
        "last_day": TODAY().isoformat(),
    }

    without = office.client("ocop_agency").post(page, data)
    office.client("ocop_agency").post(page, data | {"recognitions": [recognised.pk]})

    assert without.status_code == 409
    assert Inspection.objects.get().items.count() == 1
    commune = office.client("commune_officer").get(reverse("desk:inspections"))
    assert "Kế hoạch năm" in commune.content.decode()
    other = office.client("other_commune").get(reverse("desk:inspections"))
    assert "Kế hoạch năm" not in other.content.decode()


def test_a_removal_goes_through_its_pages(office: Office, recognised: Recognition) -> None:
    agency, leader = office.client("ocop_agency"), office.client("province_leader")
    start = reverse("desk:open-removal", args=[recognised.pk])
    today = TODAY().isoformat()
    told = {"kind": "revoke", "ground": "không còn sản xuất", "basis": "Xã xác nhận"}
    agency.post(start, told | {"concluded_on": today})
    again = agency.post(start, told | {"concluded_on": today})
    page = reverse("desk:removal", args=[Removal.objects.get().pk])
    paper = {"number": "3/BC", "dated": today}
    agency.post(page, paper | {"text": "Đã đến nơi"})
    assert with_status(TODAY()).get().status == "in_force"  # nothing is public on suspicion
    agency.post(page, paper)
    early = office.client("commune_leader").post(page, paper)
    sign = {"number": "60/QĐ", "dated": today, "signer": "Người ký", "position": "Chủ tịch"}
    leader.post(page, sign)

    assert again.status_code == 409
    assert early.status_code == 403
    assert with_status(TODAY()).get().status == "revoked"
    decision = Removal.objects.get().decision
    assert decision is not None
    assert decision.number == "60/QĐ"
    assert "60/QĐ" in leader.get(page).content.decode()


def test_taking_back_a_recognition_is_its_own_act(office: Office, recognised: Recognition) -> None:
    office.remove(recognised, "chấm sai quy trình", signed("61/QĐ"), kind="withdraw")

    row = Recognition.objects.get()
    assert with_status(TODAY()).get().status == "withdrawn"
    assert (row.revoked_on, row.withdrawn_reason) == (None, "chấm sai quy trình")
    public = office.client("producer").get(reverse("public:product", args=[row.product_id]))
    assert "quyết định công nhận đã bị thu hồi" in public.content.decode().lower()
    with pytest.raises(Refused, match="đã bị thu hồi"):
        actions.start_renewal(row.product, by=office["producer"])


def test_a_removal_may_end_without_one(office: Office, recognised: Recognition) -> None:
    told = Conclusion("revoke", "không còn sản xuất", "nghe nói", TODAY())
    removal = open_removal(recognised, told, by=office["ocop_agency"])

    with pytest.raises(Refused, match="lý do"):
        drop_removal(removal, " ", by=office["ocop_agency"])
    drop_removal(removal, "Vẫn sản xuất", by=office["ocop_agency"])

    assert with_status(TODAY()).get().status == "in_force"
    open_removal(recognised, told, by=office["ocop_agency"])  # may be opened again later


def test_a_commune_sees_what_was_found_at_its_own_producers_only(
    office: Office, recognised: Recognition
) -> None:
    place = PlaceFactory(code="04048", name="Xã Khác")
    other = ProductFactory(producer=ProducerFactory(place=place))
    row = Recognition.objects.create(product=other, stars=3, year=TODAY().year)
    data = {
        "kind": "planned",
        "title": "Hai xã",
        "province_code": "14",
        "basis": "1/KH",
        "team": "A",
        "first_day": TODAY(),
        "last_day": TODAY(),
    }
    made = plan(data, [recognised, row], by=office["ocop_agency"])
    for item in made.items.all():
        told = Found(TODAY(), f"Riêng của {item.recognition.product.name}", "fit")
        note_finding(item, told, by=office["ocop_agency"])

    page = office.client("other_commune").get(reverse("desk:inspection", args=[made.pk]))

    words = page.content.decode()
    assert f"Riêng của {other.name}" in words
    assert f"Riêng của {recognised.product.name}" not in words


class TestMarkOnOtherGoods:
    """The mark on goods that the register does not know is reported with place and picture."""

    def posted(self, client: Any, **changes: Any) -> Any:
        page = client.get("/bao-dung-sai-nhan/").content.decode()
        token = page.split('name="token" value="')[1].split('"')[0]
        place = PlaceFactory(code="03871", name="Xã Pắc Ngà")
        told = {"text": "Hộp chè có ba sao mà không có trong sổ", "where": "chợ xã",
                "place": str(place.pk), "token": token, "website": "", "contact": ""}  # fmt: skip
        return client.post("/bao-dung-sai-nhan/", told | changes), told

    def test_it_reaches_the_office_of_the_province(self, client: Any) -> None:
        answer, told = self.posted(client)
        assert answer.status_code == 302
        assert client.post("/bao-dung-sai-nhan/", told).status_code == 302
        (row,) = Grievance.objects.all()
        assert (row.product, row.place.name, row.kind) == (None, "Xã Pắc Ngà", "report")
        agency = browser(UserFactory(role="ocop_agency", role__scope="place:14"))
        assert (
            "dùng sai nhãn OCOP, Xã Pắc Ngà"
            in agency.get("/can-bo/don-thu/?loai=phan-anh").content.decode()
        )
        assert agency.get(f"/can-bo/don-thu/{row.pk}/").status_code == 200
        other = browser(UserFactory(role="ocop_agency", role__scope="place:11"))
        assert other.get(f"/can-bo/don-thu/{row.pk}/").status_code == 404

    def test_without_a_place_nothing_is_lost(self, client: Any) -> None:
        answer, _told = self.posted(client, place="")
        assert answer.status_code == 400
        assert "Hộp chè có ba sao" in answer.content.decode()
        assert not Grievance.objects.exists()
