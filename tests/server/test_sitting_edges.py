"""What may go wrong in a session: products that leave while a tablet is away, seats handed on,
third scorings, pictures that come late, blind samples, conflicts told beforehand."""

import io
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from saola.lifecycle.machine import Refused
from saola.server.councils import actions, agenda, prints, seats, sheets
from saola.server.councils.discussion.points import note, unnoted
from saola.server.councils.intake.photos import keep_photo
from saola.server.councils.intake.tablets import take
from saola.server.councils.models import AgendaItem, LateSheet, SheetPhoto
from saola.server.councils.presence import waiting_for
from saola.server.councils.reports.scorers import report
from saola.server.journal.models import Entry
from tests.factories import UserFactory
from tests.server.conftest import Office
from tests.server.test_sittings import content, scored
from tests.server.test_tablets import message

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(office: Office) -> AgendaItem:
    return office.session(office.dossier()).items.get()


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(out, "PNG")
    return SimpleUploadedFile("a.png", out.getvalue(), "image/png")


def test_nothing_leaves_an_open_session_without_a_trace(office: Office, item: AgendaItem) -> None:
    """A tablet without a network may hold a sheet that the server does not know of."""
    with pytest.raises(Refused, match="Phiên đã khai mạc"):
        actions.unschedule(item, by=office["hd3"])
    actions.postpone(item, "chờ giấy kiểm nghiệm", by=office["hd1"])

    told = take(item, content(item, 80), message(item, office, "hd2", 3, seal=True),
                by=office["hd2"])  # fmt: skip

    assert (told.state, told.reason) == (
        "late",
        "Sản phẩm này đã rời chương trình của phiên nên không chấm ở đây nữa.",
    )
    assert LateSheet.objects.get().sealed


def test_a_trial_dropped_in_an_open_session_keeps_its_row(office: Office, item: AgendaItem) -> None:
    twin = agenda.add_trial(item.session, item.dossier, "duplicate", by=office["hd3"])
    agenda.drop_trial(twin, by=office["hd3"])

    told = take(twin, content(item, 80), message(twin, office, "hd2", 3, seal=True),
                by=office["hd2"])  # fmt: skip

    assert told.state == "late"
    with pytest.raises(Refused):
        agenda.drop_trial(twin, by=office["hd3"])


def test_a_sheet_after_the_session_has_closed_is_late(office: Office, item: AgendaItem) -> None:
    there = set(office.council.members.exclude(user__username="hd2").values_list("pk", flat=True))
    office.council.regulation["quorum"] = {"fraction": "1/2", "chair": True}
    office.council.save()
    actions.mark_attendance(item.session, there, by=office["hd3"])
    for name in ("hd1", "hd3"):
        sheets.receive(item, content(item, 80), by=office[name], revision=0, seal=True)
    actions.close_scores(AgendaItem.objects.get(pk=item.pk), by=office["hd1"])
    actions.conclude(AgendaItem.objects.get(pk=item.pk), by=office["hd1"])
    actions.close_session(item.session, by=office["hd1"])

    told = take(item, content(item, 75), message(item, office, "hd2", 3, seal=True),
                by=office["hd2"])  # fmt: skip
    photo = keep_photo(item, uuid.uuid4(), picture(), by=office["hd2"])

    assert (told.state, told.reason) == ("late", "Phiên họp đã bế mạc nên không chấm thêm được.")
    assert photo.late
    assert Entry.objects.filter(act="keep_photo", data__late=True).count() == 1
    address = reverse("jury:result", args=[item.pk])
    assert "đến muộn, không thuộc phiếu" in office.client("hd1").get(address).content.decode()


def test_who_gave_the_seat_up_still_hands_in_pictures(office: Office, item: AgendaItem) -> None:
    old = sheets.seat_of(office["hd2"], item)
    seats.hand_on(old, UserFactory(), "lý do", by=office["ocop_agency"])
    sent = {"user": "hd2", "uuid": str(uuid.uuid4()), "photo": picture()}

    answer = office.client("hd2").post(reverse("jury:photo", args=[item.pk]), sent)

    assert answer.json()["state"] == "kept"
    kept = SheetPhoto.objects.get()
    assert (kept.member, kept.late) == (old, True)


def test_each_second_sheet_opens_points_of_its_own(office: Office, item: AgendaItem) -> None:
    """hd1 scores again, then hd2: the third figures are talked over as the second were."""
    scored(office, item, 66, 71, 72)
    for round_, (name, total) in enumerate((("hd1", 67), ("hd2", 70)), 2):
        member = sheets.seat_of(office[name], item)
        for point in item.points.filter(note=""):
            note(point, "đã thảo luận", by=office["hd1"])
        actions.discuss_again(item, "Xem lại phần B", by=office["hd1"], members={member.pk})
        again = item.sheets.get(member=member, current=True)
        sheets.receive(item, content(item, total), by=office[name], revision=again.revision,
                       seal=True)  # fmt: skip
        actions.close_scores(AgendaItem.objects.get(pk=item.pk), by=office["hd1"])

        item = AgendaItem.objects.get(pk=item.pk)
        assert item.points.filter(round=round_).exists()
        assert unnoted(item) is not None

    texts = list(item.points.filter(kind="borderline").values_list("text", flat=True))
    assert len(texts) == len(set(texts)) == 3


def test_points_of_a_scoring_that_was_done_again_hold_nothing_up(
    office: Office, item: AgendaItem
) -> None:
    scored(office, item, 66, 78, 72)
    far = sheets.seat_of(office["hd1"], item)
    actions.discuss_again(item, "Xem lại phần B", by=office["hd1"], members={far.pk})
    again = item.sheets.get(member=far, current=True)
    sheets.receive(item, content(item, 77), by=office["hd1"], revision=again.revision, seal=True)
    actions.close_scores(AgendaItem.objects.get(pk=item.pk), by=office["hd1"])
    item = AgendaItem.objects.get(pk=item.pk)
    for point in item.points.filter(round=2):
        note(point, "đã thảo luận", by=office["hd1"])

    actions.conclude(item, by=office["hd1"])
    said = prints.minutes_data(item.session)["items"][0]["reasons"]

    assert any("Ý kiến: chấm lại, lý do ghi ở dưới" in line for line in said)
    assert any("chấm lại: 66 → 77 điểm (Xem lại phần B)" in line for line in said)


def test_the_sheet_of_a_blind_sample_names_no_product(office: Office, item: AgendaItem) -> None:
    twin = agenda.add_trial(item.session, item.dossier, "duplicate", by=office["hd3"])
    sheet = sheets.receive(twin, content(item, 80), by=office["hd2"], revision=0, seal=True)

    said = str(prints.sheet_data(sheet))

    assert f"Mẫu số {twin.sample_number}" in said
    assert item.dossier.product.name not in said
    assert office.producer.name not in said


def test_agreement_is_told_in_spite_of_a_seat_handed_on(office: Office) -> None:
    session = office.session(*[office.dossier() for _ in range(6)])
    items = list(session.items.all())
    for number, one in enumerate(items[:3]):
        office.seal(one, 70 + number, 74 + number, 78 + 2 * number)
    user = UserFactory(username="thay")
    old = sheets.seat_of(office["hd2"], items[0])
    seats.hand_on(old, user, "cử người thay", by=office["ocop_agency"])
    present = set(office.council.members.filter(left_at=None).values_list("pk", flat=True))
    actions.mark_attendance(session, present, by=office["hd3"])
    user = type(user).objects.get(pk=user.pk)
    for number, one in enumerate(items[3:]):
        for by, total in ((office["hd1"], 60), (user, 66), (office["hd3"], 72)):
            data = content(one, total + number)
            sheets.receive(one, data, by=by, revision=0, seal=True)
    for one in items:
        assert waiting_for(one) == []
        actions.close_scores(one, by=office["hd1"])

    said = report(session, office["hd1"])

    assert said.agreement[0] == "6/6 sản phẩm được cả 2 thành viên chấm."
    assert "Krippendorff: –" not in " ".join(said.agreement)
    assert any("outfit" in line for scorer in said.scorers for line in scorer.sentences)


def test_a_conflict_is_told_before_the_session(office: Office) -> None:
    session = office.session(office.dossier(), opened=False)
    item = session.items.get()
    client, address = office.client("hd2"), reverse("jury:recuse", args=[item.pk])

    page = client.get(reverse("jury:session", args=[session.pk])).content.decode()
    form: Any = client.get(address)
    told = client.post(address, {"reason": "em ruột là thành viên hợp tác xã"})

    assert address in page
    assert (form.status_code, told.status_code) == (200, 302)
    assert item.recusals.get().member.user == office["hd2"]
