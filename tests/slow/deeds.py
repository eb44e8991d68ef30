"""Does the main job, or captures, until it is killed: `python deeds.py KIND FOLDER`.

Django is loaded once; for each line "SECONDS" on standard input a child begins to work, is killed
(SIGKILL) after that time, and "killed" is answered; for "look" a child looks at everything and
answers "whole" or what is wrong. What a child was told to be kept is written to FOLDER/told."""

import dataclasses
import json
import os
import signal
import sys
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.utils import timezone  # noqa: E402

from saola.server.councils import actions as council_actions  # noqa: E402
from saola.server.councils.models import Council  # noqa: E402
from saola.server.demo import sample  # noqa: E402
from saola.server.demo.cases import Case  # noqa: E402
from saola.server.demo.sample import MEMBERS, SIGNER, UBND, person  # noqa: E402
from saola.server.dossiers.models import Dossier  # noqa: E402
from saola.server.events.jobs import capture_one  # noqa: E402
from saola.server.events.models import Access, Event  # noqa: E402
from saola.server.products.models import Producer  # noqa: E402
from saola.server.recognition import actions as recognition  # noqa: E402
from saola.server.recognition.actions import Signed  # noqa: E402
from saola.server.recognition.models import Certificate  # noqa: E402
from saola.server.running import verifying  # noqa: E402

KIND, FOLDER = sys.argv[1], Path(sys.argv[2])
TOLD = FOLDER / "told"
CASE = Case("", 11, totals=(84,) * MEMBERS, floor=4)


def tell(*facts: object) -> None:
    """The act is acknowledged: from now on it must be there."""
    with TOLD.open("a") as file:
        file.write(json.dumps(facts) + "\n")


def main_job() -> None:
    """One product from its name to its certificate, over and over."""
    producer = Producer.objects.get(name__startswith="HTX Minh Họa Tà Xùa")
    council = Council.objects.filter(illustrative=True).order_by("pk")[0]
    while True:
        case = dataclasses.replace(CASE, name=f"Chè {uuid.uuid4().hex[:8]} (minh họa)")
        _life(producer, council, case)


def _life(producer: Producer, council: Council, case: Case) -> None:
    dossier = sample._prepared(producer, case)
    tell("dossier", dossier.pk, dossier.state)
    session = sample._session(council, case.name, "meeting")
    item = council_actions.schedule(session, dossier, by=person("hd9"))
    tell("dossier", dossier.pk, "scheduled")
    present = set(council.members.values_list("pk", flat=True))
    council_actions.mark_attendance(session, present, by=person("hd9"))
    council_actions.open_session(session, by=person("hd1"))
    sample._score(item, case)
    tell("sealed", dossier.pk)
    dossier = sample._submitted(case.name)
    tell("dossier", dossier.pk, dossier.state)
    today, leader = timezone.localdate(), person("lanhdao.tinh")
    number = f"Q{dossier.pk}/QĐ-UBND (minh họa)"
    signed = Signed(number, today, SIGNER, "Chủ tịch", "", UBND)
    recognition.decide("recognise", [dossier], signed, by=leader)
    tell("decided", dossier.pk)
    recognition.certify(dossier, today, by=leader)
    tell("certified", dossier.pk)
    recognition.publish(dossier, by=leader)
    notice = Signed(f"T{dossier.pk}/TB (minh họa)", today, SIGNER, "Chi cục trưởng", "")
    recognition.notify(dossier, notice, by=person("tinh.ocop"))
    dossier.refresh_from_db()
    tell("dossier", dossier.pk, dossier.state)


def capturing() -> None:
    """Events, one after another."""
    access = Access.objects.filter(may_capture=True).order_by("pk")[0]
    while True:
        known = f"urn:uuid:{uuid.uuid4()}"
        event = {
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
            "type": "ObjectEvent", "action": "OBSERVE", "eventID": known,
            "eventTime": (timezone.now() - timedelta(minutes=1)).isoformat(),
            "eventTimeZoneOffset": "+07:00", "bizStep": "storing",
            "epcList": [f"https://id.gs1.org/01/08931234567894/21/{uuid.uuid4().hex[:12]}"],
        }  # fmt: skip
        faults, _written, _id = capture_one(json.dumps(event).encode(), access=access)
        assert not faults, faults
        tell("event", known)


def look() -> str:
    """What is wrong, or "whole"."""
    faults = [fault for _name, one in verifying.LOOKS for fault in one()]
    told = [json.loads(line) for line in TOLD.read_text().splitlines()] if TOLD.exists() else []
    states = dict(Dossier.objects.values_list("pk", "state"))
    for what, key, *more in told:
        if what == "dossier" and not _reached(states.get(key), more[0]):
            faults.append(f"dossier {key} was told {more[0]} and is {states.get(key)}")
    certified = {key for what, key, *_ in told if what == "certified"}
    there = set(Certificate.objects.values_list("recognition__dossier", flat=True))
    faults += [f"certificate of {key} is gone" for key in certified - there]
    events = [key for what, key, *_ in told if what == "event"]
    rows = Event.objects.values_list("document", flat=True)
    kept = [json.loads(row)["eventID"] for row in rows if '"eventID"' in row]
    faults += [f"event {key} is gone" for key in set(events) - set(kept)]
    if len(kept) != len(set(kept)):
        faults.append("an event twice")
    return "; ".join(faults) or "whole"


def _reached(state: str | None, told: str) -> bool:
    """Whether a dossier stands where it was told, or further."""
    if state is None or state not in LATER or told not in LATER:
        return state == told
    return LATER[state] >= LATER[told]


def _later() -> dict[str, int]:
    from saola.lifecycle.dossier import State

    return {state.value: place for place, state in enumerate(State)}


LATER = _later()
WORK: dict[str, Callable[[], None]] = {"main": main_job, "capture": capturing}


def child(work: Callable[[], object]) -> int:
    """Fork; the child works and never comes back."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException as fault:  # what went wrong is the parent's to say
            tell("fault", f"{type(fault).__name__}: {fault}")
            os._exit(1)
        os._exit(0)
    return pid


for line in sys.stdin:
    if line.strip() == "look":
        os.waitpid(child(lambda: (FOLDER / "said").write_text(look())), 0)
        print((FOLDER / "said").read_text(), flush=True)
        continue
    pid = child(WORK[KIND])
    time.sleep(float(line))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    print("killed", flush=True)
