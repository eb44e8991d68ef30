"""Written again, JSON and XML, an event is the same event and still valid."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from saola import epcis
from tests.epcis.test_hash import EVENT, SPACES
from tests.epcis.test_validation import SHARED, changed

FOLDERS = ("openepcis/valid", "epcis/examples", "event-hash", "event-hash/equal")
NOW = "2026-03-01T00:00:00Z"


def documents() -> Iterator[Path]:
    for folder in FOLDERS:
        if SHARED.exists():
            names = (SHARED / folder).iterdir()
            yield from (p for p in names if p.suffix in (".json", ".jsonld", ".xml"))


def hashes(document: epcis.Document) -> list[str]:
    return [epcis.event_hash(event, spaces) for event, spaces in document.events]


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/conformance is not here")
def test_every_document_survives_json_and_xml() -> None:
    files = list(documents())
    assert len(files) == 95
    for path in files:
        read = epcis.read_document(path.read_bytes())
        if read.xml:
            rows = [msgspec.json.encode(epcis.json_form(event)) for event, _ in read.events]
            written = epcis.query_document(rows, "q", NOW)
            assert epcis.validate(written) == [], path.name
            again = epcis.read_document(written)
            assert hashes(again) == hashes(read), path.name
            read = again
        written = epcis.xml_document(read.events, NOW)
        assert epcis.validate(written) == [], path.name
        assert hashes(epcis.read_document(written)) == hashes(read), path.name


def test_xml_of_words_that_xml_cannot_hold_is_refused() -> None:
    with pytest.raises(epcis.NotEpcis, match="cannot be written as XML"):
        epcis.xml_document([(changed(**{"vn:giống chè": "a"}), SPACES)], NOW)
    with pytest.raises(epcis.NotEpcis, match="cannot be written as XML"):
        epcis.xml_document([(changed(**{"vn:note": "\x01"}), SPACES)], NOW)


def test_the_order_of_xml_is_the_standards() -> None:
    text = epcis.xml_document([(EVENT, SPACES)], NOW, "q").decode()
    names = ["<eventTime>", "<epcList>", "<action>", "<bizStep>urn:epcglobal:cbv:bizstep:shipping",
             "<readPoint>", "<bizTransactionList>", "<quantityList>", "<vn:note>"]  # fmt: skip
    places = [text.index(name) for name in names]
    assert places == sorted(places)
    assert '<bizTransaction type="urn:epcglobal:cbv:btt:po">' in text
