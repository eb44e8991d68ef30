"""The event hash: third-party vectors and the equalities that CBV 2.0 names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saola.epcis import event_hash, pre_hash, read_document

VECTORS = Path(__file__).parents[3] / "shared" / "conformance" / "event-hash"
needs_vectors = pytest.mark.skipif(not VECTORS.exists(), reason="../shared/conformance is not here")
EVENT: dict[str, Any] = {
    "type": "ObjectEvent",
    "eventTime": "2026-03-01T07:30:00.000+07:00",
    "eventTimeZoneOffset": "+07:00",
    "epcList": [f"https://id.gs1.org/01/08938500000010/21/{n}" for n in range(4)],
    "quantityList": [
        {"epcClass": "https://id.gs1.org/01/08938500000010/10/L1", "quantity": 12.5, "uom": "KGM"}
    ],
    "action": "OBSERVE",
    "bizStep": "shipping",
    "disposition": "in_transit",
    "readPoint": {"id": "https://id.gs1.org/414/8938500000003"},
    "bizTransactionList": [
        {"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:8938500000003:7"},
        {"type": "inv", "bizTransaction": "urn:epcglobal:cbv:bt:8938500000003:8"},
    ],
    "vn:note": ["một", "hai"],
}
SPACES = {"vn": "https://ocop.example.vn/"}


def rows() -> list[tuple[Path, Path]]:
    return [
        (path, expected)
        for expected in sorted(VECTORS.glob("*.hashes"))
        for path in (expected.with_suffix(".jsonld"), expected.with_suffix(".xml"))
        if path.exists()
    ]


@needs_vectors
def test_the_reference_implementation_agrees() -> None:
    assert len(rows()) == 22
    for path, expected in rows():
        document = read_document(path.read_bytes())
        made = [event_hash(event, spaces) for event, spaces in document.hashed()]
        assert made == expected.read_text().split(), path.name


@needs_vectors
def test_events_that_mean_the_same_hash_alike() -> None:
    for path in sorted((VECTORS / "equal").iterdir()):
        document = read_document(path.read_bytes())
        assert len(list(document.events)) > 1, path.name
        assert len({event_hash(event, spaces) for event, spaces in document.events}) == 1, path.name


@given(st.permutations(range(4)), st.permutations(list(EVENT)), st.booleans())
def test_order_and_what_a_repository_adds_do_not_count(
    order: list[int], names: list[str], received: bool
) -> None:
    other: Mapping[str, Any] = {name: EVENT[name] for name in names}
    other = {**other, "epcList": [EVENT["epcList"][i] for i in order]}
    if received:
        other |= {"recordTime": "2026-03-02T00:00:00Z", "eventID": "urn:uuid:1"}
    assert pre_hash(other, SPACES) == pre_hash(EVENT, SPACES)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("eventTime", "2026-03-01T00:30:00Z"),
        ("eventTime", "2026-03-01T07:30:00+07:00"),
        ("bizStep", "urn:epcglobal:cbv:bizstep:shipping"),
        ("bizStep", "https://ref.gs1.org/cbv/BizStep-shipping"),
        ("bizStep", "cbv:BizStep-shipping"),
        ("readPoint", {"id": "urn:epc:id:sgln:8938500.00000.0"}),
        ("readPoint", {"id": "https://ocop.example.vn/414/8938500000003"}),
        ("vn:note", ["hai", "một"]),
    ],
)
def test_one_hash_however_it_is_written(name: str, value: Any) -> None:
    assert event_hash({**EVENT, name: value}, SPACES) == event_hash(EVENT, SPACES)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("eventTime", "2026-03-01T07:30:00.001+07:00"),
        ("eventTimeZoneOffset", "+08:00"),
        ("bizStep", "receiving"),
        ("epcList", EVENT["epcList"][:3]),
        ("vn:note", ["một"]),
        ("vn:other", "một"),
    ],
)
def test_whatever_else_changes_changes_the_hash(name: str, value: Any) -> None:
    assert event_hash({**EVENT, name: value}, SPACES) != event_hash(EVENT, SPACES)


def test_a_prefix_is_only_another_word_for_its_namespace() -> None:
    other = {("nơi:note" if name == "vn:note" else name): value for name, value in EVENT.items()}
    assert event_hash(other, {"nơi": SPACES["vn"]}) == event_hash(EVENT, SPACES)
