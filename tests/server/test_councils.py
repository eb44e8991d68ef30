"""Sheets, secrecy, spread, quorum, results, reopening."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.councils import actions, agenda, sheets
from saola.server.councils.models import AgendaItem, ScoreSheet
from saola.server.councils.queries import matrix
from saola.server.demo.marks import choices_for
from saola.server.journal.models import Entry
from tests.server.conftest import Office


@pytest.fixture
def item(office: Office) -> AgendaItem:
    return office.session(office.dossier()).items.get()


def data(item: AgendaItem, total: int = 80, **changed: Any) -> dict[str, Any]:
    choices = choices_for(item.dossier.criteria_set, total, stars=4)
    return {"choices": choices, "unfit": {}, "comments": {}, "events": [], "remark": ""} | changed


def test_a_draft_is_kept_and_sealed(office: Office, item: AgendaItem) -> None:
    half = data(item)
    half["choices"] = dict(list(half["choices"].items())[:5])

    draft = sheets.receive(item, half, by=office["hd1"], revision=0)
    with pytest.raises(Refused, match="còn 27 tiêu chí"):
        sheets.receive(item, half, by=office["hd1"], revision=1, seal=True)
    sealed = sheets.receive(item, data(item), by=office["hd1"], revision=1, seal=True)

    assert draft.total is None
    assert (sealed.total, sealed.sealed_at is not None) == (80, True)


def test_the_same_message_twice_is_one_sheet(office: Office, item: AgendaItem) -> None:
    for _ in range(3):
        sheets.receive(item, data(item), by=office["hd1"], revision=0, seal=True)

    assert ScoreSheet.objects.filter(item=item).count() == 1
    assert Entry.objects.filter(act="seal").count() == 1


def test_a_sealed_sheet_refuses_other_content(office: Office, item: AgendaItem) -> None:
    sheets.receive(item, data(item), by=office["hd1"], revision=0, seal=True)

    with pytest.raises(Refused, match="đã khóa"):
        sheets.receive(item, data(item, 79), by=office["hd1"], revision=1)


def test_the_database_refuses_to_change_or_delete_a_sealed_sheet(
    office: Office, item: AgendaItem
) -> None:
    sheet = sheets.receive(item, data(item), by=office["hd1"], revision=0, seal=True)

    for change in ({"total": 99}, {"choices": {}}, {"sealed_at": None}):
        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            ScoreSheet.objects.filter(pk=sheet.pk).update(**change)
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        ScoreSheet.objects.filter(pk=sheet.pk).delete()

    sheet.refresh_from_db()
    assert sheet.total == 80


def test_two_tabs_the_later_one_is_told(office: Office, item: AgendaItem) -> None:
    sheets.receive(item, data(item, 80), by=office["hd1"], revision=0)

    with pytest.raises(sheets.Stale) as stale:
        sheets.receive(item, data(item, 79), by=office["hd1"], revision=0)

    assert stale.value.current.revision == 1
    assert sheets.receive(item, data(item, 79), by=office["hd1"], revision=1).total == 79


def test_points_not_on_the_sheet_are_refused(office: Office, item: AgendaItem) -> None:
    wrong = data(item)
    wrong["choices"]["1.1"] = "9.9#9"

    with pytest.raises(Refused, match=r"còn 1 tiêu chí chưa chấm: 1\.1"):
        sheets.receive(item, wrong, by=office["hd1"], revision=0, seal=True)


def test_absent_members_and_strangers_do_not_score(office: Office) -> None:
    council_rules = {"quorum": None, "spread_limit": None}
    office.council.regulation = council_rules
    office.council.save()
    item = office.session(office.dossier(), present=("hd1", "hd3")).items.get()

    with pytest.raises(Refused, match="điểm danh"):
        sheets.receive(item, data(item), by=office["hd2"], revision=0)
    with pytest.raises(Refused, match="không có quyền"):
        sheets.receive(item, data(item), by=office["ocop_agency"], revision=0)


def test_points_of_others_show_only_after_sealing(office: Office, item: AgendaItem) -> None:
    office.seal(item, 80)

    seen = {
        name: [(c.state, c.total) for c in matrix(item.session, office[name])[0].cells]
        for name in ("hd1", "hd2", "hd3", "ocop_agency")
    }

    nothing = [("sealed", None), ("none", None), ("none", None)]
    assert seen == {
        "hd1": [("sealed", 80), ("none", None), ("none", None)],
        "hd2": nothing,
        "hd3": nothing,
        "ocop_agency": nothing,
    }


def test_scores_close_only_with_all_sheets(office: Office, item: AgendaItem) -> None:
    office.seal(item, 80, 81)

    with pytest.raises(Refused, match="Còn 1 thành viên"):
        actions.close_scores(item, by=office["hd1"])
    with pytest.raises(Refused, match="quyền"):
        actions.close_scores(item, by=office["hd2"])


def test_result_is_exact_and_reproducible(office: Office, item: AgendaItem) -> None:
    from saola.scoring import score
    from saola.scoring.contract import panel_from, result_data

    office.seal(item, 80, 81, 81)

    result = actions.close_scores(item, by=office["hd1"])

    assert (result.total, result.stars, result.status) == ("242/3", 4, "scored")
    assert result_data(score(panel_from(result.input))) == result.output
    assert result.output["fingerprint"] == item.dossier.fingerprint
    assert result.output["regulation"] == "2/QĐ"


def test_spread_over_ten_cannot_be_concluded_and_is_rescored_beside_the_old(
    office: Office, item: AgendaItem
) -> None:
    office.seal(item, 85, 80, 74)
    result = actions.close_scores(item, by=office["hd1"])
    assert result.status == "spread_exceeded"

    with pytest.raises(Refused, match="Chênh lệch"):
        actions.conclude(AgendaItem.objects.get(pk=item.pk), by=office["hd1"])
    with pytest.raises(Refused, match="lý do"):
        actions.discuss_again(item, " ", by=office["hd1"])
    actions.discuss_again(item, "đã thảo luận tiêu chí 7", by=office["hd1"])
    item = AgendaItem.objects.get(pk=item.pk)
    for name in ("hd1", "hd2", "hd3"):
        sheets.receive(item, data(item, 80), by=office[name], revision=0, seal=True)
    actions.close_scores(item, by=office["hd1"])
    final = actions.conclude(AgendaItem.objects.get(pk=item.pk), by=office["hd1"])

    assert (final.total, final.stars) == ("80", 4)
    old = ScoreSheet.objects.filter(item=item, current=False).values_list("total", flat=True)
    assert sorted(old) == [74, 80, 85]


def test_reopening_needs_the_chair_and_a_reason_and_keeps_the_old_sheet(
    office: Office, item: AgendaItem
) -> None:
    office.seal(item, 80)
    member = office.council.members.get(user__username="hd1")

    with pytest.raises(Refused, match="lý do"):
        sheets.reopen(item, member, "", by=office["hd1"])
    with pytest.raises(Refused, match="quyền"):
        sheets.reopen(item, member, "sai", by=office["hd2"])
    sheets.reopen(item, member, "chọn nhầm mức 1.1", by=office["hd1"])

    rows = ScoreSheet.objects.filter(item=item).order_by("number")
    assert [(s.number, s.current, s.sealed_at is None) for s in rows] == [
        (1, False, False),
        (2, True, True),
    ]


def test_session_without_quorum_does_not_open_or_close(office: Office) -> None:
    dossier = office.dossier()

    with pytest.raises(Refused, match="2/3 thành viên, chưa đủ 3/4"):
        office.session(dossier, present=("hd1", "hd2"))


def test_session_closes_only_when_all_is_concluded(office: Office, item: AgendaItem) -> None:
    with pytest.raises(Refused, match="Còn 1 sản phẩm"):
        actions.close_session(item.session, by=office["hd1"])


def test_agreed_levels_count_for_minimums(office: Office, item: AgendaItem) -> None:
    actions.settle(item, agreed={"2.3": 3}, by=office["hd1"])
    with pytest.raises(Refused, match="không hợp lệ"):
        actions.settle(item, agreed={"2.3": 9}, by=office["hd1"])
    office.seal(item, 80, 80, 80, fixed={"2.3": 2})

    result = actions.close_scores(item, by=office["hd1"])

    assert result.stars == 4


def test_excluding_a_product_is_an_event_with_reason_and_person(
    office: Office, item: AgendaItem
) -> None:
    event = {"type": "stop_evaluation", "criterion": "6.1.1", "reason": "côn trùng"}

    result = actions.exclude(item, event, by=office["hd1"])

    item.dossier.refresh_from_db()
    assert (result.status, result.stars, item.dossier.state) == ("stopped", None, "disqualified")
    assert Entry.objects.filter(act="exclude", actor="hd1").exists()


def test_illustrative_and_real_do_not_mix(office: Office) -> None:
    dossier = office.dossier(illustrative=True)

    with pytest.raises(Refused, match="minh họa"):
        office.session(dossier)


def test_written_opinions_are_for_renewals_only(office: Office) -> None:
    today = timezone.localdate()
    data = {"title": "Bằng văn bản", "mode": "written", "held_on": today, "opinions_by": today}
    session = actions.call_session(office.council, data, by=office["hd3"])

    with pytest.raises(Refused, match="đánh giá, phân hạng lại"):
        actions.schedule(session, office.dossier("advised"), by=office["hd3"])
    renewal = office.dossier("agency_reported", kind="renewal")

    assert actions.schedule(session, renewal, by=office["hd3"]).session == session


def test_a_renewal_comes_before_a_meeting_only_with_the_reason(office: Office) -> None:
    data = {"title": "Họp", "mode": "meeting", "held_on": timezone.localdate()}
    session = actions.call_session(office.council, data, by=office["hd3"])
    renewal = office.dossier("agency_reported", kind="renewal")

    with pytest.raises(Refused, match="Hãy ghi lý do"):
        actions.schedule(session, renewal, by=office["hd3"], reason=" ")
    actions.schedule(session, renewal, by=office["hd3"], reason="ý kiến khác nhau về 6.3")

    assert renewal.steps.get(step="schedule").note == "ý kiến khác nhau về 6.3"


def test_tourism_is_scored_under_the_chosen_cases(office: Office) -> None:
    cases = {"8": "a", "9": "b", "15": "a"}
    office.producer.products.all()
    from tests.factories import DossierFactory, ProductFactory

    product = ProductFactory(producer=office.producer, group_number=26)
    dossier = DossierFactory(product=product, cases=cases, created_by=office["producer"])
    item = office.session(dossier).items.get()

    office.seal(item, 75, 75, 76)
    with pytest.raises(Refused, match="chấm tại chỗ"):
        actions.close_scores(item, by=office["hd1"])
    agenda.went_there(item, timezone.localdate(), by=office["hd3"])
    result = actions.close_scores(item, by=office["hd1"])

    assert (result.total, result.status) == ("226/3", "scored")
