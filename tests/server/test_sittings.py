"""A session as it is: conflicts, seats handed on, trials, samples on the table, sheets on paper,
talking a product over, the board of the secretary."""

import io
import uuid
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from saola.lifecycle.machine import Refused
from saola.server.councils import actions, agenda, seats, sheets
from saola.server.councils.discussion.points import note
from saola.server.councils.intake import paper as papers
from saola.server.councils.intake.photos import keep_photo
from saola.server.councils.models import AgendaItem, Council, PaperSheet, ScoreSheet, Session
from saola.server.councils.presence import lacks_quorum, present_for, presided, waiting_for
from saola.server.councils.queries import matrix
from saola.server.councils.reports.scorers import report
from saola.server.demo.marks import choices_for
from tests.factories import UserFactory
from tests.server.conftest import PDF, Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(office: Office) -> AgendaItem:
    return office.session(office.dossier()).items.get()


def half_is_enough(office: Office) -> None:
    office.council.regulation["quorum"] = {"fraction": "1/2", "chair": True}
    office.council.save()


def content(item: AgendaItem, total: int, **fixed: int) -> dict[str, Any]:
    choices = choices_for(item.dossier.criteria_set, total, stars=4, fixed=fixed or None)
    return {"choices": choices, "unfit": {}, "comments": {}, "events": [], "remark": ""}


# who takes part


def test_a_recused_member_has_no_part(office: Office, item: AgendaItem) -> None:
    half_is_enough(office)
    member = sheets.seat_of(office["hd2"], item)
    office.seal(item, 80, 90)

    seats.recuse(item, member, "em của người đại diện", by=office["hd2"])
    seats.recuse(item, member, "em của người đại diện", by=office["hd2"])
    office.seal(item, 80)
    sheets.receive(item, content(item, 82), by=office["hd3"], revision=0, seal=True)
    result = actions.close_scores(item, by=office["hd1"])

    assert result.total == "81"
    assert [m["absent"] for m in result.input["members"]] == [False, True, False]


def test_who_is_recused_cannot_begin(office: Office, item: AgendaItem) -> None:
    seats.recuse(item, sheets.seat_of(office["hd2"], item), "góp vốn", by=office["hd3"])

    with pytest.raises(Refused, match="góp vốn"):
        sheets.receive(item, content(item, 70), by=office["hd2"], revision=0)


def test_a_recusal_needs_reason_and_right(office: Office, item: AgendaItem) -> None:
    member = sheets.seat_of(office["hd2"], item)

    for reason, by in (("", "hd2"), ("lý do", "hd2x"), ("lý do", "advisory_team")):
        with pytest.raises((Refused, KeyError)):
            seats.recuse(item, member, reason, by=office[by])
    made = seats.recuse(item, member, "góp vốn", by=office["hd3"])
    seats.end_recusal(made, by=office["hd1"])

    assert waiting_for(item)[1].pk == member.pk


def test_too_many_recused_is_no_quorum(office: Office, item: AgendaItem) -> None:
    seats.recuse(item, sheets.seat_of(office["hd2"], item), "lý do", by=office["hd3"])

    assert lacks_quorum(item.session) is None
    assert "chưa đủ 3/4" in (lacks_quorum(item.session, item) or "")


def test_a_seat_is_handed_on_half_way(office: Office) -> None:
    """What the one who leaves has sealed counts; the successor scores the rest."""
    session = office.session(office.dossier(), office.dossier())
    first, second = session.items.all()
    office.seal(first, 80, 80, 80)
    old = sheets.seat_of(office["hd2"], first)
    user = UserFactory(username="thay")

    new = seats.hand_on(old, user, "12/CV-SNN cử người thay", by=office["ocop_agency"])
    absent = {m.pk for m in waiting_for(second)}
    present = set(office.council.members.filter(left_at=None).values_list("pk", flat=True))
    actions.mark_attendance(session, present, by=office["hd3"])

    assert new.pk not in absent
    assert [m.pk for m in waiting_for(first)] == []
    assert new.pk in {m.pk for m in waiting_for(second)}
    assert old.pk in present_for(first)
    assert old.pk not in present_for(second)
    with pytest.raises(Refused, match=r"không có quyền|không thuộc"):
        sheets.receive(second, content(second, 70), by=office["hd2"], revision=0)
    user = type(user).objects.get(pk=user.pk)
    sheets.receive(second, content(second, 80), by=user, revision=0, seal=True)
    office.seal(second, 80)
    sheets.receive(second, content(second, 80), by=office["hd3"], revision=0, seal=True)
    results = [actions.close_scores(i, by=office["hd1"]) for i in (first, second)]
    assert [len(r.input["members"]) for r in results] == [3, 3]
    assert [r.status for r in results] == ["scored", "scored"]


def test_a_seat_is_handed_on_once_and_to_a_newcomer(office: Office, item: AgendaItem) -> None:
    old = sheets.seat_of(office["hd2"], item)
    with pytest.raises(Refused, match="đã có ghế"):
        seats.hand_on(old, office["hd3"], "lý do", by=office["ocop_agency"])
    with pytest.raises(Refused, match="lý do"):
        seats.hand_on(old, UserFactory(), " ", by=office["ocop_agency"])
    seats.hand_on(old, UserFactory(), "lý do", by=office["ocop_agency"])
    with pytest.raises(Refused, match="đã có người khác"):
        seats.hand_on(old, UserFactory(), "lý do", by=office["ocop_agency"])


def test_without_its_chair_a_session_does_not_open(office: Office) -> None:
    data = {"title": "Vắng Chủ tịch", "mode": "meeting", "held_on": timezone.localdate()}
    session = actions.call_session(office.council, data, by=office["hd3"])
    ids = {m.pk for m in office.council.members.exclude(seat="chair")}
    actions.mark_attendance(session, ids, by=office["hd3"])

    with pytest.raises(Refused):
        actions.open_session(session, by=office["hd1"])


def test_a_product_stands_on_one_agenda(office: Office, item: AgendaItem) -> None:
    data = {"title": "Phiên hai", "mode": "meeting", "held_on": timezone.localdate()}
    other = actions.call_session(office.council, data, by=office["hd3"])

    with pytest.raises(Refused):
        actions.schedule(other, item.dossier, by=office["hd3"])


# talking over


def scored(office: Office, item: AgendaItem, *totals: int) -> Any:
    office.seal(item, *totals)
    return actions.close_scores(AgendaItem.objects.get(pk=item.pk), by=office["hd1"])


def kinds(item: AgendaItem) -> set[str]:
    return {point.kind for point in item.points.all()}


def test_a_full_spread_opens_a_point(office: Office, item: AgendaItem) -> None:
    """One member finds everything, one nothing."""
    criteria_set = item.dossier.criteria_set
    nothing = {c.id: "không có" for c in criteria_set.criteria if c.id != "5.2"}
    none = content(item, 80) | {"choices": {}, "unfit": nothing}
    sheets.receive(item, none, by=office["hd1"], revision=0, seal=True)
    best = {c.id: c.choices[-1].id for c in criteria_set.criteria}
    sheets.receive(
        item, content(item, 80) | {"choices": best}, by=office["hd2"], revision=0, seal=True
    )
    sheets.receive(item, content(item, 55), by=office["hd3"], revision=0, seal=True)
    result = actions.close_scores(AgendaItem.objects.get(pk=item.pk), by=office["hd1"])

    assert result.spread == 100
    assert result.status == "spread_exceeded"
    assert "spread" in kinds(item)
    with pytest.raises(Refused):
        actions.conclude(item, by=office["hd1"])


def test_members_alike_open_nothing(office: Office, item: AgendaItem) -> None:
    result = scored(office, item, 80, 80, 80)

    assert result.status == "scored"
    assert kinds(item) == set()
    assert actions.conclude(item, by=office["hd1"]).concluded_at is not None


def test_near_a_limit_and_one_voice(office: Office, item: AgendaItem) -> None:
    scored(office, item, 66, 71, 72)

    assert {"borderline", "one_voice"} <= kinds(item)
    with pytest.raises(Refused, match="điểm thảo luận chưa ghi"):
        actions.conclude(item, by=office["hd1"])
    for point in item.points.all():
        note(point, "Giữ nguyên sau thảo luận", by=office["hd1"])
    with pytest.raises(Refused, match="đã có ý kiến"):
        note(item.points.all()[0], "lần nữa", by=office["hd1"])
    actions.conclude(AgendaItem.objects.get(pk=item.pk), by=office["hd1"])


def test_a_minimum_missed_by_a_hair(office: Office, item: AgendaItem) -> None:
    """4★ asks 2 of criterion 3.5; a mean of 5/3 misses by a third."""
    for number, level in enumerate((2, 2, 1), 1):
        data = content(item, 78, **{"3.5": level})
        sheets.receive(item, data, by=office[f"hd{number}"], revision=0, seal=True)

    result = actions.close_scores(item, by=office["hd1"])

    (missed,) = result.output["capped_by"]
    assert Fraction(missed["needed"]) - Fraction(missed["reached"]) <= Fraction(1, 2)
    assert "near_minimum" in kinds(item)


def test_practice_is_the_councils_own(office: Office, item: AgendaItem) -> None:
    office.council.practice = {"borderline": False, "one_voice": False, "near_minimum": None}
    office.council.save()

    scored(office, AgendaItem.objects.get(pk=item.pk), 66, 71, 72)

    assert kinds(item) == set()


def test_only_the_named_score_again(office: Office, item: AgendaItem) -> None:
    scored(office, item, 66, 78, 72)
    far = sheets.seat_of(office["hd1"], item)

    actions.discuss_again(item, "Xem lại phần B", by=office["hd1"], members={far.pk})

    assert [m.pk for m in waiting_for(item)] == [far.pk]
    mine = ScoreSheet.objects.get(item=item, member=far, current=True)
    sheets.receive(item, content(item, 73), by=office["hd1"], revision=mine.revision, seal=True)
    again = actions.close_scores(item, by=office["hd1"])
    assert again.total == str(Fraction(73 + 78 + 72, 3))
    assert [s.total for s in far.sheets.order_by("number")] == [66, 73]
    assert {p.round for p in item.points.all()} == {1}  # the second scoring opens nothing


# trials, samples, order


def test_trials_are_scored_and_never_counted(office: Office) -> None:
    office.concluded(80, 80, 80)
    done = AgendaItem.objects.get().dossier
    session = office.session(office.dossier())
    counted = session.items.get()
    trial = agenda.add_trial(session, done, "calibration", by=office["hd3"])
    twin = agenda.add_trial(session, counted.dossier, "duplicate", by=office["hd3"])

    office.seal(trial, 70, 75, 80)
    office.seal(twin, 81, 80, 79)
    office.seal(counted, 80, 80, 80)
    for one in (trial, twin):
        with pytest.raises(Refused, match="hiệu chuẩn"):
            actions.close_scores(one, by=office["hd1"])
    actions.close_scores(counted, by=office["hd1"])
    actions.conclude(AgendaItem.objects.get(pk=counted.pk), by=office["hd1"])
    told = {s.name[0]: " ".join(s.sentences) for s in report(session, office["hd1"]).scorers}
    closed = actions.close_session(session, by=office["hd1"])

    assert closed.state == Session.State.CLOSED
    assert "Sản phẩm hiệu chuẩn: 70 điểm, trung vị 75" in told["1"]
    assert "Mẫu lặp: lần đầu 80 điểm, lần sau 81 điểm" in told["1"]
    done.refresh_from_db()
    assert done.results.count() == 1


def test_a_blind_duplicate_shows_no_name(office: Office, item: AgendaItem) -> None:
    twin = agenda.add_trial(item.session, item.dossier, "duplicate", by=office["hd3"])
    client = office.client("hd2")

    page = client.get(reverse("jury:sheet", args=[twin.pk])).content.decode()

    assert item.dossier.product.name not in page
    assert f"Mẫu số {twin.sample_number}" in page
    assert client.get(reverse("jury:dossier", args=[twin.pk])).status_code == 404
    with pytest.raises(Refused):
        agenda.add_trial(item.session, office.dossier(), "duplicate", by=office["hd3"])


def test_others_points_of_a_trial_are_hidden(office: Office) -> None:
    office.concluded(80, 80, 80)
    done = AgendaItem.objects.get().dossier
    session = office.session(office.dossier())
    trial = agenda.add_trial(session, done, "calibration", by=office["hd3"])
    office.seal(trial, 70)

    rows = {row.item.pk: row for row in matrix(session, office["hd2"])}

    assert [cell.total for cell in rows[trial.pk].cells] == [None] * 3


def test_samples_are_numbered_and_checked_in(office: Office, item: AgendaItem) -> None:
    session, client = item.session, office.client("hd3")
    table = reverse("desk:table", args=[session.pk])

    client.post(table)
    client.post(table)
    sample = reverse("desk:table-sample", args=[session.pk, 1])
    labels = client.get(reverse("desk:table-labels", args=[session.pk]))
    client.post(sample)
    client.post(sample)

    item.refresh_from_db()
    assert (item.sample_number, item.sample_in_by) == (1, office["hd3"])
    assert labels.content[:5] == b"%PDF-"
    assert client.get(reverse("desk:table-sample", args=[session.pk, 9])).status_code == 404
    assert office.client("hd2").get(table).status_code == 403


def test_the_order_is_the_secretarys(office: Office) -> None:
    session = office.session(office.dossier(), office.dossier(), office.dossier())
    first, second, third = session.items.all()

    agenda.arrange(session, {third.pk: 1, first.pk: 3}, by=office["hd3"])

    assert list(session.items.values_list("pk", flat=True)) == [third.pk, second.pk, first.pk]


# paper


def own_sheet(office: Office, item: AgendaItem, name: str) -> None:
    """Who has a vote hands in before seeing another's paper."""
    sheets.receive(item, content(item, 80), by=office[name], revision=0, seal=True)


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("phieu.pdf", PDF, "application/pdf")


def test_a_paper_sheet_needs_two_people(office: Office, item: AgendaItem) -> None:
    member = sheets.seat_of(office["hd2"], item)
    with pytest.raises(Refused, match="khóa phiếu của mình trước"):
        papers.enter(item, member, content(item, 77), scan(), by=office["hd3"])
    own_sheet(office, item, "hd3")

    entered = papers.enter(item, member, content(item, 77), scan(), by=office["hd3"])
    with pytest.raises(Refused, match="đang chờ đối chiếu"):
        papers.enter(item, member, content(item, 70), scan(), by=office["ocop_agency"])
    with pytest.raises(Refused, match="cần một người khác"):
        papers.check(entered, by=office["hd3"])
    assert not ScoreSheet.objects.filter(member=member).exists()
    checked = papers.check(entered, by=office["ocop_agency"])

    assert checked.sheet is not None
    assert (checked.sheet.total, checked.sheet.member) == (77, member)
    assert checked.sheet.sealed_at is not None
    with pytest.raises(Refused, match="đã được đối chiếu"):
        papers.check(entered, by=office["ocop_agency"])
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperSheet.objects.filter(pk=entered.pk).update(checked_by=entered.entered_by)


def test_the_member_may_check_the_own_sheet(office: Office, item: AgendaItem) -> None:
    member = sheets.seat_of(office["hd2"], item)
    own_sheet(office, item, "hd3")
    entered = papers.enter(item, member, content(item, 77), scan(), by=office["hd3"])

    with pytest.raises(Refused):
        papers.check(entered, by=office["hd1"])
    papers.send_back(entered, "tiêu chí 5.1 là 3", by=office["hd2"])
    again = papers.enter(item, member, content(item, 75), scan(), by=office["hd3"])
    papers.check(again, by=office["hd2"])

    assert ScoreSheet.objects.get(member=member).total == 75


def test_scores_wait_for_paper_that_is_not_checked(office: Office, item: AgendaItem) -> None:
    """The member's own sheet on a tablet does as well."""
    for name in ("hd1", "hd3"):
        own_sheet(office, item, name)
    member = sheets.seat_of(office["hd2"], item)
    papers.enter(item, member, content(item, 77), scan(), by=office["ocop_agency"])

    with pytest.raises(Refused, match="chưa khóa phiếu"):
        actions.close_scores(item, by=office["hd1"])
    own_sheet(office, item, "hd2")
    assert actions.close_scores(item, by=office["hd1"]).total == "80"


def test_a_paper_sheet_that_is_not_complete_is_refused(office: Office, item: AgendaItem) -> None:
    data = content(item, 77)
    data["choices"].pop("7")

    with pytest.raises(Refused, match="còn 1 tiêu chí"):
        papers.enter(
            item, sheets.seat_of(office["hd2"], item), data, scan(), by=office["ocop_agency"]
        )
    assert not ScoreSheet.objects.exists()


def test_paper_through_the_pages(office: Office, item: AgendaItem) -> None:
    member = sheets.seat_of(office["hd2"], item)
    own_sheet(office, item, "hd3")
    secretary, agency = office.client("hd3"), office.client("ocop_agency")
    enter = reverse("desk:paper-enter", args=[item.pk, member.pk])
    blank = reverse("desk:paper-blank", args=[item.session_id])
    chosen = {f"c-{c}": o for c, o in content(item, 77)["choices"].items()}

    missing = secretary.post(enter, chosen)
    sent = secretary.post(enter, chosen | {"scan": scan()})
    paper = PaperSheet.objects.get()
    check = reverse("desk:paper-check", args=[paper.pk])
    shown = agency.get(check)
    agreed = agency.post(check, {"agree": ""})

    assert secretary.get(blank, {"thanh-vien": member.pk}).content[:5] == b"%PDF-"
    assert (missing.status_code, sent.status_code) == (409, 302)
    assert "Hãy đính kèm bản quét" in missing.content.decode()
    assert "checked" in missing.content.decode()
    assert shown.status_code == 200
    assert agreed.status_code == 302
    assert ScoreSheet.objects.get(member=member).total == 77
    assert office.client("hd1").get(check).status_code == 404


# the board, the scorers


def test_the_board_is_silent_until_something_changes(
    office: Office, item: AgendaItem, django_assert_max_num_queries: Any
) -> None:
    client = office.client("hd3")
    address = reverse("jury:matrix", args=[item.session_id])
    first = client.get(address, headers={"x-fragment": "1"})
    asked = {"x-fragment": "1", "if-none-match": first["ETag"]}

    with django_assert_max_num_queries(12):
        silent = client.get(address, headers=asked)
    office.seal(item, 80)
    changed = client.get(address, headers=asked)
    elsewhere = office.client("hd1").get(address, headers=asked)

    assert (first.status_code, silent.status_code) == (200, 304)
    assert "<html" not in first.content.decode()
    assert (changed.status_code, elsewhere.status_code) == (200, 200)
    assert changed["ETag"] != first["ETag"]


def test_a_member_sees_the_own_statistics_only(office: Office) -> None:
    session = office.session(*[office.dossier() for _ in range(5)])
    for number, one in enumerate(session.items.all()):
        office.seal(one, 74 + number, 76 + number, 78 + number)
        actions.close_scores(one, by=office["hd1"])

    everybody, own = report(session, office["hd1"]), report(session, office["hd2"])

    assert [s.order for s in everybody.scorers] == [1, 2, 3]
    assert [s.order for s in own.scorers] == [2]
    assert everybody.scorers[0].gap == pytest.approx(-3.0)
    assert "thấp hơn" in everybody.scorers[0].sentences[0]
    assert "chặt hơn" in everybody.scorers[0].sentences[1]
    assert any("Kendall W" in line for line in everybody.agreement)
    page = office.client("hd2").get(reverse("jury:scorers", args=[session.pk]))
    assert "<svg" in page.content.decode()
    assert "3. " not in page.content.decode().split("<h2>")[2]


def test_a_council_of_yesterday_keeps_its_practice(office: Office) -> None:
    Council.objects.update(decided_on=timezone.localdate() - timedelta(1), practice={})
    item = office.session(office.dossier()).items.get()

    assert scored(office, item, 66, 71, 72).status == "scored"
    assert kinds(item) == set()


def test_the_board_answers_in_silence_to_a_browser_that_packs(
    office: Office, item: AgendaItem
) -> None:
    client = office.client("hd3")
    address = reverse("jury:matrix", args=[item.session_id])
    asked = {"x-fragment": "1", "accept-encoding": "gzip"}
    first = client.get(address, headers=asked)

    again = client.get(address, headers=asked | {"if-none-match": first["ETag"]})

    assert again.status_code == 304


def test_the_board_leaves_the_recused_out(office: Office, item: AgendaItem) -> None:
    half_is_enough(office)
    office.seal(item, 80, 95, 82)
    seats.recuse(item, sheets.seat_of(office["hd2"], item), "góp vốn", by=office["hd3"])

    (row,) = matrix(item.session, office["hd3"])

    assert [cell.state for cell in row.cells] == ["sealed", "recused", "sealed"]
    assert (row.mean, row.spread) == (81, 2)


def test_a_blind_sample_stays_blind(office: Office, item: AgendaItem) -> None:
    product, producer = item.dossier.product, office.producer
    twin = agenda.add_trial(item.session, item.dossier, "duplicate", by=office["hd3"])
    client = office.client("hd2")
    evidence = item.dossier.citations.first().evidence_id
    for name, arguments in (
        ("evidence-file", [twin.pk, evidence]), ("evidence", [twin.pk, evidence]),
        ("evidence-page", [twin.pk, evidence, 1]), ("whole", [twin.pk, "pdf"]),
        ("dossier", [twin.pk]),
    ):  # fmt: skip
        assert client.get(reverse(f"jury:{name}", args=arguments)).status_code == 404

    result = client.get(reverse("jury:result", args=[twin.pk])).content.decode()
    board = client.get(reverse("jury:matrix", args=[item.session_id])).content.decode()

    assert producer.name not in result
    assert product.name not in result
    assert board.count(product.name) == 1


def test_trials_move_no_dossier(office: Office, item: AgendaItem) -> None:
    twin = agenda.add_trial(item.session, item.dossier, "duplicate", by=office["hd3"])

    for purpose in ("counted", "x", "", "a" * 60):
        with pytest.raises(Refused, match="hiệu chuẩn"):
            agenda.add_trial(item.session, item.dossier, purpose, by=office["hd3"])
    with pytest.raises(Refused):
        actions.unschedule(twin, by=office["hd3"])
    with pytest.raises(Refused):
        actions.postpone(twin, "lý do", by=office["hd1"])
    item.dossier.refresh_from_db()
    assert item.dossier.state == "scheduled"


def test_a_closed_session_does_not_change(office: Office, item: AgendaItem) -> None:
    scored(office, item, 80, 80, 80)
    actions.conclude(AgendaItem.objects.get(pk=item.pk), by=office["hd1"])
    closed = actions.close_session(item.session, by=office["hd1"])
    item = AgendaItem.objects.get(pk=item.pk)
    member = item.session.council.members.get(user=office["hd2"])

    assert closed.minutes is not None
    for deed in (
        lambda: sheets.reopen(item, member, "lý do", by=office["hd1"]),
        lambda: seats.recuse(item, member, "lý do", by=office["hd3"]),
    ):
        with pytest.raises(Refused, match="bế mạc"):
            deed()


def test_photos_are_seen_with_the_points(office: Office, item: AgendaItem) -> None:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(out, "PNG")
    upload = SimpleUploadedFile("a.png", out.getvalue(), "image/png")
    kept = keep_photo(item, uuid.uuid4(), upload, by=office["hd2"])
    address = reverse("jury:photo-file", args=[kept.pk])

    before = [office.client(name).get(address).status_code for name in ("hd2", "hd1")]
    office.seal(item, 80, 80, 80)
    after = office.client("hd1").get(address).status_code
    page = office.client("hd1").get(reverse("jury:result", args=[item.pk])).content.decode()

    assert (before, after) == ([200, 404], 200)
    assert address in page


def test_a_day_that_no_month_has(office: Office) -> None:
    from tests.factories import DossierFactory, ProductFactory

    product = ProductFactory(producer=office.producer, group_number=26)
    cases = {"8": "a", "9": "b", "15": "a"}
    made = DossierFactory(product=product, cases=cases, created_by=office["producer"])
    item = office.session(made).items.get()
    address = reverse("desk:prepare", args=[item.session_id])

    answer = office.client("hd3").post(address, {"went": item.pk, "on": "2026-02-30"})

    assert answer.status_code == 409


def test_the_deputy_who_stood_in_is_on_the_minutes(office: Office) -> None:
    deputy = seats.seat(office.council, UserFactory(username="pct"), by=None, kind="deputy_chair")
    office.council.deputy_presides = True
    office.council.regulation["quorum"] = {"fraction": "1/2", "chair": True}
    office.council.save()
    data = {"title": "Phó chủ trì", "mode": "meeting", "held_on": timezone.localdate()}
    session = actions.call_session(office.council, data, by=office["hd3"])
    there = {m.pk for m in office.council.members.exclude(seat="chair")}
    actions.mark_attendance(session, there, by=office["hd3"])

    assert presided(session) == deputy
