"""The REST binding as a client of ours and of others meets it, straight at the WSGI callable."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory, TestCase

from saola.epcis import event_hash, read_document
from saola.epcis.queries import read_query
from saola.server.events.models import Access, Event, Job
from saola.server.events.search import search, whole
from saola.server.events.tokens import end_token, make_token
from saola.server.web.api.application import application
from tests.epcis.test_hash import SPACES
from tests.epcis.test_queries import ASKS, FALSE, FULL, TRUE
from tests.epcis.test_validation import CONTEXT, SHARED, document, needs_shared
from tests.factories import ProducerFactory
from tests.server.test_events import serial

pytestmark = pytest.mark.django_db


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json["epcisBody"]["queryResults"]["resultsBody"][
            "eventList"
        ]
        return found


@dataclass
class Machine:
    secret: str = ""

    def __call__(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        kind = headers.pop("kind", "application/json")
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret:
            sent["Authorization"] = f"Bearer {self.secret}"
        environ = RequestFactory().generic(
            method, "/epcis" + path, body, content_type=kind, headers=sent
        ).environ  # fmt: skip
        told: list[Any] = []
        with TestCase.captureOnCommitCallbacks(execute=True):
            content = b"".join(
                application(environ, lambda status, head: told.extend((status, head)))
            )
        return Answer(int(told[0].split()[0]), dict(told[1]), content)

    def get(self, path: str, **headers: str) -> Answer:
        return self("GET", path, **headers)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A request would close the connection of the test's transaction, as with Django's client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def office(db: None) -> Machine:
    return Machine(make_token("cơ quan", 14, may_capture=True)[1])


def captured(machine: Machine, *events: dict[str, Any]) -> list[str]:
    answer = machine("POST", "/capture", document(*events))
    assert answer.status == 202, answer.body
    return [event_hash(event, SPACES) for event in events]


def test_a_document_is_captured_and_read_back(office: Machine) -> None:
    answer = office("POST", "/capture", document(serial(1), serial(2)))
    job = office.get(urlsplit(answer.headers["Location"]).path.removeprefix("/epcis"))

    assert (answer.status, answer.body) == (202, b"")
    assert (job.json["running"], job.json["success"], job.json["errors"]) == (False, True, [])
    found = office.get("/events")
    assert found.status == 200
    again = read_document(found.body)
    assert [event_hash(e, s) for e, s in again.events] == [
        event_hash(serial(n), SPACES) for n in (1, 2)
    ]
    assert all("recordTime" in event for event in found.events)
    assert found.headers["GS1-EPCIS-Version"] == "2.0.0"


@needs_shared
@pytest.mark.parametrize("folder", ["openepcis/valid", "epcis/examples"])
def test_documents_of_others_are_captured_and_read_back(office: Machine, folder: str) -> None:
    hashes: set[str] = set()
    for path in sorted((SHARED / folder).iterdir()):
        answer = office("POST", "/capture", path.read_bytes())
        read = read_document(path.read_bytes())
        wanted = {event_hash(event, spaces) for event, spaces in read.events}
        job = Job.objects.get(pk=answer.headers["Location"].rpartition("/")[2])
        # some examples of the standard have one id for several events
        known = {error["status"] for error in job.errors}
        assert job.success or known == {409}, (path.name, job.errors)
        if job.success:
            hashes |= wanted

    found: set[str] = set()
    path: str | None = "/events?perPage=50"
    while path:
        answer = office.get(path)
        found |= {event_hash(e, s) for e, s in read_document(answer.body).events}
        link = answer.headers.get("Link", "")
        path = link.partition("/epcis")[2].partition(">")[0] or None
    assert hashes <= found


@needs_shared
def test_documents_that_must_be_refused(office: Machine) -> None:
    for path in sorted((SHARED / "openepcis/invalid").iterdir()):
        answer = office("POST", "/capture", path.read_bytes())

        assert answer.status == 400, path.name
        assert answer.json["type"] == "epcisException:ValidationException"
        assert answer.json["errors"]
    assert not Event.objects.exists()


def test_xml_goes_in_and_out(office: Machine) -> None:
    captured(office, serial(1))
    xml = office.get("/events", Accept="application/xml")
    other = Machine(make_token("khác", 14, may_capture=True, public=True)[1])

    again = other("POST", "/capture", xml.body, kind="application/xml")

    assert xml.headers["Content-Type"] == "application/xml"
    assert again.status == 202
    (job,) = Job.objects.exclude(access__name="cơ quan")
    assert (job.success, job.stored, job.known) == (True, 0, 1)


def test_proceed_keeps_what_can_be_kept(office: Machine) -> None:
    bad = serial(2, bizStep="harvesting")
    answer = office(
        "POST", "/capture", document(serial(1), bad), GS1_Capture_Error_Behaviour="proceed"
    )

    job = office.get(urlsplit(answer.headers["Location"]).path.removeprefix("/epcis")).json
    assert (job["success"], job["captureErrorBehaviour"]) == (False, "proceed")
    assert "bizStep" in job["errors"][0]["detail"]
    assert Event.objects.count() == 1


def test_one_event_at_once(office: Machine) -> None:
    one = json.dumps({"@context": CONTEXT, **serial(1, eventID="urn:uuid:1")}).encode()

    made, again = office("POST", "/events", one), office("POST", "/events", one)
    read = office.get(urlsplit(made.headers["Location"]).path.removeprefix("/epcis"))
    bad = office("POST", "/events", json.dumps({**serial(2), "@context": CONTEXT, "x": 1}).encode())

    assert (made.status, again.status, bad.status) == (201, 409, 400)
    assert [event["eventID"] for event in read.events] == ["urn:uuid:1"]
    assert office.get("/events/urn%3Auuid%3A9").status == 404


def test_an_event_is_found_under_the_address_of_its_hash(office: Machine) -> None:
    """Its id holds slashes and a question mark; servers hand paths on decoded."""
    (event_id,) = captured(office, serial(1))

    answer = office.get(f"/events/{quote(event_id, safe='')}")

    assert [event["eventID"] for event in answer.events] == [event_id]


def test_pages_lead_through_everything_once(office: Machine) -> None:
    wanted = captured(office, *(serial(n) for n in range(7)))
    path, seen, tokens = "/events?perPage=3&EQ_bizStep=shipping", [], []
    for _ in range(3):
        answer = office.get(path)
        seen += [event["eventID"] for event in answer.events]
        link = answer.headers.get("Link", "")
        path = link.partition("/epcis")[2].partition(">")[0]
        tokens.append(path.partition("nextPageToken=")[2])

    assert seen == wanted
    assert tokens[-1] == ""
    assert "GS1-Next-Page-Token-Expires" not in answer.headers
    for forged in (f"/events?perPage=3&nextPageToken={tokens[0]}",
                   "/events?nextPageToken=abc",
                   f"/events?perPage=3&EQ_bizStep=shipping&nextPageToken={tokens[0][:-2]}xx"):  # fmt: skip
        assert office.get(forged).status == 400


@pytest.mark.parametrize("order", ["eventTime", "recordTime"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_orders(office: Machine, order: str, direction: str) -> None:
    times = ["2026-03-03T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"]
    ids = captured(office, *(serial(n, eventTime=time) for n, time in enumerate(times)))
    path, seen = f"/events?perPage=2&orderBy={order}&orderDirection={direction}", []
    while path:
        answer = office.get(path)
        seen += [event["eventID"] for event in answer.events]
        path = answer.headers.get("Link", "").partition("/epcis")[2].partition(">")[0]

    wanted = [ids[1], ids[2], ids[0]] if order == "eventTime" else ids
    assert seen == (wanted if direction == "ASC" else wanted[::-1])


def test_counts_are_kept(office: Machine) -> None:
    captured(office, *(serial(n) for n in range(5)))

    limited = office.get("/events?eventCountLimit=3&perPage=2")
    path = limited.headers["Link"].partition("/epcis")[2].partition(">")[0]
    rest = office.get(path)

    assert (len(limited.events), len(rest.events), "Link" in rest.headers) == (2, 1, False)
    assert office.get("/events?maxEventCount=4").status == 413
    assert len(office.get("/events?maxEventCount=5").events) == 5


def test_things_are_named_as_the_reader_wishes(office: Machine) -> None:
    captured(office, serial(1))

    urns = office.get("/events", GS1_EPC_Format="Always_EPC_URN").events[0]
    links = office.get("/events", GS1_EPC_Format="Always_GS1_Digital_Link").events[0]

    assert urns["epcList"][0].startswith("urn:epc:id:sgtin:")
    assert links["epcList"] == serial(1)["epcList"]
    assert office.get("/events", GS1_EPC_Format="Other").status == 406


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("eventTypes", "ObjectEvent"),
        ("epcs", "https://id.gs1.org/01/08938500000010/21/S1"),
        ("bizSteps", "shipping"),
        ("readPoints", "https://id.gs1.org/414/8938500000003"),
        ("dispositions", "https://ref.gs1.org/cbv/Disp-in_transit"),
    ],
)
def test_resources_lead_to_their_events(office: Machine, kind: str, value: str) -> None:
    captured(office, serial(1), serial(2, bizStep="receiving", disposition="active",
                                       readPoint={"id": "urn:x:nơi:2"}))  # fmt: skip

    known = office.get(f"/{kind}").json["member"]
    events = office.get(f"/{kind}/{quote(value, safe='')}/events")

    assert any(value.rpartition("-")[2] in name for name in known)
    assert events.status == 200
    assert len(events.events) == (2 if kind == "eventTypes" else 1)


def test_named_queries(office: Machine) -> None:
    captured(office, serial(1), serial(2, bizStep="receiving"))
    query = {"name": "den", "query": {"EQ_bizStep": ["receiving"], "EQ_vn:note": "hai",
                                      "@context": [SPACES]}}  # fmt: skip

    made = office("POST", "/queries", json.dumps(query).encode())
    again = office("POST", "/queries", json.dumps(query).encode())
    bad = office("POST", "/queries", b'{"name": "x", "query": {"EQ_nothing": 1}}')

    assert (made.status, again.status, bad.status) == (201, 409, 400)
    assert [row["name"] for row in office.get("/queries").json] == ["den"]
    assert len(office.get("/queries/den/events").events) == 1
    other = Machine(make_token("khác", 14)[1])
    assert other.get("/queries/den/events").status == 404
    assert office("DELETE", "/queries/den").status == 204
    assert office.get("/queries/den").status == 404


def test_a_producer_reads_its_own_and_what_is_public() -> None:
    tokens = [
        make_token(name, 14, producer=ProducerFactory(name=name), may_capture=True, public=public)
        for name, public in (("HTX A", False), ("HTX B", False), ("HTX C", True))
    ]
    machines = [Machine(secret) for _, secret in tokens]
    for number, machine in enumerate(machines):
        captured(machine, serial(number))
    epc = quote("https://id.gs1.org/01/08938500000010/21/S1", safe="")

    assert [len(machine.get("/events").events) for machine in machines] == [2, 2, 1]
    assert len(Machine().get("/events").events) == 1
    assert machines[0].get(f"/epcs/{epc}/events").events == []
    assert len(machines[1].get(f"/epcs/{epc}/events").events) == 1
    assert "S1" not in str(machines[0].get("/epcs").json["member"])


def test_tokens_open_what_they_may(office: Machine) -> None:
    access, secret = make_token("đọc", 14)
    reader = Machine(secret)

    assert reader("POST", "/capture", document(serial(1))).status == 403
    assert Machine()("POST", "/capture", document(serial(1))).status == 401
    assert Machine("sai").get("/events").status == 401
    assert reader.get("/events").status == 200
    end_token(access)
    assert reader.get("/events").status == 401


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nothing", {}, 404),
        ("GET", "/eventTypes/Nothing", {}, 404),
        ("DELETE", "/events", {}, 405),
        ("GET", "/events", {"Accept": "text/html"}, 406),
        ("GET", "/events?EQ_nothing=1", {}, 400),
        ("GET", "/events?perPage=0", {}, 400),
        ("GET", "/events?GE_eventTime=hôm%20nay", {}, 400),
        ("GET", "/events?EQ_bizStep=" + "a" * 9000, {}, 414),
        ("GET", "/capture/không", {}, 404),
        ("POST", "/capture", {"kind": "text/plain"}, 415),
        ("POST", "/capture", {"GS1_Capture_Error_Behaviour": "maybe"}, 400),
        ("POST", "/queries", {}, 400),
    ],
)
def test_every_refusal_is_a_problem_document(
    office: Machine, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = office(method, path, b"[1]" if method == "POST" else b"", **headers)

    assert answer.status == status
    if status != 405:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json["type"].startswith("epcisException:")


def test_discovery(office: Machine) -> None:
    for path in ("/", "/capture", "/events", "/epcs", "/queries", "/queries/a/events"):
        answer = office("OPTIONS", path)
        assert (answer.status, answer.body) == (204, b"")
        assert "GET" in answer.headers["Allow"]
        assert answer.headers["GS1-EPCIS-Min"] == "2.0.0"
    assert "POST" in office("OPTIONS", "/capture").headers["Allow"]
    head = office("HEAD", "/events")
    assert (head.status, head.body) == (200, b"")


def test_narrowing_by_the_database_changes_no_answer(office: Machine) -> None:
    """What is found through indexes is what the question finds among all events."""
    variants = [
        {name: value for name, value in FULL.items() if name not in ("recordTime", *gone)}
        | {"eventID": f"urn:uuid:{number}", "action": "ADD", **more}
        for number, (gone, more) in enumerate(
            [
                ((), {}),
                (("errorDeclaration",), {"bizStep": "receiving"}),
                (("errorDeclaration", "sensorElementList"), {"disposition": "active"}),
                (("errorDeclaration", "epcList"), {"eventTime": "2026-05-01T00:00:00Z"}),
                (("errorDeclaration", "bizLocation"), {"readPoint": {"id": "urn:x:2"}}),
            ]
        )
    ]
    assert office("POST", "/capture", document(*variants)).status == 202
    rows = [whole(row) for row in Event.objects.order_by("seq")]
    assert len(rows) == len(variants)
    for name, value in TRUE + FALSE:
        query = read_query({name: value}, ASKS)
        found = {event["eventID"] for event, _ in search(query, None, 100).events}
        owner = {event["eventID"] for event, spaces in rows if query.finds(event, spaces)}
        seen = search(query, Access.objects.get(), 100).events
        assert {event["eventID"] for event, _ in seen} == owner, name
        assert found == set()  # nothing of it is public


def test_words_of_others_are_not_told(office: Machine) -> None:
    own = "https://bi-mat.example/buoc"
    captured(office, serial(1, bizStep=own))
    everybody, word = Machine(), {"bizStep": "shipping"}
    captured(office, serial(2, **word))
    assert own in office.get("/bizSteps").json["member"]
    told = everybody.get("/bizSteps").json["member"]
    assert own not in told
    assert any("hipping" in one for one in told)
