"""What a hostile reader tried: each stays shut."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from saola.criteria import load, sheet_ids
from saola.lifecycle.machine import Refused
from saola.server.accounts.actions import grant
from saola.server.councils import actions, seats, sheets
from saola.server.councils.models import AgendaItem, Result, ScoreSheet, Session
from saola.server.councils.prints import minutes, score_sheet
from saola.server.councils.queries import matrix
from saola.server.councils.reports.audit import discrepancies
from saola.server.dossiers.actions import Paper, advance, start
from saola.server.dossiers.models import Dossier
from saola.server.journal.models import Entry
from saola.server.papers.typeset import typeset
from saola.server.recognition import actions as recognition
from saola.server.recognition.models import Decision, Recognition
from saola.server.recognition.queries import Filters, register
from tests.factories import ProductFactory
from tests.server.conftest import PDF, Office
from tests.server.test_recognition import TODAY, decide, signed, submitted, text_of

SAOLA_SERVER = Path(sys.executable).parent / "saola-server"


# papers


@pytest.mark.slow
def test_every_option_of_every_sheet_can_be_printed() -> None:
    texts = {
        text
        for sheet_id in sheet_ids()
        for criterion in load(sheet_id).criteria
        for text in (criterion.label, *(choice.text for choice in criterion.choices))
    }
    shown = text_of(
        typeset("sample_evidence", {"illustrative": False, "title": "", "product": " ".join(texts)})
    )

    assert "≥ 75%" in shown
    assert "□" not in shown


@pytest.mark.parametrize("name", ["Chè → A", "茶", "🍵", "\x07", "#eval()[*x*]", "x" * 200])
def test_no_name_keeps_a_paper_from_being_made(office: Office, name: str) -> None:
    dossier = office.dossier(product={"name": name})
    session = office.session(dossier)
    item = session.items.get()
    office.seal(item, 80, 81, 82)
    actions.close_scores(item, by=office["hd1"])
    actions.conclude(item, by=office["hd1"])
    recognition.submit(dossier, Paper("5/TTr"), by=office["ocop_agency"])
    decide(office, dossier)
    certificate = recognition.certify(dossier, TODAY(), by=office["province_leader"])

    certificate.refresh_from_db()
    assert certificate.file is not None
    assert Decision.objects.get().file is not None
    assert minutes(session).startswith(b"%PDF")
    assert score_sheet(ScoreSheet.objects.filter(item=item).first()).startswith(b"%PDF")


def test_a_missing_paper_is_made_by_command(office: Office) -> None:
    decision = decide(office, submitted(office, 80, 81, 82))
    Decision.objects.update(file=None)

    call_command("papers", verbosity=0)

    decision.refresh_from_db()
    assert decision.file is not None


# councils


def two_items(office: Office) -> tuple[Session, AgendaItem, AgendaItem]:
    session = office.session(office.dossier(), office.dossier())
    first, second = session.items.all()
    return session, first, second


def test_who_leaves_counts_for_what_was_handed_in_and_blocks_nothing(office: Office) -> None:
    session, first, second = two_items(office)
    office.council.regulation["quorum"] = {"fraction": "1/2", "chair": True}
    office.council.save()
    office.seal(first, 80, 81, 82)
    there = {m.pk for m in office.council.members.all() if m.user.username != "hd3"}
    actions.mark_attendance(session, there, by=office["hd3"])
    office.seal(second, 70, 71)

    one = actions.close_scores(first, by=office["hd1"])
    two = actions.close_scores(second, by=office["hd1"])

    assert (one.total, two.total) == ("81", "141/2")
    assert [m["absent"] for m in two.input["members"]] == [False, False, True]


def test_nobody_looks_before_the_scores_are_closed(office: Office) -> None:
    session, first, _ = two_items(office)
    office.seal(first, 80, 81)
    there = {m.pk for m in office.council.members.all() if m.user.username != "hd3"}
    actions.mark_attendance(session, there, by=office["ocop_agency"])

    row = next(r for r in matrix(session, office["ocop_agency"]) if r.item == first)

    assert not row.shown
    assert {cell.total for cell in row.cells} == {None}


def test_a_sheet_that_only_stops_opens_no_points(office: Office) -> None:
    session, first, _ = two_items(office)
    office.seal(first, 80, 81)
    event = {"type": "disqualify", "criterion": None, "reason": "giả mạo"}
    data = {"choices": {}, "unfit": {}, "comments": {}, "events": [event], "remark": ""}
    sheets.receive(first, data, by=office["hd3"], revision=0, seal=True)

    row = next(r for r in matrix(session, office["hd3"]) if r.item == first)

    assert not row.shown


def test_members_seated_before_the_opening_take_part(office: Office) -> None:
    data = {"title": "Phiên", "mode": "meeting", "held_on": TODAY()}
    session = actions.call_session(office.council, data, by=office["hd3"])
    late = seats.seat(office.council, office["advisory_team"], by=None)
    present = set(office.council.members.values_list("pk", flat=True))

    actions.mark_attendance(session, present, by=office["hd3"])
    actions.open_session(session, by=office["hd1"])

    assert session.attendance.get(member=late).present
    assert session.attendance.count() == 4


def test_written_opinions_that_differ_go_on_in_a_meeting(office: Office) -> None:
    renewal = office.dossier("agency_reported", kind="renewal")
    data = {"title": "Văn bản", "mode": "written", "held_on": TODAY(), "opinions_by": TODAY()}
    written = actions.call_session(office.council, data, by=office["hd3"])
    item = actions.schedule(written, renewal, by=office["hd3"])
    present = set(office.council.members.values_list("pk", flat=True))
    actions.mark_attendance(written, present, by=office["hd3"])
    actions.open_session(written, by=office["hd1"])
    office.seal(item, 70, 85, 80)
    assert actions.close_scores(item, by=office["hd1"]).status == "spread_exceeded"

    actions.postpone(item, "ý kiến khác nhau", by=office["hd1"])
    actions.close_session(written, by=office["hd1"])
    meeting = actions.call_session(
        office.council, {**data, "title": "Họp", "mode": "meeting"}, by=office["hd3"]
    )
    again = actions.schedule(meeting, renewal, by=office["hd3"], reason="ý kiến khác nhau")

    assert item.sheets.filter(sealed_at__isnull=False).count() == 3
    assert again.session == meeting
    with pytest.raises(Refused, match="rời chương trình"):
        actions.settle(item, agreed={}, by=office["hd1"])


def test_a_deputy_presides_only_where_the_regulation_says_so(office: Office) -> None:
    deputy = seats.seat(office.council, office["advisory_team"], by=None, kind="deputy_chair")
    data = {"title": "Phiên", "mode": "meeting", "held_on": TODAY()}
    session = actions.call_session(office.council, data, by=office["hd3"])
    there = set(office.council.members.exclude(seat="chair").values_list("pk", flat=True))
    actions.mark_attendance(session, there, by=office["hd3"])

    with pytest.raises(Refused, match="không cho Phó"):
        actions.open_session(session, by=office["advisory_team"])
    office.council.deputy_presides = True
    office.council.save()
    actions.open_session(session, by=office["advisory_team"])
    actions.mark_attendance(
        session, there | {office.council.members.get(seat="chair").pk}, by=office["hd3"]
    )

    assert deputy.pk in there
    with pytest.raises(Refused, match="Chủ tịch Hội đồng đang có mặt"):
        actions.close_session(session, by=office["advisory_team"])


def test_a_member_has_no_part_in_the_own_producers_product(office: Office) -> None:
    session, first, _ = two_items(office)
    grant(office["hd3"], "producer", f"producer:{office.producer.pk}")
    office.council.regulation["quorum"] = {"fraction": "1/2", "chair": True}
    office.council.save()

    with pytest.raises(Refused, match="đại diện cho chủ thể"):
        office.seal(first, 80, 80, 80)
    result = actions.close_scores(first, by=office["hd1"])

    assert [m["absent"] for m in result.input["members"]] == [False, False, True]
    assert session.attendance.filter(present=True).count() == 3


# final rows


FORBIDDEN = [
    "UPDATE journal_entry SET actor='x'",
    "DELETE FROM journal_entry",
    "UPDATE councils_scoresheet SET total=100",
    "UPDATE councils_scoresheet SET reopened_reason='x'",
    "DELETE FROM councils_scoresheet",
    "UPDATE dossiers_steplog SET note='x'",
]
BY_VENDOR = {
    "sqlite": [
        "INSERT OR REPLACE INTO journal_entry SELECT number, at, 'x', act, subject, data, "
        "previous, hash FROM journal_entry",
        "INSERT OR REPLACE INTO councils_scoresheet SELECT * FROM councils_scoresheet",
        "INSERT OR REPLACE INTO dossiers_steplog SELECT * FROM dossiers_steplog",
    ],
    "postgresql": [
        "TRUNCATE journal_entry",
        "TRUNCATE councils_scoresheet CASCADE",
        "TRUNCATE dossiers_steplog",
    ],
}


def test_final_rows_refuse_every_statement(office: Office) -> None:
    office.concluded(80, 81, 82)

    for statement in [*FORBIDDEN, *BY_VENDOR[connection.vendor]]:
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    assert list(discrepancies()) == []


def test_a_changed_result_and_a_dropped_sheet_are_named(office: Office, capsys: Any) -> None:
    office.concluded(80, 81, 82)
    result = Result.objects.get()
    changed = {**result.output, "stars": 5}
    Result.objects.update(stars=5, output=changed)
    ScoreSheet.objects.filter(member__user__username="hd2").update(current=False)

    found = list(discrepancies())
    with pytest.raises(SystemExit):
        call_command("verify", verbosity=0)

    assert len(found) == 3
    assert "bị bỏ khỏi kết quả" in found[0]
    assert "khác lần tính" in found[1]
    assert "tính lại ra kết quả khác" in found[2]


def test_the_journal_names_nobody_but_the_account(office: Office) -> None:
    session = office.session(office.dossier())
    item = session.items.get()
    office.seal(item, 80, 85, 95)
    assert actions.close_scores(item, by=office["hd1"]).status == "spread_exceeded"
    actions.discuss_again(item, "Ông A chấm cao", by=office["hd1"])
    told = "".join(str(entry.data) for entry in Entry.objects.all())

    for user in office.people.values():
        assert user.full_name not in told
    assert "Ông A" not in told


def test_a_kept_head_shows_a_cut_journal(office: Office, capsys: Any) -> None:
    office.dossier()
    entry = Entry.objects.order_by("-number").first()

    call_command("journal", "verify", head=f"{entry.number}:{entry.hash}", verbosity=0)
    with pytest.raises(SystemExit):
        call_command("journal", "verify", head=f"{entry.number}:{'0' * 64}", verbosity=0)


# recognition


def test_a_revocation_before_publication_is_public_and_ends_in_a_notice(office: Office) -> None:
    dossier = submitted(office, 80, 81, 82)
    leader = office["province_leader"]
    decide(office, dossier)
    recognition.certify(dossier, TODAY(), by=leader)
    office.remove(Recognition.objects.get(), "không còn sản xuất", signed("50/QĐ"))

    assert [row.status for row in register(Filters(), TODAY())] == ["revoked"]
    recognition.publish(dossier, by=leader)
    recognition.notify(dossier, signed("7/TB"), by=office["ocop_agency"])
    dossier.refresh_from_db()
    assert dossier.state == "notified"


def test_the_newest_recognition_stands_for_the_product(db: None) -> None:
    product, today = ProductFactory(), TODAY()
    known = {"product": product, "published_on": today}
    Recognition.objects.create(
        **known,
        stars=3,
        year=2022,
        recognised_on=today - timedelta(1500),
        expires_on=today - timedelta(400),
    )
    Recognition.objects.create(**known, stars=4, year=2025)

    assert [row.stars for row in register(Filters(), today)] == [4]


@pytest.mark.parametrize("number", ["9/QĐ", "9/qđ", " 9 / QĐ "])
def test_a_number_is_used_once_however_it_is_typed(office: Office, number: str) -> None:
    decide(office, submitted(office, 80, 81, 82))

    with pytest.raises(Refused, match="đã dùng"):
        decide(office, submitted(office, 80, 81, 82), number=number)


def test_days_stand_in_order(office: Office) -> None:
    dossier = office.concluded(80, 81, 82)
    Dossier.objects.filter(pk=dossier.pk).update(filed_on=TODAY() - timedelta(10))
    agency = office["ocop_agency"]

    for day in (TODAY() + timedelta(1), TODAY() - timedelta(11)):
        with pytest.raises(Refused, match="Ngày văn bản"):
            recognition.submit(dossier, Paper("5/TTr", day), by=agency)
    data = {"title": "x", "mode": "meeting", "held_on": TODAY() - timedelta(9999)}
    with pytest.raises(Refused, match="Ngày họp"):
        actions.call_session(office.council, data, by=office["hd3"])


# dossiers


def test_a_product_has_one_open_dossier(office: Office) -> None:
    first = office.dossier()

    with pytest.raises(Refused, match="chưa xong"):
        start(first.product, "first", by=office["producer"])
    with pytest.raises(DatabaseError), transaction.atomic():
        Dossier.objects.create(
            product=first.product,
            kind="first",
            place=first.place,
            year=2026,
            sheet_id=first.sheet_id,
            created_by=office["producer"],
        )


def test_numbers_are_of_the_year_of_filing(office: Office) -> None:
    dossier = office.dossier(year=2025)

    dossier = advance(dossier, "file", by=office["producer"])

    assert dossier.year == TODAY().year


def test_asking_for_more_does_not_start_the_renewal_clock_anew(office: Office) -> None:
    dossier = advance(
        office.dossier("agency_received", kind="renewal"), "accept", by=office["ocop_agency"]
    )
    Dossier.objects.filter(pk=dossier.pk).update(due_on=TODAY() + timedelta(5))
    day = TODAY() + timedelta(3)
    advance(dossier, "ask_agency", by=office["ocop_agency"], note="thêm", answer_by=day)
    advance(dossier, "complete_agency", by=office["producer"])

    again = advance(dossier, "accept", by=office["ocop_agency"])

    assert again.due_on == TODAY() + timedelta(5)


def test_an_upgrade_aims_higher(office: Office) -> None:
    from saola.server.dossiers.draft.saving import save

    dossier = office.dossier(kind="upgrade", prior_stars=4)

    with pytest.raises(Refused, match="hạng cao hơn"):
        save(dossier, {"target_stars": "4"}, by=office["producer"])


def test_a_refused_start_leaves_no_product_behind(office: Office) -> None:
    client, page = office.client("producer"), reverse("portal:start")
    data = {"name": "Chè mới", "group": "11", "kind": "renewal"}

    assert client.post(page, data).status_code == 400
    assert client.post(page, data | {"kind": "first"}).status_code == 302


@pytest.mark.parametrize("scope", ["producer:abc", "place:", "place:14", "council:0", "country:x"])
def test_roles_take_only_scopes_of_their_shape(office: Office, scope: str) -> None:
    role = {"producer": "producer", "council": "council_member", "country": "ministry_viewer"}
    wanted = role.get(scope.partition(":")[0], "commune_leader")

    with pytest.raises(Refused, match="Phạm vi"):
        grant(office["hd1"], wanted, scope)


# odd input


def test_huge_numbers_and_broken_pictures_are_answered_in_words(office: Office) -> None:
    leader = office.client("province_leader")
    page = reverse("desk:decide", args=["recognise"])
    assert leader.post(page, {"dossiers": "9" * 30}).status_code == 409

    from django.core.files.uploadedfile import SimpleUploadedFile

    from saola.server.files.store import store

    for content in (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00", b"\xff\xd8\xff\xe0\x00", PDF[:9]):
        with pytest.raises(Refused):
            store(SimpleUploadedFile("anh.png", content))


# starting


def serve(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SAOLA_SERVER, "serve"],
        env={**os.environ, "SAOLA_MODE": "production", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_production_starts_only_when_it_is_safe(tmp_path: Path) -> None:
    good = {
        "SAOLA_SECRET_KEY": "k" * 50,
        "SAOLA_SERIAL_KEY": "0f" * 32,
        "SAOLA_FIELD_KEYS": "ZmZm" * 10 + "ZmY=",
        "SAOLA_HOSTS": "ocop.example.vn",
        "SAOLA_BASE_URL": "https://ocop.example.vn",
        "SAOLA_DATA": str(tmp_path),
    }

    for name, value in (
        ("SAOLA_SECRET_KEY", "x"),
        ("SAOLA_HOSTS", "*"),
        ("SAOLA_BASE_URL", "http://ocop.example.vn"),
    ):
        done = serve(**good | {name: value})
        assert done.returncode != 0
        assert name in done.stderr


def test_demonstration_accounts_stay_out_of_a_real_site(office: Office, settings: Any) -> None:
    from saola.server.accounts.backends import Accounts

    user = office["hd1"]
    user.is_demo = True

    assert Accounts().user_can_authenticate(user)
    settings.MODE = "production"
    assert not Accounts().user_can_authenticate(user)
    with pytest.raises(CommandError, match="bản vận hành thật"):
        call_command("demo", prepare_only=True)


def test_failures_to_sign_in_keep_no_address(rf: Any) -> None:
    from saola.server.accounts.backends import pseudonym

    one = pseudonym(rf.get("/", REMOTE_ADDR="203.0.113.7"))

    assert one.startswith("fd")
    assert one == pseudonym(rf.get("/", REMOTE_ADDR="203.0.113.7"))
    assert one != pseudonym(rf.get("/", REMOTE_ADDR="203.0.113.8"))
    assert timezone.localdate()
