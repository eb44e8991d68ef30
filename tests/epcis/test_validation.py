"""What is EPCIS 2.0 and what is not, with the place of each fault; and bad input of every kind."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from saola import epcis
from saola.cli import main
from tests.epcis.test_hash import EVENT, SPACES

SHARED = Path(__file__).parents[3] / "shared" / "conformance"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="../shared/conformance is not here")
CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", SPACES]


def document(*events: dict[str, Any], **head: Any) -> bytes:
    return json.dumps(
        {
            "@context": CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-03-01T00:00:00Z",
            "epcisBody": {"eventList": list(events)},
            **head,
        }
    ).encode()


def changed(**fields: Any) -> dict[str, Any]:
    event = deepcopy(EVENT) | fields
    return {name: value for name, value in event.items() if value is not ...}


@needs_shared
@pytest.mark.parametrize(
    ("folder", "count"),
    [("openepcis/valid", 20), ("epcis/examples", 47), ("event-hash", 22), ("event-hash/equal", 6)],
)
def test_documents_of_others_are_valid(folder: str, count: int) -> None:
    files = [p for p in (SHARED / folder).iterdir() if p.suffix in (".json", ".jsonld", ".xml")]
    faults = {path.name: epcis.validate(path.read_bytes()) for path in files}
    assert len(files) == count
    assert {name: found for name, found in faults.items() if found} == {}


@needs_shared
def test_documents_that_must_be_refused() -> None:
    files = list((SHARED / "openepcis" / "invalid").iterdir())
    assert len(files) == 5
    assert [path.name for path in files if not epcis.validate(path.read_bytes())] == []


@pytest.mark.parametrize(
    ("fields", "path", "reason"),
    [
        ({"eventTime": ...}, "", "eventTime is missing"),
        ({"eventTime": "2026-02-30T07:30:00+07:00"}, ".eventTime", "no date of the calendar"),
        ({"eventTime": "2026-03-01T07:30:00"}, ".eventTime", "with a zone"),
        ({"eventTimeZoneOffset": "+15:00"}, ".eventTimeZoneOffset", "no offset"),
        ({"action": "LOOK"}, ".action", "no action"),
        ({"bizStep": "harvesting"}, ".bizStep", "no word of CBV"),
        ({"bizStep": "urn:epcglobal:cbv:bizstep:shipping"}, ".bizStep", "the bare word"),
        ({"epcList": ["L1"]}, ".epcList[0]", "no URI"),
        ({"epcList": [EVENT["epcList"][0]] * 2}, ".epcList", "twice"),
        ({"epcList": ..., "quantityList": ...}, "", "what is missing"),
        ({"quantityList": [{"epcClass": "urn:x:1", "uom": "KGM"}]}, ".quantityList[0]", "without"),
        ({"quantityList": [{"epcClass": "urn:x:1", "quantity": "2"}]}, ".quantityList[0].quantity",
         "a number"),
        ({"ilmd": {"vn:giống": "Kim Tuyên"}}, ".ilmd", "only an event with action ADD"),
        ({"action": "ADD", "ilmd": {"giống": "Kim Tuyên"}}, ".ilmd.giống", "unknown field"),
        ({"xx:note": "a"}, ".xx:note", "namespace"),
        ({"note": "a"}, ".note", "unknown field"),
        ({"persistentDisposition": {}}, ".persistentDisposition", "neither"),
        ({"errorDeclaration": {"reason": "did_not_occur"}}, ".errorDeclaration", "declarationTime"),
        ({"sensorElementList": [{"sensorReport": []}]}, ".sensorElementList[0].sensorReport",
         "must not be empty"),
    ],
)  # fmt: skip
def test_a_fault_says_where_and_why(fields: dict[str, Any], path: str, reason: str) -> None:
    found = epcis.validate(document(EVENT, changed(**fields)))
    assert [fault.path for fault in found] == ["$.epcisBody.eventList[1]" + path]
    assert reason in found[0].reason


@pytest.mark.parametrize(
    ("kind", "fields", "reason"),
    [
        ("TransformationEvent", {"inputEPCList": ["urn:x:1"]}, "nothing is output"),
        ("TransformationEvent", {}, "neither input nor output"),
        ("AggregationEvent", {"action": "ADD", "childEPCs": ["urn:x:1"]}, "parentID is missing"),
        ("AssociationEvent", {"action": "ADD", "parentID": "urn:x:2"}, "childEPCs or"),
        ("TransactionEvent", {"action": "ADD", "epcList": []}, "bizTransactionList is missing"),
    ],
)
def test_each_type_says_what_it_is_about(kind: str, fields: dict[str, Any], reason: str) -> None:
    event = {name: EVENT[name] for name in ("eventTime", "eventTimeZoneOffset")}
    found = epcis.validate(document({"type": kind, **event, **fields}))
    assert reason in found[0].reason


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>
<x>&b;</x>"""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01",
        b"{",
        b"[]",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"<" * 1000,
        b"<a>" * 100_000,
        BOMB,
        b"<html/>",
        b'{"type": "EPCISDocument", "epcisBody": {"eventList": {}}}',
        b'{"type": "EPCISDocument", "epcisBody": {"eventList": [1]}}',
        b'{"type": "EPCISDocument", "epcisBody": {"eventList": [{"type": ["ObjectEvent"]}]}}',
        b'{"type": ["a"]}',
        '{"type": "EPCISDocument"}'.encode("utf-16"),
    ],
)
def test_bad_input_is_a_fault_and_never_a_crash(content: bytes) -> None:
    assert epcis.validate(content) != []


def test_cli_validates_and_hashes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "tốt.json", tmp_path / "sai.json"
    good.write_bytes(document(EVENT))
    bad.write_bytes(document(changed(bizStep="harvesting")))
    assert main(["epcis", "validate", str(good)]) == 0
    assert main(["epcis", "validate", str(bad)]) == 2
    assert "$.epcisBody.eventList[0].bizStep: " in capsys.readouterr().out
    assert main(["epcis", "hash", str(good)]) == 0
    assert capsys.readouterr().out == epcis.event_hash(EVENT, SPACES) + "\n"
    assert main(["epcis", "hash", str(tmp_path / "không có.json")]) == 2
