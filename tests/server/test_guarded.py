"""What a reviewer with bad intent tried; each was open once or nearly so."""

import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.dossier import Kind
from saola.lifecycle.machine import Refused
from saola.server.accounts.actions import grant
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.councils import actions, seats, sheets
from saola.server.councils.intake.tablets import Message, take
from saola.server.councils.models import Council, ScoreSheet
from saola.server.councils.queries import matrix
from saola.server.demo.marks import choices_for
from saola.server.dossiers.actions import advance, start
from saola.server.dossiers.models import Dossier, SelfAssessment
from saola.server.recognition.models import Decision
from tests.factories import ProducerFactory
from tests.server.conftest import Office
from tests.server.test_recognition import decide, submitted


def test_a_sheet_id_of_another_member_overwrites_nothing(office: Office) -> None:
    item = office.session(office.dossier()).items.get()
    data = {"choices": choices_for(item.dossier.criteria_set, 80, stars=4), "remark": "của hd1"}
    first = sheets.receive(item, data, by=office["hd1"], revision=0)
    message = Message(first.pk, "máy của hd2", revision=1, base=0, seal=False)

    with pytest.raises(Refused, match="không phải của phiếu của bạn"):
        take(item, {"remark": "hd2"}, message, by=office["hd2"])

    assert (ScoreSheet.objects.get().remark, first.total) == ("của hd1", 80)


def test_marking_oneself_absent_shows_no_points(office: Office) -> None:
    session = office.session(office.dossier())
    office.seal(session.items.get(), 80, 81)
    present = set(office.council.members.exclude(user__username="hd3").values_list("pk", flat=True))

    actions.mark_attendance(session, present, by=office["hd3"])

    assert [cell.total for cell in matrix(session, office["hd3"])[0].cells] == [None] * 3


def test_a_withdrawn_draft_stays_with_its_producer(office: Office) -> None:
    dossier = advance(office.dossier(), "withdraw", by=office["producer"], note="thôi")

    seen = {name for name in office.people if Dossier.objects.visible_to(office[name]).exists()}

    assert seen == {"producer"}
    assert dossier.scopes() == {f"producer:{office.producer.pk}"}


def test_what_the_commune_returned_never_reaches_the_province(office: Office) -> None:
    dossier = advance(office.dossier(), "file", by=office["producer"])
    dossier = advance(dossier, "receive_commune", by=office["commune_officer"])
    advance(dossier, "return_commune", by=office["commune_leader"], note="không đủ")

    seen = {name for name in office.people if Dossier.objects.visible_to(office[name]).exists()}

    assert seen == {"producer", "commune_officer", "commune_leader"}


def test_a_result_shows_at_the_desk_only_once_concluded(office: Office) -> None:
    dossier = office.dossier()
    item = office.session(dossier).items.get()
    office.seal(item, 80, 81, 81)
    actions.close_scores(item, by=office["hd1"])
    path = reverse("desk:dossier", args=[dossier.pk])

    before = office.client("commune_officer").get(path).content.decode()
    actions.conclude(item, by=office["hd1"])
    after = office.client("commune_officer").get(path).content.decode()

    assert "Tổng điểm trung bình" not in before
    assert "Tổng điểm trung bình khoảng 80,67" in after


def test_the_secretary_of_another_council_exports_nothing(office: Office) -> None:
    today = timezone.localdate()
    other = Council.objects.create(
        name="Khác",
        decision_number="22",
        decided_on=today,
        province_code="14",
        regulation_number="3",
        regulation_dated=today,
    )
    grant(office["hd2"], "secretary", f"council:{other.pk}")
    session = office.session(office.dossier())
    office.seal(session.items.get(), 80, 81)

    response = office.client("hd2").get(reverse("jury:export", args=[session.pk, "csv"]))

    assert response.status_code == 404


def test_a_council_takes_no_dossier_of_another_province(office: Office) -> None:
    today = timezone.localdate()
    other = Council.objects.create(
        name="Tỉnh khác",
        decision_number="1",
        decided_on=today,
        province_code="11",
        regulation_number="3",
        regulation_dated=today,
    )
    data = {"title": "x", "mode": "meeting", "held_on": today}
    session = actions.call_session(other, data, by=office["other_province"])

    with pytest.raises(Refused, match="tỉnh khác"):
        actions.schedule(session, office.dossier("advised"), by=office["other_province"])


def test_nothing_is_excluded_before_the_session_is_open(office: Office) -> None:
    data = {"title": "x", "mode": "meeting", "held_on": timezone.localdate()}
    session = actions.call_session(office.council, data, by=office["hd3"])
    item = actions.schedule(session, office.dossier("advised"), by=office["hd3"])

    with pytest.raises(Refused, match="chưa khai mạc"):
        actions.exclude(item, {"type": "disqualify", "reason": "giả mạo"}, by=office["hd1"])


def test_a_product_has_one_open_dossier(office: Office) -> None:
    dossier = office.dossier()

    with pytest.raises(Refused, match="một hồ sơ chưa xong"):
        start(dossier.product, Kind.FIRST, by=office["producer"])


def test_decision_numbers_begin_anew_each_year(office: Office) -> None:
    Decision.objects.create(
        kind="recognise",
        authority="UBND tỉnh",
        number="9/QĐ",
        signed_on=date(2025, 3, 1),
        year=2025,
        signer="a",
        signer_position="b",
        capacity="TM.",
        province_code="14",
    )

    assert decide(office, submitted(office, 80, 80, 80)).number == "9/QĐ"


def test_the_queue_follows_the_step_table(office: Office) -> None:
    from saola.server.dossiers.queries import queue

    rows = {
        name: office.dossier(state, kind=kind)
        for name, state, kind in (
            ("renewal", "accepted", "renewal"),
            ("first", "accepted", "first"),
            ("advised", "advised", "first"),
            ("central", "central_result", "first"),
        )
    }

    waiting = {
        who: {name for name, d in rows.items() if d in queue(office[who])}
        for who in ("ocop_agency", "advisory_team", "province_leader")
    }

    assert waiting == {
        "ocop_agency": {"renewal", "advised", "central"},
        "advisory_team": {"first"},
        "province_leader": {"central"},
    }


def test_a_sheet_no_longer_in_force_is_not_filed(office: Office) -> None:
    dossier = office.dossier()
    Dossier.objects.filter(pk=dossier.pk).update(sheet_id="148-2023-hoa")
    dossier.refresh_from_db()
    old = choices_for(dossier.criteria_set, 60, stars=2)
    dossier.self_assessment.choices = old
    dossier.self_assessment.save()

    with pytest.raises(Refused, match="không còn áp dụng"):
        advance(dossier, "file", by=office["producer"])


def test_an_account_with_its_role_is_made_by_command(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("một mật khẩu dài\n"))

    call_command("account", "ocop", "Cán Bộ", "--role", "ocop_agency", "--scope", "place:14")
    call_command("account", "ocop", "Cán Bộ", "--role", "advisory_team", "--scope", "place:14")

    user = User.objects.get(username="ocop")
    assert user.check_password("một mật khẩu dài")
    assert {g.role for g in user.granted} == {"ocop_agency", "advisory_team"}
    with pytest.raises(CommandError, match="Phạm vi"):
        call_command("account", "ocop", "x", "--role", "producer", "--scope", "place:14")


COUNCIL = {
    "name": "Hội đồng năm 2027",
    "decision_number": "77/QĐ-UBND",
    "decided_on": "2026-11-20",
    "regulation_number": "78/QĐ-UBND",
    "regulation_dated": "2026-11-21",
    "spread": "8",
    "breaks": "at",
    "quorum": "2/3",
    "with_chair": "on",
    "effect": "block",
    "minimum_test": "mean",
    "missed_three_star": "two_stars",
    "zero_stops": "all",
    "capped_from_90": "forward",
    "missing": "exclude_member",
}


def test_the_agency_writes_a_council_and_its_seats_down(office: Office) -> None:
    client = office.client("ocop_agency")

    made = client.post(reverse("desk:establish"), COUNCIL)
    council = Council.objects.get(decision_number="77/QĐ-UBND")
    page = reverse("desk:council", args=[council.pk])
    for name, kind in (("hd1", "chair"), ("hd2", "member")):
        assert client.post(page, {"username": name, "kind": kind}).status_code == 302
    refused = [
        client.post(page, {"username": "hd2", "kind": "member"}),
        client.post(page, {"username": "hd3", "kind": "chair"}),
        client.post(page, {"username": "khong.co", "kind": "member"}),
        client.post(reverse("desk:establish"), COUNCIL),
    ]

    rules = council.rules()
    assert made["Location"] == page
    assert (rules.number, rules.minimum_test) == ("78/QĐ-UBND", "mean")
    assert rules.spread_limit is not None
    assert (rules.spread_limit.points, rules.spread_limit.breaks) == (8, "at")
    assert [r.status_code for r in refused] == [409] * 4
    assert council.members.count() == 2
    assert f"council:{council.pk}" in office["hd1"].scopes_for(Permission.SESSION_CONDUCT)


def test_seats_are_not_the_secretarys_to_give(office: Office) -> None:
    with pytest.raises(Refused, match="quyền"):
        seats.seat(office.council, office["advisory_team"], by=office["hd3"])
    office.session(office.dossier())
    with pytest.raises(Refused, match="đang họp"):
        seats.seat(office.council, office["advisory_team"], by=office["ocop_agency"])
    for name in ("hd3", "other_province", "producer"):
        path = reverse("desk:council", args=[office.council.pk])
        assert office.client(name).get(path).status_code in (403, 404), name


def test_two_tabs_of_the_self_assessment_overwrite_nothing(office: Office) -> None:
    dossier = office.dossier()
    client, path = office.client("producer"), reverse("portal:assessment", args=[dossier.pk])
    first = client.post(path, {"base": "0", "c-1.1": "1.1#1", "k-1.1": "ở thẻ một"})

    late = client.post(path, {"base": "0", "c-1.1": "1.1#1", "k-1.1": "ở thẻ hai", "k-1.2": "mới"})

    assessment = SelfAssessment.objects.get(dossier=dossier)
    page = late.content.decode()
    assert (first.status_code, late.status_code) == (302, 409)
    assert assessment.comments == {
        "1.1": "ở thẻ một",
        "1.2": "mới",
    }  # what nobody else wrote is kept
    assert "Người khác cũng vừa sửa" in page
    assert "<blockquote>ở thẻ một</blockquote>" in page
    assert ">ở thẻ hai</textarea>" in page
    assert 'name="base" value="2"' in page

    again = client.post(path, {"base": "2", "k-1.1": "ở thẻ hai"})

    assessment.refresh_from_db()
    assert again.status_code == 302
    assert assessment.comments["1.1"] == "ở thẻ hai"


def test_what_one_page_saves_is_one_hand_and_leaves_the_others_alone(office: Office) -> None:
    dossier = office.dossier()
    client, path = office.client("producer"), reverse("portal:assessment", args=[dossier.pk])
    auto = {"headers": {"X-Autosave": "1"}}
    mine = {"base": "0", "page": "mine", "k-1.2": ""}
    client.post(path, {"base": "0", "page": "other", "k-1.2": "của người khác"}, **auto)

    codes = [
        client.post(path, mine | {"k-1.1": text}, **auto).status_code
        for text in ("một", "một hai", "một")
    ]

    assert codes == [200, 200, 200]  # its own words are no other hand, not even when taken back
    kept = SelfAssessment.objects.get(dossier=dossier).comments
    assert kept == {"1.1": "một", "1.2": "của người khác"}


def test_a_page_opened_before_the_filing_overwrites_nothing_after_it(office: Office) -> None:
    dossier = office.dossier()
    plan = reverse("portal:part", args=[dossier.pk, "ke-hoach"])
    client = office.client("producer")
    client.post(plan, {"base": "0", "page": "a", "plan": "bản một"})
    advance(dossier, "file", by=office["producer"])
    Dossier.objects.update(state="commune_asked")
    client.post(plan, {"base": "1", "page": "b", "plan": "bản hai"})

    late = client.post(plan, {"base": "1", "page": "a", "plan": "bản một"})

    assert late.status_code in (302, 409)
    assert SelfAssessment.objects.get(dossier=dossier).plan == "bản hai"


def test_lists_beside_the_words_are_merged_too(office: Office) -> None:
    dossier = office.dossier()
    partner = ProducerFactory(name="HTX Bên", place=office.producer.place)
    path = reverse("portal:part", args=[dossier.pk, "san-pham"])
    client, shown = office.client("producer"), {"shown-partners": "1", "base": "0"}
    words = {"description": "Chè xanh hái tay"}
    client.post(path, shown | words | {"page": "a", "partners": [partner.pk]})

    stale = client.post(path, shown | words | {"page": "b"}, headers={"X-Autosave": "1"})

    assert stale.status_code == 200
    assert list(dossier.product.partners.all()) == [partner]


def test_a_page_that_is_behind_does_not_bring_old_words_back(office: Office) -> None:
    dossier = office.dossier()
    client = office.client("producer")
    plan = reverse("portal:part", args=[dossier.pk, "ke-hoach"])
    client.post(plan, {"base": "0", "plan": "kế hoạch mới"})

    late = client.post(
        reverse("portal:part", args=[dossier.pk, "ke-hoach"]), {"base": "0", "plan": "Mở rộng"}
    )

    assert late.status_code == 302  # it never changed what stood there when it was opened
    assert SelfAssessment.objects.get(dossier=dossier).plan == "kế hoạch mới"


def test_a_part_that_saves_itself_is_told_of_the_other_hand(office: Office) -> None:
    dossier = office.dossier()
    client = office.client("producer")
    path = reverse("portal:part", args=[dossier.pk, "chu-the"])
    auto = {"headers": {"X-Autosave": "1"}}
    first = client.post(path, {"base": "0", "representative": "Bà A"}, **auto)
    second = client.post(path, {"base": "0", "representative": "Bà B"}, **auto)

    told = second.json()
    assert first.json()["saved"]
    assert second.status_code == 409
    assert "cũng vừa sửa" in told["reason"]
    wrong = client.post(path, {"base": "1", "tax_code": "0100047517"}, **auto)
    assert wrong.status_code == 409
    assert "chữ số kiểm tra" in wrong.json()["reason"]
    right = client.post(path, {"base": "1", "tax_code": "0100047516"}, **auto)
    assert right.status_code == 200
