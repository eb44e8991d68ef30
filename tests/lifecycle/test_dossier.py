"""The step table: reachable, guarded, one way."""

import pytest

from saola.lifecycle import machine
from saola.lifecycle.dossier import ENDED, STEPS, Kind, State
from saola.lifecycle.machine import Refused

ALL = [(step, kind) for step in STEPS for kind in (step.kinds or {str(k) for k in Kind})]


def test_every_state_is_reachable_from_draft() -> None:
    reached, grown = {str(State.DRAFT)}, True
    while grown:
        more = {s.target for s in STEPS if s.source & reached} - reached
        reached, grown = reached | more, bool(more)

    assert reached == {str(s) for s in State}


def test_ended_states_lead_nowhere() -> None:
    leaving = {state for step in STEPS for state in step.source}

    assert {str(s) for s in ENDED} & leaving == set()


def test_a_kind_has_one_row_for_an_act_in_a_state() -> None:
    rows = [(step.key, state, kind) for step, kind in ALL for state in step.source]

    assert len(rows) == len(set(rows))


def test_renewals_are_reported_by_the_agency_and_new_ones_by_the_team() -> None:
    with pytest.raises(Refused):
        machine.find(STEPS, "advise", "accepted", "renewal")
    with pytest.raises(Refused):
        machine.find(STEPS, "report_agency", "accepted", "first")


def test_there_is_no_way_from_ninety_to_a_certificate_but_through_the_ministry() -> None:
    seen, todo = set(), {"approved"}
    while todo:
        state = todo.pop()
        seen.add(state)
        todo |= {s.target for s in STEPS if state in s.source and s.key != "record_central"} - seen

    assert "certified" not in seen


def test_a_reason_is_asked_where_the_table_says_so() -> None:
    step = machine.find(STEPS, "withdraw", "draft", "first")

    with pytest.raises(Refused) as refused:
        machine.check(step, {}, "  ")

    assert refused.value.field == "note"


def test_a_guard_refuses_with_its_sentence() -> None:
    step = machine.find(STEPS, "accept", "agency_received", "first")

    with pytest.raises(Refused) as refused:
        machine.check(step, {"complete": "Thiếu minh chứng."}, "")
    with pytest.raises(KeyError):
        machine.check(step, {}, "")

    assert refused.value.reason == "Thiếu minh chứng."
