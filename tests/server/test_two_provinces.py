"""Two provinces in one house: each speaks, signs, counts and sees under its own name; nothing of the
other is shown, chosen, told, exported or opened with its keys."""

import json
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from saola.criteria import load
from saola.lifecycle.machine import Refused
from saola.server.accounts.actions import grant
from saola.server.accounts.models import Grant
from saola.server.councils import seats
from saola.server.councils.models import Council
from saola.server.councils.prints import minutes_data
from saola.server.dossiers.models import Dossier
from saola.server.events.models import Access, Event
from saola.server.events.tokens import make_token
from saola.server.events.tree import counting
from saola.server.labels import warehouse
from saola.server.labels.models import Batch, QueuedScan
from saola.server.market.enquiries import ask, seek, settle_demand
from saola.server.market.fairs import plan_event
from saola.server.market.matching import fit_for, offers_for
from saola.server.market.models import Demand, Offer
from saola.server.notices.models import Message
from saola.server.outreach import questions
from saola.server.places.models import Place
from saola.server.places.office import office as office_of_code
from saola.server.places.office import province_in, provinces
from saola.server.products.models import Producer, Product
from saola.server.recognition import actions
from saola.server.recognition.imports import reading_of
from saola.server.recognition.list_actions import accept_list, receive_list
from saola.server.recognition.models import Decision, ListImport, Notice
from saola.server.recognition.prints import certificate_data, decision_data, notice_data
from saola.server.supervision.grievances import send
from saola.server.supervision.models import Inspection
from saola.server.targets.paths import set_effort
from saola.server.targets.terms import terms
from saola.server.traceability.logbook import write_event
from saola.server.web.common.writing.content import written
from saola.server.web.desk.sitting.setup import INITIAL
from saola.server.web.desk.writing.of_dossiers import KINDS
from tests.factories import PlaceFactory, ProducerFactory, ProductFactory, UserFactory
from tests.server.conftest import Office
from tests.server.test_epcis_api import Machine, _one_connection, captured
from tests.server.test_events import serial
from tests.server.test_recognition import TODAY, signed, submitted
from tests.server.test_register import browser, recognised
from tests.server.test_scenarios import product as assessed

__all__ = ["_one_connection"]  # a fixture
pytestmark = pytest.mark.django_db
Two = tuple[Office, Office]
PEOPLE = {
    "commune_officer": "place:09001",
    "commune_leader": "place:09001",
    "ocop_agency": "place:11",
    "advisory_team": "place:11",
    "province_leader": "place:11",
    "administrator": "place:11",
}


class Eleven(Office):
    """The office of the second province."""

    def session(self, *dossiers: Any, present: Any = (), opened: bool = True) -> Any:
        """With all of its own members."""
        names = ("hd11-1", "hd11-2", "hd11-3")
        return super().session(*dossiers, present=names, opened=opened)


@pytest.fixture
def two(office: Office) -> Two:
    for code, name in (("14", "Tỉnh Sơn La"), ("11", "Tỉnh Điện Biên")):
        told = {"name": name, "folded": name.lower(), "province_code": code}
        Place.objects.get_or_create(code=code, level="province", defaults=told)
    commune = PlaceFactory(code="09001", name="Xã Bên Kia", province_code="11")
    producer = ProducerFactory(place=commune, name="HTX Mười Một", phone="0912345678")
    scopes = PEOPLE | {"producer": f"producer:{producer.pk}"}
    people = {
        role: UserFactory(username=f"11-{role}", role=role, role__scope=scope)
        for role, scope in scopes.items()
    }
    council = Council.objects.create(
        name="Hội đồng mười một", decision_number="1/QĐ", decided_on=timezone.localdate(),
        province_code="11", regulation_number="2/QĐ", regulation_dated=timezone.localdate(),
    )  # fmt: skip
    for number in (1, 2, 3):
        user = people[f"hd{number}"] = UserFactory(username=f"hd11-{number}")
        kind = "chair" if number == 1 else "member"
        seats.seat(council, user, by=None, kind=kind, secretary=number == 3)
    return office, Eleven(producer, people, council)


def text_of(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode())


def goods(two: Two) -> tuple[Product, Product]:
    """A recognised product of each; the second's producer shows no phone."""
    first, second = two
    lasts = timezone.localdate() + timedelta(700)
    here = ProductFactory(producer=first.producer, name="Chè Shan Tà Xùa")
    there = ProductFactory(
        producer=second.producer, name="Chè Shan Mười Một", place=second.producer.place
    )
    for product in (here, there):
        recognised(product, expires_on=lasts)
    Offer.objects.create(product=there, capacity=["10"] * 12, show_contact=False)
    return here, there


def decided(two: Two, at: int, number: str = "9/QĐ") -> Dossier:
    """A dossier of one of them, decided on its own desk."""
    dossier = submitted(two[at], 80, 81, 82)
    told = {
        "number": number, "dated": timezone.localdate().isoformat(), "signer": "Người Ký",
        "position": "Chủ tịch", "capacity": "", "dossiers": [dossier.pk],
    }  # fmt: skip
    answer = (
        two[at].client("province_leader").post(reverse("desk:decide", args=["recognise"]), told)
    )
    assert answer.status_code == 302, text_of(answer)[-2000:]
    return dossier


class TestPapers:
    """Under whose name."""

    def test_a_decision_its_certificate_and_notice(self, two: Two) -> None:
        _, eleven = two
        dossier = decided(two, 1)
        decision = Decision.objects.get()
        paper = actions.certify(dossier, TODAY(), by=eleven["province_leader"])
        actions.publish(dossier, by=eleven["province_leader"])
        notice = actions.notify(dossier, signed("7/TB"), by=eleven["ocop_agency"])
        assert decision.authority == "Ủy ban nhân dân tỉnh Điện Biên"
        assert decision_data(decision)["place"] == "Điện Biên"
        assert certificate_data(paper)["address"] == "Xã Bên Kia, tỉnh Điện Biên"
        assert notice_data(notice)["body"] == "Cơ quan tham mưu quản lý OCOP tỉnh Điện Biên"
        page = Client().get(reverse("public:certificate", args=[paper.token])).content.decode()
        assert "OCOP Điện Biên" in page

    def test_letters_receipts_minutes(self, two: Two) -> None:
        _, eleven = two
        dossier = eleven.dossier("accepted")
        kind = next(k for k in KINDS if k.key == "to-trinh")
        told = {"number": "1", "dated": timezone.localdate(), "capacity": "", "position": "x"}
        data = written(kind, dossier, told | {"signer": "y"}, illustrative=False)
        assert (data["place"], data["above"]) == ("Điện Biên", "Ủy ban nhân dân tỉnh Điện Biên")
        assert data["to"] == ["Chủ tịch Ủy ban nhân dân tỉnh Điện Biên"]
        assert minutes_data(eleven.session(eleven.dossier()))["place"] == "Điện Biên"

    def test_before_the_proposal_too(self, two: Two) -> None:
        dossier = two[1].dossier("reported")
        assert not any(scope == "place:11" for scope in dossier.scopes())
        assert province_in(dossier) == "11"

    def test_numbers_are_each_ones_own(self, two: Two) -> None:
        for at in (0, 1):
            dossier = decided(two, at, "9/QĐ")
            actions.certify(dossier, TODAY(), by=two[at]["province_leader"])
            actions.publish(dossier, by=two[at]["province_leader"])
            actions.notify(dossier, signed("7/TB"), by=two[at]["ocop_agency"])
        assert Notice.objects.filter(number="7/TB").count() == 2
        with pytest.raises(Refused, match="đã dùng"):
            actions.new_decision("recognise", signed("9/QĐ", body=""), dossier.product)

    def test_no_decision_over_both(self, two: Two) -> None:
        dossiers = [submitted(one, 80, 81, 82) for one in two]
        grant(two[1]["province_leader"], "province_leader", "place:14")
        with pytest.raises(Refused, match="một tỉnh"):
            actions.decide("recognise", dossiers, signed("1"), by=two[1]["province_leader"])

    def test_an_inspection_is_of_one(self, two: Two) -> None:
        here, there = goods(two)
        grant(two[1]["ocop_agency"], "ocop_agency", "place:14")
        told = {"kind": "planned", "title": "Đợt 1", "basis": "KH", "team": "A",
                "first_day": "2026-11-01", "last_day": "2026-11-30"}  # fmt: skip
        client, address = two[1].client("ocop_agency"), reverse("desk:inspection-new")
        both = [row.recognitions.get().pk for row in (here, there)]
        assert client.post(address, told | {"recognitions": both}).status_code == 409
        assert client.post(address, told | {"recognitions": both[:1]}).status_code == 302
        assert Inspection.objects.get().province_code == "14"

    def test_a_name_of_its_own(self, two: Two, settings: Any) -> None:
        own = {"11": {"agency_name": "Sở Nông nghiệp và Môi trường", "answer_workdays": 5}}
        settings.OCOP = settings.OCOP | {"provinces": own}
        assert office_of_code("11").agency == "Sở Nông nghiệp và Môi trường"
        assert office_of_code("14").agency.endswith("tỉnh Sơn La")
        days = [questions.ask("?", "", uuid.uuid4(), code).due_on for code in ("14", "11")]
        assert days[0] > days[1]


class TestKeys:
    """What opens what."""

    def test_no_province_signs_with_anothers_key(self, two: Two, settings: Any) -> None:
        from saola.server.papers.signatures import key_of

        key = (Path("a.p12"), Path("a"))
        settings.SIGNING = settings.SIGNING | {"signers": {"": key}}
        assert key_of("14") == key
        assert key_of("11") is None
        decided(two, 1)
        page = (
            two[1]
            .client("province_leader")
            .get(reverse("desk:signing", args=["quyet-dinh", Decision.objects.get().pk]))
        )
        assert page.context["signs_here"] is False
        settings.SIGNING = settings.SIGNING | {"signers": {"11": key}}
        assert (key_of("14"), key_of("11")) == (None, key)

    def test_a_seat_opens_no_account_of_the_other(self, two: Two) -> None:
        fourteen, eleven = two
        council = reverse("desk:council", args=[eleven.council.pk])
        told = {"username": fourteen["administrator"].username, "kind": "member"}
        assert eleven.client("ocop_agency").post(council, told).status_code == 409
        new = UserFactory(username="chuyen-gia")
        told["username"] = new.username
        assert eleven.client("ocop_agency").post(council, told).status_code == 302
        page = eleven.client("administrator").get(reverse("desk:person", args=[new.pk]))
        assert page.status_code == 200

    def test_roles_elsewhere_are_not_shown_and_keys_not_taken(self, two: Two) -> None:
        from allauth.mfa.models import Authenticator

        both = two[0]["advisory_team"]
        grant(both, "advisory_team", "place:11")
        Authenticator.objects.create(user=both, type="totp", data={})
        client, address = two[1].client("administrator"), reverse("desk:person", args=[both.pk])
        assert "place:14" not in client.get(address).content.decode()
        answer = client.post(address, {"reset": "", "reason": "mất máy"})
        assert answer.status_code == 400
        assert Authenticator.objects.filter(user=both).exists()

    def test_an_offices_token_reads_and_voids_its_own_only(self, two: Two) -> None:
        mine = make_token("htx", 14, producer=two[0].producer, may_capture=True)[1]
        of_14, of_11 = (make_token(f"cq {n}", n, may_capture=True)[1] for n in (14, 11))
        known = "urn:uuid:6a3b5f5e-0000-4000-8000-000000000001"
        captured(Machine(mine), serial(1, eventID=known))
        assert Machine(of_11).get("/events").events == []
        assert len(Machine(of_14).get("/events").events) == 1
        from saola.epcis.identity import canonical_identity
        from saola.server.events.store import key_of

        key = key_of(canonical_identity("https://id.gs1.org/01/08938500000010/21/S1"))
        wrong = {"declarationTime": "2026-11-25T00:00:00Z", "reason": "did_not_occur"}
        captured(Machine(of_11), serial(1, eventID=known, errorDeclaration=wrong))
        assert len(counting(key)) == 1
        wrong["declarationTime"] = "2026-11-25T00:00:01Z"
        captured(Machine(of_14), serial(1, eventID=known, errorDeclaration=wrong))
        assert counting(key) == []

    def test_queries_may_have_the_same_name(self, two: Two) -> None:
        asked = json.dumps({"name": "ve-toi", "query": {"eventType": ["ObjectEvent"]}}).encode()
        for province in (14, 11):
            assert Machine(make_token("a", province)[1])("POST", "/queries", asked).status == 201

    def test_events_tokens_and_scans_lie_where_the_producer_is(self, two: Two) -> None:
        spaces = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]
        write_event(two[1].producer, {**serial(3), "@context": spaces})
        assert Event.objects.get().province == 11
        call_command("events", "token", "x", "--producer", str(two[1].producer.pk))
        assert Access.objects.get(name="x").province == 11
        call_command("events", "token", "y", "--province", "11")
        assert Access.objects.get(name="y").scopes() == {"place:11"}
        assert Access(name="z", province=1).scopes() == {"place:01"}

    def test_a_scan_lies_where_the_goods_are_from(self, two: Two) -> None:
        from saola.server.traceability.models import TradeItem

        TradeItem.objects.create(producer=two[1].producer, gtin="02900000000018", name="Chè")
        batch = Batch.objects.create()
        for gtin in ("02900000000018", "00000000000000"):
            QueuedScan.objects.create(
                at=timezone.now(), kind="item", gtin=gtin, area="", device="d", roll=0, place=0,
                batch=batch,
            )  # fmt: skip
        lines = [json.loads(line)["province"] for line in warehouse._lines(batch)]
        assert lines == [11, 14]


class TestWork:
    """Its own desk works, and tells its own people."""

    def test_a_council_and_a_list_of_the_second(self, two: Two) -> None:
        client = two[1].client("ocop_agency")
        told = {k: v for k, v in INITIAL.items() if v is not None and v is not False} | {
            "name": "Hội đồng mới", "decision_number": "5/QĐ", "decided_on": "2026-01-01",
            "regulation_number": "6", "regulation_dated": "2026-01-01", "quorum": "3/4",
            "breaks": "over", "effect": "block",
        }  # fmt: skip
        answer = client.post(reverse("desk:establish"), told)
        assert answer.status_code == 302, answer.context["form"].errors
        assert Council.objects.get(name="Hội đồng mới").province_code == "11"
        client.post(reverse("desk:lists"), {"text": "TT\tTên sản phẩm\n1\tMật ong"})
        assert ListImport.objects.get().province_code == "11"

    def test_a_list_finds_its_own_communes_and_leaves_what_has_none(self, two: Two) -> None:
        text = "TT\tTên sản phẩm\tChủ thể\tXã\tHạng\tSố quyết định\n"
        for number, name, place in (
            (1, "Mật ong", "Xã Bên Kia"), (2, "Măng khô", "Xã Không Có"), (3, "Chè", "Xã Tà Xùa"),
        ):  # fmt: skip
            text += f"{number}\t{name}\tHTX A\t{place}\t4 sao\t12/QĐ-UBND ngày 05/8/2025\n"
        made = receive_list("a.txt", text.encode(), "11", by=two[1]["ocop_agency"])
        made.refresh_from_db()
        assert (made.rows, made.skipped) == (1, 2)
        page = two[1].client("ocop_agency").get(reverse("desk:list", args=[made.pk]))
        assert "chưa tìm thấy xã, phường trong danh mục của tỉnh" in page.content.decode()
        accept_list(made, by=two[1]["ocop_agency"])
        assert list(Product.objects.values_list("name", "place__code")) == [("Mật ong", "09001")]
        read = terms(timezone.localdate())
        assert (len(read.of("11").last), len(read.of("14").last)) == (1, 0)

    def test_a_list_may_give_codes_and_name_another_province(self, two: Two) -> None:
        text = "TT\tTên sản phẩm\tChủ thể\tMã xã\tXã\tTỉnh\tHạng\n"
        for name, code, place, province in (
            ("Có mã", "09001", "", ""), ("Mã lạ", "03868", "", ""),
            ("Đúng tỉnh", "", "Xã Bên Kia", "Điện Biên"), ("Tỉnh khác", "", "Xã Bên Kia", "Lào Cai"),
        ):  # fmt: skip
            text += f"1\t{name}\tHTX A\t{code}\t{place}\t{province}\t4 sao\n"
        made = receive_list("a.txt", text.encode(), "11", by=two[1]["ocop_agency"])
        assert [row["product"] for row in reading_of(ListImport.objects.get(pk=made.pk))["rows"]] == [
            "Có mã", "Đúng tỉnh"
        ]  # fmt: skip

    def test_buyers_and_citizens_choose_whom_they_ask(self, two: Two) -> None:
        _here, there = goods(two)
        page = Client().get(reverse("public:questions")).content.decode()
        assert "Tỉnh Điện Biên" in page
        told = {"text": "Nộp ở đâu?", "token": str(uuid.uuid4())}
        assert Client().post(reverse("public:questions"), told).status_code == 400
        told["province_code"] = "11"
        assert Client().post(reverse("public:questions"), told).status_code == 302
        about = Message.objects.filter(about__startswith="question:")
        told_to = {m.recipient.username for m in about}
        assert "11-ocop_agency" in told_to
        assert two[0]["ocop_agency"].username not in told_to
        facts = {"title": "chè Shan", "buyer": "A", "contact": "0900"}
        demand = seek(facts | {"province_code": "11"}, uuid.uuid4())
        page = two[0].client("ocop_agency").get(reverse("desk:demand", args=[demand.pk]))
        assert page.status_code == 404
        fits = offers_for(demand, timezone.localdate())
        assert {fit.thing.product_id for fit in fits} == {there.pk}
        other = seek(facts | {"province_code": "14"}, uuid.uuid4())
        assert offers_for(other, timezone.localdate()) == []
        settle_demand(other, "open", by=two[0]["ocop_agency"])
        assert not Message.objects.filter(recipient=two[1]["producer"]).exists()

    def test_an_enquiry_nobody_reads_is_told_to_its_own_office(self, two: Two) -> None:
        _, there = goods(two)
        Grant.objects.filter(scope=f"producer:{two[1].producer.pk}").delete()
        told = {"name": "A", "organisation": "", "contact": "0900", "text": "mua"}
        asked = ask(there, told, uuid.uuid4())
        rows = Message.objects.filter(about=f"enquiry:{asked.pk}")
        assert {m.recipient.username for m in rows} >= {"11-ocop_agency"}
        assert not rows.filter(recipient=two[0]["ocop_agency"]).exists()

    def test_a_fair_invites_its_own(self, two: Two) -> None:
        goods(two)
        day = timezone.localdate()
        told = {"kind": "fair", "name": "Hội chợ", "where": "x", "starts_on": day,
                "ends_on": day, "min_stars": 3, "groups": [], "seats": None}  # fmt: skip
        event = plan_event(told, "11", by=two[1]["ocop_agency"])
        found = [fit.thing.product.producer for fit in fit_for(event, day)]
        assert found == [two[1].producer]

    def test_ways_and_scenarios_rest_on_its_own_figures(self, two: Two) -> None:
        made = assessed(40, producer=two[1].producer, place=two[1].producer.place)
        Dossier.objects.filter(product=made).update(state="notified")
        row = {"points": None, "cost_from": 777, "cost_to": 777, "months_from": 1, "months_to": 1,
               "chance": 90, "support": "Quỹ riêng của Sơn La", "first_label": "",
               "first_points": None}  # fmt: skip
        kept = 0
        for criterion in load(made.dossiers.get().sheet_id).criteria:
            try:
                set_effort(criterion.label, row, "14", by=two[0]["ocop_agency"])
                kept += 1
            except Refused:
                continue
        assert kept
        for name, address in (("advisory_team", "desk:way"), ("producer", "portal:raising")):
            page = two[1].client(name).get(reverse(address, args=[made.pk])).content.decode()
            assert "Quỹ riêng của Sơn La" not in page
        form = two[1].client("ocop_agency").get(reverse("desk:scenarios")).context["form"]
        assert [p.name for p in form.fields["area"].queryset] == ["Xã Bên Kia"]
        assert not form.initial.get("five_star")


class TestSight:
    """What is shown, searched, exported."""

    def test_the_journal(self, two: Two) -> None:
        from saola.server.journal.record import record

        record("report_removal", "removal:77", {}, by=two[0]["ocop_agency"])
        record("report_removal", "removal:78", {}, by=two[1]["ocop_agency"])
        for who in ("ocop_agency", "administrator"):
            page = two[1].client(who).get(reverse("desk:journal")).content.decode()
            assert two[0]["ocop_agency"].full_name not in page
            assert two[1]["ocop_agency"].full_name in page
            one = two[1].client(who).get(reverse("desk:journal"), {"ve": "removal:77"})
            assert one.context["lines"] == []

    def test_a_demand_is_not_lost_behind_the_others(self, two: Two) -> None:
        Demand.objects.create(title="của 11", buyer="x", contact="1", province_code="11")
        Demand.objects.bulk_create(
            Demand(title=f"n{n}", buyer="x", contact="1", province_code="14", token=uuid.uuid4())
            for n in range(100)
        )
        page = two[1].client("ocop_agency").get(reverse("desk:market"))
        assert [row.title for row in page.context["demands"]] == ["của 11"]

    def test_a_province_without_targets_is_told_so(self, two: Two) -> None:
        page = two[1].client("ocop_agency").get(reverse("desk:promises")).content.decode()
        assert "chưa có chỉ tiêu nào" in page

    def test_who_has_no_place_sees_no_country(self, two: Two) -> None:
        user = UserFactory(role="commune_officer", role__scope="place:09777")
        for name, args in (("promises", ()), ("programme-report", ("xlsx",))):
            assert browser(user).get(reverse(f"desk:{name}", args=args)).status_code == 403

    def test_a_grievance_is_read_with_its_own_right(self, two: Two) -> None:
        grant(two[1]["ocop_agency"], "advisory_team", "place:14")
        here, _ = goods(two)
        sent = send("report", here, "Mùi lạ", uuid.uuid4(), by=None, contact="0987")
        address = reverse("desk:grievance", args=[sent.pk])
        assert two[1].client("ocop_agency").get(address).status_code == 404
        assert two[0].client("ocop_agency").get(address).status_code == 200

    def test_a_household_of_the_other_goes_by_its_kind(self, two: Two) -> None:
        from tests.server.test_traceability import Farm

        farm = Farm()
        farm.producer.kind, farm.producer.name = Producer.Kind.HOUSEHOLD, "Hộ bà Vàng Thị Mẩy"
        farm.producer.save()
        _leaf, _tea, pack = farm.chain()
        page = two[1].client("ocop_agency").get(reverse("desk:lots"), {"ma": pack.path})
        assert "Vàng Thị Mẩy" not in page.content.decode()

    def test_lists_and_files_of_the_desk(self, two: Two) -> None:
        goods(two)
        submitted(two[0], 80, 81, 82)
        client = two[1].client("ocop_agency")
        for name in ("queue", "ending", "gaps", "ideas", "inspections", "removals", "grievances",
                     "market", "promises", "future", "campaigns", "mailings", "posts",
                     "questions", "lots", "lists", "decisions", "events"):  # fmt: skip
            page = client.get(reverse(f"desk:{name}")).content.decode()
            assert "Tà Xùa" not in page, name
        for name in ("queue-file", "years-file", "ministry-table", "exports-file",
                     "promises-file", "countryside", "outreach-report"):  # fmt: skip
            assert "Tà Xùa" not in text_of(client.get(reverse(f"desk:{name}", args=["csv"]))), name

    def test_the_register_by_province(self, two: Two) -> None:
        here, there = goods(two)
        bare = recognised(ProductFactory(producer=None, place=None, name="Mận không rõ xã"))
        for asked, names in (
            ("11", {there.name}),
            ("14", {here.name, bare.name}),
            ("09001", {there.name}),
        ):
            page = Client().get(reverse("public:register"), {"xa": asked})
            assert {row.product.name for row in page.context["page"]} == names
            told = text_of(
                Client().get(reverse("public:register-file", args=["csv"]), {"xa": asked})
            )
            assert {line.split(",")[0] for line in told.splitlines()[1:]} == names
        found = json.loads(text_of(Client().get(reverse("public:open-products"))))["products"]
        assert {row["name"]: row["province_code"] for row in found} == {
            here.name: "14", there.name: "11", bare.name: "14"
        }  # fmt: skip
        assert "Tỉnh Điện Biên" in Client().get(reverse("public:home")).content.decode()


class TestSetUp:
    """A second province comes in by a command and a file."""

    def test_a_province_with_its_communes(self, tmp_path: Path) -> None:
        file = tmp_path / "xa.csv"
        file.write_text("﻿code,name\n03127,Phường Điện Biên Phủ\n03151,Xã Mường Phăng\n")
        call_command("province", "14", "Sơn La")
        for _ in (1, 2):
            call_command("province", "11", "Điện Biên", "--communes", str(file))
        assert [row.name for row in provinces()] == ["Tỉnh Điện Biên", "Tỉnh Sơn La"]
        assert Place.objects.communes().filter(province_code="11").count() == 2
        call_command("province", "01", "Hà Nội", "--city")
        assert office_of_code("01").committee == "Ủy ban nhân dân thành phố Hà Nội"
        assert office_of_code("01").name == "Hà Nội"

    @pytest.mark.parametrize(
        "content",
        ["code,name\n0312,Xã A\n", "code,name\n03127,A\n", "ma,ten\n1,2\n", "code,name\n03127\n",
         "code,name\n03127,Xã A\n03127,Xã B\n", "\x00", "code,name\n03868,Xã Của Mười Một\n"],
    )  # fmt: skip
    def test_a_wrong_file_writes_nothing(self, tmp_path: Path, content: str) -> None:
        file = tmp_path / "xa.csv"
        file.write_text(content)
        PlaceFactory()
        before = Place.objects.count()
        with pytest.raises(CommandError):
            call_command("province", "11", "Điện Biên", "--communes", str(file))
        assert Place.objects.count() == before


class TestSettings:
    """SAOLA_OCOP."""

    def read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> dict[str, Any]:
        from saola.server.config.office import offices

        file = tmp_path / "ocop.toml"
        file.write_text(text)
        monkeypatch.setenv("SAOLA_OCOP", str(file))
        return offices(house.OCOP)

    def test_a_house_with_a_province_of_its_own_ways(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = self.read(
            tmp_path,
            monkeypatch,
            'province_code = "11"\nprovince_name = "Điện Biên"\nrenewal_reminder_days = [60]\n'
            '[scan_alarms]\ndevices = 20\n[provinces.14]\nagency_name = "Chi cục"\n',
        )
        assert found["province_name"] == "Điện Biên"
        assert found["renewal_reminder_days"] == (60,)
        assert found["scan_alarms"] == {"devices": 20, "travel_minutes": 60}
        assert found["provinces"] == {"14": {"agency_name": "Chi cục"}}

    def test_the_example_says_what_holds_without_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = (Path(__file__).parents[2] / "deploy/ocop.toml").read_text()
        found = self.read(tmp_path, monkeypatch, text)
        assert set(found.pop("provinces")) == {"11"}
        assert found == {k: v for k, v in house.OCOP.items() if k != "provinces"}

    @pytest.mark.parametrize(
        ("text", "said"),
        [('agency_nam = "x"', "agency_name?"), ("answer_workdays = '10'", "kind int"),
         ("answer_workdays = true", "kind int"), ("[provinces.1]\n", "two digits"),
         ('[provinces.11]\nprovince_code = "14"', "no setting"), ("x = [", "SAOLA_OCOP"),
         ('taste_in_writing = "x"', "one of"), ('renewal_reminder_days = ["x"]', "must list int"),
         ("[scan_alarms]\nspeed = 3", "no setting"), ("provinces = 5", "[provinces.11]"),
         ('province_code = "1x9"', "two digits"), ('[answer_days]\npetition = "x"', "kind int")],
    )  # fmt: skip
    def test_what_is_wrong_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
    ) -> None:
        from saola.server.config.environment import Unsafe

        with pytest.raises(Unsafe) as fault:
            self.read(tmp_path, monkeypatch, text)
        assert said in str(fault.value)
