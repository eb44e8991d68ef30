"""Subscriptions: in order, signed, once received never again; hanging and refusing receivers."""

import hashlib
import hmac
import http.server
import json
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from saola.server.events import subscriptions, webhooks
from saola.server.events.chain import broken_at, seal
from saola.server.events.models import Event, NamedQuery, Seal, Subscription
from saola.server.events.subscriptions import deliver, subscribe
from saola.server.events.tokens import end_token, make_token
from saola.server.events.webhooks import BadAddress, Failed, check_address, send
from tests.epcis.test_validation import CONTEXT
from tests.server.test_epcis_api import Answer, _one_connection  # noqa: F401 - a fixture
from tests.server.test_epcis_api import Machine as Client
from tests.server.test_events import serial

pytestmark = pytest.mark.django_db


class Machine:
    """A client with its own token."""

    def __init__(self, **rights: bool) -> None:
        self.access, secret = make_token("máy", 14, **rights)
        self._client = Client(secret)

    def post(self, path: str, told: Any) -> Answer:
        return self._client("POST", path, json.dumps(told).encode())

    def get(self, path: str) -> Answer:
        return self._client("GET", path)

    def delete(self, path: str) -> Answer:
        return self._client("DELETE", path)


class Receiver:
    """A real server on this machine; `answers` are statuses to give, then 200."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.hang = 0.0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(receiver.hang)
                status = receiver.answers.pop(0) if receiver.answers else 200
                if 200 <= status < 300:
                    receiver.got.append((dict(self.headers), body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook?x=1"

    @property
    def ids(self) -> list[str]:
        found = []
        for _, body in self.got:
            results = json.loads(body)["epcisBody"]["queryResults"]
            found += [one["eventID"] for one in results["resultsBody"]["eventList"]]
        return found


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.OCOP = settings.OCOP | {"webhook_hosts": ("127.0.0.1",)}
    made = Receiver()
    yield made
    made.server.shutdown()


@pytest.fixture
def machine() -> Machine:
    return Machine(may_capture=True)


def query_of(machine: Machine, **asked: Any) -> NamedQuery:
    return NamedQuery.objects.create(name="mine", access=machine.access, asked=asked)


def soon() -> None:
    Subscription.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def captured(machine: Machine, *numbers: int) -> list[str]:
    ids = []
    for number in numbers:
        one = serial(number) | {"@context": CONTEXT, "eventID": f"urn:uuid:{uuid.UUID(int=number)}"}
        assert machine.post("/events", one).status == 201
        ids.append(one["eventID"])
    return ids


def test_events_come_in_order_signed_and_once(machine: Machine, receiver: Receiver) -> None:
    captured(machine, 1)
    subscribe(query_of(machine), receiver.address, secret="bí mật")
    ids = captured(machine, 2, 3)
    assert deliver() == 1
    soon()
    assert deliver() == 0
    assert receiver.ids == ids
    headers, body = receiver.got[0]
    mark = hmac.new("bí mật".encode(), body, hashlib.sha256).hexdigest()
    assert headers["GS1-Signature"] == f"sha256={mark}"
    results = json.loads(body)["epcisBody"]["queryResults"]
    assert results["subscriptionID"] == str(Subscription.objects.get().pk)


def test_what_was_refused_comes_again_later_and_later(machine: Machine, receiver: Receiver) -> None:
    row = subscribe(query_of(machine), receiver.address)
    ids = captured(machine, 1)
    receiver.answers = [500, 503]
    waits = []
    for _ in range(2):
        soon()
        assert deliver() == 0
        row.refresh_from_db()
        waits.append(row.due_at - timezone.now())
        assert deliver() == 0  # not before its time
    assert timedelta(seconds=25) < waits[0] < timedelta(seconds=35) < waits[1]
    soon()
    assert deliver() == 1
    row.refresh_from_db()
    assert (receiver.ids, row.failures, row.fault) == (ids, 0, "")


def test_one_that_hangs_is_left_and_the_others_served(
    machine: Machine, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "TIMEOUT", 0.5)
    slow = Receiver()
    slow.hang = 5
    query = query_of(machine)
    subscribe(query, slow.address)
    subscribe(query, receiver.address)
    ids = captured(machine, 1)
    begin = time.monotonic()
    assert deliver() == 1
    assert time.monotonic() - begin < 4
    assert receiver.ids == ids
    assert "timed out" in Subscription.objects.get(dest=slow.address).fault
    slow.server.shutdown()


def test_too_large_comes_in_halves(machine: Machine, receiver: Receiver) -> None:
    subscribe(query_of(machine), receiver.address)
    ids = captured(machine, *range(1, 8))
    receiver.answers = [413, 413]
    assert deliver() >= 2
    assert receiver.ids == ids


def test_only_what_is_asked_for(machine: Machine, receiver: Receiver) -> None:
    subscribe(query_of(machine, EQ_eventID=["urn:uuid:nothing"]), receiver.address)
    captured(machine, 1)
    assert deliver() == 0
    assert Subscription.objects.get().last_seq == Event.objects.order_by("-seq")[0].seq


def test_an_ended_token_is_told_nothing(machine: Machine, receiver: Receiver) -> None:
    subscribe(query_of(machine), receiver.address)
    captured(machine, 1)
    end_token(machine.access)
    assert deliver() == 0


def test_by_a_schedule_even_when_empty(machine: Machine, receiver: Receiver) -> None:
    schedule = {"hour": "1", "minute": "5"}
    row = subscribe(query_of(machine), receiver.address, schedule=schedule, report_if_empty=True)
    assert deliver() == 0
    soon()
    assert deliver() == 1
    row.refresh_from_db()
    assert receiver.ids == []
    local = timezone.localtime(row.due_at)
    assert (local.hour, local.minute) == (1, 5)


def test_a_kill_before_it_was_noted_sends_again_nothing_else(
    machine: Machine, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(query_of(machine), receiver.address)
    first = captured(machine, 1)

    def dies(row: Subscription, **values: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(subscriptions, "_keep", dies)
        with pytest.raises(KeyboardInterrupt):
            deliver()
    assert deliver() == 0  # claimed by the one that died
    soon()
    deliver()
    assert receiver.ids == first * 2  # at least once, under the same id


@pytest.mark.parametrize(
    "dest",
    [
        "", "x", "http://example.com/", "ftp://example.com/", "https://user:pass@example.com/",
        "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.7/", "https://169.254.169.254/",
        "https://example.com:22/", "https://", "https://example.com:99999/", "file:///etc/passwd",
        "https://0.0.0.0/", "https://[::ffff:127.0.0.1]/",
    ],
)  # fmt: skip
def test_addresses_that_are_never_sent_to(dest: str) -> None:
    with pytest.raises(BadAddress):
        check_address(dest)


def test_a_name_that_leads_into_the_house_is_not_followed() -> None:
    with pytest.raises(Failed, match="not on the public net"):
        send("https://localhost/", b"{}", "")


def test_redirects_are_not_followed(machine: Machine, receiver: Receiver) -> None:
    receiver.answers = [302]
    with pytest.raises(Failed, match="answered 302"):
        send(receiver.address, b"{}", "")


def test_by_the_api(machine: Machine, receiver: Receiver) -> None:
    query_of(machine)
    path = "/queries/mine/subscriptions"
    told = {"dest": receiver.address, "signatureToken": "s", "stream": True}
    made = machine.post(path, told)
    assert made.status == 201
    body = made.json
    assert "s" not in body.values()
    assert "signatureToken" not in body
    assert made.headers["Location"].endswith(body["subscriptionID"])
    one = f"{path}/{body['subscriptionID']}"
    assert machine.get(one).json["stream"] is True
    assert len(machine.get(path).json) == 1
    stranger = Machine()
    assert stranger.get(one).status == 404
    assert stranger.post(path, told).status == 404
    for wrong in (
        {"dest": receiver.address},
        told | {"schedule": {"hour": "1"}},
        {"dest": receiver.address, "schedule": {"hour": "99"}},
        {"dest": "https://10.0.0.1/", "stream": True},
        told | {"signatureToken": 5},
        told | {"initialRecordTime": "yesterday"},
        {"dest": receiver.address, "schedule": {"month": "2", "dayOfMonth": "31"}},
    ):
        assert machine.post(path, wrong).status == 400, wrong
    assert machine.delete(one).status == 204
    assert machine.delete(one).status == 404
    assert machine.delete("/nextPageToken/x").status == 501


def test_a_query_that_cuts_is_not_subscribed_to(machine: Machine, receiver: Receiver) -> None:
    query_of(machine, eventCountLimit=3)
    told = {"dest": receiver.address, "stream": True}
    answer = machine.post("/queries/mine/subscriptions", told)
    assert (answer.status, answer.json["title"]) == (
        400,
        "SubscriptionControlsException",
    )


def test_the_published_chain(machine: Machine, client: Any) -> None:
    captured(machine, 1, 2)
    yesterday = timezone.localdate() - timedelta(1)
    first = seal(yesterday)
    captured(machine, 3)
    assert bytes(seal(yesterday).chain) == bytes(first.chain)
    assert client.get("/su-kien/chuoi.json").json()["days"] == [
        {"day": yesterday.isoformat(), "last": first.last, "chain": bytes(first.chain).hex()}
    ]
    assert broken_at() is None
    Seal.objects.update(chain=bytes(32))
    assert broken_at() == first.last
    Seal.objects.update(chain=first.chain, last=first.last + 10**6)
    assert broken_at() == first.last + 10**6  # a seal tells of an event that is gone
