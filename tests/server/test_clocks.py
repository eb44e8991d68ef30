"""Clocks of the offices: working and calendar days, Tết, stops, what is late."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from saola.server.dossiers.actions import Paper, advance
from saola.server.dossiers.models import Dossier
from saola.server.dossiers.queries import queue
from saola.server.places.calendar import forget, work_calendar
from tests.server.conftest import Office


@pytest.fixture(autouse=True)
def _fresh_calendar() -> None:
    forget()


def test_tet_and_its_exchanged_days_are_off(db: None) -> None:
    before_tet = date(2027, 2, 3)

    # 4 to 10 February 2027 is Tết
    assert work_calendar(before_tet).add(before_tet, 1) == date(2027, 2, 11)
    assert work_calendar(date(2028, 2, 28)).add(date(2028, 2, 28), 1) == date(2028, 2, 29)


def test_an_exchanged_saturday_is_worked(db: None) -> None:
    saturday = date(2027, 1, 16)
    assert not work_calendar(saturday).is_working(saturday)

    call_command("holiday", "2027-01-16", "làm bù", works=True, verbosity=0)

    assert work_calendar(saturday).is_working(saturday)


@pytest.mark.parametrize("stops", [False, True])
def test_whether_a_request_stops_the_clock_is_a_setting(
    office: Office, settings: Any, stops: bool
) -> None:
    settings.OCOP = {
        **settings.OCOP,
        "clock_stops_on_request": {"commune": stops, "agency": not stops},
    }
    dossier = advance(office.dossier(), "file", by=office["producer"])
    dossier = advance(dossier, "receive_commune", by=office["commune_officer"])
    due, today = dossier.due_on, timezone.localdate()
    day = today + timedelta(10)
    advance(dossier, "ask_commune", by=office["commune_officer"], note="thiếu", answer_by=day)
    Dossier.objects.filter(paused_on__isnull=False).update(paused_on=today - timedelta(14))

    dossier = advance(dossier, "complete_commune", by=office["producer"])

    assert dossier.paused_on is None
    assert due is not None
    moved = work_calendar(today).add(due, work_calendar(today).left(today - timedelta(14), today))
    assert dossier.due_on == (moved if stops else due)


def test_a_renewal_counts_calendar_days(office: Office) -> None:
    dossier = office.dossier("agency_received", kind="renewal")

    dossier = advance(dossier, "accept", by=office["ocop_agency"])
    page = office.client("ocop_agency").get(reverse("desk:dossier", args=[dossier.pk]))

    assert dossier.due_on == timezone.localdate() + timedelta(45)
    assert "còn 45 ngày (đến" in page.content.decode()


def test_the_ministry_has_days_of_its_own_for_a_renewal(office: Office) -> None:
    """45 calendar days from sending on, whatever round is open (law.md 1.7)."""
    dossier = office.dossier("approved", kind="renewal")

    dossier = advance(
        dossier, "forward", by=office["ocop_agency"], paper=Paper("8/UBND"),
        samples_on=timezone.localdate(),
    )  # fmt: skip

    assert dossier.due_on == timezone.localdate() + timedelta(45)
    assert dossier.due_kind == "calendar"


def test_the_late_ones_have_a_list(office: Office) -> None:
    late, paused, fine = (office.dossier("agency_received") for _ in range(3))
    yesterday = timezone.localdate() - timedelta(1)
    Dossier.objects.filter(pk__in=[late.pk, paused.pk]).update(due_on=yesterday)
    Dossier.objects.filter(pk=paused.pk).update(paused_on=yesterday)
    Dossier.objects.filter(pk=fine.pk).update(due_on=yesterday + timedelta(9))

    found = queue(office["ocop_agency"], mine=False, late=True)
    page = office.client("ocop_agency").get(reverse("desk:queue") + "?buoc=tre-han")

    assert list(found) == [late]
    assert "Hồ sơ trễ hạn" in page.content.decode()
