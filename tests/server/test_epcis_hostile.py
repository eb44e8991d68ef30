"""What machines may send by mistake or malice: always an answer, never an error of the server."""

import json
import random
from typing import Any
from urllib.parse import quote

import pytest
from django.test import RequestFactory

from saola.server.config.wsgi import application
from saola.server.events.models import Event
from tests.epcis.test_queries import FALSE, FULL, TRUE
from tests.epcis.test_validation import BOMB, CONTEXT, document
from tests.server.test_epcis_api import Machine, _one_connection, captured, office
from tests.server.test_events import serial

__all__ = ["_one_connection", "office"]  # fixtures

pytestmark = pytest.mark.django_db
TYPES = ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent")
ODD: tuple[Any, ...] = (
    None, [], {}, "", "x", 7, -1.5, True, "urn:epc:id:sgtin:1.2.3", "https://id.gs1.org/01/1",
    "\x00", "a" * 3000, "urn:epc:id:sgtin:4012345.01.*", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "2026-01-01t00:00:00z", "urn:x:\x00",
)  # fmt: skip
VALUES = (
    "", "a", "1", "-1", "1e999", "nan", "inf", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00",
    "urn:epc:idpat:sgtin:*.*.*", "*", "\x00", "|", "a|b", "true", "𝔘", "1" * 5000, "ObjectEvent",
    "²", "１",
)  # fmt: skip
NAMES = (
    *(name for name, _ in TRUE + FALSE), "perPage", "nextPageToken", "orderBy", "EQ_", "GE_",
    "MATCH_", "EXISTS_", "HASATTR_", "EQ_ATTR_", "EQ_INNER_", "eventCountLimit", "maxEventCount",
)  # fmt: skip
PATHS = (
    "/events", "/epcs", "/capture", "/queries", "/bizSteps/x/events", "/readPoints", "/events/%00",
    "/queries/a%2Fb", "/capture/x", "/epcs/%FF/events",
)  # fmt: skip


def altered(chance: random.Random, value: Any) -> Any:
    """Something in it is something else."""
    if isinstance(value, dict) and value and chance.random() < 0.6:
        name = chance.choice(list(value))
        return {**value, name: altered(chance, value[name])}
    if isinstance(value, list) and value and chance.random() < 0.6:
        at = chance.randrange(len(value))
        return [*value[:at], altered(chance, value[at]), *value[at + 1 :]]
    return chance.choice(ODD)


def test_events_of_any_shape_are_taken_or_refused(office: Machine) -> None:
    chance, taken = random.Random(20261124), 0
    for number in range(400):
        event = {name: value for name, value in FULL.items() if name != "recordTime"}
        event |= {"type": chance.choice(TYPES), "eventID": f"urn:uuid:{number}", "action": "ADD"}
        if event["type"] != "ObjectEvent":
            event = {n: v for n, v in event.items() if n not in ("epcList", "ilmd")}
            event |= {"childEPCs": ["urn:x:1"], "parentID": "urn:x:2"}
        for _ in range(chance.randrange(3)):
            name = chance.choice(list(event))
            event[name] = altered(chance, event[name])

        answer = office("POST", "/events", json.dumps({"@context": CONTEXT, **event}).encode())

        assert answer.status in (201, 400, 409), (answer.body, event)
        taken += answer.status == 201
    assert 20 < taken < 380
    for form in ("Always_EPC_URN", "Always_GS1_Digital_Link"):
        for kind in ("application/json", "application/xml"):
            answer = office.get("/events?perPage=500", Accept=kind, GS1_EPC_Format=form)
            assert answer.status in (200, 406), answer.body


def test_questions_of_any_shape_are_answered(office: Machine) -> None:
    captured(office, serial(1))
    chance = random.Random(20261124)
    for _ in range(600):
        asked = "&".join(
            f"{quote(chance.choice(NAMES))}={quote(chance.choice(VALUES))}"
            for _ in range(chance.randrange(1, 4))
        )
        path = f"{chance.choice(PATHS)}?{asked}"

        assert office.get(path).status < 500, path


@pytest.mark.parametrize(
    "content",
    [b"{", b"[" * 200_000, b'{"a":' * 100_000, b"<a>" * 100_000, BOMB, b"\x00" * 1000],
    ids=["cut", "deep list", "deep object", "deep xml", "entities", "zeros"],
)
@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_what_is_no_document_is_refused_or_ends_its_job(
    office: Machine, content: bytes, behaviour: str
) -> None:
    answer = office("POST", "/capture", content, GS1_Capture_Error_Behaviour=behaviour)

    assert answer.status == (400 if behaviour == "rollback" else 202)
    assert not Event.objects.exists()


def test_names_that_no_database_keeps_are_told_of(office: Machine) -> None:
    bad = {**serial(1), "a\x00b": 1}
    named = json.dumps({"name": "a", "query": {"EQ_bizStep": "a\x00"}}).encode()

    office("POST", "/capture", document(bad), GS1_Capture_Error_Behaviour="proceed")
    (job,) = office.get("/capture").json

    assert "a�b" in job["errors"][0]["detail"]
    assert office("POST", "/queries", named).status == 400


def test_ten_thousand_things_in_one_event(office: Machine) -> None:
    many = [f"https://id.gs1.org/01/08938500000010/21/{n}" for n in range(10_000)]

    answer = office("POST", "/capture", document(serial(1, epcList=many)))
    one = office.get(f"/epcs/{quote(many[7777], safe='')}/events")

    assert answer.status == 202
    assert len(one.events) == 1


@pytest.mark.parametrize("year", ["1970", "2099"])
def test_clocks_that_are_wrong_are_kept_as_they_say(office: Machine, year: str) -> None:
    captured(office, serial(1, eventTime=f"{year}-01-01T00:00:00+07:00"))

    (event,) = office.get(f"/events?LT_eventTime={year}-06-01T00:00:00Z").events

    assert event["eventTime"].startswith(year)


def test_one_bad_event_among_thousands_in_proceed(office: Machine) -> None:
    events = [serial(n) for n in range(2500)]
    events[1234] = serial(1234, bizStep="harvesting")

    answer = office("POST", "/capture", document(*events), GS1_Capture_Error_Behaviour="proceed")
    job = office.get("/capture").json[0]

    assert answer.status == 202
    assert Event.objects.count() == 2499
    assert [error["detail"].split(":")[0] for error in job["errors"]] == [
        "$.epcisBody.eventList[1234].bizStep"
    ]


def test_a_path_in_any_script_is_answered(office: Machine) -> None:
    """Some servers hand on the text, others its bytes as characters."""
    for path in (
        "/epcis/bizSteps/Chè\U000596bd",
        "/epcis/bizSteps/\xc3\xa8\xff",
        "/epcis/\u4e2d",
        "/chè",
    ):
        told: list[Any] = []
        environ = RequestFactory().generic("GET", "/epcis/").environ
        environ["PATH_INFO"] = path
        b"".join(application(environ, lambda status, head, into=told: into.append(status)))
        assert told[0][:3] in ("200", "404")
