"""Clocks that jump between any two acts, by up to two days."""

import json
import random
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from saola.server.councils import actions as councils
from saola.server.events.jobs import capture_one
from saola.server.events.tokens import make_token
from saola.server.running import verifying
from tests.server.conftest import Office
from tools.crowd import EVENT

pytestmark = pytest.mark.slow


def test_clocks_that_jump(office: Office) -> None:
    """The whole way is gone, the journal holds, and what was stamped stays."""
    council = office.council
    council.decided_on -= timedelta(30)
    council.regulation_dated -= timedelta(30)
    council.save()
    chance, began = random.Random(5), timezone.now()
    access, _secret = make_token("thử", 14, may_capture=True)
    for number in range(12):
        jump = timedelta(minutes=chance.randint(-2880, 2880))
        with time_machine.travel(began + jump, tick=True):
            dossier = office.dossier()
            session = office.session(dossier)
        back = timedelta(minutes=chance.randint(-2880, 2880))
        with time_machine.travel(began + back, tick=True):
            item = session.items.get()
            office.seal(item, 80, 82, 84)
            councils.close_scores(item, by=office["hd1"])
            known = f"urn:uuid:00000000-0000-4000-8000-{number:012}"
            event = EVENT | {"eventID": known}
            faults, _written, _id = capture_one(json.dumps(event).encode(), access=access)
            assert not faults
    wrong = [fault for _name, look in verifying.LOOKS for fault in look()]
    assert wrong == []
