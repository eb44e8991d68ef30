"""Every step of the table against every role."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from saola.lifecycle.dossier import STEPS
from saola.lifecycle.machine import Refused, Step
from saola.server.accounts.permissions import Permission
from saola.server.accounts.roles import ALL
from saola.server.dossiers.actions import Paper, advance
from saola.server.dossiers.labels import STATES
from saola.server.dossiers.labels import STEPS as NAMES
from saola.server.dossiers.models import CommuneReport
from tests.server.conftest import Office

PEOPLE = {
    "producer": ["producer"],
    "commune_officer": ["commune_officer"],
    "commune_leader": ["commune_leader"],
    "ocop_agency": ["ocop_agency"],
    "advisory_team": ["advisory_team"],
    "province_leader": ["province_leader"],
    "ministry_viewer": ["ministry_viewer"],
    "administrator": ["administrator"],
    "other_producer": [],
    "other_commune": [],
    "other_province": [],
    "hd1": ["council_member", "chair"],
    "hd2": ["council_member"],
    "hd3": ["council_member", "secretary"],
}
ROWS = [
    pytest.param(step, source, kind, id=f"{step.key}-{source}-{kind}")
    for step in STEPS
    for source in sorted(step.source)
    for kind in (sorted(step.kinds) or ["first"])
]
HOLDING: dict[str, str | None] = dict.fromkeys({guard for step in STEPS for guard in step.guards})


@pytest.mark.slow
@pytest.mark.parametrize(("step", "source", "kind"), ROWS)
def test_step_is_open_to_its_roles_only(office: Office, step: Step, source: str, kind: str) -> None:
    dossier = office.dossier(source, kind=kind, samples_on=timezone.localdate())
    in_council = step.permission.startswith("session_")
    within = office.council if in_council else None

    for name, roles in PEOPLE.items():
        dossier.__class__.objects.filter(pk=dossier.pk).update(state=source)
        allowed = any(Permission(step.permission) in ALL[role].permissions for role in roles)
        try:
            done = advance(
                dossier,
                step.key,
                by=office[name],
                note="vì",
                paper=Paper("1"),
                facts=HOLDING,
                within=within,
                answer_by=timezone.localdate() + timedelta(5),
            )
        except Refused:
            assert not allowed, name
        else:
            assert allowed, name
            assert done.state == step.target


def test_steps_states_and_permissions_all_have_words() -> None:
    from saola.lifecycle.dossier import State

    assert {step.key for step in STEPS} == set(NAMES)
    assert {str(s) for s in State} == set(STATES)
    assert {step.permission for step in STEPS} <= {str(p) for p in Permission}
    assert {p for role in ALL.values() for p in role.permissions} == set(Permission)


def test_the_table_of_roles_and_permissions_is_this(capsys: Any) -> None:
    """Printed for reading: run with -s."""
    for role in ALL.values():
        print(f"{role.key:16} {', '.join(sorted(role.permissions))}")

    assert len(capsys.readouterr().out.splitlines()) == len(ALL)


def test_a_complete_walk_through_commune_and_agency(office: Office) -> None:
    dossier = office.dossier()

    dossier = advance(dossier, "file", by=office["producer"])
    dossier = advance(dossier, "receive_commune", by=office["commune_officer"])
    with pytest.raises(Refused, match="Mẫu 03"):
        advance(dossier, "report", by=office["commune_leader"])
    CommuneReport.objects.create(
        dossier=dossier, material="a", labour="b", idea="c", identity="d", file_checked=True
    )
    dossier = advance(dossier, "report", by=office["commune_leader"])
    with pytest.raises(Refused, match="5 đơn vị sản phẩm mẫu"):
        advance(dossier, "propose", by=office["commune_leader"], paper=Paper("3/UBND"))

    assert dossier.versions.count() == 1
    assert dossier.registration_number == "1-……/PĐK-14-03868-2026"
    assert dossier.product.code == f"14-03868-01-{dossier.year}"
    assert dossier.due_on is not None
    assert [s.step for s in dossier.steps.all()] == ["file", "receive_commune", "report"]


def test_completion_is_asked_with_a_day_and_answered_with_a_new_version(office: Office) -> None:
    dossier = advance(office.dossier(), "file", by=office["producer"])
    dossier = advance(dossier, "receive_commune", by=office["commune_officer"])

    with pytest.raises(Refused, match="ngày phải trả lời"):
        advance(dossier, "ask_commune", by=office["commune_officer"], note="thiếu ảnh")
    yesterday = timezone.localdate() - timedelta(1)
    with pytest.raises(Refused, match="trước hôm nay"):
        advance(
            dossier, "ask_commune", by=office["commune_officer"], note="thiếu", answer_by=yesterday
        )
    day = timezone.localdate() + timedelta(3)
    dossier = advance(
        dossier, "ask_commune", by=office["commune_officer"], note="thiếu ảnh", answer_by=day
    )
    dossier = advance(dossier, "complete_commune", by=office["producer"])

    assert dossier.state == "commune_received"
    assert [v.number for v in dossier.versions.all()] == [1, 2]


def test_an_incomplete_dossier_is_not_filed(office: Office) -> None:
    dossier = office.dossier()
    dossier.self_assessment.choices.pop("4.1")
    dossier.self_assessment.save()

    with pytest.raises(Refused, match=r"1 tiêu chí: 4\.1"):
        advance(dossier, "file", by=office["producer"])


@pytest.mark.parametrize(("days", "opens"), [(181, False), (180, True), (120, True), (119, False)])
def test_renewals_are_filed_in_their_window(office: Office, days: int, opens: bool) -> None:
    last = timezone.localdate() + timedelta(days)
    dossier = office.dossier(kind="renewal", prior_expires_on=last)

    if opens:
        assert advance(dossier, "file", by=office["producer"]).state == "filed"
    else:
        with pytest.raises(Refused, match="đánh giá lại"):
            advance(dossier, "file", by=office["producer"])


def test_a_silent_producer_gets_the_dossier_back_after_the_day(office: Office) -> None:
    dossier = advance(office.dossier(), "file", by=office["producer"])
    dossier = advance(dossier, "receive_commune", by=office["commune_officer"])
    today, leader = timezone.localdate(), office["commune_leader"]
    ask = {"by": office["commune_officer"], "note": "thiếu", "answer_by": today}
    dossier = advance(dossier, "ask_commune", **ask)

    with pytest.raises(Refused, match="còn thời hạn trả lời"):
        advance(dossier, "return_commune", by=leader, note="không trả lời")
    dossier.__class__.objects.update(answer_by=today - timedelta(1))

    assert advance(dossier, "return_commune", by=leader, note="không trả lời").state == "returned"


def test_the_team_may_ask_for_more_before_its_report(office: Office) -> None:
    dossier = office.dossier("accepted")
    day = timezone.localdate() + timedelta(5)

    with pytest.raises(Refused):
        advance(dossier, "ask_agency", by=office["ocop_agency"], note="thêm", answer_by=day)
    dossier = advance(dossier, "ask_agency", by=office["advisory_team"], note="thêm", answer_by=day)

    assert advance(dossier, "complete_agency", by=office["producer"]).state == "agency_received"
