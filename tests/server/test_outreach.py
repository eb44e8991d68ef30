"""Campaigns from the province to the villages, with proof, reminders and one report."""

import io
import uuid
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from saola.lifecycle.machine import Refused
from saola.server.notices.models import Message
from saola.server.outreach.campaigns import add_material, hand_down, plan_campaign
from saola.server.outreach.models import Campaign, Material, Proof, Task
from saola.server.outreach.queries import reached, report_rows
from saola.server.outreach.tasks import prove, remind, return_task, to_villages
from saola.server.places.models import Place, Shape
from tests.factories import PlaceFactory, UserFactory
from tests.server.test_register import browser

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


class Office:
    """A province with two communes and their people."""

    def __init__(self) -> None:
        self.lead = UserFactory(role="ocop_agency", role__scope="place:14")
        self.commune, self.other = PlaceFactory(), PlaceFactory(code="03871", name="Xã Pắc Ngà")
        self.officer = UserFactory(role="commune_officer", role__scope="place:03868")
        self.stranger = UserFactory(role="commune_officer", role__scope="place:03871")
        facts = {
            "title": "Mua chè quê mình", "aim": "Người dân biết sản phẩm", "audience": "hộ dân",
            "programme": "both", "starts_on": TODAY - timedelta(10),
            "ends_on": TODAY + timedelta(10), "goal": 500,
        }  # fmt: skip
        self.campaign: Campaign = plan_campaign(facts, "14", by=self.lead)

    def task(self) -> Task:
        places = [self.commune]
        hand_down(self.campaign, places, "Phát loa 5 lần", TODAY + timedelta(2), by=self.lead)
        return Task.objects.get(place=self.commune, village="")

    def village(self) -> Task:
        to_villages(self.task(), ["Bản A"], by=self.officer)
        return Task.objects.get(village="Bản A")


@pytest.fixture
def office(settings: Any, tmp_path: Any) -> Office:
    settings.DATA = tmp_path
    caches["machine"].clear()
    return Office()


def done(**facts: Any) -> dict[str, Any]:
    return {"way": "broadcast", "on": TODAY, "people": 120, "times": 5, "note": "loa bản", **facts}


def photo(color: str = "green", size: tuple[int, int] = (64, 48)) -> SimpleUploadedFile:
    kept = io.BytesIO()
    Image.new("RGB", size, color).save(kept, "JPEG")
    return SimpleUploadedFile("loa.jpg", kept.getvalue())


class TestCascade:
    def test_from_the_province_to_the_village_and_back(self, office: Office) -> None:
        village = office.village()
        assert Message.objects.filter(recipient=office.officer).count() == 1
        assert Message.objects.filter(recipient=office.stranger).count() == 0
        page = f"/viec/{village.token}/"
        posted = {
            "uid": str(uuid.uuid4()), "way": "broadcast", "on": TODAY.isoformat(),
            "people": "120", "times": "5", "photo": photo(),
        }  # fmt: skip
        assert Client().post(page, posted).status_code == 302
        village.refresh_from_db()
        assert village.state == "done"
        assert "120 người" in Client().get(page).content.decode()
        prove(village.above, uuid.uuid4(), done(way="post", people=300), by=office.officer)  # type: ignore[arg-type]
        rows = {row.place.code: row for row in reached(office.campaign, Place.objects.all())}
        here = rows["03868"]
        assert (here.state, here.villages, here.done) == ("done", 1, 1)
        assert (here.people, here.broadcasts, here.posts) == (420, 5, 5)
        assert rows["03871"].state == "none"
        cells = list(report_rows([office.campaign], Place.objects.all()))
        assert [row[7:] for row in cells] == [["Xã Tà Xùa", 1, 1, 420, 5, 5, 0, "đã xong"]]

    def test_a_proof_sent_twice_is_kept_once(self, office: Office) -> None:
        village, uid = office.village(), uuid.uuid4()
        for _ in range(2):
            prove(village, uid, done(), token=village.token)
        assert Proof.objects.count() == 1
        task = village.above
        assert task is not None
        with pytest.raises(Refused, match="bản khác"):
            prove(task, uid, done(), by=office.officer)

    def test_only_who_has_the_address_or_the_right(self, office: Office) -> None:
        village = office.village()
        with pytest.raises(Refused, match="Đường dẫn"):
            prove(village, uuid.uuid4(), done(), token=uuid.uuid4())
        with pytest.raises(Refused, match="Đường dẫn"):
            prove(village, uuid.uuid4(), done())
        with pytest.raises(Refused):
            prove(village, uuid.uuid4(), done(), by=office.stranger)
        assert Client().get(f"/viec/{uuid.uuid4()}/").status_code == 404
        assert village.above is not None
        assert Client().get(f"/viec/{village.above.token}/").status_code == 404
        page = f"/can-bo/truyen-thong/viec/{village.pk}/"
        assert browser(office.stranger).get(page).status_code == 404
        assert browser(office.officer).get(page).status_code == 200

    def test_a_proof_shows_something_on_a_day_that_was(self, office: Office) -> None:
        village = office.village()
        for facts, reason in (
            (done(note=""), "chụp ảnh"),
            (done(on=TODAY + timedelta(1)), "Ngày làm"),
            (done(on=TODAY - timedelta(100)), "Ngày làm"),
        ):
            with pytest.raises(Refused, match=reason):
                prove(village, uuid.uuid4(), facts, token=village.token)
        script = SimpleUploadedFile("a.html", b"<script>alert(1)</script>")
        with pytest.raises(Refused):
            prove(village, uuid.uuid4(), done(), token=village.token, upload=script)
        assert Proof.objects.count() == 0

    def test_what_does_not_show_it_goes_back(self, office: Office) -> None:
        village = office.village()
        with pytest.raises(Refused, match="chưa có"):
            return_task(village, "mờ", by=office.officer)
        prove(village, uuid.uuid4(), done(), token=village.token)
        with pytest.raises(Refused, match="Hãy ghi"):
            return_task(village, " ", by=office.officer)
        return_task(village, "ảnh mờ quá", by=office.officer)
        assert "ảnh mờ quá" in Client().get(f"/viec/{village.token}/").content.decode()
        prove(village, uuid.uuid4(), done(), token=village.token)
        village.refresh_from_db()
        assert (village.state, village.returned_why) == ("done", "")
        counted = {
            row.place.code: row.people for row in reached(office.campaign, Place.objects.all())
        }
        assert counted["03868"] == 120  # what was sent back counts for nothing
        before = TODAY - timedelta(9)
        assert [
            row.people for row in reached(office.campaign, [office.commune], before, before)
        ] == [0]
        task = village.above
        assert task is not None
        prove(task, uuid.uuid4(), done(), by=office.officer)
        with pytest.raises(Refused):
            return_task(task, "x", by=office.officer)
        return_task(task, "x", by=office.lead)

    def test_reminded_once_before_the_day(self, office: Office) -> None:
        task = office.task()
        assert remind(TODAY - timedelta(5)) == 0
        assert remind(TODAY) == 1
        assert remind(TODAY) == 0
        told = Message.objects.filter(recipient=office.officer, subject__startswith="Sắp đến hạn")
        assert told.count() == 1
        prove(task, uuid.uuid4(), done(), by=office.officer)
        Task.objects.update(reminded_on=None)
        assert remind(TODAY) == 0

    def test_the_commune_is_reminded_of_its_villages(self, office: Office) -> None:
        task = office.task()
        to_villages(task, ["Bản A", "Bản B"], by=office.officer)
        assert remind(TODAY) == 3
        assert remind(TODAY) == 0
        told = Message.objects.filter(recipient=office.officer, body__contains="Bản A, Bản B")
        assert told.count() == 1

    def test_tasks_are_given_once(self, office: Office) -> None:
        office.task()
        day = TODAY + timedelta(2)
        assert hand_down(office.campaign, [office.commune], "x", day, by=office.lead) == 0
        task = Task.objects.get()
        assert to_villages(task, ["Bản A", " Bản  A ", "", "Bản B"], by=office.officer) == 2
        assert to_villages(task, ["Bản A"], by=office.officer) == 0
        with pytest.raises(Refused, match="ít nhất một bản"):
            to_villages(task, [" "], by=office.officer)
        with pytest.raises(Refused, match="Nhiều nhất"):
            to_villages(task, [f"Bản {n}" for n in range(300)], by=office.officer)
        with pytest.raises(Refused, match="Hạn"):
            hand_down(office.campaign, [], "x", TODAY + timedelta(99), by=office.lead)
        with pytest.raises(Refused):
            hand_down(office.campaign, [], "x", day, by=office.officer)


class TestMaterials:
    def test_a_newer_version_stands_for_the_older(self, office: Office) -> None:
        facts = {"kind": "broadcast", "title": "Bài phát thanh", "language": "thai", "text": "…"}
        first = add_material(office.campaign, facts, by=office.lead)
        second = add_material(office.campaign, facts, by=office.lead, replaces=first)
        assert second.version == 2
        with pytest.raises(Refused, match="bản mới hơn"):
            add_material(office.campaign, facts, by=office.lead, replaces=first)
        with pytest.raises(Refused, match="Hãy nhập"):
            add_material(office.campaign, facts | {"text": ""}, by=office.lead)
        shown = Material.objects.filter(replaced_by=None)
        assert [one.pk for one in shown] == [second.pk]

    def test_a_recording_is_heard_by_everybody(self, office: Office) -> None:
        facts = {"kind": "poster", "title": "Áp phích", "language": "vi"}
        made = add_material(office.campaign, facts, by=office.lead, upload=photo())
        answer = Client().get(f"/tai-lieu/{made.pk}/")
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        text = add_material(office.campaign, facts | {"text": "x"}, by=office.lead)
        assert Client().get(f"/tai-lieu/{text.pk}/").status_code == 404

    def test_scripts_in_texts_are_text(self, office: Office) -> None:
        village = office.village()
        evil = {"kind": "text", "title": "<b>x", "language": "vi", "text": "<script>x</script>"}
        add_material(office.campaign, evil, by=office.lead)
        page = Client().get(f"/viec/{village.token}/").content.decode()
        assert "<script>x" not in page
        assert "&lt;script&gt;x" in page
        assert Client().get(f"/viec/{village.token}/")["Referrer-Policy"] == "same-origin"


class TestPages:
    def test_the_province_plans_and_hands_down(self, office: Office) -> None:
        client = browser(office.lead)
        planned = {
            "title": "Tuần OCOP", "aim": "a", "audience": "b", "programme": "ocop",
            "starts_on": TODAY.isoformat(), "ends_on": (TODAY + timedelta(9)).isoformat(),
        }  # fmt: skip
        assert client.post("/can-bo/truyen-thong/", planned).status_code == 302
        campaign = Campaign.objects.get(title="Tuần OCOP")
        page = f"/can-bo/truyen-thong/{campaign.pk}/"
        text = {
            "form": "material",
            "kind": "text",
            "title": "Bài",
            "language": "hmong",
            "text": "x",
        }
        assert client.post(page, text).status_code == 302
        hand = {
            "form": "hand", "what": "Họp bản", "due_on": TODAY.isoformat(),
            "places": [office.commune.pk],
        }  # fmt: skip
        assert client.post(page, hand).status_code == 302
        assert client.post(page, hand).status_code == 400  # it has its task
        assert "chưa làm" in client.get(page).content.decode()
        assert browser(office.officer).get(page).status_code == 403

    def test_the_commune_hands_on_and_proves(self, office: Office) -> None:
        task, client = office.task(), browser(office.officer)
        page = f"/can-bo/truyen-thong/viec/{task.pk}/"
        assert "Mua chè quê mình" in client.get("/can-bo/truyen-thong/viec/").content.decode()
        assert (
            client.post(page, {"form": "villages", "villages": "Bản A\nBản B"}).status_code == 302
        )
        village = Task.objects.get(village="Bản B")
        assert f"/viec/{village.token}/" in client.get(page).content.decode()
        proof = {
            "form": "proof", "uid": str(uuid.uuid4()), "way": "meeting", "on": TODAY.isoformat(),
            "people": "40", "times": "1", "photo": photo(),
        }  # fmt: skip
        assert client.post(page, proof).status_code == 302
        kept = Proof.objects.get()
        file = f"/can-bo/truyen-thong/minh-chung/{kept.pk}/"
        assert client.get(file)["Content-Type"] == "image/jpeg"
        assert browser(office.stranger).get(file).status_code == 404
        assert Client().get(file).status_code == 302
        back = {"form": "return", "why": "thiếu biên bản"}
        assert client.post(page, back).status_code == 400  # the province's to say

    def test_gaps_on_the_map(self, office: Office) -> None:
        square = [[104.0, 21.0], [104.1, 21.0], [104.1, 21.1], [104.0, 21.0]]
        shape = {"type": "MultiPolygon", "coordinates": [[square]]}
        for place in (office.commune, office.other):
            Shape.objects.create(place=place, geometry=shape, schematic=True, source="thử")
        task = office.task()
        path = f"/can-bo/truyen-thong/{office.campaign.pk}/ban-do.geojson"
        told = browser(office.lead).get(path).json()["features"]
        found = {one["properties"]["name"]: one["properties"] for one in told}
        assert found["Xã Tà Xùa"]["opens"] == f"/can-bo/truyen-thong/viec/{task.pk}/"
        assert [found[name]["state"] for name in ("Xã Tà Xùa", "Xã Pắc Ngà")] == ["open", "none"]
        assert browser(office.officer).get(path).status_code == 403

    def test_one_table_per_period(self, office: Office) -> None:
        prove(office.village(), uuid.uuid4(), done(), by=office.officer)
        client = browser(office.lead)
        pdf = client.get("/can-bo/truyen-thong/bao-cao.pdf")
        text = pypdfium2.PdfDocument(io.BytesIO(pdf.content))[0].get_textpage().get_text_range()
        assert "Mua chè quê mình" in " ".join(text.split())
        assert "120" in text
        assert client.get("/can-bo/truyen-thong/bao-cao.xlsx").status_code == 200
        none = client.get("/can-bo/truyen-thong/bao-cao.csv?tu=2020-01-01&den=2020-12-31")
        assert "Mua chè" not in b"".join(none).decode()  # type: ignore[arg-type]
        assert client.get("/can-bo/truyen-thong/bao-cao.exe").status_code == 404
        assert browser(office.officer).get("/can-bo/truyen-thong/bao-cao.pdf").status_code == 403

    def test_a_picture_too_large_is_told_of(self, office: Office) -> None:
        village = office.village()
        big = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"0" * (30 * 1024 * 1024))
        posted = {
            "uid": str(uuid.uuid4()), "way": "meeting", "on": TODAY.isoformat(), "people": "1",
            "times": "1", "photo": big, "note": "giữ lại chữ này",
        }  # fmt: skip
        answer = Client().post(f"/viec/{village.token}/", posted)
        assert answer.status_code in (400, 413)
        assert Proof.objects.count() == 0

    def test_questions_do_not_grow_with_communes(
        self, office: Office, django_assert_max_num_queries: Any
    ) -> None:
        places = [PlaceFactory(code=f"05{n:03}", name=f"Xã {n}") for n in range(20)]
        hand_down(office.campaign, places, "x", TODAY, by=office.lead)
        client, page = browser(office.lead), f"/can-bo/truyen-thong/{office.campaign.pk}/"
        with django_assert_max_num_queries(14):
            assert client.get(page).status_code == 200
