"""Personal data: every field is in the register with its purpose, erased when that is over, told to
the person."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.cache import caches
from django.core.management import call_command
from django.utils import timezone

from saola.server.accounts.sessions import began
from saola.server.journal.models import Entry
from saola.server.journal.record import record
from saola.server.market.enquiries import ask
from saola.server.market.models import Enquiry
from saola.server.outreach.models import SignUp, Training
from saola.server.running.personal import erase_over, register
from tests.factories import ProductFactory, UserFactory
from tests.server.conftest import Office
from tests.server.test_register import recognised

pytestmark = pytest.mark.django_db
TELLING = {
    "full_name", "username", "email", "phone", "contact", "representative", "tax_code", "address",
    "giver", "owner", "partner", "position", "representative_position", "registration_number",
}  # fmt: skip
# the same words where they say nothing of a person
PLAIN = {
    ("papers.OfficialPaper", "position"), ("files.Upload", "owner"), ("preparation.Advice", "owner"),
    ("councils.CouncilMember", "position"),
}  # fmt: skip


def test_every_field_of_a_person_is_in_the_register() -> None:
    told = {(one.model, name) for one in register() for name in one.fields}
    there = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        if model.__module__.startswith("saola.")
        for field in model._meta.concrete_fields
        if field.name in TELLING
        and field.get_internal_type() in ("CharField", "EmailField", "TextField")
    }
    assert there - PLAIN <= told
    for one in register():
        model = apps.get_model(one.model)
        for name in one.fields:
            model._meta.get_field(name)
        assert one.purpose
        assert one.seen_by
        assert not one.erase or (one.after and one.days)


def test_what_is_over_is_erased_and_nothing_else() -> None:
    product = recognised(ProductFactory())
    facts = {"name": "Hoa", "organisation": "", "contact": "0900 111", "text": "mua"}
    with time_machine.travel(timezone.now() - timedelta(800)):
        old = ask(product, facts, uuid.uuid4())
    new = ask(product, facts, uuid.uuid4())
    course = Training.objects.create(
        title="x", where="y", starts_at=timezone.now() - timedelta(200), province_code="14"
    )
    seat = SignUp.objects.create(training=course, name="Hoa", contact="0900", token=uuid.uuid4())
    done = erase_over()
    assert done == {"market.Enquiry": 1, "outreach.SignUp": 1}
    assert Enquiry.objects.get(pk=old.pk).contact == ""
    assert Enquiry.objects.get(pk=new.pk).contact == "0900 111"
    seat.refresh_from_db()
    assert (seat.name, seat.contact) == ("Hoa", "")
    assert Entry.objects.filter(act="erase_personal").get().data == done
    assert erase_over() == {}


def test_a_person_is_told_what_is_kept(capsys: Any) -> None:
    user = UserFactory(role="ocop_agency", role__scope="place:14")
    began(user, "k" * 32, "Firefox/130 Windows")
    record("look", "dossier:1", {}, by=user)
    call_command("personal", "about", user.username)
    told = json.loads(capsys.readouterr().out)
    assert told["account"]["full_name"] == user.full_name
    assert told["roles"] == ["ocop_agency place:14"]
    assert [act["subject"] for act in told["acts"]][-1] == "dossier:1"
    call_command("personal", "register")
    assert "market.Enquiry: contact" in capsys.readouterr().out
    call_command("personal", "erase")
    assert "không có gì" in capsys.readouterr().out


def test_who_opened_a_dossier_is_kept_once_a_day(office: Office) -> None:
    caches["machine"].clear()
    dossier = office.dossier("filed")
    page = f"/can-bo/ho-so/{dossier.pk}/"
    for _ in range(2):
        assert office.client("commune_officer").get(page).status_code == 200
    assert office.client("other_commune").get(page).status_code == 404
    assert [look.user for look in dossier.looks.all()] == [office["commune_officer"]]
    assert "Ai đã mở hồ sơ này" not in office.client("commune_officer").get(page).content.decode()
    caches["machine"].clear()  # another process of the same day
    office.client("commune_officer").get(page)
    assert dossier.looks.count() == 1
