"""Made-up inputs for every reader of untrusted text: each ends in an answer or in the reader's own
refusal, within two seconds. 20,000 a reader here; `make fuzz` gives each a million."""

import json
import os
import random
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from saola import epcis, gs1
from saola.epcis.documents import STANDARD
from saola.epcis.identity import canonical_identity
from saola.epcis.queries import BadQuery, read_query
from saola.epcis.schedule import BadSchedule, read_schedule
from saola.gs1.resolution import read as read_link
from saola.gs1.serials import NoSerial, roll_and_place
from saola.ledger import verify_package
from saola.ledger.package import read_package
from saola.lists import Unreadable, list_data, read_list
from saola.lists.cells import score, stars
from saola.planning import contract as planning
from saola.reading.fields import propose
from saola.reading.lines import Line, Word
from saola.reading.papers import Paper
from saola.scoring.contract import loads, panel_from
from saola.scoring.panels import Invalid
from saola.vietnamese.reading import find_days, plain_number

COUNT = int(os.environ.get("SAOLA_FUZZ", "20000"))
SLOWEST, LONGEST, MOST_KEPT = 2.0, 6000, 400  # CPU seconds, characters, inputs mutated further
TOKENS = (
    "(01)09520123456788", "/01/09520123456788", "/10/", "/21/", "%00", "%", "%zz", "\0", "\\u0000", "\\ud800",
    "\ufeff", "\u0958", "\u0130", "\x1d", "]C1", "[", "]", "[::1", "{", "}", '"', "'", "<", ">", "<!--", "&#x0;",
    "=", "&", "|", "*", "-", "\n", "\t", ",", ";", "0", "9" * 20, "9" * 400, "1e999", "-1e999", "NaN", "Infinity",
    "-0", "١٢٣", "½", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "2026-02-30", "29/02/2100",
    "urn:epc:id:sgtin:952012345678.0.1", "urn:epc:idpat:sgtin:4012345.011111.*", "http://[", "javascript:",
    "null", "true", "a" * 300, "(" * 200, "[" * 900, "\u0301" * 99, "ex:a", "{a}b", "[]", "{}", '{"":{}}',
)  # fmt: skip
EVENT = {
    "@context": [{"ex": "https://example.vn/"}, "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    "type": "ObjectEvent", "action": "OBSERVE", "eventTime": "2026-11-28T08:00:00.000+07:00",
    "eventTimeZoneOffset": "+07:00", "epcList": ["https://id.gs1.org/01/08931234567894/21/1"],
    "quantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 1.5, "uom": "KGM"}],
    "bizStep": "storing", "readPoint": {"id": "urn:epc:id:sgln:4012345.11111.400"}, "ex:a": {"ex:b": 3},
    "sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 26.0, "uom": "CEL"}]}],
}  # fmt: skip
DOCUMENT = {
    "@context": EVENT["@context"], "type": "EPCISDocument", "schemaVersion": "2.0",
    "creationDate": "2026-11-28T08:00:00Z", "epcisBody": {"eventList": [EVENT]},
}  # fmt: skip
XML = (
    '<?xml version="1.0"?><epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" '
    'creationDate="2026-11-28T08:00:00Z"><EPCISBody><EventList><ObjectEvent><eventTime>2026-11-28T08:00:00Z'
    "</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset><epcList><epc>urn:epc:id:sgtin:4012345.011111.1"
    "</epc></epcList><action>OBSERVE</action></ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>"
)
LIST = (
    "STT\tTên sản phẩm\tChủ thể\tXã\tHạng sao\tĐiểm\tSố quyết định\tNăm\n1\tChè Shan tuyết\tHTX Tà Xùa\txã Tà Xùa\t"
    "4 sao\t71,5\t4261/QĐ-UBND ngày 05/8/2021\t2021\nII\tSẢN PHẨM ĐẠT 3 SAO\n2\tMật ong\tnt\tP. Chiềng An\t★★★\t55/100\n"
)
PAPER = (
    "GIẤY CHỨNG NHẬN\nSố: 125/2024/ATTP-CN\nCó hiệu lực từ ngày 05 tháng 8 năm 2024\nThời hạn: 3 năm kể từ ngày ký"
    "\nSơn La, ngày 5 tháng 8 năm 2024\nMã số doanh nghiệp: 5500123456"
)
URNS = "urn:epc:id:sgtin:9520123.045678.32a/b urn:epc:class:lgtin:4012345.012345.998877 urn:epc:id:sscc:4012345.0111111111"
QUERY = {"eventType": ["ObjectEvent"], "GE_eventTime": "2026-01-01T00:00:00Z", "GT_quantity": 1, "orderBy": "eventTime",
         "MATCH_anyEPC": ["urn:epc:idpat:sgtin:4012345.*.*"], "EQ_ex:a": ["x"], "eventCountLimit": 5}  # fmt: skip


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def hashed(content: bytes) -> Any:
    if not epcis.validate(content):
        return [epcis.event_hash(*pair) for pair in epcis.read_document(content).hashed()]
    return None


def asked(content: bytes) -> Any:
    given = _json(content)
    return read_query(given, STANDARD).finds(EVENT, STANDARD) if isinstance(given, dict) else None


def scheduled(content: bytes) -> Any:
    return read_schedule(_json(content))


def paper(text: str) -> Any:
    lines = [
        Line(1, tuple(Word(w, (0.1, 0.1, 0.2, 0.2), 0.9) for w in line.split()))
        for line in text.split("\n") if line.split()
    ]  # fmt: skip
    return propose(Paper(lines))


def cells(text: str) -> Any:
    return stars(text), score(text), plain_number(text), list(find_days(text))


READERS: dict[str, tuple[Callable[[Any], Any], tuple[type[Exception], ...], str, bool]] = {
    "element strings": (gs1.read_elements, (gs1.BadGs1,), "(01)09520123456788(10)A-1(21)x", False),
    "digital links": (read_link, (gs1.BadGs1,), "/01/09520123456788/10/A/21/7?17=261231", False),
    "links and strings": (gs1.parse, (gs1.BadGs1,), "https://id.gs1.org/01/09520123456788/21/1", False),
    "urns": (gs1.link_of, (gs1.BadGs1,), URNS, False),
    "identity": (canonical_identity, (), URNS, False),
    "serials": (lambda t: roll_and_place(bytes(32), t), (NoSerial,), "ZZHM234F5JTVS", False),
    "documents": (epcis.validate, (), json.dumps(DOCUMENT), True),
    "documents in XML": (epcis.validate, (), XML, True),
    "accepted documents": (hashed, (epcis.NotEpcis,), json.dumps(EVENT), True),
    "questions": (asked, (BadQuery,), json.dumps(QUERY), True),
    "schedules": (scheduled, (BadSchedule,), '{"second": "0", "minute": "[0-59]", "hour": "1,[3-5]"}', True),
    "lists": (lambda b: list_data(read_list(b)), (Unreadable,), LIST, True),
    "cells": (cells, (), "xã Mường Bon; 4 sao; 71,5; ngày 05 tháng 8 năm 2021", False),
    "papers": (paper, (), PAPER, False),
    "score sheets": (lambda b: panel_from(loads(b)), (Invalid,), '{"sheet":"26-2026-che-tuoi-che-che-bien","sheets":[{"choices":{"1.1":"a"}}]}', True),
    "packages": (lambda b: list(verify_package(read_package(b))), (Invalid,), '{"entries":[{"number":1,"content":{},"hash":"x"}],"head":"1:x"}', True),
    "plans": (planning.run, (planning.Refused,), '{"path":{"sheet":"26-2026-che-tuoi-che-che-bien","choices":{},"stars":4}}', True),
}  # fmt: skip


VALUES: tuple[Any, ...] = (
    None, True, -1, 2**64, 10**400, 1e308, float("nan"), "", "\0", "\ud800", "9" * 400, "2026-01-01", "http://[",
    "ex:a", "{a}b", [], [[]], {}, {"": {}}, [None], {"id": 1}, ["x"], {"type": []},
)  # fmt: skip


def slots(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a JSON value."""
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        yield node, key
        if isinstance(node[key], dict | list):
            yield from slots(node[key])


def bent(text: str, chance: random.Random) -> str:
    """JSON with one to three values exchanged, renamed or taken away; the text itself where it is none."""
    whole = _json(text.encode("utf-8", "surrogatepass"))
    for _ in range(chance.randint(1, 3)):
        try:
            places = list(slots(whole)) if isinstance(whole, dict | list) else []
        except RecursionError:  # too deep for this hand
            return text
        if not places:
            return text
        node, key = chance.choice(places)
        choice = chance.random()
        if choice < 0.7:
            node[key] = chance.choice(VALUES)
        elif isinstance(node, list) or choice < 0.85:
            del node[key]
        else:
            node[chance.choice(TOKENS)] = node.pop(key)
    try:
        return json.dumps(whole)
    except (ValueError, RecursionError):
        return text


def made_up(seed: str, name: str) -> Iterator[str]:
    """Mutated texts without end, the same each time; what led to something new is mutated further."""
    chance, kept = random.Random(name), [seed]
    words = [w for w in re.split(r"(\W)", seed) if w]
    while True:
        text = chance.choice(kept)
        if seed[0] == "{" and chance.random() < 0.7:
            text = bent(text, chance)[:LONGEST]
            new = yield text
            if new and len(kept) < MOST_KEPT:
                kept.append(text)
            continue
        for _ in range(chance.randint(1, 4)):
            at, other = chance.randint(0, len(text)), chance.randint(0, len(text))
            at, other = min(at, other), max(at, other)
            choice = chance.random()
            piece = chance.choice(TOKENS) if choice < 0.5 else chance.choice(words)
            if choice < 0.7:
                text = text[:at] + piece + text[at + len(piece) * (choice < 0.35) :]
            elif choice < 0.85:
                text = text[:at] + text[min(other, at + 40) :]
            else:
                text = text[:other] + text[at:other] + text[other:]
        text = text[:LONGEST]
        new = yield text
        if new and len(kept) < MOST_KEPT:
            kept.append(text)


@pytest.mark.parametrize("name", READERS)
def test_every_reader_answers_or_refuses(name: str) -> None:
    read, refusals, seed, binary = READERS[name]
    inputs, seen, new = made_up(seed, name), set(), None
    next(inputs)
    for _ in range(COUNT):
        text = inputs.send(new)
        content: Any = text.encode("utf-8", "surrogatepass") if binary else text
        began = time.process_time()
        try:
            said = repr(read(content))[:160]
        except refusals as refusal:
            said = str(refusal)
        except Exception as fault:
            pytest.fail(f"{name}: {content[:400]!r} → {type(fault).__name__}: {fault}")
        took = time.process_time() - began
        assert took < SLOWEST, (name, took, content[:400])
        said = re.sub(r"[0-9]+|[\"'].*", "", said)[:60]
        new = said not in seen
        seen.add(said)
