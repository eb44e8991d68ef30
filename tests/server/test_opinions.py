"""Written opinions: their last day, reminders, what happens when they differ."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.councils import actions
from saola.server.councils.models import AgendaItem, Session
from saola.server.councils.opinions import differing, remind
from saola.server.dossiers.models import Dossier
from saola.server.notices.models import Message
from tests.server.conftest import Office
from tests.server.test_forms import words_of_pdf

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def written(office: Office, last: int = 5) -> AgendaItem:
    dossier = office.dossier(kind="renewal")
    data = {"title": "Văn bản", "mode": "written", "held_on": TODAY()}
    data |= {"opinions_by": TODAY() + timedelta(last)}
    session = actions.call_session(office.council, data, by=office["hd3"])
    Dossier.objects.update(state="agency_reported")
    actions.schedule(session, Dossier.objects.get(pk=dossier.pk), by=office["hd3"])
    ids = {m.pk for m in office.council.members.all()}
    actions.mark_attendance(session, ids, by=office["hd3"])
    actions.open_session(session, by=office["hd1"])
    return AgendaItem.objects.get()


def test_written_opinions_have_a_last_day(office: Office) -> None:
    page = reverse("desk:call-session", args=[office.council.pk])
    data = {"title": "Văn bản", "mode": "written", "held_on": TODAY().isoformat()}

    bare = office.client("hd3").post(page, data)
    before = TODAY() - timedelta(1)
    early = office.client("hd3").post(page, data | {"opinions_by": before.isoformat()})
    office.client("hd3").post(page, data | {"opinions_by": TODAY().isoformat()})

    assert (bare.status_code, early.status_code) == (409, 409)
    assert Session.objects.get().opinions_by == TODAY()


def test_members_without_an_opinion_are_reminded_once_a_milestone(office: Office) -> None:
    item = written(office)
    office.seal(item, 80)

    counts = [remind(TODAY() + timedelta(days)) for days in (0, 2, 2, 3, 5, 6, 9)]

    assert counts == [0, 2, 0, 0, 2, 2, 0]  # three days before, on the day, once it is over
    told = Message.objects.filter(recipient=office["hd2"]).order_by("pk")
    assert item.dossier.product.name in told[0].body
    assert not Message.objects.filter(recipient=office["hd1"]).exists()


def test_opinions_that_differ_lead_to_a_meeting(office: Office) -> None:
    item = written(office)
    office.seal(item, 75, 68, 74)
    actions.close_scores(item, by=office["hd1"])

    page = reverse("jury:result", args=[item.pk])
    shown = office.client("hd1").get(page).content.decode()
    office.client("hd1").post(page, {"postpone": "", "reason": "Ý kiến khác nhau"})

    assert "Ý kiến khác nhau" in shown
    assert len(differing(item)) == 3
    dossier = Dossier.objects.get()
    assert dossier.state == "agency_reported"
    meeting = actions.call_session(
        office.council, {"title": "Họp", "mode": "meeting", "held_on": TODAY()}, by=office["hd3"]
    )
    with pytest.raises(Refused, match="Hãy ghi lý do"):
        actions.schedule(meeting, dossier, by=office["hd3"])
    actions.schedule(meeting, dossier, by=office["hd3"], reason="ý kiến khác nhau")


def test_opinions_that_agree_ask_for_no_meeting(office: Office) -> None:
    item = written(office)
    office.seal(item, 80, 81, 82)

    assert differing(item) == []


def test_how_taste_is_scored_in_writing_is_printed(office: Office) -> None:
    from saola.server.councils.prints import minutes

    item = written(office)

    paper = words_of_pdf(minutes(item.session))
    page = office.client("hd2").get(reverse("jury:sheet", args=[item.pk])).content.decode()

    said = "thành viên chấm trên sản phẩm mẫu được gửi kèm hồ sơ"
    assert said in paper
    assert said in page
