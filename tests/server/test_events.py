"""The repository: captured once, known again, all or nothing, as much as can be, final."""

import io
import json
from copy import deepcopy
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, transaction
from django.utils import timezone

from saola.epcis import NotEpcis, event_hash, read_document
from saola.epcis.mentions import Role
from saola.server.events import jobs
from saola.server.events.chain import broken_at
from saola.server.events.intake import receive, resume
from saola.server.events.models import MONTH, Access, Event, Head, Job, Mention
from saola.server.events.store import Conflict, key_of
from saola.server.events.tokens import access_of
from tests.epcis.test_hash import EVENT, SPACES
from tests.epcis.test_validation import CONTEXT, document

pytestmark = pytest.mark.django_db


@pytest.fixture
def access(db: None) -> Access:
    return Access.objects.create(name="thử", digest="x", province=14, may_capture=True)


def serial(number: int, **fields: Any) -> dict[str, Any]:
    epc = f"https://id.gs1.org/01/08938500000010/21/S{number}"
    return {**deepcopy(EVENT), "epcList": [epc], **fields}


def captured(content: bytes, access: Access, behaviour: str = "rollback") -> Job:
    job = receive(io.BytesIO(content), "application/json", behaviour, access=access)
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def test_events_are_kept_with_what_they_name(access: Access) -> None:
    job = captured(document(serial(1), serial(2)), access)

    assert (job.success, job.stored, job.known, job.errors) == (True, 2, 0, [])
    first, second = Event.objects.order_by("seq")
    today = timezone.localdate()
    assert first.seq == (today.year * 100 + today.month) * MONTH + 1
    assert second.seq == first.seq + 1
    kept = json.loads(first.document)
    assert kept["eventID"] == event_hash(serial(1), SPACES)
    again = read_document(first.document.encode())
    assert [event_hash(e, s) for e, s in again.events] == [kept["eventID"]]
    assert bytes(first.hash).hex() in kept["eventID"]
    roles = Mention.objects.filter(seq=first.seq).values_list("key", "role")
    assert (key_of("https://id.gs1.org/01/08938500000010/21/S1"), Role.EPC) in set(roles)
    assert Head.objects.get().last == second.seq


def test_a_document_captured_again_changes_nothing(access: Access) -> None:
    content = document(serial(1), serial(2))

    first, again = captured(content, access), captured(content, access)
    jobs.run(first.pk)

    assert (first.stored, again.stored, again.known) == (2, 0, 2)
    assert Event.objects.count() == 2


def test_one_event_twice_in_a_document_is_one(access: Access) -> None:
    job = captured(document(serial(1), serial(1)), access)

    assert (job.success, job.stored, job.known) == (True, 1, 1)


@pytest.mark.parametrize(("behaviour", "stored"), [("rollback", 0), ("proceed", 2)])
def test_one_bad_event(access: Access, behaviour: str, stored: int) -> None:
    bad = serial(2, bizStep="harvesting")

    job = captured(document(serial(1), bad, serial(3)), access, behaviour)

    assert (job.success, job.stored, Event.objects.count()) == (False, stored, stored)
    (told,) = job.errors
    assert told["type"] == "epcisException:ValidationException"
    assert "eventList[1].bizStep" in told["detail"]


@pytest.mark.parametrize(("behaviour", "stored"), [("rollback", 1), ("proceed", 2)])
def test_an_id_that_another_event_has(access: Access, behaviour: str, stored: int) -> None:
    captured(document(serial(1, eventID="urn:uuid:1")), access)

    job = captured(document(serial(2), serial(3, eventID="urn:uuid:1")), access, behaviour)

    assert (job.success, Event.objects.count()) == (False, stored)
    assert [error["status"] for error in job.errors] == [409]


def test_an_error_declaration_stands_beside_what_it_declares(access: Access) -> None:
    declared = {"declarationTime": "2026-04-01T00:00:00Z", "reason": "did_not_occur"}
    captured(document(serial(1, eventID="urn:uuid:1")), access)

    job = captured(document(serial(1, eventID="urn:uuid:1", errorDeclaration=declared)), access)

    assert (job.success, job.stored) == (True, 1)
    assert list(Event.objects.order_by("seq").values_list("declared", flat=True)) == [False, True]


def test_xml_is_kept_as_json(access: Access) -> None:
    from saola.epcis import xml_document

    content = xml_document([(serial(1), SPACES)], "2026-03-01T00:00:00Z")

    job = captured(content, access)

    kept = json.loads(Event.objects.get().document)
    assert job.success
    assert (kept["bizStep"], kept["quantityList"][0]["quantity"]) == ("shipping", 12.5)
    assert kept["eventID"] == event_hash(serial(1), SPACES)


@pytest.mark.parametrize("content", [b"{", b"<a/>", b"[" * 5000, document(1), b'{"a": 1}'])
def test_what_is_no_document_ends_its_job_with_the_reason(access: Access, content: bytes) -> None:
    job = captured(content, access)

    assert (job.success, job.finished_at is not None, len(job.errors)) == (False, True, 1)
    assert not Event.objects.exists()


def test_xml_that_breaks_half_way_writes_nothing(access: Access) -> None:
    from saola.epcis import xml_document

    whole = xml_document([(serial(n), SPACES) for n in range(5)], "2026-03-01T00:00:00Z")

    job = captured(whole[: len(whole) * 2 // 3], access)

    assert not job.success
    assert "cannot be read" in job.errors[0]["title"]
    assert not Event.objects.exists()


def test_a_job_that_was_cut_off_is_done_again(
    access: Access, django_capture_on_commit_callbacks: Any
) -> None:
    cut = receive(io.BytesIO(document(serial(1))), "application/json", "proceed", access=access)
    assert not Event.objects.exists()

    assert resume() == 1

    cut.refresh_from_db()
    assert (cut.success, cut.stored) == (True, 1)
    assert resume() == 0


def test_events_are_final(access: Access) -> None:
    captured(document(serial(1)), access)

    for change in (
        lambda: Event.objects.update(public=True),
        lambda: Event.objects.all().delete(),
        lambda: Mention.objects.update(role=1),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_chain_is_made_of_all_hashes(access: Access) -> None:
    from hashlib import sha256

    captured(document(serial(1), serial(2)), access)
    captured(document(serial(3)), access)

    chain = bytes(32)
    for event in Event.objects.order_by("seq"):
        chain = sha256(chain + bytes(event.hash)).digest()
    assert bytes(Head.objects.get().chain) == chain


def test_the_chain_finds_what_was_changed(access: Access) -> None:
    captured(document(serial(1), serial(2)), access)
    assert broken_at() is None

    Head.objects.update(chain=bytes(32))

    assert broken_at() == Head.objects.get().last


def test_an_operator_makes_and_ends_tokens(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("events", "token", "máy đóng gói", "--capture")
    number, secret = capsys.readouterr().out.split()
    found = access_of(secret)

    assert found is not None
    assert (found.pk, found.may_capture, found.public) == (int(number), True, False)
    call_command("events", "end", number)
    assert access_of(secret) is None
    with pytest.raises(CommandError):
        call_command("events", "token", "a", "--producer", "999")
    call_command("events", "months")
    call_command("events", "verify")
    assert "Mọi sự kiện khớp" in capsys.readouterr().out


def test_one_event_at_once(access: Access) -> None:
    one = json.dumps({"@context": CONTEXT, **serial(1, eventID="urn:uuid:1")}).encode()
    other = json.dumps({"@context": CONTEXT, **serial(2, eventID="urn:uuid:1")}).encode()

    faults, written, event_id = jobs.capture_one(one, access=access)
    again = jobs.capture_one(one, access=access)[1]

    assert (faults, event_id) == ([], "urn:uuid:1")
    assert written is not None
    assert again is not None
    assert (len(written.new), again.known) == (1, 1)
    with pytest.raises(Conflict):
        jobs.capture_one(other, access=access)
    assert jobs.capture_one(document(serial(3)), access=access)[0][0].reason == (
        "one event is expected"
    )


def test_who_reads_what(access: Access) -> None:
    from tests.factories import ProducerFactory

    own, other = ProducerFactory(), ProducerFactory(name="HTX khác")
    ours = Access.objects.create(name="a", digest="a", province=14, producer=own)
    theirs = Access.objects.create(name="b", digest="b", province=14, producer=other)
    shown = Access.objects.create(name="c", digest="c", province=14, producer=other, public=True)
    for number, token in enumerate((ours, theirs, shown)):
        captured(document(serial(number)), token)

    seen = {
        name: Event.objects.readable_by(token).count()
        for name, token in (("nobody", None), ("ours", ours), ("office", access))
    }

    assert seen == {"nobody": 1, "ours": 2, "office": 3}


def test_a_broken_document_is_told_where_it_breaks() -> None:
    with pytest.raises(NotEpcis, match="a list of events is expected"):
        read_document(b'{"type": "EPCISDocument", "epcisBody": {"eventList": 1}}')
