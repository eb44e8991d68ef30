"""What EPCIS XML has to be made of, beside the fields of its events."""

import pytest

from saola.epcis import event_hash, read_document, validate

EVENT = """<ObjectEvent><eventTime>2026-05-01T08:00:00Z</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>
<epcList><epc>urn:epc:id:sgtin:8930000.000001.1</epc></epcList><action>OBSERVE</action>{}</ObjectEvent>"""
BODY = "<EPCISBody><EventList>{}</EventList></EPCISBody>"


def capture(inside: str, space: str = "urn:epcglobal:epcis:xsd:2") -> bytes:
    return f"""<?xml version="1.0"?><epcis:EPCISDocument xmlns:epcis="{space}"
        xmlns:x="https://example.com/x/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
        schemaVersion="2.0" creationDate="2026-05-01T08:00:00Z">{inside}</epcis:EPCISDocument>""".encode()


def query(inside: str) -> bytes:
    return f"""<q:EPCISQueryDocument xmlns:q="urn:epcglobal:epcis-query:xsd:2" schemaVersion="2.0"
        creationDate="2026-05-01T08:00:00Z"><EPCISBody>{inside}</EPCISBody></q:EPCISQueryDocument>""".encode()


def whole(more: str = "") -> str:
    return BODY.format(EVENT.format(more))


VALID = {
    "plain": capture(whole()),
    "no events": capture("<EPCISBody/>"),
    "names of events in a user's field": capture(whole("<x:a><ObjectEvent/></x:a>")),
    "the standard's namespace at its own elements": capture(
        "<epcis:EPCISBody><epcis:EventList>"
        + EVENT.format("").replace("ObjectEvent>", "epcis:ObjectEvent>")
        + "</epcis:EventList></epcis:EPCISBody>"
    ),
    "wrapped as in EPCIS 1.2": capture(
        BODY.format("<extension>" + EVENT.format("") + "</extension>")
    ),
    "results": query(
        f"<QueryResults><resultsBody><EventList>{EVENT.format('')}</EventList></resultsBody></QueryResults>"
    ),
    "question": query(
        "<Poll><queryName>SimpleEventQuery</queryName><params><param><name>EQ_action</name>"
        "<value>ADD</value></param></params></Poll>"
    ),
}
INVALID = {
    "unknown event": capture(BODY.format("<QuantityEvent/>")),
    "event beside the list": capture(f"<EPCISBody>{EVENT.format('')}</EPCISBody>"),
    "no body": capture(""),
    "another namespace": capture(whole(), "urn:not:epcis"),
    "entry under another name": capture(whole().replace("<epcList>", "<epcList><bogus/>")),
    "question without its name": query("<Poll><params/></Poll>"),
    "question without a value": query(
        "<Poll><queryName>SimpleEventQuery</queryName><params><param><name>EQ_action</name></param></params></Poll>"
    ),
    "nothing asked or answered": query(""),
    "hidden by the header": capture(
        "<EPCISHeader><x:ignoreFields><bizStep/></x:ignoreFields></EPCISHeader>"
        + whole("<bizStep>nonsense</bizStep>")
    ),
}


@pytest.mark.parametrize("name", VALID)
def test_what_is_epcis(name: str) -> None:
    assert validate(VALID[name]) == []
    read = list(read_document(VALID[name]).events)
    assert len(read) == (0 if name in ("no events", "question") else 1)


@pytest.mark.parametrize("name", INVALID)
def test_what_is_not(name: str) -> None:
    assert validate(INVALID[name])


def test_fields_to_be_ignored_are_left_out_of_the_hash_alone() -> None:
    header = "<EPCISHeader><x:ignoreFields><x:own/></x:ignoreFields></EPCISHeader>"
    told = read_document(capture(header + whole("<x:own>1</x:own>")))
    plain = read_document(capture(whole()))
    assert "{https://example.com/x/}own" in next(iter(told.events))[0]
    (one,), (other,) = ([event_hash(*row) for row in d.hashed()] for d in (told, plain))
    assert one == other


def test_a_nil_quantity_is_none() -> None:
    row = '<quantityElement><epcClass>urn:epc:idpat:sgtin:8930000.000001.*</epcClass><quantity xsi:nil="true"/></quantityElement>'
    assert not validate(capture(whole(f"<quantityList>{row}</quantityList>")))


def test_json_heads_of_others() -> None:
    event = b"""{"type": "ObjectEvent", "eventTime": "2026-05-01T08:00:00Z", "eventTimeZoneOffset": "+07:00",
        "epcList": ["urn:epc:id:sgtin:8930000.000001.1"], "action": "OBSERVE"%s}"""
    head = b"""{"@context": [%s], "type": "EPCISDocument", "schemaVersion": "2.0", "_note": "x",
        "creationDate": "2026-05-01T08:00:00Z", "epcisBody": {"eventList": [%s]}}"""
    own = b'"https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"'
    foreign = own + b', "https://example.com/eudr-context.jsonld"'
    assert not validate(head % (own, event % b""))
    assert validate(head % (own, event % b', "eudr:volume": 1'))
    assert not validate(head % (foreign, event % b', "eudr:volume": 1'))
